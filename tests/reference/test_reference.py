"""The decision table where no adjustment is allowed: each of its cells, its edges, and random worlds."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings

from .builders import ACCEPTED, BESIDE, LEDGERS, OLD, RECENT, M, N, attempt, row, step, tables
from .decide import plan
from .fold import fold
from .nouns import Attempt, PlanRow, SourceRow
from .strategies import NOW, World, worlds
from .times import days_before


def sources(time: str) -> dict[str, list[SourceRow]]:
    """What the source may say of N, with a row as old as N beside it, so that N does not age out by that."""
    beside = row(microsoft_click_id=BESIDE, key="beside", conversion_time=time)
    stood_as_m = row(microsoft_click_id=M, conversion_time=RECENT)
    cases = {
        "same": [row(conversion_time=time)],
        "changed": [row(conversion_time=time, conversion_value=20.0)],
        "still refused value": [row(conversion_time=time, conversion_value=30.0)],
        "no value": [row(conversion_time=time, conversion_value=None)],
        "no value, other currency": [row(conversion_time=time, conversion_value=None, conversion_currency_code="EUR")],
        "other attribution": [
            row(conversion_time=time, external_attribution_credit=0.5, external_attribution_model="linear")
        ],
        "other hashes": [row(conversion_time=time, hashed_email_address="f" * 64)],
        "gone": [],
        "key now has M": [stood_as_m],
        "key now has M again": [row(microsoft_click_id=M, conversion_time=RECENT, key="k2"), stood_as_m],
        "key now has M alone": [stood_as_m, row(microsoft_click_id="short", key="k2", reasons=("click_id_malformed",))],
        "key now has M without a value": [row(microsoft_click_id=M, conversion_time=RECENT, conversion_value=None)],
        "key now has M and the refused value": [
            row(microsoft_click_id=M, conversion_time=RECENT, conversion_value=30.0)
        ],
        "no currency": [row(conversion_time=time, conversion_currency_code="")],
        "twice": [row(conversion_time=time, conversion_value=4.0), row(conversion_time=time)],
        "key has M too": [row(conversion_time=time), stood_as_m],
        "swapped": [row(conversion_time=time, key="k2"), stood_as_m],
        "invalid": [row(conversion_time=time, conversion_currency_code="usd", reasons=("currency_code_malformed",))],
        "key invalid": [row(microsoft_click_id=M, conversion_time=None, reasons=("conversion_time_missing",))],
    }
    return {name: [*rows, beside] for name, rows in cases.items()}


def said(rows: list[PlanRow]) -> list[str]:
    """The plan in words, without the row that only stands beside."""
    return sorted(
        f"{r.side}: {r.class_}" + (f", {r.reason}" if r.reason else "") + (f" → {r.operation}" if r.operation else "")
        for r in rows
        if r.record_key != "beside"
    )


# What the ledger says of N, what the source says, and the plan: the row of M comes beside that of N.
TABLE = [
    ("none", "same", ["source: new → send"]),
    ("none", "key now has M", ["source: new → send"]),
    ("none", "invalid", ["source: invalid, currency_code_malformed"]),
    ("deferred", "same", ["source: deferred → send"]),
    ("deferred", "changed", ["source: deferred → send"]),
    ("deferred", "gone", []),
    ("deferred", "key now has M", ["source: new → send"]),
    ("deferred", "invalid", ["source: invalid, currency_code_malformed"]),
    ("rejected", "same", ["source: held, rejected_unchanged"]),
    ("rejected", "changed", ["source: new → send"]),
    ("rejected", "other attribution", ["source: new → send"]),
    ("rejected", "other hashes", ["source: new → send"]),
    ("rejected", "gone", []),
    ("rejected", "key now has M", ["source: new → send"]),
    ("rejected", "invalid", ["source: invalid, currency_code_malformed"]),
    ("in doubt", "same", ["source: in_doubt → send"]),
    ("in doubt", "changed", ["source: in_doubt → send"]),
    ("in doubt", "gone", ["ledger: in_doubt → send"]),
    ("in doubt", "key now has M", ["ledger: in_doubt → send", "source: held, key_in_doubt"]),
    ("in doubt", "swapped", ["source: held, key_in_doubt", "source: in_doubt → send"]),
    ("in doubt", "invalid", ["ledger: in_doubt → send", "source: invalid, currency_code_malformed"]),
    ("in doubt", "key invalid", ["ledger: in_doubt → send", "source: invalid, conversion_time_missing"]),
    ("maybe_taken", "same", ["source: held, maybe_taken"]),
    ("maybe_taken", "changed", ["source: held, maybe_taken"]),
    ("maybe_taken", "gone", ["ledger: held, maybe_taken"]),
    ("maybe_taken", "key now has M", ["ledger: held, maybe_taken", "source: held, key_sent_before"]),
    ("maybe_taken", "swapped", ["source: held, maybe_taken", "source: new → send"]),
    ("maybe_taken", "invalid", ["ledger: held, maybe_taken", "source: invalid, currency_code_malformed"]),
    ("maybe_taken", "key invalid", ["ledger: held, maybe_taken", "source: invalid, conversion_time_missing"]),
    ("rejected, retried", "same", ["source: deferred → send"]),
    ("rejected, retried", "changed", ["source: deferred → send"]),
    ("rejected, retried", "gone", []),
    ("rejected, retried", "key now has M", ["source: new → send"]),
    ("rejected, retried", "invalid", ["source: invalid, currency_code_malformed"]),
    ("rejected, retried, refused", "same", ["source: held, rejected_unchanged"]),
    ("maybe_taken, retried", "same", ["source: deferred → send"]),
    ("maybe_taken, retried", "changed", ["source: deferred → send"]),
    ("maybe_taken, retried", "gone", ["ledger: held, maybe_taken"]),
    ("maybe_taken, retried", "key now has M", ["ledger: held, maybe_taken", "source: held, key_sent_before"]),
    ("maybe_taken, retried", "swapped", ["source: deferred → send", "source: new → send"]),
    ("maybe_taken, retried", "invalid", ["ledger: held, maybe_taken", "source: invalid, currency_code_malformed"]),
    ("maybe_taken, retried, refused", "same", ["source: held, maybe_taken"]),
    ("accepted", "same", ["source: unchanged"]),
    ("accepted", "other hashes", ["source: unchanged, hashes_differ"]),
    ("accepted", "changed", ["source: held, value_changed"]),
    ("accepted", "no value", ["source: held, value_missing"]),
    ("accepted without a value", "no value, other currency", ["source: held, value_missing"]),
    ("accepted", "other attribution", ["source: held, attribution_changed"]),
    ("accepted", "gone", ["ledger: held, gone"]),
    ("accepted", "key now has M", ["ledger: held, moved", "source: held, key_sent_before"]),
    (
        "accepted beside M",
        "key now has M again",
        ["ledger: held, moved", "source: duplicate", "source: unchanged"],
    ),
    ("accepted", "key has M too", ["source: held, key_sent_before", "source: unchanged"]),
    ("accepted", "swapped", ["source: new → send", "source: unchanged"]),
    ("accepted", "invalid", ["ledger: held, row_invalid_now", "source: invalid, currency_code_malformed"]),
    ("accepted", "key invalid", ["ledger: held, row_invalid_now", "source: invalid, conversion_time_missing"]),
    ("restate in doubt", "same", ["source: held, restate_in_doubt"]),
    ("restate in doubt", "changed", ["source: held, restate_in_doubt"]),
    ("restate in doubt", "gone", ["ledger: held, restate_in_doubt"]),
    ("restate in doubt", "key now has M", ["ledger: held, restate_in_doubt", "source: held, key_sent_before"]),
    ("restate in doubt", "invalid", ["ledger: held, restate_in_doubt", "source: invalid, currency_code_malformed"]),
    ("restate refused", "same", ["source: unchanged"]),
    ("restate refused", "still refused value", ["source: held, rejected_unchanged"]),
    ("restate refused", "changed", ["source: held, value_changed"]),
    ("restate refused", "gone", ["ledger: held, gone"]),
    ("restate refused", "key now has M", ["ledger: held, moved", "source: held, key_sent_before"]),
    (
        "restate refused",
        "key now has M and the refused value",
        ["ledger: held, rejected_unchanged", "source: held, key_sent_before"],
    ),
    ("restate refused", "invalid", ["ledger: held, row_invalid_now", "source: invalid, currency_code_malformed"]),
    ("retract in doubt", "same", ["source: held, retract_in_doubt"]),
    ("retract in doubt", "changed", ["source: held, retract_in_doubt"]),
    ("retract in doubt", "gone", ["ledger: held, retract_in_doubt"]),
    ("retract in doubt", "key now has M", ["ledger: held, retract_in_doubt", "source: held, key_in_doubt"]),
    ("retract in doubt", "swapped", ["source: held, key_in_doubt", "source: held, retract_in_doubt"]),
    ("retract in doubt", "invalid", ["ledger: held, retract_in_doubt", "source: invalid, currency_code_malformed"]),
    ("retract refused", "same", ["source: unchanged"]),
    ("retract refused", "changed", ["source: held, value_changed"]),
    ("retract refused", "gone", ["ledger: held, gone"]),
    ("retract refused", "key now has M", ["ledger: held, moved", "source: held, key_sent_before"]),
    ("retract refused", "invalid", ["ledger: held, row_invalid_now", "source: invalid, currency_code_malformed"]),
    ("retracted", "same", ["source: held, retracted"]),
    ("retracted", "changed", ["source: held, retracted"]),
    ("retracted", "gone", []),
    ("retracted", "key now has M", ["source: new → send"]),
    ("retracted", "invalid", ["source: invalid, currency_code_malformed"]),
]

PAST_90_DAYS = [
    ("none", "same", ["source: expired"]),
    ("deferred", "same", ["source: expired"]),
    ("deferred", "key now has M", ["source: new → send"]),
    ("rejected", "same", ["source: expired"]),
    ("rejected", "changed", ["source: expired"]),
    ("in doubt", "same", ["source: expired"]),
    ("in doubt", "gone", ["ledger: expired"]),
    ("in doubt", "invalid", ["ledger: expired", "source: expired"]),
    ("in doubt", "key now has M", ["ledger: expired", "source: held, key_in_doubt"]),
    ("maybe_taken", "same", ["source: expired"]),
    ("maybe_taken", "gone", ["ledger: held, maybe_taken"]),
    ("maybe_taken", "key now has M", ["ledger: held, maybe_taken", "source: held, key_sent_before"]),
    ("rejected, retried", "same", ["source: expired"]),
    ("maybe_taken, retried", "same", ["source: expired"]),
    ("maybe_taken, retried", "gone", ["ledger: held, maybe_taken"]),
    ("accepted", "same", ["source: unchanged"]),
    ("accepted", "changed", ["source: expired"]),
    ("accepted", "no value", ["source: held, value_missing"]),
    ("accepted", "other attribution", ["source: held, attribution_changed"]),
    ("accepted", "gone", ["ledger: aged_out"]),
    ("accepted", "key now has M", ["ledger: aged_out", "source: held, key_sent_before"]),
    ("restate in doubt", "same", ["source: held, restate_in_doubt"]),
    ("restate in doubt", "gone", ["ledger: held, restate_in_doubt"]),
    ("restate refused", "same", ["source: unchanged"]),
    ("restate refused", "still refused value", ["source: expired"]),
    ("retract in doubt", "same", ["source: held, retract_in_doubt"]),
    ("retract in doubt", "gone", ["ledger: held, retract_in_doubt"]),
    ("retract refused", "same", ["source: unchanged"]),
    ("retract refused", "changed", ["source: expired"]),
    ("retracted", "same", ["source: expired"]),
]


def planned(ledger, source_rows, time=RECENT, this_run_seq=None) -> list[PlanRow]:
    attempts, receipts = tables(*LEDGERS[ledger], time=time)
    return plan(source_rows, fold(attempts, receipts, []), NOW, this_run_seq=this_run_seq)


@pytest.mark.parametrize(("ledger", "source", "expected"), TABLE)
def test_cell(ledger, source, expected):
    """Each cell of the decision table gives its class, its reason and whether something is sent."""
    assert said(planned(ledger, sources(RECENT)[source])) == expected


@pytest.mark.parametrize(("ledger", "source", "expected"), PAST_90_DAYS)
def test_cell_past_90_days(ledger, source, expected):
    """Past 90 days nothing of N is sent, and what is in doubt can no longer be settled."""
    assert said(planned(ledger, sources(OLD)[source], time=OLD)) == expected


def test_in_doubt_is_sent_with_the_bytes_of_the_ledger():
    """The changed value and the new spelling of the click id wait until what may have left is settled."""
    (sent,) = planned("in doubt", [row(conversion_value=20.0, hashed_email_address="f" * 64)])
    assert (sent.value, sent.click_id, sent.hashed_email) == (10.0, N.upper(), "e" * 64)


@pytest.mark.parametrize(
    ("ledger", "expected"), [("maybe_taken, retried", (10.0, N.upper())), ("rejected, retried", (20.0, N))]
)
def test_a_retry_repeats_what_may_be_taken_and_sends_what_was_refused_anew(ledger, expected):
    """What may have been taken goes with the ledger's bytes; of a settled refusal the source speaks."""
    (sent,) = planned(ledger, [row(conversion_value=20.0)])
    assert (sent.value, sent.click_id) == expected


