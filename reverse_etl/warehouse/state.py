"""Another build of the project, which dbt's word `--state` names: its ledger, its syncs, and what differs there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.results import Difference
from reverse_etl.core.sync import Sync
from reverse_etl.warehouse.dbt_calls import read_manifest
from reverse_etl.warehouse.exposures import find_syncs, settings_of
from reverse_etl.warehouse.project import Project
from reverse_etl.warehouse.source import built_columns
from reverse_etl.warehouse.statements import PACKAGE

# What the target of a build decides, and no change of the project.
_OF_TARGET = ("environment", "account_id", "customer_id", "targets")


@dataclass(frozen=True)
class State:
    """What the manifest of another build says. `syncs`: by name, as that build declares them."""

    manifest: Any
    syncs: Mapping[str, Sync]

    @classmethod
    def read(cls, folder: Path) -> State:
        """The build that left its manifest.json in a folder; raises SettingsError where it cannot be read."""
        manifest = read_manifest(folder)
        return cls(manifest, {sync.name: sync for sync in find_syncs(manifest)})

    def with_ledger(self, project: Project) -> Project:
        """A project whose ledger is that of the other build, and whose models are its own."""
        ours = f"model.{PACKAGE}."
        return project.placed({name: node for name, node in self.manifest.nodes.items() if name.startswith(ours)})

    def check_apart(self, project: Project, sync: Sync) -> None:
        """Raise SettingsError where the other build's source model is this one's own: no change of it would show."""
        there = self.syncs.get(sync.name)
        if there is None or there.source not in self.manifest.nodes or sync.source not in project.manifest.nodes:
            return
        source = project.relation(sync.source)
        if source == project.placed(self.manifest.nodes).relation(there.source):
            raise SettingsError(
                f"The manifest of --state is of a build of {source}, which this target builds, too: a plan "
                "would compare it with itself.",
                hint="Name production's manifest with --state, and with --target where the change was built.",
            )

    def as_there(self, sync: Sync) -> Sync:
        """A sync that sends to where the other build's does, and is otherwise as this project declares it."""
        there = self.syncs.get(sync.name)
        if there is None:
            return sync
        # Without an account of its own, the other build has one for each row.
        account = "" if sync.account_column else there.account_id or (sync.account_id if there.account_column else "")
        return replace(
            sync,
            environment=there.environment,
            account_id=account,
            customer_id=there.customer_id,
            targets=there.targets,
        )

    def before(self, project: Project, sync: Sync) -> tuple[Project, Sync] | None:
        """The same account of the other build's own sync, and the project as that build placed it; None without one."""
        there = self.syncs.get(sync.name)
        # One of several accounts now was all of them there, or none.
        if there is None or (sync.account_column and there.account_id not in ("", sync.account_id)):
            return None
        account = sync.account_id if there.account_column else there.account_id
        return project.placed(self.manifest.nodes), replace(there, account_id=account)


def differences(state: State, before: tuple[Project, Sync], after: tuple[Project, Sync]) -> tuple[Difference, ...]:
    """What is another in this build than in that: columns of the source, settings of the sync, names of goals."""
    return (
        *_differing("column", _columns(*before), _columns(*after)),
        *_differing("setting", _settings(state.manifest, before[1]), _settings(after[0].manifest, after[1])),
        *_differing("goal", _goals(*before), _goals(*after), only_new_and_gone=True),
    )


def _differing(
    what: str, before: Mapping[str, str], after: Mapping[str, str], *, only_new_and_gone: bool = False
) -> Iterator[Difference]:
    for name in sorted({*before, *after}):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new and not (only_new_and_gone and old and new):
            yield Difference(what, name, old, new)


def _columns(project: Project, sync: Sync) -> dict[str, str]:
    return {name.lower(): type_name for name, type_name in built_columns(project, sync.source).items()}


def _settings(manifest: Any, sync: Sync) -> dict[str, str]:
    settings = {name: json.dumps(value) for name, value in settings_of(manifest, sync.name).items()}
    return {"model": sync.model} | {name: value for name, value in settings.items() if name not in _OF_TARGET}


def _goals(project: Project, sync: Sync) -> dict[str, str]:
    rows = project.query("_source_goals", source=project.relation(sync.source))
    return {str(name): f"{int(count):,} {'row' if count == 1 else 'rows'}" for name, count in rows}
