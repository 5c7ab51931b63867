"""An open dbt project with its syncs: where project, ledger, guards and destination are put together."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from reverse_etl import attributing, clocks
from reverse_etl.attributed import AttributedGoal, AttributionReport, UnattributedReason
from reverse_etl.destinations.microsoft_ads import MicrosoftAds, MicrosoftAdsSettings
from reverse_etl.destinations.microsoft_ads.codes import advice, goes_at
from reverse_etl.destinations.microsoft_ads.protocols import SWITCH_HINT, soap_warning
from reverse_etl.destinations.microsoft_ads.recording import Recording
from reverse_etl.destinations.microsoft_ads.settings import account_of
from reverse_etl.destinations.microsoft_ads.unattributed import explain as explain_unattributed
from reverse_etl.errors import SettingsError
from reverse_etl.foresight import Foresight
from reverse_etl.goals import missing, recipe
from reverse_etl.guards import Facts, Guard, enforce, look, retractions
from reverse_etl.interfaces import Progress, Rejected
from reverse_etl.pace import Patience
from reverse_etl.plans import Plan, Sample
from reverse_etl.reports import Explained, GoalsReport, PlanReport, RunReport, RunsReport, StatusReport, WhyReport
from reverse_etl.run import PushOptions, RunResult
from reverse_etl.run import push as carry_out
from reverse_etl.sync import RetractionLimit, Sync
from reverse_etl.warehouse import test_results
from reverse_etl.warehouse.accounts import find_accounts
from reverse_etl.warehouse.artifacts import limited_build
from reverse_etl.warehouse.attribution import WarehouseAttribution, known_totals
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.exposures import find_syncs, pick_sync
from reverse_etl.warehouse.history import explain, find_key, read_run, read_runs
from reverse_etl.warehouse.ledger import WarehouseLedger
from reverse_etl.warehouse.mending import WarehouseMending
from reverse_etl.warehouse.project import PACKAGE, Project

# dbt has one adapter of a kind in a process: of two calls at once, one would work with the other's warehouse.
_ONE_AT_A_TIME = threading.Lock()
MAYBE_TAKEN = (
    "Compare the goal's count at Microsoft with the ledger before anything else: sending again could count twice."
)
# What is shown in the place of an e-mail address.
GIVEN = "(as given)"


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a user allows a push beyond what it may do by itself."""

    initial: bool = False
    allow_failing_tests: bool = False
    max_retractions: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One sync of an open project. Raises SettingsError, LeaseHeldError, GuardError or RunStoppedError."""

    project: Project
    sync: Sync
    ledger: WarehouseLedger
    built_at: datetime | None = None

    @classmethod
    def of(cls, project: Project, sync: Sync, *, built_at: datetime | None = None) -> Session:
        """Find the sync's account and its tables. `built_at`: when a build of its source began just now."""
        account = account_of(sync, os.environ)
        if not account:
            raise SettingsError(
                f"{sync.name} has no account: its ledger belongs to one.",
                hint="Set account_id in the exposure, or MICROSOFT_ADS_ACCOUNT_ID.",
            )
        sync = replace(sync, account_id=account)
        return cls(project, sync, WarehouseLedger(project, sync), built_at)

    def plan(self, *, samples: int) -> PlanReport:
        """What a push would do, with up to `samples` rows per class and reason. Reads only."""
        plan = _timed(self.ledger.read_plan(samples=samples))
        guards = [*self.guards(Permissions()), retractions(self.sync.max_retractions, plan)]
        return PlanReport(self.sync, plan, tuple(guards))

    def push(
        self, options: PushOptions, progress: Progress, permissions: Permissions, recording: Recording | None = None
    ) -> RunResult:
        """Send what is new. Settings and guards come first: where they refuse, nothing is written."""
        # Nothing depends on a push's own lookups, and the lease runs on while they wait.
        destination = self.destination(patience=Patience(tries=1), recording=recording)
        facts = self._facts(permissions, service_ahead=destination.ask_clock())
        guards = look(self.sync, facts)
        enforce(guards)
        for guard in guards:
            if guard.warns:
                progress.note(guard.passes)
        if told := soap_warning(self.sync, clocks.now().date()):
            progress.note(f"{told} {SWITCH_HINT}")
        if told := clocks.warning("The warehouse's", clocks.ahead_of_here(facts.now)):
            progress.note(f"{told} {clocks.HINT}")
        allowed = {"allowed": facts.allow_failing_tests} if facts.allow_failing_tests else {}
        self.ledger.tests = json.dumps(asdict(facts.tests) | allowed)
        limit = self.sync.max_retractions
        if permissions.max_retractions is not None:
            limit = RetractionLimit(permissions.max_retractions, share=1.0, even_if_empty=True)
        progress = Foresight(
            progress, self.ledger.planned_demands, lambda: None if destination.learns_goals else destination.goals()
        )
        options = replace(options, retractions=limit, pace=destination.pace)
        result = carry_out(self.ledger, destination, progress, options)
        return replace(result, protocol=destination.protocol.value, without_account=facts.without_account)

    def status(self, *, runs: int) -> StatusReport:
        """What the ledger knows. Reads only."""
        matched = known_totals(self.project, self.sync, attributing.DAYS)
        statuses, corrections = self.ledger.known()
        return StatusReport(self.sync, statuses, tuple(self.ledger.history(runs)), matched, corrections)

    def attribution(self, *, days: int, fetch: bool, note: Callable[[str], None]) -> AttributionReport:
        """What became of the uploads of the newest `days` days; with `fetch` the destination is asked first.

        `note` is told of what a user should know meanwhile.
        """
        books = WarehouseAttribution(self.project, self.sync)
        span = books.span(days)
        if span is None:
            return AttributionReport(self.sync, None, ())
        fetched = None
        if fetch:
            destination = self.destination(note)
            for text in destination.preflight(self.ledger.accepted()):
                note(text)
            fetched = attributing.fetch(destination, books, *span)
        reasons = books.reasons(span[0])
        goals = [
            AttributedGoal(name, tuple(lines), tuple(_in_words(reasons.get(name, ()))))
            for name, lines in books.days(span[0]).items()
        ]
        return AttributionReport(self.sync, span[0], tuple(goals), fetched)

    def guards(self, permissions: Permissions) -> list[Guard]:
        """Every guard with what it would do to a push."""
        return look(self.sync, self._facts(permissions))

    def _facts(self, permissions: Permissions, *, service_ahead: float | None = None) -> Facts:
        """`service_ahead`: seconds by which the service's clock is ahead of this machine's."""
        ages = self.sync.warn_after or self.sync.error_after
        now = self.ledger.clock()
        ahead = clocks.ahead_of_here(now)
        return Facts(
            target=self.project.target,
            first_push=not self.ledger.was_pushed(),
            initial=permissions.initial,
            limited_build=limited_build(self.project, self.sync.source),
            tests=test_results.look(
                self.project, self.sync.source, built_at=self.built_at, earlier=self.ledger.kept_tests()
            ),
            allow_failing_tests=permissions.allow_failing_tests,
            without_account=find_accounts(self.project, self.sync).get("", 0) if self.sync.account_column else 0,
            newest=self.ledger.newest_time() if ages else "",
            now=now,
            newest_event=self.ledger.newest_event(),
            service_ahead=None if service_ahead is None or ahead is None else timedelta(seconds=service_ahead - ahead),
        )

    def destination(
        self,
        note: Callable[[str], None] = lambda _: None,
        *,
        patience: Patience | None = None,
        recording: Recording | None = None,
    ) -> MicrosoftAds:
        """The sync's destination; raises SettingsError naming what is missing.

        `note` is told of long waits of lookups, and `patience` is theirs.
        """
        settings = MicrosoftAdsSettings.load(self.sync, os.environ)
        return MicrosoftAds(settings, note=note, patience=patience, recording=recording)

    @property
    def mending(self) -> WarehouseMending:
        """The ledger for what changes it without sending."""
        return WarehouseMending(self.project, self.sync)

    def enforce_whole_source(self) -> None:
        """Raise GuardError where the source was last built in part: what is missing from it could be taken for gone."""
        enforce([guard for guard in self.guards(Permissions()) if guard.name == "limited_build"])

    def rejected(self) -> list[tuple[Rejected, str]]:
        """The rows that stand refused, each with what to do."""
        return [
            (row, MAYBE_TAKEN if row.reason == "maybe_taken" else advice(row.code, row.error_code))
            for row in self.ledger.rejected()
        ]

    def why(self, key: str) -> WhyReport:
        """What a key names and why each row is where it is; no rows where it names nothing. Reads only.

        `key`: a unique key, a click id, a hashed e-mail or phone, or an e-mail address, which is hashed first.
        """
        now, books = self.ledger.clock(), self.ledger.books
        readings, value = find_key(books, key)
        rows: tuple[Explained, ...] = ()
        in_all = 0
        if value is not None:
            with self.ledger.planned(now, with_repeats=True) as planned:
                rows, in_all = explain(books, planned, readings[-1], value)
        return WhyReport(self.sync, now, readings, tuple(_advised(_untold(row, key)) for row in rows), in_all)

    def goals(self, note: Callable[[str], None]) -> GoalsReport:
        """The account's goals beside what the source asks of them. Reads only; raises DestinationError.

        `note` is told of long waits.
        """
        destination = self.destination(note)
        goals, learns = destination.goals(), destination.learns_goals
        demands = self.ledger.demands(goals)
        lacking = () if learns else missing(goals, demands)
        return GoalsReport(
            self.sync,
            goals,
            {demand.name: demand.rows for demand in demands},
            tuple(recipe(demand, goals) for demand in lacking),
            learns,
        )

    def runs(self, *, limit: int) -> RunsReport:
        """The newest `limit` runs. Reads only."""
        return RunsReport(self.sync, tuple(self.ledger.history(limit)))

    def run(self, run_seq: int) -> RunReport:
        """One run in detail; raises SettingsError naming the newest where there is none of that number. Reads only."""
        found = read_runs(self.ledger.books, limit=1, run_seq=run_seq)
        if not found:
            newest = self.ledger.history(1)
            known = f"The newest is run {newest[0].run_seq}." if newest else "It was never pushed."
            hint = "See them with `reverse-etl runs`."
            raise SettingsError(f"{self.sync.label} has no run {run_seq}. {known}", hint=hint)
        return read_run(self.ledger.books, found[0])


