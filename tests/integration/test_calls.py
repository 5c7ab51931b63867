"""Every way a call can end, on both sides' books: nothing is lost or doubled, and the next push settles it."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.core.sync import WireProtocol
from reverse_etl.sandbox import LocalSandbox, summary
from tests.support.bench import Bench, click, counting, opened
from tests.support.faults import ask_for, unanswered, wait_for
from tests.support.scale import scaled
from tests.support.shop import copy_of

ROWS = 5
ACCEPTED = {"accepted": ROWS}
DOUBT = {"in_doubt": ROWS}
LEFT = {"not_reached": ROWS}
TWICE = {"count": 2}  # as often as the bench tries


SOAP, REST = WireProtocol.SOAP, WireProtocol.REST
On = Callable[[str], Bench]


@pytest.fixture(scope="module")
def benches(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Bench]]:
    """The bench on an engine, opened anew where the test before had another: dbt keeps one project open at a time."""
    with ExitStack() as stack:
        kept: dict[str, Bench] = {}

        def on(engine: str) -> Bench:
            if engine not in kept:
                stack.close()
                kept.clear()
                template = request.getfixturevalue("postgres_template" if engine == "postgres" else "shop_template")
                shop = copy_of(template, tmp_path_factory.mktemp("calls") / "project")
                shop.exposure(adjustments=["restate", "retract"])
                kept[engine] = stack.enter_context(opened(shop))
            return kept[engine]

        yield on


@pytest.fixture
def bench(request: pytest.FixtureRequest, benches: On) -> Bench:
    """On DuckDB, and on Postgres where a test asks for it."""
    found = benches(getattr(request, "param", "duckdb"))
    found.protocol = WireProtocol.SOAP
    found.clear()
    found.fill(ROWS)
    return found


def settle(bench: Bench, sandbox: LocalSandbox, rows: int = ROWS, value: float = 10.0) -> None:
    """Without faults the next push brings every row to its end: each counts once, in the ledger and at the judge."""
    ask_for(sandbox)
    last = bench.push(sandbox)
    assert (last.exit_code, last.rows("accepted") + last.rows("unchanged")) == (0, rows), last
    assert counting(sandbox) == {click(n): value for n in range(1, rows + 1)}
    assert bench.statuses() == {"accepted": rows}


# The fault, the rows' standing after the push that meets it, and what the run says of it.
CALLS: dict[str, tuple[dict[str, Any], dict[str, int], str]] = {
    "time-out before": ({"kind": "timeout_before", **TWICE}, DOUBT, "did not answer in time"),
    "time-out after": ({"kind": "timeout_after", **TWICE}, DOUBT, "did not answer in time"),
    "time-out after, once": ({"kind": "timeout_after"}, ACCEPTED, ""),
    "late, once": ({"kind": "lands_late", "seconds": 0.3}, ACCEPTED, ""),
    "late": ({"kind": "lands_late", "seconds": 0.3, **TWICE}, DOUBT, "did not answer in time"),
    "reset before": ({"kind": "reset_before", **TWICE}, DOUBT, "the connection to 127.0.0.1"),
    "reset after": ({"kind": "reset_after", **TWICE}, DOUBT, "the connection to 127.0.0.1"),
    "reset late": ({"kind": "reset_late", "seconds": 0.3, **TWICE}, DOUBT, "the connection to 127.0.0.1"),
    "half an answer": ({"kind": "half_answer", **TWICE}, DOUBT, "the connection to 127.0.0.1"),
    "html": ({"kind": "html_502", **TWICE}, DOUBT, "HTTP 502"),
    "html, taken": ({"kind": "html_502", "taken": True, **TWICE}, DOUBT, "HTTP 502"),
    "empty": ({"kind": "empty_503", **TWICE}, DOUBT, "HTTP 503"),
    "empty, taken once": ({"kind": "empty_503", "taken": True}, ACCEPTED, ""),
    "fault with 200": ({"kind": "status_200_fault", "code": 105}, LEFT, "InvalidCredentials (105)"),
    "other shape": ({"kind": "status_200_fault", "code": 105, "shape": "request"}, LEFT, "InvalidCredentials (105)"),
    "token expired": ({"kind": "fault_109"}, LEFT, "AuthenticationTokenExpired (109)"),
    "other shape of 109": ({"kind": "fault_109", "shape": "request"}, LEFT, "AuthenticationTokenExpired (109)"),
    "credentials": ({"kind": "fault_105"}, LEFT, "InvalidCredentials (105)"),
    "not allowed": ({"kind": "fault_106"}, LEFT, "UserIsNotAuthorized (106)"),
    "throttled": ({"kind": "fault_117"}, ACCEPTED, ""),
    "throttled for long": ({"kind": "fault_117", **TWICE}, {"deferred": ROWS}, ""),
    "internal error, once": ({"kind": "fault_0", "taken": True}, ACCEPTED, ""),
    "internal error": ({"kind": "fault_0", **TWICE}, DOUBT, "InternalError (0)"),
    "202": ({"kind": "fault_202", "taken": True, **TWICE}, DOUBT, "ApiExecutionError (202)"),
    "5612, once": ({"kind": "fault_5612", "taken": True}, ACCEPTED, ""),
    "5612": ({"kind": "fault_5612", **TWICE}, DOUBT, "OfflineConversionsApplyFailed (5612)"),
    "5612 for each row": (
        {"kind": "refuse", "share": 1, "code": 5612, "error_code": "OfflineConversionsApplyFailed"},
        DOUBT,
        "OfflineConversionsApplyFailed (5612)",
    ),
    "5612 for a row": ({"kind": "refuse", "row": click(2), "code": 5612}, {"accepted": 4, "in_doubt": 1}, "(5612)"),
    "too many rows": ({"kind": "fault_5601"}, ACCEPTED, ""),
    "5614": ({"kind": "refuse", "row": click(2), "code": 5614}, {"accepted": 4, "deferred": 1}, ""),
    "5615": ({"kind": "refuse", "row": click(2), "code": 5615}, {"accepted": 4, "deferred": 1}, ""),
    "5614 as a fault": ({"kind": "poison", "row": click(2), "code": 5614}, {"accepted": 4, "deferred": 1}, ""),
    "unknown code": ({"kind": "fault_unknown"}, ACCEPTED, ""),
    "unknown code, taken": ({"kind": "fault_unknown", "taken": True}, ACCEPTED, ""),
    "unknown code for a row": ({"kind": "poison", "row": click(2), "code": 987654}, {"accepted": 4, "in_doubt": 1}, ""),
    "unreadable for each row": ({"kind": "poison", "share": 1}, LEFT, "DeserializationFailed"),
    "unknown fault for each row": ({"kind": "poison", "share": 1, "code": 987654}, DOUBT, "(987654)"),
    "unknown code for each row": ({"kind": "refuse", "share": 1, "code": 987654}, LEFT, "(987654)"),
    "index out of range": ({"kind": "bad_index"}, DOUBT, "a row that was not in the call"),
    "redirect": ({"kind": "redirect", "taken": True, **TWICE}, DOUBT, "HTTP 307"),
    "entity bomb": ({"kind": "dtd", "taken": True, **TWICE}, DOUBT, "no readable answer"),
    "endless": ({"kind": "huge", "megabytes": 32, **TWICE}, DOUBT, "no readable answer"),
}


# Beside these another case comes to the same in the ledger; test_wire_answers has each code in each shape.
ALIKE = {"other shape", "other shape of 109", "credentials", "html", "reset late", "202", "5615", "unknown code, taken"}
# Where the protocol makes the answer; what it comes to then is the same by each. test_wire_answers has all by both.
BY_REST = scaled(
    (
        *("time-out after", "half an answer", "html, taken", "fault with 200", "token expired", "throttled"),
        *("5612 for a row", "unknown code for a row", "index out of range", "redirect"),
    ),
    long=tuple(CALLS),
)
# What a call comes to is the same on each engine; there these cases show that its receipts are.
ON_POSTGRES = ("late", "5612 for a row", *scaled((), long=("time-out after", "throttled for long")))
BY_SOAP = scaled([case for case in CALLS if case not in ALIKE.union(BY_REST)], long=list(CALLS))


def every_way(by_soap: Iterable[str], by_rest: Iterable[str], on_postgres: Iterable[str]) -> pytest.MarkDecorator:
    """Each case by SOAP on DuckDB, some by REST, and some on Postgres."""
    ways = [("duckdb", SOAP, case) for case in by_soap] + [("duckdb", REST, case) for case in by_rest]
    ways += [("postgres", SOAP, case) for case in on_postgres]
    ids = [f"{engine}, {protocol.value}, {case}" for engine, protocol, case in ways]
    return pytest.mark.parametrize(("bench", "protocol", "case"), ways, indirect=["bench"], ids=ids)


@every_way(BY_SOAP, BY_REST, ON_POSTGRES)
def test_a_call_that_goes_wrong(
    bench: Bench, sandbox: LocalSandbox, books: Path, protocol: WireProtocol, case: str
) -> None:
    """Each row has the standing that the answer bears out, the run says why, and the next push settles the rest."""
    bench.protocol = protocol
    fault, expected, words = CALLS[case]
    ask_for(sandbox, fault)
    result = bench.push(sandbox, unanswered=unanswered(fault))
    assert result.source == expected
    assert result.exit_code == (1 if {"in_doubt", "not_reached"} & set(expected) else 0)
    said = f"{result.stopped or ''} {result.in_doubt_because}"
    assert words in said
    if "not_reached" in expected:
        assert result.stopped is not None
        assert result.stopped.hint, "what to do is said"
    if "late" in case:
        wait_for(lambda: summary(books).counted == ROWS)
    settle(bench, sandbox)


@pytest.mark.parametrize("protocol", WireProtocol)
def test_a_service_that_cannot_be_reached(bench: Bench, sandbox: LocalSandbox, protocol: WireProtocol) -> None:
    """Without a connection nothing is in doubt: a row that is corrected meanwhile is sent as it is then, and once."""
    bench.protocol = protocol
    result = bench.push(sandbox, reachable=False)
    assert (result.source, result.exit_code) == (LEFT, 1)
    assert str(result.stopped) == "The call could not be made: no connection to 127.0.0.1:1 came about."
    assert bench.statuses() == {}
    bench.fill(ROWS, value=25.0)
    settle(bench, sandbox, value=25.0)


def test_a_repeat_that_cannot_be_made_leaves_the_doubt(bench: Bench, sandbox: LocalSandbox) -> None:
    """What was in doubt before stays so when the service cannot be reached, and is settled when it can."""
    ask_for(sandbox, {"kind": "timeout_after", "count": 2})
    assert bench.push(sandbox, unanswered=2).source == DOUBT
    again = bench.push(sandbox, reachable=False)
    assert (again.source, again.exit_code) == (DOUBT, 1)
    assert again.stopped is not None
    assert "Nothing" not in again.stopped.hint, "some of it may have left"
    settle(bench, sandbox)


def test_an_intent_that_stands_twice_leaves_the_sums_right(bench: Bench, sandbox: LocalSandbox) -> None:
    """A warehouse that inserted a row twice makes no run fail, also once the conversion has left the source."""
    whole = bench.sync
    bench.sync = replace(whole, adjustments=())
    try:
        assert bench.push(sandbox).source == ACCEPTED
        bench.sql(
            "insert into main.reverse_etl_ledger select * from main.reverse_etl_ledger where record_key = 'D1'",
            "delete from main.deals",
        )
        assert bench.push(sandbox).exit_code == 0  # it has held the sums against each other
    finally:
        bench.sync = whole


def test_an_index_that_comes_twice_refuses_its_row_once(bench: Bench, sandbox: LocalSandbox) -> None:
    """Two errors on one row are one refusal, and the others are accepted."""
    ask_for(sandbox, {"kind": "same_index"})
    result = bench.push(sandbox)
    assert (result.source, sum(result.refusals.values())) == ({"accepted": ROWS - 1, "rejected": 1}, 1)
    assert len(counting(sandbox)) == ROWS - 1
    assert bench.push(sandbox).source == {"unchanged": ROWS - 1, "held": 1}


@pytest.mark.parametrize(
    ("protocol", "code", "standing"),
    [(SOAP, None, "rejected"), (SOAP, 5604, "rejected"), (SOAP, 987654, "in_doubt"), (REST, None, "rejected")],
)
def test_one_bad_row_among_a_thousand(  # noqa: PLR0917
    bench: Bench, sandbox: LocalSandbox, books: Path, protocol: WireProtocol, code: int | None, standing: str
) -> None:
    """A fault that blames the data names no row: it is found in at most 22 calls, and the other 999 are delivered."""
    bench.protocol = protocol
    bench.fill(1000)
    ask_for(sandbox, {"kind": "poison", "row": click(617)} | ({"code": code} if code else {}))
    result = bench.push(sandbox)
    assert result.source == {"accepted": 999, standing: 1}
    assert summary(books).calls == 21
    assert counting(sandbox).keys() == {click(n) for n in range(1, 1001) if n != 617}
    again = bench.push(sandbox)
    # In doubt it is sent once more, alone, where nothing shows that it is the row and not the service.
    assert again.source == {"unchanged": 999, "held" if standing == "rejected" else standing: 1}
    assert summary(books).counted == 999


def test_throttling_in_the_midst_of_many_calls(bench: Bench, sandbox: LocalSandbox, books: Path) -> None:
    """Bursts of 117 among five batches make all workers wait and slow down; every row counts once."""
    bench.fill(5000)
    ask_for(sandbox, {"kind": "fault_117", "nth": 2, "count": 3})
    result = bench.push(sandbox, workers=4, tries=4)
    assert (result.source, result.exit_code) == ({"accepted": 5000}, 0)
    assert summary(books).received == summary(books).counted == 5000


# What a call with corrections meets, and the standing of a restated row and of one that is retracted.
CORRECTIONS: dict[str, tuple[dict[str, Any], dict[str, int], dict[str, int]]] = {
    "time-out after": ({"kind": "timeout_after", "count": 4}, {"in_doubt": 1}, {"in_doubt": 1}),
    "late": ({"kind": "lands_late", "seconds": 0.2, "count": 4}, {"in_doubt": 1}, {"in_doubt": 1}),
    "token expired": ({"kind": "fault_109", "count": 4}, {"not_reached": 1}, {"not_reached": 1}),
    "throttled": ({"kind": "fault_117"}, {"accepted": 1}, {"retracted": 1}),
    "throttled for long": ({"kind": "fault_117", "count": 4}, {"deferred": 1}, {"deferred": 1}),
    "5612": ({"kind": "fault_5612", "count": 4}, {"in_doubt": 1}, {"in_doubt": 1}),
    "bad index": ({"kind": "bad_index", "count": 4}, {"in_doubt": 1}, {"in_doubt": 1}),
    "later": ({"kind": "refuse", "share": 1, "code": 5622}, {"deferred": 1}, {"deferred": 1}),
}


@every_way(CORRECTIONS, scaled(("time-out after", "5612"), long=tuple(CORRECTIONS)), ("time-out after", "later"))
def test_a_correction_that_goes_wrong(bench: Bench, sandbox: LocalSandbox, protocol: WireProtocol, case: str) -> None:
    """A restatement and a retraction keep their standing through each accident, and arrive with the next push."""
    bench.protocol = protocol
    fault, source, ledger = CORRECTIONS[case]
    bench.push(sandbox)
    bench.sql(
        "update main.deals set conversion_value = 25 where deal_id = 'D1'",
        "delete from main.deals where deal_id = 'D2'",
    )
    ask_for(sandbox, fault | {"operation": "adjustments"})
    result = bench.push(sandbox, unanswered=unanswered(fault))
    assert result.source == source | {"unchanged": ROWS - 2}
    assert result.ledger == ledger
    ask_for(sandbox)
    if case == "late":
        wait_for(lambda: click(2) not in counting(sandbox))
    # A correction is dated a second after the one before it, and the service takes none from the future.
    time.sleep(1.1)
    last = bench.push(sandbox)
    assert last.exit_code == 0
    assert counting(sandbox) == {click(n): 25.0 if n == 1 else 10.0 for n in (1, 3, 4, 5)}
    assert bench.statuses() == {"accepted": 4, "retracted": 1}
