"""A retry as text and as JSON, before it is done and after."""

from dataclasses import asdict
from typing import Annotated, Literal, cast

from typing_extensions import TypedDict

from reverse_etl.core.sync import Sync
from reverse_etl.core.upkeep import RetryReport
from reverse_etl.report.documents import OfSync, Says, head
from reverse_etl.report.text import columns, refusal, rows_of, title


class CodeJson(TypedDict):
    code: int | None
    error_code: str
    maybe_taken: bool
    rows: Annotated[int, Says(minimum=1)]


class RetryJson(OfSync):
    """Refused rows that were made sendable again. `version` rises when a field changes its meaning."""

    run: Annotated[int | None, Says("The run's number; null where there was nothing to retry.")]
    result: Literal["retry"]
    rows: Annotated[int, Says("Rows that the next push sends again.", minimum=0)]
    maybe_taken: Annotated[int, Says("Those among `rows` of which an earlier try may have been taken.", minimum=0)]
    left_alone: Annotated[
        int,
        Says(
            "Chosen rows that stay held, since an earlier try may have been taken and --maybe-taken was not given.",
            minimum=0,
        ),
    ]
    codes: Annotated[list[CodeJson], Says("`rows` by the destination's code.")]


def retry_text(sync: Sync, report: RetryReport) -> str:
    rows = rows_of(report.rows)
    if not report.rows:
        out = [f"{title(sync)}: no row stands refused that this would make sendable.", ""]
    elif report.run_seq is None:
        out = [f"Retry of {title(sync)}: {rows} would become sendable again.", ""]
    else:
        out = [f"Run {report.run_seq} of {title(sync)}: retry", ""]
        out += [f"{rows} can be sent again; the reason of each refusal is kept. `reverse-etl push` sends them.", ""]
    out += columns(
        [
            (
                refusal(line.code, line.error_code),
                f"{line.rows:,}",
                "an earlier try may have been taken" if line.maybe_taken else "refused",
            )
            for line in report.lines
        ],
        right=2,
    )
    if report.maybe_taken and report.run_seq is None:
        doubtful = rows_of(report.maybe_taken)
        out += ["", f"An earlier try of {doubtful} may have been taken; then a repeat could count twice."]
    if report.left_alone:
        out += [
            "",
            f"Left alone: {rows_of(report.left_alone)} that an earlier try may have brought in, so that a repeat could "
            "count twice.",
            "They stay held without --maybe-taken.",
        ]
    return "\n".join(out).rstrip()


def retry_json(sync: Sync, report: RetryReport) -> RetryJson:
    return {
        **head(sync),
        "run": report.run_seq,
        "result": "retry",
        "rows": report.rows,
        "maybe_taken": report.maybe_taken,
        "left_alone": report.left_alone,
        "codes": [cast(CodeJson, asdict(line)) for line in report.lines],
    }
