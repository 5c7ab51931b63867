"""An open dbt project with its syncs: where project, ledger, guards and destination are put together."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from reverse_etl.core import clocks
from reverse_etl.core.attribution import MatchTotals
from reverse_etl.core.errors import ReverseEtlError, SettingsError
from reverse_etl.core.guards import Facts, Guard, Permissions, enforce, look
from reverse_etl.core.kinds import kind_of
from reverse_etl.core.pace import Patience
from reverse_etl.core.ports import Destination, DestinationKind, HasGoals, Recorder
from reverse_etl.core.results import Difference
from reverse_etl.core.sync import Scope, Sync
from reverse_etl.warehouse import test_results
from reverse_etl.warehouse.accounts import find_accounts
from reverse_etl.warehouse.artifacts import limited_build
from reverse_etl.warehouse.attribution import WarehouseAttribution, known_totals
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.exposures import find_syncs, pick_sync
from reverse_etl.warehouse.lease import WarehouseLease
from reverse_etl.warehouse.ledger import WarehouseLedger
from reverse_etl.warehouse.project import Project
from reverse_etl.warehouse.proving import is_proved
from reverse_etl.warehouse.report import WarehouseReport
from reverse_etl.warehouse.state import State, differences
from reverse_etl.warehouse.statements import PACKAGE
from reverse_etl.warehouse.upkeep import WarehouseUpkeep

# What the commands take that send nothing, beside a Session.
Books = WarehouseAttribution
Upkeep = WarehouseUpkeep
UpkeepLease = WarehouseLease
# dbt has one adapter of a kind in a process: of two calls at once, one would work with the other's warehouse.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Session:
    """One sync of an open project with its ledger and its kind of destination, as the commands take it.

    `built_at`: when a build of its source began just now. `state`: the other build whose ledger is looked at.
    """

    project: Project
    sync: Sync
    ledger: WarehouseLedger
    kind: DestinationKind
    built_at: datetime | None = None
    state: State | None = None

    @classmethod
    def of(cls, project: Project, sync: Sync, *, built_at: datetime | None = None) -> Session:
        """Find the sync's account and its tables; raises SettingsError where one is missing."""
        kind = kind_of(sync.destination)
        account = kind.account_of(sync, os.environ)
        if not account:
            raise SettingsError(
                f"{sync.name} has no account: its ledger belongs to one.",
                hint="Set account_id in the exposure, or MICROSOFT_ADS_ACCOUNT_ID.",
            )
        sync = replace(sync, account_id=account)
        return cls(project, sync, WarehouseLedger(project, sync), kind, built_at)

    def destination(
        self,
        note: Callable[[str], None] = lambda _: None,
        *,
        patience: Patience | None = None,
        recorder: Recorder | None = None,
    ) -> Destination:
        """The sync's destination; raises SettingsError naming what is missing.

        `note` is called with long waits of lookups, and `patience` is theirs.
        """
        return self.kind.open(self.sync, os.environ, note=note, patience=patience, recorder=recorder)

    def knowing_goals(self, destination: Destination | None = None) -> Session:
        """The session with the account's goals, where its sync holds what they would refuse; raises DestinationError.

        `destination`: the sync's, where it is open already.
        """
        if not self.sync.hold_refusable:
            return self
        destination = destination or self.destination()
        if not isinstance(destination, HasGoals):
            raise SettingsError(
                f"{self.sync.name} has hold_refusable, and {self.sync.destination} has no goals.",
                hint="Remove hold_refusable from the exposure.",
            )
        goals = None if destination.learns_goals() else destination.goals()
        return replace(self, ledger=WarehouseLedger(self.project, self.sync, goals))

    def before(self) -> tuple[Session, tuple[Difference, ...]] | None:
        """The same sync as the other build has it, and what differs here; None without one.

        Raises SettingsError where it cannot be read.
        """
        found = self.state.before(self.project, self.sync) if self.state else None
        if self.state is None or found is None:
            return None
        return Session.of(*found), differences(self.state, found, (self.project, self.sync))

    def upkeep(self, *beside: Scope) -> WarehouseUpkeep:
        """The ledger for what changes it without sending. `beside`: further scopes that a forget takes care of."""
        return WarehouseUpkeep(self.project, self.sync, beside)

    def attribution_books(self) -> WarehouseAttribution:
        """What the warehouse holds of attribution; raises SettingsError where its table is not built."""
        return WarehouseAttribution(self.project, self.sync)

    def report_books(self, first_day: date) -> WarehouseReport:
        """What a report tells of ledger and source since a day."""
        return WarehouseReport(self.ledger, first_day)

    def match_totals(self, days: int) -> MatchTotals | None:
        """How much of the uploads of the last days was attributed; None also where the table is not built."""
        return known_totals(self.project, self.sync, days)

    def guards(self, permissions: Permissions) -> list[Guard]:
        return look(self.sync, self.facts(permissions))

    def check_account(self) -> None:
        """Raise SettingsError where the account of the sync cannot be one."""
        self.kind.check_account(self.sync, os.environ)

    def enforce_whole_source(self) -> None:
        """Raise GuardError where the source was last built in part: what is missing from it could be taken for gone."""
        enforce([guard for guard in self.guards(Permissions()) if guard.name == "limited_build"])

    def facts(self, permissions: Permissions, *, service_ahead: float | None = None) -> Facts:
        """What the guards look at. `service_ahead`: seconds by which the service's clock is ahead of this machine's."""
        ages = self.sync.warn_after or self.sync.error_after
        now = self.ledger.clock()
        ahead = clocks.ahead_of_here(now)
        found = find_accounts(self.project, self.sync) if self.sync.account_column else {}
        return Facts(
            target=self.project.target,
            first_push=not self.ledger.accepted(),
            initial=permissions.initial,
            limited_build=limited_build(self.project, self.sync.source),
            tests=test_results.look(
                self.project, self.sync.source, built_at=self.built_at, earlier=self.ledger.kept_tests()
            ),
            allow_failing_tests=permissions.allow_failing_tests,
            without_account=found.get("", 0),
            newest=self.ledger.newest_time() if ages else "",
            now=now,
            newest_event=self.ledger.newest_event(),
            unproved_engine="" if is_proved(self.project, self.ledger.books.tables) else self.project.engine,
            service_ahead=None if service_ahead is None or ahead is None else timedelta(seconds=service_ahead - ahead),
        )


