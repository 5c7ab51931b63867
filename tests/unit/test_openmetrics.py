"""`status --format openmetrics`, read by the parsers that read it elsewhere."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_string_to_metric_families as prometheus_families

from reverse_etl.core.attribution import MatchTotals
from reverse_etl.core.ports import RunSummary
from reverse_etl.core.results import StatusReport
from reverse_etl.core.sync import Environment, Sync
from reverse_etl.report.openmetrics import FAMILIES, openmetrics

SYNC = Sync("ads", "model.shop.ads", "microsoft_ads", Environment.PRODUCTION, "123", "456")
HOSTILE = replace(SYNC, account_id='1"} 2\n# EOF \\')
COUNTS = {"source_accepted": 9, "sent_in_doubt": 1, "ledger_held": 2}


def run(seq: int, result: str, ended: str, **more: object) -> RunSummary:
    made = RunSummary(seq, f"2026-03-{seq:02}T12:00:00Z", ended, {}, "prod", "box", 1, result=result)
    return replace(made, **more)


RUNS = (
    run(9, "retry", "2026-03-09T12:00:01Z", counts={"rows": 5}),
    run(8, "", ""),
    run(7, "stopped", "2026-03-07T12:01:00Z", counts=COUNTS),
    run(6, "done", "2026-03-06T12:01:00Z"),
)
MATCHED = MatchTotals(3, 1, date(2026, 3, 1), date(2026, 3, 9), "2026-03-09T06:00:00Z")
REPORT = StatusReport(SYNC, {"accepted": 5, "in_doubt": 2}, RUNS, MATCHED, {"retract_refused": 1})
PARSERS = {"openmetrics": openmetrics_families, "prometheus": prometheus_families}


@pytest.mark.parametrize("parser", PARSERS)
def test_what_is_shown_is_what_a_parser_reads(parser: str) -> None:
    """Every number of the ledger with its labels, zeros of what there is none of, and the newest push that has an end
    rather than what came after it."""
    families = {family.name: family for family in PARSERS[parser](openmetrics([REPORT]))}
    assert set(families) == {f"reverse_etl_{name}" for name in FAMILIES}
    assert {family.type for family in families.values()} == {"gauge"}
    assert all(family.documentation for family in families.values())
    values = {
        (
            sample.name.removeprefix("reverse_etl_"),
            *(text for name, text in sample.labels.items() if name not in WHOSE),
        ): sample.value
        for family in families.values()
        for sample in family.samples
    }
    assert all(WHOSE.items() <= sample.labels.items() for family in families.values() for sample in family.samples)
    assert values == {
        **{("conversions", status): 0 for status in ("rejected", "maybe_taken", "deferred", "retracted")},
        ("conversions", "accepted"): 5,
        ("conversions", "in_doubt"): 2,
        **{("corrections", kind): 0 for kind in ("restate_refused", "restate_in_doubt", "retract_in_doubt")},
        ("corrections", "retract_refused"): 1,
        ("push_start_timestamp_seconds",): datetime(2026, 3, 8, 12, tzinfo=UTC).timestamp(),
        ("push_end_timestamp_seconds",): datetime(2026, 3, 7, 12, 1, tzinfo=UTC).timestamp(),
        **{("push_result", result): 0 for result in ("done", "interrupted", "refused")},
        ("push_result", "stopped"): 1,
        ("push_rows", "source", "accepted"): 9,
        ("push_rows", "sent", "in_doubt"): 1,
        ("push_rows", "ledger", "held"): 2,
        ("match_rate_ratio",): 0.75,
        ("match_rate_fetch_timestamp_seconds",): datetime(2026, 3, 9, 6, tzinfo=UTC).timestamp(),
    }


WHOSE = {"sync": "ads", "destination": "microsoft_ads", "environment": "production", "account_id": "123"}


def test_several_syncs_share_their_families() -> None:
    """Two accounts are two series of one family, and an account that a row named breaks out of no label."""
    families = list(openmetrics_families(openmetrics([REPORT, replace(REPORT, sync=HOSTILE)])))
    (conversions,) = (family for family in families if family.name == "reverse_etl_conversions")
    accounts = {sample.labels["account_id"] for sample in conversions.samples}
    assert accounts == {"123", HOSTILE.account_id}


def test_before_the_first_push_there_is_a_whole_document() -> None:
    """Nothing is known of a push or of a match rate, and nothing is said of them; no sync at all is a document, too."""
    shown = openmetrics([StatusReport(SYNC, {}, ())])
    names = {sample.name for family in openmetrics_families(shown) for sample in family.samples}
    assert names == {"reverse_etl_conversions", "reverse_etl_corrections"}
    assert [sample for family in openmetrics_families(openmetrics([])) for sample in family.samples] == []
