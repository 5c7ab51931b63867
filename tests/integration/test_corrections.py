"""Corrections as a user meets them: restated, retracted, moved or held, on both sides' books."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reverse_etl.sandbox import LocalSandbox
from reverse_etl.warehouse.ledger import WarehouseLedger
from tests.support.bench import Bench, opened
from tests.support.engines import each_engine
from tests.support.faults import ask_for, truth
from tests.support.scale import scaled
from tests.support.shop import Shop, click, deal

BOTH = {"adjustments": ["restate", "retract"], "max_retractions": 10}


def judged(sandbox: LocalSandbox) -> dict[str, tuple[bool, bool, float | None]]:
    """Of each click id at the judge: does it count, was it retracted, and at which value."""
    return {
        one["click_id"]: (one["counts"], one["retracted"], None if one["value"] is None else float(one["value"]))
        for one in truth(sandbox)["identities"]
    }


@each_engine
def test_a_changed_value_is_restated_and_what_is_gone_is_retracted(shop: Shop, sandbox: LocalSandbox) -> None:
    """A push restates and retracts what the exposure allows, once; the books of both sides agree."""
    shop.fill([deal(n) for n in range(4)])
    shop.exposure(**BOTH)
    shop.push(endpoint=sandbox.url)
    shop.fill([deal(0), deal(1, conversion_value=25.0), deal(2)])
    planned = json.loads(shop.run("plan", "--json").stdout)
    assert planned["counts"] == {"source": {"restate": 1, "unchanged": 2}, "ledger": {"retract": 1}}
    assert planned["to_send"] == 2
    result = shop.push(endpoint=sandbox.url)
    assert (result["source"], result["ledger"]) == ({"accepted": 1, "unchanged": 2}, {"retracted": 1})
    assert judged(sandbox) == {
        click(0): (True, False, 10.0),
        click(1): (True, False, 25.0),
        click(2): (True, False, 10.0),
        click(3): (False, True, None),
    }
    again = shop.push(endpoint=sandbox.url)
    assert (again["source"], again["ledger"], again["sent"]) == ({"unchanged": 3}, {}, {})
    shop.fill([deal(n) for n in range(4)])
    back = shop.push(endpoint=sandbox.url)
    assert back["source"] == {"accepted": 1, "unchanged": 2, "held": 1}
    assert judged(sandbox)[click(1)] == (True, False, 10.0)
    assert "It was retracted; Microsoft ignores it from then on." in shop.run("why", "D3").stdout


@each_engine
def test_a_move_retracts_and_sends_in_one_push(shop: Shop, sandbox: LocalSandbox) -> None:
    """A corrected click id under the same key: the old conversion is taken back first, the new one sent after that."""
    shop.fill([deal(0), deal(1)])
    shop.exposure(**BOTH)
    shop.push(endpoint=sandbox.url)
    shop.fill([deal(0), deal(1, microsoft_click_id=click(9))])
    planned = json.loads(shop.run("plan", "--json").stdout)
    assert planned["counts"] == {"source": {"unchanged": 1, "replace": 1}, "ledger": {"move": 1}}
    assert (planned["to_send"], planned["to_follow"], planned["change"]) == (2, 1, {"USD": 0.0})
    result = shop.push(endpoint=sandbox.url)
    assert result["sent"] == {"accepted": planned["to_send"]}
    assert (result["source"], result["ledger"]) == ({"accepted": 1, "unchanged": 1}, {"retracted": 1})
    assert [(name, *state) for name, state in judged(sandbox).items() if name != click(0)] == [
        (click(1), False, True, None),
        (click(9), True, False, 10.0),
    ]
    shop.fill([deal(0), deal(1)])
    back = shop.push(endpoint=sandbox.url)
    assert (back["source"], back["ledger"]) == ({"unchanged": 1, "held": 1}, {"held": 1}), (
        "what is dead replaces nothing"
    )
    assert judged(sandbox)[click(9)][0]


def test_a_move_that_a_limit_cuts_in_two_goes_on_with_the_next_push(shop: Shop, sandbox: LocalSandbox) -> None:
    """What was retracted or would be, and what was not sent for it, is said to be not reached, and nothing is held."""
    shop.fill([deal(n) for n in range(3)])
    shop.exposure(**BOTH)
    shop.push(endpoint=sandbox.url)
    shop.fill([deal(n, microsoft_click_id=click(n + 7)) for n in range(3)])
    cut = shop.push("--limit", "2", "--strict", endpoint=sandbox.url)
    assert (cut["source"], cut["ledger"]) == ({"not_reached": 3}, {"retracted": 2, "not_reached": 1})
    assert cut["exit_code"] == 0
    last = shop.push(endpoint=sandbox.url)
    assert (last["source"], last["ledger"]) == ({"accepted": 3}, {"retracted": 1})
    assert sorted(name for name, (counts, *_) in judged(sandbox).items() if counts) == [click(n) for n in (7, 8, 9)]


@pytest.mark.parametrize(
    ("allowed", "source", "ledger"),
    [
        ([], {"held": 2, "unchanged": 1}, {"held": 2}),
        (["restate"], {"accepted": 1, "held": 1, "unchanged": 1}, {"held": 2}),
        (["retract"], {"accepted": 1, "held": 1, "unchanged": 1}, {"retracted": 2}),
    ],
)
def test_what_is_not_allowed_is_held_and_says_what_would_send_it(
    shop: Shop, sandbox: LocalSandbox, allowed: list[str], source: dict[str, int], ledger: dict[str, int]
) -> None:
    """Each correction needs its word in `adjustments`; without it the plan and `why` name that word."""
    shop.fill([deal(n) for n in range(4)])
    shop.push(endpoint=sandbox.url)
    shop.exposure(adjustments=allowed, max_retractions=10)
    shop.fill([deal(0), deal(1, conversion_value=25.0), deal(2, microsoft_click_id=click(9))])
    if "restate" not in allowed:
        assert "`adjustments: [restate]` in the exposure" in shop.run("why", "D1").stdout
    if "retract" not in allowed:
        assert "`adjustments: [retract]` in the exposure" in shop.run("why", "D3").stdout
    result = shop.push(endpoint=sandbox.url)
    assert (result["source"], result["ledger"]) == (source, ledger)


def test_a_correction_without_an_answer_is_settled_by_the_next_push(shop: Shop, sandbox: LocalSandbox) -> None:
    """Status counts it, a forget waits for it, the next push repeats it, and in the end the judge has the latest value
    once."""
    shop.fill([deal(n) for n in range(3)])
    shop.exposure(**BOTH)
    shop.push(endpoint=sandbox.url)
    shop.fill([deal(0, conversion_value=25.0), deal(1)])
    ask_for(sandbox, {"kind": "reset_after", "operation": "adjustments", "count": 10})
    lost = shop.push(endpoint=sandbox.url)
    assert (lost["source"], lost["ledger"], lost["exit_code"]) == ({"in_doubt": 1, "unchanged": 1}, {"in_doubt": 1}, 1)
    ask_for(sandbox)
    doubts = json.loads(shop.run("status", "--json").stdout)
    assert (doubts["statuses"], doubts["corrections"]) == (
        {"accepted": 3},
        {"restate_in_doubt": 1, "retract_in_doubt": 1},
    )
    forgotten = shop.run("forget", "--key", "D2", "--yes")
    assert forgotten.returncode == 5, "without the identifiers it could never be retracted"
    assert "Push first" in forgotten.stderr
    settled = shop.push(endpoint=sandbox.url)
    assert (settled["source"], settled["ledger"]) == ({"accepted": 1, "unchanged": 1}, {"retracted": 1})
    assert judged(sandbox)[click(0)] == (True, False, 25.0)
    assert judged(sandbox)[click(2)][:2] == (False, True)


@each_engine
@pytest.mark.parametrize("email", ["", "e" * 64], ids=["invalid", "its hash stays"])
def test_a_row_that_lost_key_and_click_takes_nothing_back(shop: Shop, sandbox: LocalSandbox, email: str) -> None:
    """As after a join that found nothing for one build: whose row it is is not known, and the next build says so."""
    deals = [deal(n, hashed_email_address=email or None) for n in range(4)]
    shop.fill(deals)
    shop.exposure(**BOTH)
    shop.push(endpoint=sandbox.url)
    shop.fill([deals[0] | {"deal_id": None, "microsoft_click_id": None}, *deals[1:]])
    assert shop.push(endpoint=sandbox.url)["ledger"] == {"held": 1}
    shop.fill(deals)
    shop.push(endpoint=sandbox.url)
    assert [judged(sandbox)[click(n)][:2] for n in range(4)] == [(True, False)] * 4


def test_a_refused_correction_is_held_and_shown(shop: Shop, sandbox: LocalSandbox) -> None:
    """A restatement that the destination refuses is listed, and not repeated for the same value."""
    shop.fill([deal(0), deal(1)])
    shop.exposure(**BOTH)
    shop.push(endpoint=sandbox.url)
    shop.fill([deal(0, conversion_value=25.0), deal(1)])
    ask_for(
        sandbox,
        {
            "kind": "refuse",
            "operation": "adjustments",
            "share": 1,
            "code": 5627,
            "error_code": "OfflineConversionRestateRetractNotSupported",
        },
    )
    refused = shop.push(endpoint=sandbox.url)
    assert (refused["source"], refused["exit_code"]) == ({"rejected": 1, "unchanged": 1}, 3)
    ask_for(sandbox)
    assert shop.push(endpoint=sandbox.url)["sent"] == {}
    assert "5627" in shop.run("rejected").stdout
    status = shop.run("status")
    assert re.search(r"accepted +2 .*\n\nCorrections of these\n  restate_refused  1  ", status.stdout)
    assert json.loads(shop.run("status", "--json").stdout)["corrections"] == {"restate_refused": 1}
    shop.fill([deal(0, conversion_value=30.0), deal(1)])
    assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 1, "unchanged": 1}
    assert json.loads(shop.run("status", "--json").stdout)["corrections"] == {}


@each_engine
def test_a_refused_correction_goes_again_after_a_retry(shop: Shop, sandbox: LocalSandbox) -> None:
    """`rejected` lists a refused restatement and a refused retraction, `retry` lifts both, and nothing counts twice."""
    shop.fill([deal(n) for n in range(3)])
    shop.exposure(**BOTH)
    shop.push(endpoint=sandbox.url)
    shop.fill([deal(0), deal(1, conversion_value=25.0)])
    error = "OfflineConversionAdjustmentOriginalNotFound"
    ask_for(sandbox, {"kind": "refuse", "operation": "adjustments", "share": 1, "code": 5623, "error_code": error})
    refused = shop.push(endpoint=sandbox.url)
    assert (refused["source"], refused["ledger"]) == ({"rejected": 1, "unchanged": 1}, {"rejected": 1})
    ask_for(sandbox)
    assert shop.push(endpoint=sandbox.url)["sent"] == {}
    listed = json.loads(shop.run("rejected", "--json").stdout)["rejected"]
    assert {(row["record_key"], row["reason"], row["error_code"]) for row in listed} == {
        ("D1", "rejected_unchanged", error),
        ("D2", "retract_refused", error),
    }
    assert "`retry` lifts it" in shop.run("rejected").stdout
    assert json.loads(shop.run("retry", "--code", error, "--yes", "--json").stdout)["rows"] == 2
    again = shop.push(endpoint=sandbox.url)
    assert (again["source"], again["ledger"]) == ({"accepted": 1, "unchanged": 1}, {"retracted": 1})
    assert judged(sandbox) == {
        click(0): (True, False, 10.0),
        click(1): (True, False, 25.0),
        click(2): (False, True, None),
    }
    assert json.loads(shop.run("rejected", "--json").stdout)["rejected"] == []
    assert "2 accepted (1 retracted)" in shop.run("runs").stdout


@each_engine
def test_a_correction_in_doubt_that_is_refused_waits_for_a_retry(shop: Shop, sandbox: LocalSandbox) -> None:
    """No push repeats it for ever: it is listed, a retry lets it go once more, and the person can be forgotten."""
    shop.fill([deal(n) for n in range(4)])
    shop.exposure(**BOTH)
    shop.push(endpoint=sandbox.url)
    shop.fill([deal(0), deal(1, conversion_value=25.0)])
    ask_for(sandbox, {"kind": "reset_before", "operation": "adjustments", "count": 10})
    assert shop.push(endpoint=sandbox.url)["ledger"] == {"in_doubt": 2}
    error = "OfflineConversionNameInvalid"
    ask_for(sandbox, {"kind": "refuse", "operation": "adjustments", "share": 1, "code": 5606, "error_code": error})
    refused = shop.push(endpoint=sandbox.url)
    assert (refused["ledger"], refused["sent"], refused["exit_code"]) == ({"held": 2}, {"rejected": 3}, 3)
    ask_for(sandbox)
    held = shop.push(endpoint=sandbox.url)
    assert (held["source"], held["ledger"], held["sent"]) == ({"held": 1, "unchanged": 1}, {"held": 2}, {})
    listed = json.loads(shop.run("rejected", "--json").stdout)["rejected"]
    assert {(row["record_key"], row["reason"], row["error_code"]) for row in listed} == {
        ("D1", "rejected_unchanged", error),
        ("D2", "retract_refused", error),
        ("D3", "retract_refused", error),
    }
    assert shop.run("forget", "--key", "D3", "--yes").returncode == 0
    assert json.loads(shop.run("retry", "--all", "--yes", "--json").stdout)["rows"] == 2
    again = shop.push(endpoint=sandbox.url)
    assert (again["source"], again["ledger"]["retracted"]) == ({"accepted": 1, "unchanged": 1}, 1)
    assert (judged(sandbox)[click(1)], judged(sandbox)[click(2)][:2]) == ((True, False, 25.0), (False, True))


@pytest.mark.parametrize(
    ("left", "settings", "arguments", "code"),
    [
        (30, {}, [], 5),  # 10 of 40 are more than 5 %
        (30, {"max_retractions": 10}, [], 0),
        (0, {"max_retractions": "100%"}, [], 5),  # an empty source is never believed
        (0, {}, ["--max-retractions", "40"], 0),
    ],
)
def test_a_source_that_has_shrunk_takes_nothing_back(  # noqa: PLR0917
    shop: Shop, sandbox: LocalSandbox, left: int, settings: dict[str, Any], arguments: list[str], code: int
) -> None:
    """Too many retractions at once stop the push with the numbers; nothing is sent, not even what is new."""
    shop.fill([deal(n) for n in range(40)])
    shop.push(endpoint=sandbox.url)
    shop.exposure(adjustments=["retract"], **settings)
    shop.fill([deal(n) for n in range(left)] + ([deal(90)] if left else []))
    done = shop.run("push", "--json", *arguments, MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert done.returncode == code, done.stderr
    gone = 40 - left
    assert sum(retracted for _, retracted, _ in judged(sandbox).values()) == (0 if code else gone)
    assert (click(90) in judged(sandbox)) == (not code and left > 0)
    if code:
        assert f"{gone} of 40 conversions would be taken back at once" in done.stderr
        assert "--max-retractions" in done.stderr
        assert "refuses  max_retractions" in shop.run("plan").stdout
        assert "refused" in shop.run("runs").stdout


def test_a_model_that_adds_1_to_every_value_changes_none(shop: Shop, sandbox: LocalSandbox) -> None:
    """More restatements than max_restatements stop a push before it sends anything; the number lets it pass once."""
    shop.fill([deal(n) for n in range(103)])
    shop.exposure(**BOTH)
    shop.push(endpoint=sandbox.url)
    shop.fill([deal(n, conversion_value=11.0) for n in range(101)] + [deal(101), deal(102)])
    shown = shop.run("plan").stdout
    assert "restate  Deal won  101 rows  +101.00 USD  1,010.00 USD -> 1,111.00 USD" in shown
    assert "D0  Deal won" in shown
    assert "10.00 USD -> 11.00 USD" in shown
    done = shop.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert done.returncode == 5
    assert "The value of 101 of 103 conversions would be changed at once (in all +101.00 USD)" in done.stderr
    assert {value for _, _, value in judged(sandbox).values()} == {10.0}
    done = shop.run("push", "--max-restatements", "101", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert (done.returncode, "accepted   101" in done.stdout) == (0, True)


def fill(bench: Bench, rows: list[dict[str, Any]]) -> None:
    values = ", ".join(
        f"('Deal won', '{row['at']}', '{row['click']}', {row['value']}, 'USD', '{row['key']}')" for row in rows
    )
    names = "conversion_name, conversion_time, microsoft_click_id, conversion_value, conversion_currency_code, deal_id"
    bench.sql("delete from deals", f"insert into deals ({names}) values {values}")


# Days on which the view is pushed: around each change, and far apart where it only rolls on.
PUSHED = scaled((28, 34, 40, 41, 45, 49, 50, 51, 52, 54, 55, 56, 65, 74, 83, 84, 85, 87), long=tuple(range(28, 88)))


def test_a_rolling_view_retracts_nothing_and_a_deal_ends_as_the_table_says(
    shop: Shop, sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over 60 days a view of the last 30 takes nothing back as it rolls on; one deal in it is won, corrected, refunded
    and won again, and ends retracted first and counted under its new time."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight - timedelta(days=88)

    def row(day: int, **changes: Any) -> dict[str, Any]:
        return {"at": start + timedelta(days=day), "click": click(day), "value": 10.0, "key": f"k{day}"} | changes

    shop.exposure(**BOTH)
    with opened(shop) as bench:
        for today in PUSHED:
            rows = [row(day) for day in range(max(today - 29, 0), today + 1) if day != 40]
            if 40 <= today < 45:
                rows.append(row(40))  # won
            elif 45 <= today < 50:
                rows.append(row(40, value=20.0))  # corrected
            elif 52 <= today < 55:
                rows.append(row(40, value=20.0))  # refunded at 50, then back as it was: Microsoft ignores that
            elif 55 <= today < 85:
                rows.append(row(40, at=start + timedelta(days=55), value=30.0))  # won again
            now = f"{start + timedelta(days=today, hours=1):%Y-%m-%dT%H:%M:%SZ}"
            monkeypatch.setattr(WarehouseLedger, "clock", lambda _, now=now: now)
            fill(bench, rows)
            result = bench.push(sandbox)
            assert result.stopped is None
            assert result.ledger.get("retracted", 0) == (1 if today == 50 else 0), (today, result)
    ended = truth(sandbox)["identities"]
    assert [one["conversion_time"][:10] for one in ended if one["retracted"]] == [
        f"{start + timedelta(days=40):%Y-%m-%d}"
    ]
    counting = {(one["click_id"], one["conversion_time"][:10]): float(one["value"]) for one in ended if one["counts"]}
    assert counting == {
        (click(day), f"{start + timedelta(days=day):%Y-%m-%d}"): 10.0 for day in range(88) if day != 40
    } | {(click(40), f"{start + timedelta(days=55):%Y-%m-%d}"): 30.0}