def _timed(plan: Plan) -> Plan:
    """A plan whose deferred samples say when their goal is old enough, where that is why they are."""

    def timed(sample: Sample) -> Sample:
        return replace(sample, goes_at=goes_at(sample.code, sample.error_code, sample.refused_at) or sample.goes_at)

    lines = (
        replace(line, samples=tuple(map(timed, line.samples))) if line.class_ == "deferred" else line
        for line in plan.lines
    )
    return replace(plan, lines=tuple(lines))


def _in_words(reasons: Iterable[tuple[str, int]]) -> Iterator[UnattributedReason]:
    for name, conversions in reasons:
        known = explain_unattributed(name)
        yield UnattributedReason(name, conversions, known.meaning, known.what_to_do)


def _untold(row: Explained, key: str) -> Explained:
    """A row without the e-mail address that was asked for, where the source has it as its unique key."""
    if "@" not in key:
        return row

    def hide(record_key: str) -> str:
        return GIVEN if record_key.lower() == key.lower() else record_key

    attempts = tuple(replace(one, record_key=hide(one.record_key)) for one in row.attempts)
    return replace(row, record_key=hide(row.record_key), attempts=attempts)


def _advised(row: Explained) -> Explained:
    """A row with what to do about its refusal, where it rests on one."""
    if not row.code and not row.error_code:
        return row
    if row.class_ == "deferred" and row.attempts:
        row = replace(row, goes_at=goes_at(row.code, row.error_code, row.attempts[-1].answered_at))
    return replace(row, advice=MAYBE_TAKEN if row.status == "maybe_taken" else advice(row.code, row.error_code))


