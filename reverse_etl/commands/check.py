"""What a push needs, looked at piece by piece; what is wrong with one keeps no other from being looked at."""

import contextlib
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from importlib import metadata
from typing import Any

from reverse_etl.commands.check_account import Ask, account_lines, likeness_line, look_alikes
from reverse_etl.commands.check_warehouse import warehouse_lines
from reverse_etl.core import clocks
from reverse_etl.core.check import CheckLine, Mark, failed, found, or_failed
from reverse_etl.core.errors import GuardError, ReverseEtlError, SettingsError
from reverse_etl.core.guards import Facts, Guard, Permissions, limits, look
from reverse_etl.core.kinds import kind_of
from reverse_etl.core.sync import Scope, Sync
from reverse_etl.core.version import __version__
from reverse_etl.session import Session
from reverse_etl.warehouse.accounts import find_accounts
from reverse_etl.warehouse.artifacts import limited_build
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.exposures import Declaration, declarations, no_sync, unknown_sync
from reverse_etl.warehouse.project import Project
from reverse_etl.warehouse.source import built_columns, column_problems, kinds_of, spelled
from reverse_etl.warehouse.tables import accepted_by_scope, check_writers, ledger_tables

# Versions of dbt-core that the whole test suite was run with, both ends included.
TESTED_DBT = ((1, 10), (1, 12))


def run_checks(
    dbt: DbtOptions,
    name: str | None,
    environ: Mapping[str, str],
    *,
    today: date | None = None,
    ask: Ask | None = None,
    warehouse: bool = False,
) -> Iterator[CheckLine]:
    """Every check, in order: what all syncs share, then the sync of that name or every one. Reads only.

    `today`: the day (UTC) that they are made for; left out, this machine's. `ask`: asked whether to turn on
    auto-tagging of an account that has it off, which alone would change anything. `warehouse`: prove the warehouse
    instead of looking at syncs, and keep the outcome there.
    """
    yield found("python", platform.python_version())
    yield found("reverse_etl", __version__)
    yield dbt_line(metadata.version("dbt-core"))
    try:
        project = Project(dbt)
    except ReverseEtlError as error:
        yield failed("project", error)
        return
    with contextlib.closing(project):
        checkup = _Checkup(project, environ, today or clocks.now().date(), ask)
        yield from checkup.proof() if warehouse else checkup.lines(name)


def exit_code(lines: Iterable[CheckLine]) -> int:
    """The code to leave with: 5 where a guard would refuse a push, 4 where a DuckDB file is in use and hides the rest,
    2 where anything else failed, else 0."""
    return max((line.exit_code for line in lines), default=0)


def dbt_line(version: str) -> CheckLine:
    """Is this a version of dbt-core that was tested?"""
    first, last = TESTED_DBT
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    if first <= numbers <= last:
        return found("dbt", f"dbt-core {version}")
    tested = f"{'.'.join(map(str, first))} to {'.'.join(map(str, last))}"
    return found("dbt", f"dbt-core {version} was not tested.", f"Tested are {tested}; install one of these.")