def test_deferred_is_sent_from_the_source():
    """Nothing of a deferred record was taken, so the source speaks."""
    (sent,) = planned("deferred", [row(conversion_value=20.0)])
    assert (sent.value, sent.click_id) == (20.0, N)


@pytest.mark.parametrize(
    ("ledger", "expected"), [("deferred", "deferred, deferred_this_run"), ("in doubt", "in_doubt, unanswered_this_run")]
)
def test_one_run_tries_a_record_once(ledger, expected):
    """What this run deferred or left without an answer waits for the next run."""
    assert said(planned(ledger, [row()], this_run_seq=1)) == [f"source: {expected}"]


@pytest.mark.parametrize(
    ("changes", "ledger", "expected"),
    [
        ({"conversion_time": days_before(NOW, -1)}, "none", "waiting"),
        ({"conversion_time": NOW}, "none", "new → send"),
        ({"conversion_time": days_before(NOW, 90)}, "none", "new → send"),
        ({"conversion_time": days_before(NOW, 90.001)}, "none", "expired"),
        ({"conversion_time": days_before(NOW, -1), "microsoft_click_id": M}, "in doubt", "waiting"),
    ],
)
def test_edges_of_the_window(changes, ledger, expected):
    """This second and exactly 90 days ago are within; what is to come waits before its key is asked."""
    assert f"source: {expected}" in said(planned(ledger, [row(**changes)]))


