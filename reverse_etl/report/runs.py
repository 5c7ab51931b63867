"""Runs as text and as JSON: a table of the newest, and all that is known of one."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal, cast

from typing_extensions import TypedDict

from reverse_etl.core.ports import RunSummary, TestEvidence, Verdict
from reverse_etl.core.results import RunReport, RunsReport
from reverse_etl.report.documents import Count, OfSync, Says, Time, head
from reverse_etl.report.text import columns, count_lines, refusal, rows_of, safe, sent_words, standing_lines, title

OUTCOME_WORDS = {
    "accepted": "taken by the destination",
    "rejected": "refused by the destination",
    "deferred": "put off by the destination",
    "in_doubt": "no answer recorded; may have arrived",
    "not_sent": "not taken: the run stopped first",
    "void": "never sent: the run was shut out first",
}
SIDES = {"source": "Source rows at its end", "ledger": "Sent before, and not in the source as it was sent"}


class OneRunJson(TypedDict):
    """One run."""

    run_seq: Annotated[int, Says("The run's number; it rises with every run of the sync.", minimum=1)]
    started_at: Annotated[Time, Says("UTC, as 2026-11-25T10:00:00Z; blank where it is not known.")]
    ended_at: Annotated[Time, Says("UTC, as 2026-11-25T10:00:00Z; blank where it is not known.")]
    counts: Annotated[
        dict[str, Count],
        Says(
            "Rows by standing at the run's end, each key with its side in front (source_accepted, "
            "ledger_held), and what became of the records that left in it (sent_accepted); of a run that "
            "broke off only the latter. Of a run that sends nothing, such as a retry, what it counts. Empty "
            "while no end is recorded.",
        ),
    ]
    target: Annotated[str, Says("The dbt target.")]
    host: str
    pid: Count
    fenced_by: Annotated[int | None, Says("The later run that shut this one out, since it never ended.")]
    result: Annotated[
        str,
        Says(
            "done, interrupted or stopped; of a run that sends nothing its kind, such as retry; blank while "
            "no end is recorded.",
        ),
    ]
    package_version: str
    seconds: Annotated[int | None, Says("How long it took; null while no end is recorded.")]


class RunsJson(OfSync):
    """The newest runs of a sync, the newest first. Where several syncs are asked for at once, the output is an array
    of such documents. `version` rises when a field changes its meaning.
    """

    runs: list[OneRunJson]


class RefusalJson(TypedDict):
    outcome: Literal["rejected", "deferred"]
    code: Annotated[int | None, Says("The destination's code of a refusal.")]
    error_code: str
    rows: Annotated[int, Says(minimum=1)]


class FailingJson(TypedDict):
    test: str
    rows: Annotated[int, Says("Rows that it found; 0 where dbt gives no number.", minimum=0)]


class TestsJson(TypedDict):
    verdict: Literal["passed", "failed", "unknown"]
    text: str
    failing: list[FailingJson]
    at: Annotated[str, Says("When the tests ran, UTC; blank where unknown.")]
    allowed: Annotated[bool, Says("Was it pushed with --allow-failing-tests?")]


class RunJson(OfSync):
    """All that ledger and receipts know of one run. Where several syncs are asked for at once, the output is an array
    of such documents. `version` rises when a field changes its meaning.
    """

    run: OneRunJson
    batches: Annotated[int, Says("Batches that it wrote into the ledger.", minimum=0)]
    outcomes: Annotated[
        dict[str, Count],
        Says(
            "Its attempts by outcome: accepted, rejected, deferred, in_doubt (no answer recorded), not_sent, "
            "and void: never sent, since the run was shut out first.",
        ),
    ]
    refusals: list[RefusalJson]
    tracking_ids: Annotated[list[str], Says("The first 20 names that the destination gave to its calls.")]
    tracking_ids_in_all: Count
    fenced: Annotated[list[int], Says("Runs that it shut out, since they never ended.")]
    tests: Annotated[
        TestsJson | None,
        Says("What was known of dbt's tests when it began; null where it was not looked at."),
    ]


def runs_text(report: RunsReport) -> str:
    out = [title(report.sync), ""]
    if not report.runs:
        return "\n".join([*out, "No push yet."])
    head = ("run", "started (UTC)", "took", "target", "result", "sent")
    rows = [
        (str(run.run_seq), run.started_at, duration(run), safe(run.target), result_word(run), done_words(run))
        for run in report.runs
    ]
    return "\n".join([*out, *columns([head, *rows], right=1), "", "One run in detail: `reverse-etl runs RUN`."])


def run_text(report: RunReport) -> str:
    run = report.run
    end = run.ended_at or "no end recorded"
    if run.fenced_by is not None:
        # Only a baseline is shut out after its end.
        end += f"; undone by run {run.fenced_by}" if run.ended_at else f"; run {run.fenced_by} took over"
    facts = [
        ("started", run.started_at),
        ("ended", f"{end} ({duration(run)})" if run.ended_at else end),
        ("result", result_word(run)),
        ("host", f"{run.host}, PID {run.pid}"),
        ("target", run.target),
        ("version", run.package_version),
        ("batches", f"{report.batches:,}"),
    ]
    if report.tests is not None:
        facts += [("dbt tests", _tests_words(report.tests, allowed=report.tests_allowed))]
    if report.fenced:
        facts += [("shut out", ", ".join(f"run {number}" for number in report.fenced))]
    out = [f"Run {run.run_seq} of {title(report.sync)}", "", *columns([(n, safe(text)) for n, text in facts])]
    outcomes = report.outcomes | ({"void": report.void} if report.void else {})
    if done := upkeep_words(run):
        out += ["", f"Nothing was sent in this run: {done}."]
    else:
        out += ["", "Sent in this run" if outcomes else "Nothing was sent in this run."]
        out += count_lines(outcomes, OUTCOME_WORDS)
    if report.refusals:
        out += ["", "Refused or put off, by the destination's code"]
        out += columns([(refusal(code, name), f"{rows:,}", how) for how, code, name, rows in report.refusals], right=2)
    for side, words in SIDES.items():
        if counts := of_side(run.counts, side):
            out += ["", words, *standing_lines(counts)]
    if report.tracking_ids:
        shown, in_all = len(report.tracking_ids), report.tracking_ids_in_all
        out += ["", f"Tracking ids{f', the first {shown} of {in_all:,}' if shown < in_all else ''}"]
        out += [safe(f"  {tracking_id}") for tracking_id in report.tracking_ids]
    return "\n".join(out)


def _tests_words(tests: TestEvidence, *, allowed: bool) -> str:
    """What was known of dbt's tests when a run began."""
    failing = ", ".join(name + (f" ({rows_of(rows)})" if rows else "") for name, rows in tests.failing)
    none = tests.verdict is Verdict.PASSED and not tests.text
    words = "none" if none else ": ".join(part for part in (tests.verdict.value, failing or tests.text) if part)
    return words + ("; pushed with --allow-failing-tests" if allowed else "")