class _Checkup:
    """The checks of one loaded project. What a check found is kept for those that depend on it."""

    def __init__(self, project: Project, environ: Mapping[str, str], today: date, ask: Ask | None) -> None:
        self._ask = ask
        self._project = project
        self._today = today
        self._environ = environ
        self._found = declarations(project.manifest)
        self._package = False
        self._connected = False
        self._tables: dict[str, Any] | None = None

    def lines(self, name: str | None) -> Iterator[CheckLine]:
        """What all syncs share, then the syncs."""
        yield from self._shared()
        yield from self._syncs(name)

    def proof(self) -> Iterator[CheckLine]:
        """What all syncs share, then the warehouse proved."""
        yield from self._shared()
        if self._tables is not None:
            yield from warehouse_lines(self._project, self._tables)

    def _shared(self) -> Iterator[CheckLine]:
        project = self._project
        yield found("project", f"{project.name} in {project.root.resolve()}")
        yield from or_failed("package", self._check_package())
        yield from or_failed("adapter", self._check_adapter())
        yield found("profile", f"profile {project.profile}, target {project.target}")
        yield from or_failed("database", self._check_database())
        if self._connected and project.has_package:
            yield from or_failed("ledger", self._check_tables())
        if self._connected and self._package:
            yield from or_failed("clock", self._check_clock())

    def _syncs(self, name: str | None) -> Iterator[CheckLine]:
        if not self._found:
            yield failed("exposure", no_sync())
        names = [one.name for one in self._found]
        if name is not None and name not in names:
            yield failed("exposure", unknown_sync(name, names) if names else no_sync())
        for one in self._found:
            # A declaration that is wrong stops the pushes of all syncs.
            yield from (failed("exposure", problem, subject=one.name) for problem in one.problems)
            if name in (None, one.name):
                yield from self._sync_lines(one, named=name is not None)

    def _check_package(self) -> Iterator[CheckLine]:
        version = self._project.check_package()
        self._package = True
        yield found("package", f"dbt package {version}, the same version as this tool")

    def _check_adapter(self) -> Iterator[CheckLine]:
        adapter = f"dbt-{self._project.engine}"
        with contextlib.suppress(metadata.PackageNotFoundError):
            adapter += f" {metadata.version(adapter)}"
        if self._package:
            # On a warehouse that the macros do not speak to, this does not render.
            self._project.sql("_clock")
        yield found("adapter", adapter)

    def _check_database(self) -> Iterator[CheckLine]:
        self._project.connect()
        self._project.ping()
        self._connected = True
        yield found("database", f"{self._project.database} answers")

    def _check_tables(self) -> Iterator[CheckLine]:
        self._tables = ledger_tables(self._project)
        yield found("ledger", f"{self._tables['ledger']} is built, its receipts and runs beside it")

    def _check_clock(self) -> Iterator[CheckLine]:
        """Is this machine's clock that of the warehouse? Nothing is decided by it."""
        ahead = clocks.ahead_of_here(str(self._project.query("_clock")[0][0]))
        warning = clocks.warning("The warehouse's", ahead)
        text = warning or "this machine's and the warehouse's clock agree"
        yield found("clock", text, clocks.HINT if warning else "")

    def _sync_lines(self, one: Declaration, *, named: bool) -> Iterator[CheckLine]:
        sync = one.sync
        if not one.problems:
            yield found("exposure", "declares the sync as it should", subject=one.name)
        if sync is not None and not sync.enabled:
            text = "paused: the exposure says enabled: false, and a push is refused"
            yield found("enabled", text, "Remove that line to push.", subject=one.name)
            if not named:
                return
        built = False
        if one.source and self._connected:
            of_source = list(or_failed("source_model", self._check_source(one), subject=one.name))
            built = all(line.mark is not Mark.FAILED for line in of_source)
            yield from of_source
        if sync is None:
            return
        yield from self._declared_settings(one, sync)
        kind = kind_of(sync.destination)
        settings = list(kind.settings(sync, self._environ, self._today))
        yield from settings
        callable_ = all(line.mark is not Mark.FAILED for line in settings if line.name == "endpoint")
        if not sync.account_column:
            routed = replace(sync, account_id=kind.account_of(sync, self._environ))
            yield from self._delivery(routed, callable_=callable_, built=built)
        elif built:
            yield from or_failed("accounts", self._routes(sync, callable_=callable_), subject=sync.name)

    def _routes(self, sync: Sync, *, callable_: bool) -> Iterator[CheckLine]:
        """The accounts that the source names, and each as if it were a sync of its own."""
        named = [account for account in find_accounts(self._project, sync) if account]
        text = f"{', '.join(named) or 'none'} (from {sync.account_column} in the source)"
        yield found("accounts", text, subject=sync.name)
        for account in named:
            routed = replace(sync, account_id=account)
            try:
                kind_of(sync.destination).check_account(routed, self._environ)
            except ReverseEtlError as error:
                yield failed("account_id", error, subject=routed.label)
            else:
                yield from self._delivery(routed, callable_=callable_, built=True)

    def _delivery(self, sync: Sync, *, callable_: bool, built: bool) -> Iterator[CheckLine]:
        """What the ledger holds, what the guards say, and whether the destination answers.

        `built`: the source is as it must be. `callable_`: its settings let the destination be called.
        """
        accepted, readable = 0, False
        if self._package and self._tables is not None and sync.account_id:
            try:
                known = accepted_by_scope(self._project, self._tables)
                accepted, readable = known.get(sync.scope, 0), True
                yield from self._check_scope(sync, known)
            except ReverseEtlError as error:
                yield failed("history", error, subject=sync.label)
        complete = built and readable
        yield from or_failed("guards", self._check_guards(sync, complete=complete), subject=sync.label)
        if not callable_:
            return
        kind = kind_of(sync.destination)
        lines = list(kind.answers(sync, self._environ, self._today, accepted))
        yield from lines
        if any(line.mark is Mark.FAILED for line in lines):
            return
        try:
            destination = kind.open(sync, self._environ, note=lambda _: None, today=self._today)
        except SettingsError:
            # Each setting that is missing, or cannot be one, has a line of its own.
            return
        session = partial(Session.of, self._project, sync) if complete else None
        yield from account_lines(sync, destination, session, self._ask)

    def _check_source(self, one: Declaration) -> Iterator[CheckLine]:
        columns = built_columns(self._project, one.source)
        relation = self._project.relation(one.source)
        yield found("source_model", f"{relation} is built", subject=one.name)
        routes_by = one.sync.account_column if one.sync else ""
        problems = column_problems(relation, columns, one.unique_key, routes_by)
        yield from (failed("columns", problem, subject=one.name) for problem in problems)
        if not problems:
            kinds = kinds_of(columns, one.unique_key, routes_by)
            text = ", ".join(f"{column} {kind}" for column, kind in kinds.items())
            yield found("columns", text, subject=one.name)
            key = spelled(columns, one.unique_key)
            if key is not None and self._package:
                yield from or_failed("key", self._check_key(one, key), subject=one.name)

    def _check_key(self, one: Declaration, key: str) -> Iterator[CheckLine]:
        """Does the key tell records apart? Rows that share one would correct each other."""
        relation = self._project.relation(one.source)
        repeated = int(self._project.query("_repeated_keys", source=relation, unique_key=key)[0][0])
        text, hint = f"{key} is unique", ""
        if repeated:
            text = f"{repeated:,} {'value' if repeated == 1 else 'values'} of {key} on more than one row each"
            hint = "A unique_key must be unique in the source: test it with `unique`, or name another column."
        yield found("key", text, hint, subject=one.name)

    def _declared_settings(self, one: Declaration, sync: Sync) -> Iterator[CheckLine]:
        """What an exposure alone can set. The secrets and the account have other homes, too."""
        kind = kind_of(sync.destination)
        values = {
            "environment": sync.environment.value,
            "targets": ", ".join(sync.targets) or "none",
            "unique_key": sync.unique_key or "none: a corrected click id or time counts as a second conversion",
            "adjustments": ", ".join(sync.adjustments) or "none",
            **kind.declared(sync, self._today),
        }
        if sync.enabled:
            values["enabled"] = "true"
        for name, value in values.items():
            source = "from the exposure" if name in one.settings else "by default"
            missing = name == "unique_key" and not sync.unique_key
            hint = "Set it to the column that stays the same when a record is corrected." if missing else ""
            yield found(name, f"{value} ({source})", hint, subject=one.name)
        notice, hint = kind.notice(sync, self._today)
        if notice:
            yield found("protocol", notice, hint, subject=one.name)

    def _check_scope(self, sync: Sync, accepted: Mapping[Scope, int]) -> Iterator[CheckLine]:
        """Does the ledger hold anything of this sync, and if not, of one that it may have been before?"""
        if rows := accepted.get(sync.scope):
            text = f"{rows:,} {'record' if rows == 1 else 'records'} accepted so far, corrections included"
            yield found("history", text, subject=sync.label)
            return
        text = "Nothing was accepted for this sync yet: a push sends its whole source."
        yield found("history", text, "Look at it with `reverse-etl plan` before the first push.", subject=sync.label)
        declared = {
            replace(one.sync, account_id=kind_of(one.sync.destination).account_of(one.sync, self._environ)).scope
            for one in self._found
            if one.sync is not None
        }
        if sync.account_column:
            # Each account of a source that names them is its own.
            declared |= {other for other in accepted if other.sync == sync.name}
        for other in look_alikes(sync.scope, accepted, declared):
            yield likeness_line(sync, other, accepted[other])

    def _check_guards(self, sync: Sync, *, complete: bool) -> Iterator[CheckLine]:
        """What each guard would say to a push; without ledger and source, what some say without them."""
        if self._tables is not None:
            check_writers(self._project, sync)
        if complete:
            guards = Session.of(self._project, sync).guards(Permissions())
        else:
            limited = limited_build(self._project, sync.source)
            facts = Facts(self._project.target, first_push=False, initial=False, limited_build=limited)
            guards = [guard for guard in look(sync, facts) if guard.name in ("production_target", "limited_build")]
        shown = [*(guard for guard in guards if guard.name != "enabled"), *limits(sync)]
        yield from (_guard_line(guard, sync.label) for guard in shown)


def _guard_line(guard: Guard, subject: str) -> CheckLine:
    if not guard.refusal:
        mark, hint = (Mark.WARNING, guard.hint) if guard.warns else (Mark.OK, "")
        return CheckLine(subject, guard.name, mark, guard.passes, hint)
    text = f"A push would be refused. {guard.refusal}"
    if guard.name == "first_push":
        # Nothing to correct: the first push says so, and the next ones need not.
        return found(guard.name, text, guard.hint, subject=subject)
    return CheckLine(subject, guard.name, Mark.FAILED, text, guard.hint, GuardError.exit_code)