@pytest.mark.parametrize(
    ("days", "others", "expected"),
    [
        (10, [20], "held, gone"),
        (10, [5], "aged_out"),
        (89.5, [95], "aged_out"),
        (88.9, [95], "held, gone"),
        (10, [], "held, gone"),
        (90.5, [], "aged_out"),
        (91.5, [], None),
        (93, [95], "aged_out"),
        (93, [20], None),
    ],
)
def test_gone_or_aged_out(days, others, expected):
    """What rolled out of the look-back ages out; an empty source hides nothing younger than that."""
    time = days_before(NOW, days)
    rows = [row(microsoft_click_id=BESIDE, key="beside", conversion_time=days_before(NOW, d)) for d in others]
    assert said(planned("accepted", rows, time=time)) == ([f"ledger: {expected}"] if expected else [])


def test_duplicates():
    """Among the rows of one identity the first by key and value stands, an absent value coming last."""
    rows = [
        row(conversion_value=None),
        row(conversion_value=20.0),
        row(),
        row(conversion_currency_code="usd", reasons=("currency_code_malformed",)),
    ]
    result = plan(rows, {}, NOW)
    assert Counter(r.class_ for r in result) == {"new": 1, "duplicate": 2, "invalid": 1}
    assert [r.value for r in result if r.operation] == [10.0]


