"""The faults that are asked for, at work: which call meets which, how often each was met, and who is held."""

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.faults import Fault
from reverse_etl.sandbox.goals import click_key
from reverse_etl.sandbox.request import LOOKUPS, Operation, Row

_GLANCE = 0.02  # seconds between two looks at what a call waits for


@dataclass(slots=True)
class _Asked:
    """A fault with what has come of it: `seen` are the calls that fit it, `met` those that it was used on."""

    fault: Fault
    place: int
    seen: int = 0
    met: int = 0

    @property
    def left(self) -> int | None:
        return None if self.fault.limit is None else self.fault.limit - self.met


@dataclass(frozen=True, slots=True)
class Met:
    """A fault that a call has met, with the gate that stood then: a release that comes at once is not missed."""

    fault: Fault
    gate: threading.Event


class Injection:
    """The faults in the order in which they were asked for. A call meets the first that fits, its rows meet theirs.

    All chances are drawn from the seed: by the number of a call among those that fit, or by a row's identity, so that
    a row meets its fault in whatever call it comes.
    """

    def __init__(self, faults: Sequence[Fault] = (), seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._gate = threading.Event()
        self._held = 0
        self._seed = seed
        self.put(faults)

    def put(self, faults: Sequence[Fault], seed: int | None = None) -> None:
        """Replace the faults. Calls that are held stay held."""
        with self._lock:
            self._seed = self._seed if seed is None else seed
            self._asked = [_Asked(fault, place) for place, fault in enumerate(faults)]

    def clear(self) -> None:
        """Drop the faults, and let every call go on that waits."""
        self.put([])
        self.release()

    def release(self) -> int:
        """Let every call go on that waits, and give their number. The faults stay."""
        with self._lock:
            self._gate.set()
            self._gate = threading.Event()
            return self._held

    def state(self) -> dict[str, Any]:
        """The faults as they were asked for, each with how often it was met and may still be."""
        with self._lock:
            asked = [
                one.fault.model_dump(exclude_defaults=True) | {"fired": one.met, "left": one.left}
                for one in self._asked
            ]
            return {"seed": self._seed, "held": self._held, "faults": asked}

    def meet(self, operation: str, rows: Sequence[Row | None]) -> Met | None:
        """The fault that this call meets, if any."""
        with self._lock:
            fitting = [
                one for one in self._asked if not one.fault.settings.of_rows and self._fits(one, operation, rows)
            ]
            for one in fitting:
                one.seen += 1
            for one in fitting:
                if self._is_due(one):
                    one.met += 1
                    return Met(one.fault, self._gate)
        return None

    def meet_rows(self, operation: str, rows: Sequence[Row | None]) -> tuple[list[Fault], dict[int, Code]]:
        """The faults that the rows of this call meet, and the rows that are to be refused, by index."""
        faults: list[Fault] = []
        refusals: dict[int, Code] = {}
        with self._lock:
            for one in self._asked:
                if not one.fault.settings.of_rows or one.left == 0 or not self._fits(one, operation, rows):
                    continue
                if one.fault.kind == "refuse" and one.fault.error:
                    hit = [index for index, row in enumerate(rows) if self._hits(one, row)]
                    refusals = dict.fromkeys(hit, one.fault.error) | refusals
                one.met += 1
                faults.append(one.fault)
        return faults, refusals

    def hold(self, met: Met) -> None:
        """Wait until released, or as long as the fault says."""
        with self._lock:
            self._held += 1
        met.gate.wait(met.fault.seconds)
        with self._lock:
            self._held -= 1

    def wait_for(self, is_gone: Callable[[], bool], met: Met, seconds: float) -> None:
        """Wait until the caller has gone, at most so long; a release ends it, too."""
        end = time.monotonic() + seconds
        while not is_gone() and time.monotonic() < end and not met.gate.wait(_GLANCE):
            pass

    def pause(self, seconds: float) -> None:
        """Wait so long, unless released."""
        self._gate.wait(seconds)

    def _fits(self, one: _Asked, operation: str, rows: Sequence[Row | None]) -> bool:
        fault = one.fault
        # What is asked for calls is asked for those that deliver: a lookup before them must not use it up.
        if (Operation[fault.operation.upper()] != operation) if fault.operation else operation in LOOKUPS:
            return False
        picks = fault.row or fault.value is not None or fault.share is not None
        return not picks or any(self._hits(one, row) for row in rows)

    def _hits(self, one: _Asked, row: Row | None) -> bool:
        fault = one.fault
        if row is None or (fault.row and fault.row not in (row.click_id, row.conversion_name)):
            return False
        if fault.value is not None and row.amount != fault.value:
            return False
        if fault.share is None:
            return True
        time = row.time.text if row.time else ""
        identity = (click_key(row.click_id or ""), row.conversion_name, time, row.hashed_email, row.hashed_phone)
        return self._chance(one, *identity) < fault.share

    def _is_due(self, one: _Asked) -> bool:
        if one.left == 0 or one.seen < one.fault.nth:
            return False
        return one.fault.rate is None or self._chance(one, one.seen) < one.fault.rate

    def _chance(self, one: _Asked, *parts: str | int | None) -> float:
        """A number from 0 to 1 that is the same for the same seed, fault and parts."""
        text = "\x1f".join(
            "" if part is None else str(part) for part in (self._seed, one.fault.kind, one.place, *parts)
        )
        return float(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") / 2**64)
