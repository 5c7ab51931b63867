"""The lease of a scope: one push at a time, by insert-only events in the runs table."""

from __future__ import annotations

import json
import os
import socket
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from reverse_etl.core.clocks import elapsed as _now
from reverse_etl.core.errors import LeaseHeldError
from reverse_etl.core.results import Claim
from reverse_etl.core.sync import Scope
from reverse_etl.core.version import __version__
from reverse_etl.warehouse.project import Project
from reverse_etl.warehouse.statements import noun

# A holder that was not heard of for this long is taken for dead. Seconds.
LIMIT = 600.0
# How old the newest heartbeat may grow while a run works. Seconds.
HEARTBEAT = 60.0
# Between looks at other claims that are not decided yet. Seconds.
POLL = 0.2

# Claims of this very process that may still send.
_LIVING: set[str] = set()


class WarehouseLease:
    """A held lease. `take` is the only way to one."""

    def __init__(self, project: Project, runs: Any, scope: Scope, run_seq: int, claim_id: str) -> None:
        self._project = project
        self._runs = runs
        self._scope = scope
        self._run_seq = run_seq
        self._claim_id = claim_id
        # The claim that counts as dead, whatever it is.
        self._over = ""
        self._fenced: list[int] = []
        self._mine = True
        self._heard = _now()

    @classmethod
    def take(
        cls,
        project: Project,
        tables: Mapping[str, Any],
        scope: Scope,
        *,
        tests: str = "",
        kind: str = "",
        over: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> WarehouseLease:
        """Claim the scope, open it, and fence every older run; raises LeaseHeldError while another holds it.

        `tests`: JSON that stays with the run, what dbt's tests said of the source. `kind`: what it is, if no push.
        `over`: the id of a claim that is shut out even where its process may live.
        """
        runs = tables["runs"]
        for claim in _read_claims(project, runs, scope):
            if not claim.finished and claim.claim_id != over and not _is_dead(claim, project, runs):
                raise _held_by(claim)
        ((token,),) = project.query("_next_run", tables=tables, scope=scope.as_dict())
        lease = cls(project, runs, scope, int(token), uuid.uuid4().hex)
        lease._over = over
        _LIVING.add(lease._claim_id)
        try:
            # With its first event: a run that dies before its end must not be taken for a push either.
            lease._record("claim", counts=json.dumps({"kind": kind}) if kind else "")
            lease._settle(sleep, tests)
            lease._fence(tables["ledger"])
        except BaseException:
            _LIVING.discard(lease._claim_id)
            raise
        return lease

    @property
    def run_seq(self) -> int:
        """The lease's token, which rises with every run of the scope."""
        return self._run_seq

    @property
    def took_over_from(self) -> Sequence[int]:
        """The runs that never ended and were shut out by this one."""
        return self._fenced

    def still_mine(self) -> bool:
        """Write a heartbeat where one is due and read the lease: True while no other run took over."""
        if not self._mine:
            return False
        if _now() - self._heard > HEARTBEAT:
            began = _now()
            self._record("heartbeat")
            self._heard = began
        (row,) = self._project.query("_newest_token", runs=self._runs, scope=self._scope.as_dict())
        self._mine = int(row[0]) == self._run_seq
        return self._mine

    def seconds_left(self) -> float:
        """How long a call that starts now may last before another run could take over."""
        return LIMIT - (_now() - self._heard) if self._mine else 0.0

    def close(self, result: str, counts: dict[str, int]) -> None:
        """Record the run's end with its counts and give the lease back."""
        self._mine = False
        _LIVING.discard(self._claim_id)
        self._record("close", counts=json.dumps({"result": result} | counts))

    def make_void(self, run_seq: int) -> None:
        """Void everything that an earlier run wrote, by a fence below its first row."""
        self._record("fence", fenced_run_seq=run_seq, fenced_seq=0)

    def _settle(self, sleep: Callable[[float], None], tests: str) -> None:
        """Open the claim, or withdraw it where another goes first."""
        mine = (self._run_seq, self._claim_id)
        while True:
            others = [c for c in _read_claims(self._project, self._runs, self._scope) if c.claim_id != self._claim_id]
            living = [
                c
                for c in others
                if not c.finished and c.claim_id != self._over and not _is_dead(c, self._project, self._runs)
            ]
            ahead = [
                c
                for c in others
                if (c.run_seq >= self._run_seq and (c.opened or c.closed) and not c.withdrawn)
                or (c in living and (c.opened or (c.run_seq, c.claim_id) < mine))
            ]
            if ahead:
                self._record("withdraw")
                raise _held_by(ahead[0])
            if not living:
                break
            sleep(POLL)
        self._record("open", tests=tests)
        self._heard = _now()

    def _fence(self, ledger: Any) -> None:
        """Shut out older runs that never ended: what they wrote after this moment does not count."""
        older = [
            claim.run_seq
            for claim in _read_claims(self._project, self._runs, self._scope)
            if claim.run_seq < self._run_seq and not claim.finished
        ]
        if not older:
            return
        seen = self._project.query("_highest_seqs", ledger=ledger, scope=self._scope.as_dict(), run_seqs=older)
        highest = {int(run_seq): int(seq) for run_seq, seq in seen}
        for run_seq in sorted(older):
            self._record("fence", fenced_run_seq=run_seq, fenced_seq=highest.get(run_seq, 0))
        self._fenced = sorted(older)

    def _record(self, event: str, **more: Any) -> None:
        row = {
            "run_seq": self._run_seq,
            "claim_id": self._claim_id,
            "event": event,
            "fenced_run_seq": None,
            "fenced_seq": None,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "pid_space": pid_space(),
            "target": self._project.target,
            "package_version": __version__,
            "counts": "",
            "tests": "",
        }
        self._project.write("_insert_run_event", runs=self._runs, scope=self._scope.as_dict(), row=row | more)


def holder(project: Project, runs: Any, scope: Scope) -> Claim | None:
    """Who holds a scope, or else the newest run that never gave it back; None where none does."""
    claims = [claim for claim in _read_claims(project, runs, scope) if not claim.finished]
    found = [(claim, _is_dead(claim, project, runs)) for claim in claims]
    for claim, dead in sorted(found, key=lambda pair: pair[1]):
        return replace(claim, dead=dead)
    return None


def _read_claims(project: Project, runs: Any, scope: Scope) -> list[Claim]:
    rows = project.records("_claims", runs=runs, scope=scope.as_dict())
    return [noun(Claim, row, age=float(row["age_seconds"]), dead=False) for row in rows]


def _is_dead(claim: Claim, project: Project, runs: Any) -> bool:
    """Can this claim's process no longer send anything? Only proof counts before the limit."""
    if claim.age > LIMIT:
        return True
    if claim.claim_id in _LIVING:
        return False
    if project.has_alone(runs):
        return True
    ours = pid_space()
    if not ours or (claim.host, claim.pid_space) != (socket.gethostname(), ours):
        return False
    # Our own number without our own claim is that of a process before us.
    return claim.pid == os.getpid() or not _pid_lives(claim.pid)


def pid_space() -> str:
    """Where this process's number is that of one process: the machine's boot and the PID namespace.

    Blank where the system does not say, or where /proc is that of another namespace.
    """
    try:
        if Path("/proc/self").readlink().name != str(os.getpid()):
            return ""
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}" if boot else ""
    except OSError:
        return ""


def _pid_lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        # A process that ended and was not waited for keeps its number, and does nothing any more.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return True


def _held_by(claim: Claim) -> LeaseHeldError:
    return LeaseHeldError(
        f"Another push of this sync is running: run {claim.run_seq} on {claim.host} (PID {claim.pid}), "
        f"last heard of {claim.age:.0f} s ago.",
        hint=f"Wait until it ends. A run that is not heard of for {LIMIT:.0f} s is taken over by the next push; "
        "`reverse-etl unlock` shuts it out at once.",
    )