def run_fields(run: RunSummary) -> OneRunJson:
    """One run. `seconds` is null while no end is recorded."""
    return cast(OneRunJson, asdict(run) | {"seconds": seconds(run)})


def runs_json(report: RunsReport) -> RunsJson:
    return {**head(report.sync), "runs": [run_fields(run) for run in report.runs]}


def run_json(report: RunReport) -> RunJson:
    names, tests = ("outcome", "code", "error_code", "rows"), report.tests
    return {
        **head(report.sync),
        "run": run_fields(report.run),
        "batches": report.batches,
        "outcomes": report.outcomes | {"void": report.void},
        "refusals": [cast(RefusalJson, dict(zip(names, one, strict=True))) for one in report.refusals],
        "tracking_ids": list(report.tracking_ids),
        "tracking_ids_in_all": report.tracking_ids_in_all,
        "fenced": list(report.fenced),
        "tests": None
        if tests is None
        else {
            "verdict": tests.verdict.value,
            "text": tests.text,
            "failing": [{"test": name, "rows": rows} for name, rows in tests.failing],
            "at": tests.at,
            "allowed": report.tests_allowed,
        },
    }


def seconds(run: RunSummary) -> int | None:
    """How long a run took; None where no end is recorded."""
    if not run.started_at or not run.ended_at:
        return None
    took = datetime.fromisoformat(run.ended_at) - datetime.fromisoformat(run.started_at)
    return max(int(took.total_seconds()), 0)


def duration(run: RunSummary) -> str:
    """How long a run took, in words; blank where no end is recorded."""
    took = seconds(run)
    if took is None:
        return ""
    minutes, rest = divmod(took, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02}m" if hours else f"{minutes}m {rest:02}s" if minutes else f"{rest}s"


def result_word(run: RunSummary) -> str:
    if run.ended_at:
        return run.result or "ended"
    return f"died, run {run.fenced_by} took over" if run.fenced_by is not None else "no end"


def done_words(run: RunSummary) -> str:
    """What a run did, or what became of the records that left in it."""
    sent = sent_words(of_side(run.counts, "sent"))
    if retracted := run.counts.get("ledger_retracted"):
        sent = f"{sent} ({retracted:,} retracted)"
    return upkeep_words(run) or (sent if run.ended_at else "not known")


def of_side(counts: Mapping[str, int], side: str) -> dict[str, int]:
    """The counts of a run that are of one side, or of what was sent in it, by standing."""
    start = f"{side}_"
    return {name.removeprefix(start): rows for name, rows in counts.items() if name.startswith(start)}


def upkeep_words(run: RunSummary) -> str:
    """What a run did that was no push; blank for a push."""
    rows = rows_of(run.counts.get("rows", 0))
    undone = "" if run.fenced_by is None else f"; undone by run {run.fenced_by}"
    words = {
        "retry": f"{rows} made sendable again",
        "baseline": f"{rows} marked as accepted{undone}",
        "undo": f"baseline of run {run.counts.get('undone_run')} undone, {rows}",
        "unlock": f"run {run.counts.get('shut_out')} shut out",
        "forget": f"identifiers blanked, {rows.replace('row', 'conversion')}",
    }
    return words.get(run.result, "")
