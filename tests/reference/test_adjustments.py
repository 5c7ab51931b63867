"""The decision table where adjustments are allowed: each of its cells, what keeps an adjustment back, its payload."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from .builders import ACCEPTED, BESIDE, LEDGERS, OLD, RECENT, M, N, attempt, row, step, tables
from .cells import INVALID, M_FOLLOWS, M_HELD, PAST_90_DAYS, TABLE
from .decide import plan
from .fold import fold
from .nouns import PlanRow, Receipt
from .strategies import NOW, World, worlds
from .test_reference import attempt_of, said, sources
from .times import days_before, hours_before, second_after

BOTH = frozenset({"restate", "retract"})


def planned(ledger, source_rows, *, time=RECENT, allowed=BOTH, **more) -> list[PlanRow]:
    steps = LEDGERS[ledger] if isinstance(ledger, str) else ledger
    attempts, receipts = tables(*steps, time=time)
    return plan(source_rows, fold(attempts, receipts, []), NOW, allowed, **more)


@pytest.mark.parametrize(
    ("ledger", "source", "expected"), [case[1:] for case in TABLE], ids=[case[0] for case in TABLE]
)
def test_cell(ledger, source, expected):
    """Each cell of the decision table gives its class, its reason and what is sent."""
    assert said(planned(ledger, sources(RECENT)[source])) == expected


@pytest.mark.parametrize(
    ("ledger", "source", "expected"), [case[1:] for case in PAST_90_DAYS], ids=[case[0] for case in PAST_90_DAYS]
)
def test_cell_past_90_days(ledger, source, expected):
    """Past 90 days nothing is adjusted."""
    assert said(planned(ledger, sources(OLD)[source], time=OLD)) == expected


@pytest.mark.parametrize(
    ("ledger", "source", "allowed", "expected"),
    [
        ("accepted", "changed", "retract", ["source: held, value_changed"]),
        ("accepted", "gone", "restate", ["ledger: held, gone"]),
        ("accepted", "key now has M", "restate", ["ledger: held, moved", M_HELD]),
        ("restate in doubt", "same", "retract", ["source: held, restate_in_doubt"]),
        ("restate in doubt", "gone", "restate", ["ledger: held, restate_in_doubt"]),
        ("restate in doubt", "invalid", "retract", ["ledger: held, restate_in_doubt", INVALID]),
        ("retract in doubt", "gone", "restate", ["ledger: held, retract_in_doubt"]),
        ("retract in doubt", "same", "restate", ["source: held, retract_in_doubt"]),
        ("retract refused", "gone", "restate", ["ledger: held, gone"]),
        ("maybe_taken", "gone", "restate", ["ledger: held, maybe_taken"]),
    ],
)
def test_only_what_is_allowed_is_sent(ledger, source, allowed, expected):
    """Restate and retract are allowed each for itself, and a move needs retract."""
    assert said(planned(ledger, sources(RECENT)[source], allowed=frozenset({allowed}))) == expected


def m_row(**changes):
    return row(microsoft_click_id=M, **changes)


@pytest.mark.parametrize(
    ("m_ledger", "changes", "expected"),
    [
        ("retracted", {}, ["ledger: held, moved", "source: held, retracted"]),
        ("rejected", {}, ["ledger: held, moved", "source: held, rejected_unchanged"]),
        ("maybe_taken", {}, ["ledger: held, moved", "source: held, maybe_taken"]),
        ("in doubt", {}, ["ledger: held, moved", "source: in_doubt → send"]),
        ("none", {"conversion_time": OLD}, ["ledger: held, moved", "source: expired"]),
        ("none", {"conversion_time": days_before(NOW, -1)}, ["ledger: held, moved", "source: waiting"]),
        ("deferred", {}, ["ledger: move, moved → retract", M_FOLLOWS]),
        ("rejected", {"conversion_value": 20.0}, ["ledger: move, moved → retract", M_FOLLOWS]),
        ("accepted", {}, ["ledger: retract, gone → retract", "source: unchanged"]),
        ("retract in doubt", {}, ["ledger: held, moved", "source: retract, retract_in_doubt → retract"]),
    ],
)
def test_nothing_is_retracted_unless_something_replaces_it(m_ledger, changes, expected):
    """N moves only where M would be sent; where M counts already, N is simply gone."""
    attempts, receipts = tables(ACCEPTED)
    of_m, answers = tables(*LEDGERS[m_ledger])
    attempts += [replace(one, run_seq=one.run_seq + 1, click_id=M) for one in of_m]
    receipts += [replace(one, run_seq=one.run_seq + 1) for one in answers]
    beside = row(microsoft_click_id=BESIDE, key="beside")
    rows = plan([m_row(**changes), beside], fold(attempts, receipts, []), NOW, BOTH)
    assert said(rows) == expected


def test_what_rolled_out_of_the_look_back_is_not_retracted():
    """A view over the last days must retract nothing as it rolls on."""
    younger = row(microsoft_click_id=BESIDE, key="beside", conversion_time=days_before(NOW, 5))
    assert said(planned("accepted", [younger])) == ["ledger: aged_out"]
    assert said(planned("maybe_taken", [younger])) == ["ledger: held, maybe_taken"]
    assert said(planned("retract in doubt", [younger])) == ["ledger: held, retract_in_doubt"]


# What another identity of the key of N has in doubt, N itself, its row, and the plan for N.
@pytest.mark.parametrize(
    ("other", "ledger", "rows", "expected"),
    [
        ("send", "accepted", [], "ledger: held, key_in_doubt"),
        ("retract", "accepted", [], "ledger: held, key_in_doubt"),
        ("restate", "accepted", [], "ledger: retract, gone → retract"),
        ("send", "accepted", [row(conversion_value=20.0)], "source: held, key_in_doubt"),
        ("retract", "accepted", [row(conversion_value=20.0)], "source: held, key_in_doubt"),
        ("retract", "restate in doubt", [row()], "source: held, key_in_doubt"),
        ("send", "retract in doubt", [], "ledger: held, key_in_doubt"),
        ("retract", "retract in doubt", [], "ledger: retract, retract_in_doubt → retract"),
        ("send", "retract in doubt", [row()], "source: held, key_in_doubt"),
        ("retract", "in doubt", [row()], "source: in_doubt → send"),
        ("send", "maybe_taken", [], "ledger: held, key_in_doubt"),
    ],
)
def test_what_a_key_has_in_doubt_keeps_adjustments_back(other, ledger, rows, expected):
    """Of the keys that N ever went under, nothing else goes while an S or X is in doubt; repeats of an S always go."""
    attempts, receipts = tables(*LEDGERS[ledger])
    attempts += [attempt(run_seq=7, click_id=M)]
    if other != "send":
        receipts += [Receipt(7, 1, 1, 1, "accepted")]
        attempts += [attempt(other, run_seq=8, click_id=M, value=5.0)]
    result = plan([*rows, row(microsoft_click_id=BESIDE, key="beside")], fold(attempts, receipts, []), NOW, BOTH)
    assert expected in said([r for r in result if r.click_id.lower() == N])


@pytest.mark.parametrize(
    ("ledger", "rows", "hours", "expected"),
    [
        ("accepted", [row(conversion_value=20.0)], 5, "source: waiting, accepted_recently"),
        ("accepted", [row(conversion_value=20.0)], 6, "source: restate, value_changed → restate"),
        ("accepted", [], 5, "ledger: waiting, accepted_recently"),
        ("accepted", [m_row()], 5, "ledger: waiting, accepted_recently"),
        ("restate in doubt", [row()], 5, "source: restate, restate_in_doubt → restate"),
        ("retract in doubt", [], 5, "ledger: retract, retract_in_doubt → retract"),
        ("maybe_taken", [], 5, "ledger: retract, maybe_taken → retract"),
    ],
)
def test_an_adjustment_waits_until_its_conversion_has_settled(ledger, rows, hours, expected):
    """What was accepted less than the delay ago is not adjusted yet; what was begun is completed."""
    attempts, receipts = tables(*LEDGERS[ledger])
    receipts = [replace(one, recorded_at=hours_before(NOW, hours)) for one in receipts]
    beside = row(microsoft_click_id=BESIDE, key="beside")
    assert expected in said(plan([*rows, beside], fold(attempts, receipts, []), NOW, BOTH, delay_hours=6))


@pytest.mark.parametrize(
    ("ledger", "rows", "quiet", "expected"),
    [
        ([step("send"), ACCEPTED], [row(conversion_value=20.0)], 1, "source: waiting, quiet"),
        ([step("send"), ACCEPTED], [row(conversion_value=20.0)], 2, "source: restate, value_changed → restate"),
        ([step("send"), ACCEPTED], [], 1, "ledger: waiting, quiet"),
        ("restate in doubt", [row()], 2, "source: waiting, quiet"),
        ("retract in doubt", [], 2, "ledger: waiting, quiet"),
        ("maybe_taken", [], 1, "ledger: waiting, quiet"),
        ("in doubt", [row()], 1, "source: in_doubt → send"),
    ],
)
def test_an_adjustment_waits_for_calls_that_may_be_under_way(ledger, rows, quiet, expected):
    """While a call without an answer may still land, only an S is repeated."""
    beside = row(microsoft_click_id=BESIDE, key="beside")
    assert expected in said(planned(ledger, [*rows, beside], quiet_runs=frozenset({quiet})))


RESTATE, RETRACT = (
    (lambda *how, **more: step("restate", *how, value=20.0, **more)),
    (lambda *how, **more: step("retract", *how, **more)),
)


@pytest.mark.parametrize(
    ("steps", "source", "expected"),
    [
        ([RESTATE("accepted")], "changed", ["source: accepted, restated"]),
        ([RESTATE("accepted")], "same", ["source: restate, value_changed → restate"]),
        ([RESTATE("rejected")], "changed", ["source: rejected"]),
        ([RESTATE("rejected")], "same", ["source: unchanged"]),
        ([RESTATE("rejected")], "still refused value", ["source: restate, value_changed → restate"]),
        ([RESTATE("deferred")], "changed", ["source: deferred, deferred_this_run"]),
        ([RESTATE()], "changed", ["source: in_doubt, unanswered_this_run"]),
        ([RESTATE()], "same", ["source: restate, restate_in_doubt → restate"]),
        ([RESTATE()], "gone", ["ledger: retract, restate_in_doubt → retract"]),
        ([RESTATE()], "invalid", ["ledger: in_doubt, unanswered_this_run", INVALID]),
        ([RESTATE(), RESTATE("rejected", settles=False)], "changed", ["source: held, restate_in_doubt"]),
        ([RESTATE(), RESTATE("rejected", settles=False)], "invalid", ["ledger: rejected", INVALID]),
        ([RETRACT("accepted")], "gone", ["ledger: retracted"]),
        ([RETRACT("accepted")], "same", ["source: held, retracted"]),
        ([RETRACT("accepted")], "key now has M", ["ledger: retracted", "source: new → send"]),
        ([RETRACT("rejected")], "gone", ["ledger: rejected"]),
        ([RETRACT("rejected")], "same", ["source: rejected"]),
        ([RETRACT("deferred")], "gone", ["ledger: deferred, deferred_this_run"]),
        ([RETRACT(), RETRACT("deferred")], "same", ["source: deferred, deferred_this_run"]),
        ([RETRACT()], "gone", ["ledger: in_doubt, unanswered_this_run"]),
        ([RETRACT()], "same", ["source: in_doubt, unanswered_this_run"]),
        ([RETRACT(), RETRACT("rejected", settles=False)], "gone", ["ledger: rejected"]),
    ],
)
def test_one_run_tries_an_adjustment_once(steps, source, expected):
    """What the run that plans has tried has its standing, and goes again only with another value."""
    history = [ACCEPTED, *steps]
    assert said(planned(history, sources(RECENT)[source], this_run_seq=len(history))) == expected


def test_an_adjustment_goes_under_the_bytes_that_were_sent():
    """Identity and key are those of the ledger, and attribution never goes with an adjustment."""
    credit = {"attribution_credit": 0.5, "attribution_model": "linear"}
    history = [step("send", "accepted", **credit)]
    said_now = {"external_attribution_credit": 0.5, "external_attribution_model": "linear"}
    source = row(
        conversion_value=20.0, conversion_currency_code="EUR", key="k9", hashed_email_address="f" * 64, **said_now
    )
    (sent,) = planned(history, [source])
    assert (sent.operation, sent.click_id, sent.hashed_email, sent.record_key) == ("restate", N.upper(), "e" * 64, "k1")
    assert (sent.value, sent.currency, sent.attribution_credit, sent.attribution_model) == (20.0, "EUR", None, "")
    assert sent.source == source
    (sent,) = planned(history, [])
    assert (sent.operation, sent.click_id, sent.hashed_email, sent.record_key) == ("retract", N.upper(), "e" * 64, "k1")
    assert (sent.value, sent.currency, sent.attribution_credit, sent.attribution_model) == (None, "", None, "")


def test_a_restate_of_an_invalid_row_repeats_what_was_tried_last():
    """Nothing can be read of the row, so the ledger says which value was meant."""
    history = [ACCEPTED, step("restate", value=30.0), step("restate", value=40.0, currency="EUR")]
    sent, _, _ = planned(history, sources(RECENT)["invalid"])[::-1]
    assert (sent.operation, sent.value, sent.currency) == ("restate", 40.0, "EUR")


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("", NOW),
        (days_before(NOW, 1), NOW),
        (NOW, second_after(NOW)),
        (days_before(NOW, -1), second_after(days_before(NOW, -1))),
    ],
)
def test_adjustment_times_rise(last, expected):
    """An adjustment is later than every earlier one of its identity, whatever the clock says."""
    history = [ACCEPTED, step("restate", "rejected", value=5.0, adjustment_time=last)]
    (sent,) = planned(history, [row(conversion_value=20.0)])
    assert sent.adjustment_time == expected
    (sent,) = planned("none", [row()])
    assert sent.adjustment_time == ""


@given(world=worlds(adjusting=True))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_worlds_keep_the_laws(world: World):
    """Whatever adjustments did before, each identity has one standing, and each operation goes where it may."""
    states = world.states()
    rows = world.plan()
    assert len([r for r in rows if r.source]) == len(world.source)
    sent = {attempt_of(r).match_key: r for r in rows if r.operation}
    assert len(sent) == sum(r.operation is not None for r in rows)
    in_doubt_keys = {k: s.record_keys for k, s in states.items() if s.status == "in_doubt" or s.retract_in_doubt}
    for identity, planned_row in sent.items():
        state = states.get(identity)
        status = state.status if state else "none"
        if planned_row.operation == "send":
            assert planned_row.adjustment_time == ""
            assert status in ("none", "rejected", "deferred", "in_doubt") or (status == "maybe_taken" and state.lifted)
            continue
        assert planned_row.operation in world.adjustments_allowed
        assert (planned_row.operation == "restate") == (planned_row.value is not None)
        assert status == "accepted" or (status == "maybe_taken" and planned_row.operation == "retract")
        assert not state.unanswered_run_seqs & world.quiet_runs
        assert planned_row.adjustment_time > state.last_adjustment_time
        assert planned_row.adjustment_time >= max(world.now, identity.conversion_time)
        assert planned_row.record_key == state.record_key
        others = [keys for other, keys in in_doubt_keys.items() if other != identity]
        if planned_row.reason != "retract_in_doubt":
            assert not any(keys & state.record_keys for keys in others)
    left_over = [attempt_of(r).match_key for r in rows if r.side == "ledger"]
    assert len(set(left_over)) == len(left_over)


@given(world=worlds(adjusting=True))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_the_source_still_holds_is_not_taken_back(world: World):
    """A retraction that is no repeat wants the conversion out of the source, and its key out of it, or on a valid row
    that stands for another conversion: one which the plan sends in its place, or which counts already."""
    states, rows = world.states(), world.plan()
    stands = {row.match_key for row in world.source}
    sent_now = {r.source.key for r in rows if r.source and (r.operation == "send" or r.class_ == "replace")}
    for retracted in (r for r in rows if r.operation == "retract" and r.reason != "retract_in_doubt"):
        identity = attempt_of(retracted).match_key
        assert identity not in stands
        key = states[identity].record_key
        others = [row for row in world.source if row.key == key]
        # Without a key it may be that of any invalid row which has none either.
        assert not any(row.is_invalid for row in others)
        counted = [row for row in others if row.match_key in states and states[row.match_key].status == "accepted"]
        assert not key or key in sent_now or counted == others
