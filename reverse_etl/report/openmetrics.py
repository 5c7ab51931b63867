"""What the ledger knows of syncs, as the text format of OpenMetrics: for Prometheus and what speaks like it.

All are gauges, and no unit is declared, so that readers of Prometheus' older format take the same text.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from reverse_etl.core.results import StatusReport
from reverse_etl.report.documents import head
from reverse_etl.report.status import CORRECTION_WORDS, STATUSES

Sample = tuple[str, dict[str, str], float]
FAMILIES = {
    "conversions": "Conversions by status, all that were ever sent.",
    "corrections": "Conversions whose restatement or retraction was refused, or is in doubt.",
    "push_start_timestamp_seconds": "When the newest push began.",
    "push_end_timestamp_seconds": "When the newest push ended that has an end.",
    "push_result": "1 for the result of the newest push that has an end, 0 for the others.",
    "push_rows": "Rows of that push: of the source, and of the ledger's conversions beside it, by standing at its end; "
    "and what left in it, by outcome.",
    "match_rate_ratio": "Conversions of the last 30 days of upload that belong to a click, of those reported.",
    "match_rate_fetch_timestamp_seconds": "When the day of these was fetched that was fetched longest ago.",
}
# What a push ends as; other runs end as what they did.
_RESULTS = ("done", "interrupted", "stopped", "refused")


def openmetrics(reports: Sequence[StatusReport]) -> str:
    """The whole text. Families stand together, whatever number of syncs there is."""
    found: dict[str, list[str]] = {name: [] for name in FAMILIES}
    for report in reports:
        whose = {name: str(text) for name, text in head(report.sync).items() if name != "version"}
        for name, labels, value in _samples(report):
            listed = ",".join(f'{label}="{_escaped(text)}"' for label, text in (whose | labels).items())
            found[name].append(f"reverse_etl_{name}{{{listed}}} {value}")
    lines = []
    for name, says in FAMILIES.items():
        lines += [f"# TYPE reverse_etl_{name} gauge", f"# HELP reverse_etl_{name} {says}", *found[name]]
    return "\n".join([*lines, "# EOF"])


def _samples(report: StatusReport) -> Iterator[Sample]:
    # Zeros, too: a rule on what is missing would never hold.
    for status in STATUSES:
        yield "conversions", {"status": status}, report.statuses.get(status, 0)
    for kind in CORRECTION_WORDS:
        yield "corrections", {"kind": kind}, report.corrections.get(kind, 0)
    pushes = [run for run in report.runs if run.result in ("", *_RESULTS)]
    if pushes and pushes[0].started_at:
        yield "push_start_timestamp_seconds", {}, _seconds(pushes[0].started_at)
    ended = next((run for run in pushes if run.ended_at), None)
    if ended is not None:
        yield "push_end_timestamp_seconds", {}, _seconds(ended.ended_at)
        for result in _RESULTS:
            yield "push_result", {"result": result}, int(result == ended.result)
        for name, rows in ended.counts.items():
            side, _, standing = name.partition("_")
            yield "push_rows", {"side": side, "standing": standing}, rows
    if report.matched is not None and report.matched.match_rate is not None:
        yield "match_rate_ratio", {}, report.matched.match_rate
        yield "match_rate_fetch_timestamp_seconds", {}, _seconds(report.matched.fetched_at)


def _seconds(utc_text: str) -> int:
    return int(datetime.fromisoformat(utc_text).timestamp())


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
