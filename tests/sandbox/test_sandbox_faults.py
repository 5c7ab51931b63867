"""Faults on request: what the caller sees, and what the books took."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import etree

from reverse_etl.sandbox import LocalSandbox

from .conftest import Caller, a_row, click, raw_row
from .test_sandbox_rest import apply


@pytest.mark.parametrize(
    ("fault", "said", "status"),
    [
        ({"kind": "fault_0"}, ("AdApiFaultDetail", 0, "InternalError"), 500),
        ({"kind": "fault_105"}, ("AdApiFaultDetail", 105, "InvalidCredentials"), 401),
        ({"kind": "fault_106"}, ("AdApiFaultDetail", 106, "UserIsNotAuthorized"), 403),
        ({"kind": "fault_109"}, ("AdApiFaultDetail", 109, "AuthenticationTokenExpired"), 401),
        ({"kind": "fault_117"}, ("AdApiFaultDetail", 117, "CallRateExceeded"), 429),
        ({"kind": "fault_202"}, ("AdApiFaultDetail", 202, "ApiExecutionError"), 500),
        ({"kind": "fault_5601"}, ("ApiFaultDetail", 5601, "OfflineConversionsLimitExceeded"), 400),
        ({"kind": "fault_5612"}, ("ApiFaultDetail", 5612, "OfflineConversionsApplyFailed"), 500),
        ({"kind": "fault_5614"}, ("ApiFaultDetail", 5614, "FutureConversionTimeCannotBeSet"), 400),
        ({"kind": "fault_5615"}, ("ApiFaultDetail", 5615, "OfflineConversionNotAcceptedForGoal"), 400),
        ({"kind": "fault_unknown"}, ("ApiFaultDetail", 777777, "NeverHeardOf"), 400),
        ({"kind": "fault_117", "shape": "request", "error_code": "Any"}, ("ApiFaultDetail", 117, "Any"), 429),
        ({"kind": "fault_5612", "shape": "platform"}, ("AdApiFaultDetail", 5612, "OfflineConversionsApplyFailed"), 500),
        ({"kind": "status_200_fault"}, ("AdApiFaultDetail", 117, "CallRateExceeded"), 200),
    ],
)
def test_a_fault_is_answered(caller: Caller, fault: dict[str, Any], said: tuple[str, int, str], status: int) -> None:
    """By SOAP and REST, as often as asked for, in the shape and with the status of its code; nothing is taken."""
    caller.faults(fault, fault | {"retry_after": 7}, fault | {"taken": True})
    assert caller.fault([a_row()]) == said
    answer = apply(caller, a_row())
    assert (answer.status_code, answer.json()["Type"], answer.headers["Retry-After"]) == (status, said[0], "7")
    assert caller.rows() == []
    assert caller.fault([a_row()]) == said
    assert caller.outcomes() == ["counted"]


def test_faults_come_in_order_and_where_they_match(caller: Caller) -> None:
    """The first fault whose row the call holds is used; the others wait for their call."""
    caller.faults({"kind": "fault_117", "row": click(2)}, {"kind": "fault_109"})
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


def test_errors_with_a_wrong_index(caller: Caller) -> None:
    """An answer may name an index that the call did not have, or one row twice, of which the books have one refusal."""
    caller.faults({"kind": "bad_index"}, {"kind": "same_index"})
    assert [index for index, _, _ in caller.send(a_row())] == [1]
    errors = caller.send(a_row(MicrosoftClickId=click(2)), a_row(MicrosoftClickId=click(3)))
    assert [(index, code) for index, code, _ in errors] == [(0, 5606), (0, 5617)]
    assert caller.outcomes() == ["counted", "refused", "counted"]


@pytest.mark.parametrize("kind", ["slow", "hold_before", "hold_after", "timeout_after"])
def test_answer_comes_after_the_seconds_that_were_asked_for(caller: Caller, kind: str) -> None:
    """A slow answer drips over the seconds, a held or late one waits so long; each arrives whole."""
    caller.faults({"kind": kind, "seconds": 0.4})
    started = time.monotonic()
    assert caller.send(a_row()) == []
    assert time.monotonic() - started >= 0.3


def late(caller: Caller) -> None:
    """A call whose caller gives up."""
    with pytest.raises(requests.ReadTimeout):
        caller.post(raw_row(1), timeout=0.4)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.mark.parametrize(("kind", "taken"), [("timeout_before", []), ("timeout_after", ["counted"])])
def test_answer_that_never_comes(caller: Caller, kind: str, taken: list[str]) -> None:
    """The caller waits in vain, and the books did or did not take the batch; once it has gone, its thread ends."""
    caller.faults({"kind": kind})
    late(caller)
    wait_for(lambda: caller.outcomes() == taken)
    caller.faults()
    assert caller.send(a_row(MicrosoftClickId=click(2))) == []
    assert caller.outcomes() == [*taken, "counted"]


@pytest.mark.parametrize("kind", ["lands_late", "reset_late"])
def test_call_that_lands_late(caller: Caller, kind: str) -> None:
    """The batch is taken only after its caller gave up or was turned away, behind what it sent since."""
    caller.faults({"kind": kind, "seconds": 600})
    if kind == "lands_late":
        late(caller)
    else:
        with pytest.raises(requests.ConnectionError, match="reset"):
            caller.send(a_row())
    assert caller.rows() == []
    assert caller.send(a_row(ConversionValue=7)) == []
    caller.session.post(f"{caller.url}/control/release", timeout=60).raise_for_status()
    wait_for(lambda: len(caller.rows()) == 2)
    assert [(row.outcome, row.conversion_value == "7") for row in caller.rows()] == [
        ("counted", True),
        ("duplicate", False),
    ]


@pytest.mark.parametrize(("kind", "taken"), [("hold_before", 0), ("hold_after", 2)])
def test_gate_holds_until_released(caller: Caller, kind: str, taken: int) -> None:
    """Calls are held without an end; the control API tells how many, lets them go, and the fault stays asked for."""
    caller.faults({"kind": kind, "count": 3})
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(caller.post, raw_row(number)) for number in range(2)]
        wait_for(lambda: caller.get("/control/faults").json()["held"] == 2)
        time.sleep(0.2)
        assert [call.done() for call in calls] == [False, False]
        assert len(caller.rows()) == taken
        released = caller.session.post(f"{caller.url}/control/release", timeout=60).json()
        assert released == {"released": 2}
        assert [call.result(timeout=60).status_code for call in calls] == [200, 200]
        again = pool.submit(caller.post, raw_row(2))
        wait_for(lambda: caller.get("/control/faults").json()["held"] == 1)
        caller.session.post(f"{caller.url}/control/release", timeout=60)
        assert again.result(timeout=60).status_code == 200
    assert caller.outcomes() == ["counted"] * 3
    assert caller.asked()[0]["left"] == 0


def test_leaving_lets_held_calls_go(tmp_path: Path) -> None:
    """A sandbox that is stopped does not wait for a call that it holds."""
    with ThreadPoolExecutor(1) as pool:
        with LocalSandbox(tmp_path / "books.db", port=0) as sandbox:
            caller = Caller(sandbox, tmp_path / "books.db")
            caller.faults({"kind": "hold_before", "seconds": 600})
            call = pool.submit(caller.send, a_row())
            wait_for(lambda: requests.get(f"{sandbox.url}/control/faults", timeout=60).json()["held"] == 1)
            started = time.monotonic()
        assert call.result(timeout=60) == []
        assert time.monotonic() - started < 600, "it waited for the call"
        caller.session.close()


def test_answer_with_a_document_type(caller: Caller) -> None:
    """The answer is a small document whose entities grow to a hundred million characters."""
    caller.faults({"kind": "dtd", "taken": True})
    answer = caller.post(raw_row(1))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert len(answer.content) < 1000
    assert answer.content.count(b"<!ENTITY") == 9
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(answer.content)
    assert caller.outcomes() == ["counted"]


def test_answer_without_an_end(caller: Caller) -> None:
    """The answer streams without a length as long as the caller reads, and stops when it hangs up."""
    caller.faults({"kind": "huge", "megabytes": 40}, {"kind": "huge", "megabytes": 100_000})
    whole = caller.post(raw_row(1))
    assert len(whole.content) > 38_000_000
    assert "Content-Length" not in whole.headers
    with caller.post(raw_row(1), stream=True) as answer:
        assert len(next(answer.iter_content(5_000_000))) > 0
    assert caller.send(a_row()) == []


def test_redirect_leads_to_another_host(caller: Caller) -> None:
    """The answer sends the caller elsewhere; whoever follows would carry its tokens there."""
    caller.faults({"kind": "redirect"}, {"kind": "redirect", "to": "http://127.0.0.1:9/there"})
    first, second = (caller.post(raw_row(1), allow_redirects=False) for _ in range(2))
    assert (first.status_code, first.headers["Location"]) == (307, "http://elsewhere.invalid/")
    assert second.headers["Location"] == "http://127.0.0.1:9/there"
    assert caller.rows() == []


@pytest.mark.parametrize("hours", [-5, 3.5])
def test_date_is_wrong_by_hours(caller: Caller, hours: float) -> None:
    """The Date header of a good answer is wrong by so many hours, and right again when the fault is over."""
    caller.faults({"kind": "clock_skew", "hours": hours})
    for wrong in (hours, 0):
        answer = caller.post(raw_row(1))
        said = parsedate_to_datetime(answer.headers["Date"])
        assert abs(said - datetime.now(UTC) - timedelta(hours=wrong)) < timedelta(seconds=5)
        assert answer.status_code == 200
    assert caller.outcomes() == ["counted", "duplicate"]


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        ({}, "faults: Field required"),
        ([1], "faults[0]: Input should be an object, not 1"),
        ([{"kind": "fault_7"}], "faults[0]: kind must be one of"),
        ([{"kind": "fault_0", "count": 0}], "faults[0].count: Input should be greater than or equal to 1, not 0"),
        ([{"kind": "fault_0", "seconds": 1}], "faults[0]: seconds is not known for fault_0"),
        ([{"kind": "refuse", "share": 0.5}], "faults[0]: code is needed for refuse"),
        ({"faults": [], "seed": "x"}, "seed: Input should be a valid integer"),
        ([{"kind": "fault_0"}, {"kind": "slow"}], "faults[1]: seconds is needed for slow"),
        ([{"kind": "fault_0", "times": 2}], "faults[0].times: Extra inputs"),
        ([{"kind": "poison"}], "faults[0]: row, value or share is needed for poison"),
    ],
)
def test_wrong_faults_are_named(caller: Caller, faults: Any, said: str) -> None:
    """A list of faults with a mistake is refused with one sentence that names it."""
    answer = caller.session.post(f"{caller.url}/control/faults", json=faults, timeout=60)
    assert answer.status_code == 400
    assert said in answer.json()["error"]