class Workspace:
    """An open dbt project, whose syncs are worked on one after another."""

    def __init__(self, project: Project, state: State | None = None) -> None:
        self._project = state.with_ledger(project) if state else project
        self._state = state
        self._built: dict[str, datetime] = {}

    @property
    def syncs(self) -> Sequence[Sync]:
        """All syncs in the order of their names; raises SettingsError for the first declaration that is wrong."""
        return self._declared(None)

    def _declared(self, name: str | None) -> list[Sync]:
        syncs = find_syncs(self._project.manifest, name)
        return [self._state.as_there(sync) for sync in syncs] if self._state else syncs

    def pick(self, name: str | None) -> Sync:
        """The sync of that name, or the only enabled one; raises SettingsError with the nearest name.

        What is wrong with the declaration of another one is no matter of a sync that is named.
        """
        return pick_sync(self._declared(name and name.partition("@")[0]), name)

    def by_account(self, syncs: Sequence[Sync]) -> list[Sync]:
        """The syncs, one that routes its rows to several accounts once for each of these.

        One of several for which this fails stays as it is: it fails again once it is opened, and stops no other then.
        Raises SettingsError where no row of the only one names an account, or none names the one that it is about.
        """
        found: list[Sync] = []
        for sync in syncs:
            try:
                found += self._routed(sync) if sync.account_column else [sync]
            except ReverseEtlError:
                if len(syncs) == 1:
                    raise
                found.append(sync)
        return found

    def _routed(self, sync: Sync) -> list[Sync]:
        self._project.connect()
        found = find_accounts(self._project, sync)
        routed = [replace(sync, account_id=account) for account in found if account]
        # What was sent before the rows had accounts went to the sandbox's own, which is none.
        routed = [one for one in routed if found[one.account_id] or _takes_account(one)]
        if not routed:
            raise SettingsError(
                f"No row of the source of {sync.name} has an account in {sync.account_column}.",
                hint="Build the source, or set account_id in the exposure where all rows go to one account.",
            )
        accounts = [one.account_id for one in routed]
        if sync.account_id and sync.account_id not in accounts:
            raise SettingsError(
                f"{sync.name} has no account {sync.account_id}: no row names it, and nothing was sent to it.",
                hint="Known: " + ", ".join(accounts),
            )
        return [one for one in routed if sync.account_id in ("", one.account_id)]

    def names_no_account(self, sync: Sync, key: str) -> bool:
        """Has the source a row of this key that names no account, where each row names its own?"""
        if not sync.account_column:
            return False
        self._project.connect()
        return bool(WarehouseLedger(self._project, replace(sync, account_id="")).explain(key).rows)

    def open(self, sync: Sync) -> Session:
        """A sync, ready to be worked on; raises SettingsError where it has several accounts and none was named."""
        self._project.connect()
        several = self.by_account([sync])
        if len(several) > 1:
            raise SettingsError(
                f"{sync.name} has several accounts: {', '.join(one.account_id for one in several)}.",
                hint=f"Name one of them, for example {several[0].label}.",
            )
        (sync,) = several
        if self._state:
            self._state.check_apart(self._project, sync)
        return replace(Session.of(self._project, sync, built_at=self._built.get(sync.name)), state=self._state)

    def build(self, syncs: Sequence[Sync], *, quiet: bool = False, verbose: bool = False) -> None:
        """Run `dbt build` for what these syncs need; `quiet` and `verbose` as for `Project.build`."""
        names = [sync.name for sync in syncs]
        began = datetime.now(UTC)
        selection = [*(f"+exposure:{name}" for name in names), f"package:{PACKAGE}"]
        self._project.build(selection, quiet=quiet, verbose=verbose)
        self._built |= dict.fromkeys(names, began)

    def recorder(self, sync: Sync, folder: Path, note: Callable[[str], None]) -> Recorder:
        """What keeps each call of a push to a sync's kind of destination in a new folder, to show to others."""
        return kind_of(sync.destination).recorder(folder, note)

    def chosen(self, name: str | None) -> list[Sync]:
        """The sync of that name, or all enabled ones, each once for every account of its own."""
        enabled = [sync for sync in self.syncs if sync.enabled] if name is None else []
        return self.by_account(enabled or [self.pick(name)])

    @property
    def selected(self) -> list[Sync]:
        """The enabled syncs that dbt's selection syntax picked when the project was opened."""
        return [sync for sync in self.syncs if sync.enabled and sync.name in self._project.selected]


def _takes_account(sync: Sync) -> bool:
    """Can the account of a sync be one?"""
    try:
        kind_of(sync.destination).check_account(sync, os.environ)
    except SettingsError:
        return False
    return True


@contextlib.contextmanager
def open_workspace(dbt: DbtOptions, *, select: str = "", state: Path | None = None) -> Iterator[Workspace]:
    """Load the project; its connection is opened with the first sync, and closed with the block.

    `select`: dbt's selection syntax over exposures, for `Workspace.selected`. `state`: the folder with the manifest of
    another build, whose ledger is read instead of the project's own.
    """
    with one_at_a_time(), contextlib.closing(Project(dbt, select=select)) as project:
        project.check_package()
        yield Workspace(project, None if state is None else State.read(state))


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Raises SettingsError while another call of this process works on a project."""
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        raise SettingsError(
            "Another call is under way in this process, and dbt keeps one project at a time in a process.",
            hint="Make calls one after another, or in processes of their own.",
        )
    try:
        yield
    finally:
        _ONE_AT_A_TIME.release()
