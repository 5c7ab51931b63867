"""The commands for programs: each call opens the dbt project, does its work and closes every connection.

    import reverse_etl

    result = reverse_etl.push("microsoft_ads_offline_conversions", project_dir="analytics", target="prod")
    print(result.source, result.exit_code)

Nothing is printed and nothing exits. What is raised is a ReverseEtlError: SettingsError, LeaseHeldError, GuardError or
RunStoppedError. Calls of one process come one after another, since dbt keeps one project in a process. Secrets are
read as the commands read them: from the environment and the store of `reverse-etl login`.
"""

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict, Unpack

from reverse_etl.commands import attribution as _attribution
from reverse_etl.commands import check as _check
from reverse_etl.commands import plan as _plan
from reverse_etl.commands import push as _push
from reverse_etl.commands import rejected as _rejected
from reverse_etl.commands import status as _status
from reverse_etl.commands.push import PushOptions
from reverse_etl.core.attribution import DAYS, MOST_DAYS, AttributionReport
from reverse_etl.core.check import CheckLine
from reverse_etl.core.guards import Permissions
from reverse_etl.core.ports import Progress, Rejected, Silent
from reverse_etl.core.results import PlanReport, RunResult, StatusReport
from reverse_etl.session import one_at_a_time, open_workspace
from reverse_etl.warehouse.dbt_calls import DbtOptions


class DbtArguments(TypedDict, total=False):
    """Where the dbt project is, as dbt's own options say it; what is left out is dbt's default."""

    project_dir: str | Path
    profiles_dir: str | Path | None
    profile: str
    target: str
    target_path: str
    vars: str | Mapping[str, Any]


def syncs(**dbt: Unpack[DbtArguments]) -> list[str]:
    """The names of the enabled syncs; one with `account_column` once for each of its accounts, as NAME@ACCOUNT.

    Each is a `sync` of the functions below, so that a DAG has a task and a result per account.
    """
    with open_workspace(_options(dbt)) as workspace:
        return [sync.label for sync in workspace.chosen(None)]


def check(sync: str | None = None, **dbt: Unpack[DbtArguments]) -> list[CheckLine]:
    """Everything that a push needs, looked at piece by piece: of a sync, or left out, of every one. Reads only.

    Nothing is raised: what is wrong is a line with `mark` failed.
    """
    with one_at_a_time():
        return list(_check.run_checks(_options(dbt), sync, os.environ))


def plan(sync: str | None = None, *, samples: int = 3, **dbt: Unpack[DbtArguments]) -> PlanReport:
    """What a push would do: counts per class and reason, up to `samples` rows of each, guards. Reads only.

    `sync`: its name; left out, the only enabled one.
    """
    with open_workspace(_options(dbt)) as workspace:
        return _plan.plan(workspace.open(workspace.pick(sync)).knowing_goals(), samples=samples)


def push(
    sync: str | None = None,
    *,
    limit: int | None = None,
    workers: int = 4,
    strict: bool = False,
    initial: bool = False,
    build: bool = False,
    allow_failing_tests: bool = False,
    max_retractions: int | None = None,
    max_restatements: int | None = None,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    **dbt: Unpack[DbtArguments],
) -> RunResult:
    """Send what is new, record every answer in the ledger, and give every row's standing.

    `limit`: records to send at most. `workers`: calls under way at once. `strict`: rows that are invalid, held or
    without an account count as refused in `exit_code`. `stop`: once set, no more calls start. `initial`: this is the
    first push to a production account. `build`: run `dbt build` for the sync first, in this process, with dbt's
    warnings and errors on standard error. `allow_failing_tests`: push although tests failed, or their outcome is
    unknown.
    `max_retractions`, `max_restatements`: how many conversions this push may take back, and of how many it may change
    the value, whatever the exposure says.
    A run that stopped half-way is no exception: its result says so in `stopped`, and `exit_code` is what the command
    would have left with.
    """
    options = PushOptions(limit=limit, workers=workers, stop=stop or threading.Event(), strict=strict)
    with open_workspace(_options(dbt)) as workspace:
        chosen = workspace.pick(sync)
        if build:
            workspace.build([chosen])
        permissions = Permissions(
            initial=initial,
            allow_failing_tests=allow_failing_tests,
            max_retractions=max_retractions,
            max_restatements=max_restatements,
        )
        return _push.push(workspace.open(chosen), options, progress or Silent(), permissions)


def status(sync: str | None = None, *, runs: int = 5, **dbt: Unpack[DbtArguments]) -> StatusReport:
    """What the ledger knows: conversions per status and the newest `runs` runs. Reads only."""
    with open_workspace(_options(dbt)) as workspace:
        return _status.status(workspace.open(workspace.pick(sync)), runs=runs)


def rejected(sync: str | None = None, **dbt: Unpack[DbtArguments]) -> list[tuple[Rejected, str]]:
    """The rows that the destination refused, unchanged since, each with what to do. Reads only."""
    with open_workspace(_options(dbt)) as workspace:
        return _rejected.rejected(workspace.open(workspace.pick(sync)))


def attribution(
    sync: str | None = None,
    *,
    days: int = DAYS,
    fetch: bool = True,
    progress: Progress | None = None,
    **dbt: Unpack[DbtArguments],
) -> AttributionReport:
    """What became of the conversions that were sent, per goal and day of upload in UTC, with the reasons in words.

    `days`: how many days, 3,650 at most, the newest with an upload last. `fetch`: ask Microsoft first, and keep its
    answer in the warehouse; without it nothing is asked and nothing written. `progress` gets notes, of long waits for
    example.
    Raises DestinationError where Microsoft does not tell.
    """
    if not 1 <= days <= MOST_DAYS:
        raise ValueError(f"days must be from 1 to {MOST_DAYS:,}, not {days}")
    with open_workspace(_options(dbt)) as workspace:
        note = (progress or Silent()).note
        return _attribution.attribution(workspace.open(workspace.pick(sync)), days=days, fetch_first=fetch, note=note)


def _options(dbt: DbtArguments) -> DbtOptions:
    unknown = set(dbt) - set(DbtArguments.__annotations__)
    if unknown:
        raise TypeError(f"unknown arguments: {', '.join(sorted(unknown))}")
    given: dict[str, Any] = {"project_dir": ".", "vars": "", **dbt}
    folders = {name: Path(given[name]) for name in ("project_dir", "profiles_dir") if given.get(name) is not None}
    variables = given["vars"] or ""
    return DbtOptions(**given | folders | {"vars": variables if isinstance(variables, str) else json.dumps(variables)})
