"""The way of a forget: a person's identifiers are blanked, once the source holds the person no more."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reverse_etl.commands.upkeep import agree, balance, hold, upkeep_run
from reverse_etl.core.errors import GuardError, LeaseHeldError, ReverseEtlError, WarehouseError
from reverse_etl.core.sync import Sync
from reverse_etl.core.upkeep import ForgetReport, Person
from reverse_etl.session import Session, Upkeep, Workspace


class Search:
    """A person in the ledgers of several syncs, looked up in all of them before one is blanked: what leads to a person
    in one may stand in another. What the accounts of one sync hold is blanked together."""

    def __init__(self, workspace: Workspace, syncs: Sequence[Sync], key: str, phone: str) -> None:
        self._workspace, self._key, self._phone = workspace, key, phone
        self._sessions: dict[str, Session] = {}
        self._people: dict[str, Person] = {}
        self._busy: dict[str, str] = {}
        for sync in syncs:
            # What fails here fails again in `of`, and stops no other.
            with contextlib.suppress(ReverseEtlError):
                session = self._sessions[sync.label] = workspace.open(sync)
                if sync.name not in self._people:
                    self._people[sync.name] = session.upkeep().person(key, phone)
                holder = session.ledger.holder() if sync.account_column and len(syncs) > 1 else None
                if holder and not holder.dead:
                    self._busy[sync.name] = sync.label

    def of(self, sync: Sync) -> tuple[Session, Upkeep, Person]:
        """The ledger of one sync, and the person as it knows them.

        Raises LeaseHeldError while a run of an account beside it is under way, GuardError where the source was last
        built in part: what is missing from it would come back with the next full build.
        """
        if sync.name in self._busy:
            raise LeaseHeldError(
                f"A run of {self._busy[sync.name]} is under way.",
                hint="Wait until it ends, and forget then: what the accounts of a sync hold is blanked together.",
            )
        session = self._sessions.get(sync.label) or self._workspace.open(sync)
        session.enforce_whole_source()
        ledger = session.upkeep(*(other.sync.scope for other in self._sessions.values()))
        with without_messages():
            return session, ledger, self._people.get(sync.name) or ledger.person(self._key, self._phone)


def look_at_forget(ledger: Upkeep, person: Person) -> ForgetReport:
    """What a forget would blank. Reads only.

    Raises GuardError where a push would send it again or has to settle it, SettingsError where it cannot be blanked.
    """
    with without_messages():
        report = ledger.known_of(person)
    if report.in_source:
        raise GuardError(
            f"The source model still holds this person in {_rows(report.in_source)}, which a push would send again.",
            hint="Remove the person from the source first and build the model; then forget here. Rows that share a "
            "click id or a hash are one person's: `reverse-etl why` with either shows them.",
        )
    if report.in_doubt:
        raise GuardError(
            f"{_rows(report.in_doubt)} of this person may have arrived, and settling that takes the identifiers.",
            hint="Push first, which settles it, then forget.",
        )
    return report


def forget(ledger: Upkeep, person: Person, *, shown: ForgetReport | None = None) -> ForgetReport:
    """Blank a person's identifiers; every count stays. `shown`: as for a retry."""
    with without_messages(), upkeep_run(ledger, "forget") as lease:
        report = look_at_forget(ledger, person)
        agree(shown, report)
        statuses = ledger.statuses()
        hold(lease)
        # The ledger last: only by its rows is the rest found again after a death.
        ledger.drop_old_plans()
        ledger.forget(lease.run_seq, person)
        hold(lease)
        records, attempts = ledger.forgotten(lease.run_seq)
        balance("conversions blanked", report.records, records)
        balance("attempts blanked", report.attempts, attempts)
        balance("statuses changed", 0, int(ledger.statuses() != statuses))
    lease.close("forget", {"rows": report.records, "attempts": report.attempts, "messages": report.messages})
    return replace(report, run_seq=lease.run_seq)


@contextlib.contextmanager
def without_messages() -> Iterator[None]:
    """Keeps an identifier out of the message of a statement that the warehouse refuses."""
    try:
        yield
    except WarehouseError:
        raise WarehouseError(
            "The warehouse refused a statement.",
            hint="Its message is left out, since it could repeat what is to be forgotten.",
        ) from None


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"
