"""Faults that a test asks for: a queue that the next calls use up, and poison that stays."""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from reverse_etl.sandbox.codes import PLATFORM_FAULTS, Code
from reverse_etl.sandbox.soap import Row


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of fault needs, and whether the books take the batch although the caller sees a fault."""

    needs: tuple[str, ...] = ()
    takes: bool = False  # the books take the batch before the caller sees the fault
    answers: bool = False  # something other than the judge's answer goes back
    code: int | None = None


KINDS: dict[str, Kind] = {
    "fault_0": Kind(answers=True, code=0),
    "fault_105": Kind(answers=True, code=105),
    "fault_106": Kind(answers=True, code=106),
    "fault_109": Kind(answers=True, code=109),
    "fault_117": Kind(answers=True, code=117),
    "fault_202": Kind(answers=True, code=202),
    "status_200_fault": Kind(answers=True, code=117),
    "html_502": Kind(answers=True),
    "empty_503": Kind(answers=True),
    "reset_before": Kind(answers=True),
    "reset_after": Kind(answers=True, takes=True),
    "half_answer": Kind(takes=True),
    "bad_index": Kind(takes=True),
    "slow": Kind(("seconds",), takes=True),
    "hold_before": Kind(("seconds",), takes=True),
    "hold_after": Kind(("seconds",), takes=True),
    "refuse": Kind(("row", "code", "error_code"), takes=True),
    "poison": Kind(("row",)),
}
_TYPES: dict[str, tuple[type, ...]] = {
    "kind": (str,),
    "count": (int,),
    "match": (str,),
    "seconds": (int, float),
    "row": (str,),
    "code": (int,),
    "error_code": (str,),
    "message": (str,),
    "taken": (bool,),
}


@dataclass(slots=True)
class Fault:
    """One fault that is asked for. `count` calls see it; `match` is a text that their bodies must hold."""

    kind: str
    count: int = 1
    match: str = ""
    seconds: float = 0.0
    row: str = ""
    code: int | None = None
    error_code: str = ""
    message: str = "Refused at the test's wish."
    taken: bool = False
    released: threading.Event = field(default_factory=threading.Event)

    def hold(self) -> None:
        """Wait as long as the test asks, or until the queue is cleared."""
        self.released.wait(self.seconds)

    def fits(self, body: bytes, rows: Sequence[Row | None]) -> bool:
        """Is this call one that the fault is meant for?"""
        return self.match.encode() in body and (not self.row or any(self.hits(row) for row in rows))

    @property
    def takes(self) -> bool:
        """Do the books take the batch? `taken` asks for it where the kind leaves it out."""
        return self.taken or KINDS[self.kind].takes

    @property
    def answers(self) -> bool:
        """Does something other than the judge's answer go back?"""
        return KINDS[self.kind].answers

    @property
    def fault_code(self) -> Code | None:
        """The code of a fault of the platform, None for other kinds."""
        number = KINDS[self.kind].code if self.code is None else self.code
        return None if number is None else PLATFORM_FAULTS.get(number)

    def hits(self, row: Row | None) -> bool:
        """Does `row` name this row, by click id or conversion name?"""
        return row is not None and self.row in (row.click_id, row.name)


class FaultsError(Exception):
    """What was posted to /control/faults is not a list of faults; the text says where."""


def read_faults(body: bytes) -> list[Fault]:
    """Read the list of faults that a test posts."""
    try:
        items = json.loads(body)
    except ValueError:
        raise FaultsError("The body is not JSON.") from None
    if not isinstance(items, list):
        raise FaultsError("The body is not a list of faults.")
    return [_fault(item, f"[{index}]") for index, item in enumerate(items)]


def _fault(item: object, where: str) -> Fault:
    if not isinstance(item, dict) or item.get("kind") not in KINDS:
        raise FaultsError(f"{where}.kind must be one of {', '.join(KINDS)}.")
    for key, value in item.items():
        if key not in _TYPES:
            raise FaultsError(f"{where}.{key} is not known. Known: {', '.join(_TYPES)}.")
        if not isinstance(value, _TYPES[key]) or (isinstance(value, bool) and key != "taken"):
            raise FaultsError(f"{where}.{key} has the wrong type.")
    if item.get("count", 1) < 1:
        raise FaultsError(f"{where}.count must be 1 or more.")
    for key in KINDS[item["kind"]].needs:
        if key not in item:
            raise FaultsError(f"{where}.{key} is needed for {item['kind']}.")
    return Fault(**item)


@dataclass(slots=True)
class FaultQueue:
    """The faults that are still to come. Calls take from it under a lock."""

    _faults: list[Fault] = field(default_factory=list)
    _poison: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _released: threading.Event = field(default_factory=threading.Event)

    def put(self, faults: list[Fault]) -> None:
        """Replace the queue, and the poison with it."""
        with self._lock:
            for fault in faults:
                fault.released = self._released
            self._poison = [fault for fault in faults if fault.kind == "poison"]
            self._faults = [fault for fault in faults if fault.kind != "poison"]

    def clear(self) -> None:
        """Empty the queue and let every call go on that is being held."""
        self.put([])
        with self._lock:
            self._released.set()
            self._released = threading.Event()

    def take(self, body: bytes, rows: Sequence[Row | None]) -> Fault | None:
        """The first fault in the queue that fits this call, used up by one."""
        with self._lock:
            for fault in self._faults:
                if fault.fits(body, rows):
                    fault.count -= 1
                    if fault.count <= 0:
                        self._faults.remove(fault)
                    return fault
        return None

    def poisons(self, rows: Sequence[Row | None]) -> bool:
        """Does one of the rows make the whole call fail?"""
        with self._lock:
            poison = list(self._poison)
        return any(fault.hits(row) for fault in poison for row in rows)
