"""Faults on request: what the caller sees, and what the books took."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
import zeep

from .conftest import Caller, a_row, click


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (0, "InternalError"),
        (105, "InvalidCredentials"),
        (106, "UserIsNotAuthorized"),
        (109, "AuthenticationTokenExpired"),
        (117, "CallRateExceeded"),
        (202, "ApiExecutionError"),
    ],
)
def test_platform_faults(caller: Caller, code: int, name: str) -> None:
    """A fault is answered as often as asked for, takes nothing, and then the service goes on."""
    caller.faults({"kind": f"fault_{code}", "count": 2})
    for _ in range(2):
        assert caller.fault([a_row()]) == ("AdApiFaultDetail", code, name)
    assert caller.rows() == []
    assert caller.send(a_row()) == []
    assert caller.get("/books").json()["calls"] == 3


def test_fault_after_the_books_took_the_batch(caller: Caller) -> None:
    """With `taken`, the books take the batch although a fault is answered."""
    caller.faults({"kind": "fault_0", "taken": True})
    assert caller.fault([a_row()]) == ("AdApiFaultDetail", 0, "InternalError")
    assert caller.outcomes() == ["counted"]


def test_faults_come_in_order_and_where_they_match(caller: Caller) -> None:
    """The first fault whose text the body holds is used; the others wait for their call."""
    caller.faults({"kind": "fault_117", "match": click(2)}, {"kind": "fault_109"})
    assert caller.fault([a_row()])[1] == 109
    assert caller.send(a_row()) == []
    assert caller.fault([a_row(MicrosoftClickId=click(2))])[1] == 117


@pytest.mark.parametrize("row", [click(2), "Sale & co"])
def test_refuse_picks_rows_by_click_id_or_name(caller: Caller, row: str) -> None:
    """A refusal hits the rows that it names, with the code it is given, and no others."""
    caller.faults({"kind": "refuse", "row": row, "code": 5612, "error_code": "OfflineConversionsApplyFailed"})
    rows = [a_row(), a_row(MicrosoftClickId=click(2), ConversionName="Sale & co")]
    assert caller.send(*rows) == [(1, 5612, "OfflineConversionsApplyFailed")]
    assert caller.send(*rows) == []
    assert caller.outcomes() == ["counted", "refused", "duplicate", "counted"]


def test_poison_fails_every_call_with_the_row(caller: Caller) -> None:
    """A poisoned row fails each call that holds it without naming it, until the faults are cleared."""
    caller.faults({"kind": "poison", "row": click(3)}, {"kind": "fault_117"})
    rows = [a_row(MicrosoftClickId=click(number)) for number in range(5)]
    assert caller.fault(rows)[1] == 117
    for part in (rows, rows[2:], [rows[3]]):
        with pytest.raises(zeep.exceptions.Fault) as caught:
            caller.call(part)
        assert caught.value.detail is None
    assert caller.send(*rows[:3], rows[4]) == []
    caller.session.post(f"{caller.url}/control/clear", timeout=5)
    assert caller.send(rows[3]) == []


@pytest.mark.parametrize(("kind", "taken"), [("hold_before", []), ("hold_after", ["counted"])])
def test_hold_waits_and_can_be_released(caller: Caller, kind: str, taken: list[str]) -> None:
    """A held call waits before or after the books take it, and goes on when the faults are cleared."""
    caller.faults({"kind": kind, "seconds": 30})
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(caller.send, a_row())
        with requests.Session() as session:
            deadline = time.monotonic() + 5
            while caller.outcomes() != taken and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(0.2)
            assert not call.done()
            assert caller.outcomes() == taken
            session.post(f"{caller.url}/control/clear", timeout=5)
        assert call.result(timeout=5) == []
    assert caller.outcomes() == ["counted"]


def test_hold_ends_by_itself(caller: Caller) -> None:
    """A held call goes on after the seconds that were asked for."""
    caller.faults({"kind": "hold_before", "seconds": 0.3})
    started = time.monotonic()
    assert caller.send(a_row()) == []
    assert 0.3 <= time.monotonic() - started < 3


@pytest.mark.parametrize(("kind", "taken"), [("reset_before", []), ("reset_after", ["counted"])])
def test_reset_drops_the_connection(caller: Caller, kind: str, taken: list[str]) -> None:
    """The caller sees a connection reset, before or after the books took the batch."""
    caller.faults({"kind": kind})
    with pytest.raises(requests.ConnectionError, match="reset"):
        caller.send(a_row())
    assert caller.outcomes() == taken


def test_half_answer_breaks_off(caller: Caller) -> None:
    """Half of the answer arrives; the books took the batch."""
    caller.faults({"kind": "half_answer"})
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        caller.send(a_row())
    assert caller.outcomes() == ["counted"]


def test_gateway_answers(caller: Caller) -> None:
    """A 502 with HTML and an empty 503 come back as they are, and nothing is taken."""
    caller.faults({"kind": "html_502"}, {"kind": "empty_503"})
    bad_gateway, unavailable = caller.post(""), caller.post("")
    assert (bad_gateway.status_code, "502 Bad Gateway" in bad_gateway.text) == (502, True)
    assert (unavailable.status_code, unavailable.text) == (503, "")
    assert caller.rows() == []


def test_fault_with_status_200(caller: Caller) -> None:
    """A fault may come with HTTP status 200, with a code of choice."""
    caller.faults({"kind": "status_200_fault"}, {"kind": "status_200_fault", "code": 109})
    answer = caller.post("")
    assert (answer.status_code, "CallRateExceeded" in answer.text) == (200, True)
    assert caller.fault([a_row()])[1] == 109


def test_bad_index(caller: Caller) -> None:
    """An answer may name an index that the call did not have; the books took the batch."""
    caller.faults({"kind": "bad_index"})
    assert [index for index, _, _ in caller.send(a_row())] == [1]
    assert caller.outcomes() == ["counted"]


def test_slow_answer_arrives_whole(caller: Caller) -> None:
    """A slow answer drips over the seconds that were asked for, and is whole."""
    caller.faults({"kind": "slow", "seconds": 0.4})
    started = time.monotonic()
    assert caller.send(a_row()) == []
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        ({}, "not a list"),
        ([1], r"[0].kind must be one of"),
        ([{"kind": "fault_7"}], r"[0].kind must be one of"),
        ([{"kind": "fault_0"}, {"kind": "hold_after"}], "[1].seconds is needed for hold_after"),
        ([{"kind": "fault_0", "count": "2"}], "[0].count has the wrong type"),
        ([{"kind": "fault_0", "times": 2}], "[0].times is not known"),
        ([{"kind": "poison"}], "[0].row is needed for poison"),
    ],
)
def test_wrong_faults_are_named(caller: Caller, faults: Any, said: str) -> None:
    """A list of faults with a mistake is refused with one sentence that names it."""
    answer = caller.session.post(f"{caller.url}/control/faults", json=faults, timeout=5)
    assert answer.status_code == 400
    assert said in answer.json()["error"]
