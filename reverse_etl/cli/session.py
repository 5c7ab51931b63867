"""One command's work: the project, the sync, its ledger and its destination, put together."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

from reverse_etl.destinations.microsoft_ads import MicrosoftAds, MicrosoftAdsSettings
from reverse_etl.destinations.microsoft_ads.codes import advice
from reverse_etl.destinations.microsoft_ads.settings import account_of
from reverse_etl.errors import SettingsError
from reverse_etl.guards import Facts, Guard, look
from reverse_etl.interfaces import Rejected
from reverse_etl.sync import Sync
from reverse_etl.warehouse.artifacts import limited_build
from reverse_etl.warehouse.exposures import find_syncs, pick_sync
from reverse_etl.warehouse.ledger import WarehouseLedger
from reverse_etl.warehouse.project import DbtOptions, Project

MAYBE_TAKEN = (
    "Compare the goal's count at Microsoft with the ledger before anything else: sending again could count twice."
)


@dataclass(frozen=True, slots=True)
class Session:
    """An open project with one sync of it."""

    project: Project
    sync: Sync
    ledger: WarehouseLedger

    def guards(self, *, initial: bool = False) -> list[Guard]:
        """Every guard with what it would do to a push."""
        facts = Facts(
            target=self.project.target,
            first_push=not self.ledger.history(1),
            initial=initial,
            limited_build=limited_build(self.project, self.sync.source),
        )
        return look(self.sync, facts)

    def destination(self) -> MicrosoftAds:
        """The sync's destination; raises SettingsError naming what is missing."""
        return MicrosoftAds(MicrosoftAdsSettings.load(self.sync, os.environ))

    def rejected(self) -> list[tuple[Rejected, str]]:
        """The rows that stand refused, each with what to do."""
        return [
            (row, MAYBE_TAKEN if row.reason == "maybe_taken" else advice(row.code, row.error_code))
            for row in self.ledger.rejected()
        ]


@contextlib.contextmanager
def open_session(options: DbtOptions, name: str | None) -> Iterator[Session]:
    """Load the project and pick the sync; raises SettingsError or LeaseHeldError."""
    with Project(options) as project:
        sync = pick_sync(find_syncs(project.manifest), name)
        account = account_of(sync, os.environ)
        if not account:
            raise SettingsError(
                f"{sync.name} has no account: its ledger belongs to one.",
                hint="Set account_id in the exposure, or MICROSOFT_ADS_ACCOUNT_ID.",
            )
        sync = replace(sync, account_id=account)
        yield Session(project, sync, WarehouseLedger(project, sync))