def test_a_later_copy_does_not_displace_the_row_that_was_sent():
    """Of two rows of a counted identity the one under the key it was sent by stands, whatever comes first by key."""
    attempts, receipts = tables(ACCEPTED)
    rows = [row(key="a", conversion_value=1.0), row()]
    assert said(plan(rows, fold(attempts, receipts, []), NOW)) == ["source: duplicate", "source: unchanged"]


def test_all_keys_of_an_identity_are_looked_at():
    """A key under which an identity was refused before it counted under another still leads to it."""
    attempts, receipts = tables(step("send", "rejected", record_key="k0"), ACCEPTED)
    states = fold(attempts, receipts, [])
    rows = [row(microsoft_click_id=M, key="k0")]
    assert said(plan(rows, states, NOW)) == ["ledger: held, gone", "source: held, key_sent_before"]


def test_a_record_without_a_key_is_held_by_none():
    """No key is not a key that records share."""
    attempts, receipts = tables(step("send", record_key=""))
    rows = [row(microsoft_click_id=M, key="")]
    assert said(plan(rows, fold(attempts, receipts, []), NOW)) == ["ledger: in_doubt → send", "source: new → send"]


@given(world=worlds())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_worlds_keep_the_laws(world: World):
    """Every source row has one standing, nothing that is taken or in doubt is sent as new, and keys wait."""
    states = world.states()
    rows = plan(world.source, states, world.now, this_run_seq=world.this_run_seq)
    assert Counter(r.source for r in rows if r.source) == Counter(world.source)
    sent = [(attempt_of(r).match_key, r) for r in rows if r.operation]
    assert len({identity for identity, _ in sent}) == len(sent)
    for identity, planned_row in sent:
        status = states[identity].status if identity in states else "none"
        assert (status == "in_doubt") == (planned_row.class_ == "in_doubt")
        lifted = status == "maybe_taken" and states[identity].lifted
        assert lifted or status in ("none", "rejected", "deferred", "in_doubt")
    left_over = [attempt_of(r).match_key for r in rows if r.side == "ledger"]
    assert len(set(left_over)) == len(left_over)


def attempt_of(planned_row: PlanRow) -> Attempt:
    return attempt(
        conversion_name=planned_row.conversion_name,
        click_id=planned_row.click_id,
        hashed_email=planned_row.hashed_email,
        hashed_phone=planned_row.hashed_phone,
        conversion_time=planned_row.conversion_time,
    )
