"""Ends or stalls a push at a chosen moment: before, within or after a statement that it writes, before or after a call.

Nothing of this is in the product: a forked process that is to die has its own copies of the methods replaced.
"""

import os
import signal
import threading
from dataclasses import dataclass
from typing import Any

from reverse_etl.commands import push as run
from reverse_etl.core import pace
from reverse_etl.destinations.microsoft_ads import MicrosoftAds, destination
from reverse_etl.destinations.microsoft_ads.wire.rest import RestWire
from reverse_etl.destinations.microsoft_ads.wire.soap import SoapWire
from reverse_etl.warehouse import lease
from reverse_etl.warehouse.project import Project

# How much a clock moves on while a process is stalled: longer than a lease lasts. Seconds.
STALL = lease.LIMIT + 100


@dataclass(frozen=True)
class Order:
    """What a push is to do at its n-th moment, counted from 1; 0: nothing.

    `stall`: stop as by SIGSTOP instead of dying, and find on waking that the clock has moved on.
    `limit`: seconds after which a lease is taken over, if not the product's own.
    `within`: also count the moments between a statement and its commit.
    """

    moment: int = 0
    stall: bool = False
    limit: float = 0.0
    within: bool = True


class Moments:
    """Counts the moments of this process, tells each to a file before it passes, and carries out the order."""

    def __init__(self, order: Order, pipe: int) -> None:
        self._order = order
        self._pipe = pipe
        self._passed = 0
        self._lock = threading.Lock()

    def pass_(self, what: str) -> None:
        """One moment."""
        with self._lock:
            self._passed += 1
            os.write(self._pipe, f"{what}\n".encode())
            if self._passed != self._order.moment:
                return
            if not self._order.stall:
                os.kill(os.getpid(), signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGSTOP)
            clock = lease._now
            lease._now = lambda: clock() + STALL

    def watch(self) -> None:
        """Put the moments into the methods of this process."""
        write, send = Project.write, MicrosoftAds.send

        def watched_write(project: Project, macro: str, **arguments: Any) -> None:
            what = f"{macro} {arguments['row']['event']}" if macro == "_insert_run_event" else macro
            commit = project.adapter.commit_if_has_connection

            def watched_commit() -> None:
                self.pass_(f"within {what}")
                commit()

            self.pass_(f"before {what}")
            if self._order.within:
                project.adapter.commit_if_has_connection = watched_commit
            try:
                write(project, macro, **arguments)
            finally:
                project.adapter.commit_if_has_connection = commit
            self.pass_(f"after {what}")

        def watched_send(service: MicrosoftAds, records: Any) -> Any:
            self.pass_("before call")
            answer = send(service, records)
            self.pass_("after call")
            return answer

        Project.write = watched_write  # type: ignore[method-assign]
        MicrosoftAds.send = watched_send  # type: ignore[method-assign]


def hurry(limit: float) -> None:
    """Make this process wait less, and cut small sources into several stretches of several batches."""
    destination.MicrosoftAds.batch_limit = 4
    run.STRETCH_BATCHES = 2
    pace.Patience.__init__.__defaults__ = (2, 0.05, 0.1)
    assert MicrosoftAds.__init__.__kwdefaults__ is not None
    MicrosoftAds.__init__.__kwdefaults__["throttle_wait"] = 0.05
    if limit:
        # Shorter than a call may last, so what is asked before a call has to shrink, too.
        lease.LIMIT, lease.HEARTBEAT = limit, limit / 4
        for wire in (SoapWire, RestWire):
            assert wire.__init__.__kwdefaults__ is not None
            wire.__init__.__kwdefaults__["read_timeout"] = limit / 8
        from reverse_etl.destinations.microsoft_ads.wire import http

        http.CONNECT_TIMEOUT = limit / 8
