"""Which calls and rows meet a fault: by number, chance, operation and the row itself, the same for the same seed."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import zeep

from reverse_etl.sandbox import LocalSandbox, SandboxError, parse_fault
from reverse_etl.sandbox.faults import KINDS, Fault

from .conftest import Caller, a_row, an_adjustment, click

ROWS = [a_row(MicrosoftClickId=click(number)) for number in range(40)]


def meets(caller: Caller, calls: int) -> list[int]:
    """The numbers of the calls that were answered by a fault."""
    met = []
    for number in range(calls):
        try:
            caller.call([a_row(MicrosoftClickId=click(number))])
        except zeep.exceptions.Fault:
            met.append(number)
    return met


def seeded(caller: Caller, seed: int, *faults: dict[str, Any]) -> None:
    answer = caller.session.post(f"{caller.url}/control/faults", json={"seed": seed, "faults": faults}, timeout=60)
    assert answer.json()["seed"] == seed


def test_nth_call_meets_it(caller: Caller) -> None:
    """nth counts the calls that fit, and count says how many from there on meet the fault."""
    caller.faults({"kind": "fault_117", "nth": 3})
    assert meets(caller, 6) == [2]
    caller.faults({"kind": "fault_117", "nth": 2, "count": 3})
    assert meets(caller, 6) == [1, 2, 3]
    assert [(one["fired"], one["left"]) for one in caller.asked()] == [(3, 0)]


def test_rate_is_the_same_for_the_same_seed(caller: Caller) -> None:
    """With a rate, the same seed meets the same calls again, another seed others, and about as many as it says."""
    found = []
    for seed in (1, 1, 2):
        seeded(caller, seed, {"kind": "fault_0", "rate": 0.3})
        found.append(meets(caller, 60))
    assert found[0] == found[1] != found[2]
    assert all(8 <= len(one) <= 28 for one in found)
    assert caller.asked()[0]["left"] is None


def test_operation_picks_the_calls(caller: Caller) -> None:
    """A fault for adjustments passes conversions by, and the other way round."""
    caller.faults({"kind": "fault_117", "operation": "adjustments"}, {"kind": "fault_109", "operation": "conversions"})
    assert caller.fault([an_adjustment()], adjustments=True)[1] == 117
    assert caller.fault([a_row()])[1] == 109
    assert caller.send(a_row()) == []
    assert caller.adjust(an_adjustment()) == []


def test_faults_of_calls_and_of_rows_go_together(caller: Caller) -> None:
    """A call may meet one fault itself while its rows meet theirs; the books know of both."""
    caller.faults({"kind": "refuse", "share": 1, "code": 5610}, {"kind": "bad_index"})
    assert [(index, code) for index, code, _ in caller.send(a_row())] == [(0, 5610), (1, 5606)]
    assert caller.truth()["faults"] == {"refuse": 1, "bad_index": 1}


def test_share_of_rows_is_stable(caller: Caller) -> None:
    """A share of rows is refused in every call that holds them, however the calls are cut and the click id is spelt."""
    seeded(caller, 7, {"kind": "refuse", "share": 0.3, "code": 999_999, "error_code": "NeverSeen"})
    refused = [index for index, _, _ in caller.send(*ROWS)]
    assert 1 <= len(refused) <= 30
    again = [index for index in range(len(ROWS)) if caller.send(ROWS[index])]
    assert again == refused
    dashed = "00000000-0000-0000-0000-{:012x}".format
    spelt = [a_row(MicrosoftClickId=dashed(number)) for number in range(len(ROWS))]
    assert [index for index, _, _ in caller.send(*spelt)] == refused
    assert {row.error_code for row in caller.rows() if row.outcome == "refused"} == {"NeverSeen"}
    seeded(caller, 8, {"kind": "refuse", "share": 0.3, "code": 5610})
    assert [index for index, _, _ in caller.send(*ROWS)] != refused


@pytest.mark.parametrize("picks", [{"value": 666}, {"row": click(99)}])
@pytest.mark.parametrize("answers", [{}, {"code": 5607}, {"code": 8004, "shape": "platform"}])
def test_poison_spoils_every_call_with_the_row(caller: Caller, picks: dict[str, Any], answers: dict[str, Any]) -> None:
    """A poisoned row fails each call that holds it, without an index; all others are taken."""
    caller.faults({"kind": "poison"} | picks | answers)
    poisoned = a_row(MicrosoftClickId=click(99), ConversionValue=666)
    for rows in ([*ROWS, poisoned], [poisoned], [poisoned]):
        with pytest.raises(zeep.exceptions.Fault) as caught:
            caller.call(rows)
        assert (caught.value.detail is None) == (not answers)
    if answers:
        name = "AdApiFaultDetail" if "shape" in answers else "ApiFaultDetail"
        assert caller.fault([poisoned])[:2] == (name, answers["code"])
    assert caller.rows() == []
    assert caller.send(*ROWS) == []


def test_state_tells_what_was_asked_for(caller: Caller) -> None:
    """The control API tells the faults as they were asked for, how often each was met and may be yet, and the seed."""
    seeded(caller, 5, {"kind": "fault_117", "count": 2}, {"kind": "poison", "row": "x"})
    meets(caller, 1)
    assert caller.get("/control/faults").json() == {
        "seed": 5,
        "held": 0,
        "faults": [
            {"kind": "fault_117", "count": 2, "fired": 1, "left": 1},
            {"kind": "poison", "row": "x", "fired": 0, "left": None},
        ],
    }
    cleared = caller.session.delete(f"{caller.url}/control/faults", timeout=60).json()
    assert cleared == {"seed": 5, "held": 0, "faults": []}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("reset_after", Fault(kind="reset_after")),
        ("fault_117:nth=3,operation=adjustments", Fault(kind="fault_117", nth=3, operation="adjustments")),
        ("fault_5612:taken=true,shape=platform", Fault(kind="fault_5612", taken=True, shape="platform")),
        ("refuse:row=Lead,code=5610", Fault(kind="refuse", row="Lead", code=5610)),
        ("redirect:to=http://127.0.0.1:9/", Fault(kind="redirect", to="http://127.0.0.1:9/")),
        ("clock_skew:hours=-2.5,rate=1", Fault(kind="clock_skew", hours=-2.5, rate=1)),
    ],
)
def test_fault_is_read_from_text(text: str, fault: Fault) -> None:
    """A fault is typed as its kind, and keys with values after a colon."""
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("reset_aftr", "kind must be one of fault_0, fault_105"),
        ("fault_117:rat=0.5", "rat: Extra inputs are not permitted"),
        ("fault_117:nth", "'nth' is not KEY=VALUE"),
        ("fault_117:taken=perhaps", "taken: Input should be a valid boolean"),
        ("slow:seconds=nan", "seconds: Input should be a finite number"),
    ],
)
def test_wrong_text_is_an_error_that_names_the_key(text: str, said: str) -> None:
    """What cannot be read is said with what was typed."""
    with pytest.raises(SandboxError) as caught:
        parse_fault(text)
    assert said in str(caught.value)


def test_command_refuses_a_wrong_fault(tmp_path: Path) -> None:
    """`sandbox --fault` with a mistake leaves with 2 before anything is made."""
    books = tmp_path / "b.db"
    command = [sys.executable, "-m", "reverse_etl", "sandbox", "--books", str(books), "--fault", "poison:seconds=3"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "seconds is not known for poison" in done.stderr
    assert not books.exists()


def test_faults_may_be_given_from_the_start(tmp_path: Path) -> None:
    """A sandbox that is started with faults and a seed plays them from its first call on."""
    faults = [parse_fault("fault_117"), parse_fault("fault_109:nth=2")]
    with LocalSandbox(tmp_path / "b.db", port=0, faults=faults, seed=3) as sandbox:
        caller = Caller(sandbox, tmp_path / "b.db")
        assert [caller.fault([a_row()])[1] for _ in range(2)] == [117, 109]
        assert caller.get("/control/faults").json()["seed"] == 3
        caller.session.close()


def test_every_kind_is_documented() -> None:
    """docs/local-sandbox.md names every kind of fault and every key."""
    text = (Path(__file__).parents[2] / "docs" / "local-sandbox.md").read_text(encoding="utf-8")
    assert [name for name in (*KINDS, *Fault.model_fields) if f"`{name}`" not in text and name != "kind"] == []