class Workspace:
    """An open dbt project, whose syncs are worked on one after another."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._built: dict[str, datetime] = {}
        self.syncs: Sequence[Sync] = find_syncs(project.manifest)

    def pick(self, name: str | None) -> Sync:
        """The sync of that name, or the only enabled one; raises SettingsError with the nearest name."""
        return pick_sync(self.syncs, name)

    def by_account(self, syncs: Sequence[Sync]) -> list[Sync]:
        """The syncs, one that routes its rows to several accounts once for each of these.

        Raises SettingsError where no row names one, or none names the one that a sync is about already.
        """
        found = []
        for sync in syncs:
            if not sync.account_column:
                found.append(sync)
                continue
            self._project.connect()
            accounts = [account for account in find_accounts(self._project, sync) if account]
            if not accounts:
                raise SettingsError(
                    f"No row of the source of {sync.name} has an account in {sync.account_column}.",
                    hint="Build the source, or set account_id in the exposure where all rows go to one account.",
                )
            if sync.account_id and sync.account_id not in accounts:
                raise SettingsError(
                    f"{sync.name} has no account {sync.account_id}: no row names it, and nothing was sent to it.",
                    hint="Known: " + ", ".join(accounts),
                )
            found += [replace(sync, account_id=one) for one in accounts if sync.account_id in ("", one)]
        return found

    def names_no_account(self, sync: Sync, key: str) -> bool:
        """Has the source a row of this key that names no account, where each row names its own?"""
        if not sync.account_column:
            return False
        self._project.connect()
        nowhere = replace(sync, account_id="")
        return bool(Session(self._project, nowhere, WarehouseLedger(self._project, nowhere)).why(key).rows)

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
        return Session.of(self._project, sync, built_at=self._built.get(sync.name))

    def build(self, syncs: Sequence[Sync], *, quiet: bool = False) -> None:
        """Run `dbt build` for what these syncs need, with dbt's own output on standard error."""
        names = [sync.name for sync in syncs]
        began = datetime.now(UTC)
        self._project.build([*(f"+exposure:{name}" for name in names), f"package:{PACKAGE}"], quiet=quiet)
        self._built |= dict.fromkeys(names, began)

    def chosen(self, name: str | None) -> list[Sync]:
        """The sync of that name, or all enabled ones, each once for every account of its own."""
        enabled = [sync for sync in self.syncs if sync.enabled]
        return self.by_account(enabled if name is None and enabled else [self.pick(name)])

    @property
    def selected(self) -> list[Sync]:
        """The enabled syncs that dbt's selection syntax picked when the project was opened."""
        return [sync for sync in self.syncs if sync.enabled and sync.name in self._project.selected]


@contextlib.contextmanager
def open_workspace(dbt: DbtOptions, *, select: str = "") -> Iterator[Workspace]:
    """Load the project; its connection is opened with the first sync, and closed with the block.

    `select`: dbt's selection syntax over exposures, for `Workspace.selected`.
    """
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        raise SettingsError(
            "Another call is under way in this process, and dbt keeps one project at a time in a process.",
            hint="Make calls one after another, or in processes of their own.",
        )
    try:
        project = Project(dbt, select=select)
        try:
            project.check_package()
            yield Workspace(project)
        finally:
            project.close()
    finally:
        _ONE_AT_A_TIME.release()
