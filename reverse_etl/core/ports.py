"""The ports: what a push needs of a ledger, a destination and somebody who watches."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from reverse_etl.core.check import CheckLine
from reverse_etl.core.goal import Demand, Goal
from reverse_etl.core.pace import Pace, Patience
from reverse_etl.core.plan import Plan, Record
from reverse_etl.core.receipt import Answer, Receipt
from reverse_etl.core.sync import Sync


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run as the ledger knows it. Times are UTC text; `result` is blank and `counts` empty without an end.

    `counts`: rows by standing, each key with its side in front: source_accepted, ledger_held; and as sent_accepted what
    became of the records that left in the run, all that is kept of one that broke off; of a run that is no push (retry,
    baseline, undo, forget), `rows`.
    `fenced_by` is the later run that shut it out, since it never ended, or that undid a baseline.
    """

    run_seq: int
    started_at: str
    ended_at: str
    counts: dict[str, int]
    target: str
    host: str
    pid: int
    fenced_by: int | None = None
    result: str = ""
    package_version: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row or correction that the destination refused, in its words.

    `reason` says why it is held: `rejected_unchanged`, `retract_refused`, or `maybe_taken` where an earlier try may
    have been taken.
    """

    record_key: str
    conversion_name: str
    conversion_time: str
    reason: str
    code: int | None
    error_code: str
    message: str
    tracking_id: str


@dataclass(frozen=True, slots=True)
class Standings:
    """Rows by standing at the end of a run, read from the warehouse, with the sums to hold them against.

    `source` and `ledger`: rows of each side per standing. `source_rows`: rows that the plan read from the source.
    `known_identities`: identities that the ledger held as taken or in doubt when the plan was made, and
    `known_standing` how many of them the plan gave a place. `run_outcomes`: attempts of the run per outcome.
    `beyond_help`: rows among the held that no correction can help any more.
    """

    source: dict[str, int]
    ledger: dict[str, int]
    source_rows: int
    known_identities: int
    known_standing: int
    run_outcomes: dict[str, int]
    beyond_help: int = 0

    def unbalanced(self, outcomes: Mapping[str, int]) -> Iterator[str]:
        """Where the law of conservation fails, in words: rows by standing against rows counted elsewhere, and the
        ledger against the outcomes that the run itself has counted."""
        pairs = [
            ("source rows", self.source_rows, sum(self.source.values())),
            ("identities known to the ledger", self.known_identities, self.known_standing),
            *(
                (f"records {outcome} in this run", outcomes.get(outcome, 0), self.run_outcomes.get(outcome, 0))
                for outcome in ("accepted", "rejected", "deferred", "in_doubt", "not_sent")
            ),
        ]
        return (f"{what}: {left:,} on one side, {right:,} on the other" for what, left, right in pairs if left != right)


@dataclass(frozen=True, slots=True)
class Delivered:
    """One batch that is through: its number in the run, its records, and what was answered.

    `in_doubt`: records without a receipt. `seconds`: from its first try to its last answer, waits included.
    """

    batch: int
    rows: int
    receipts: tuple[Receipt, ...]
    in_doubt: int
    seconds: float


class Verdict(StrEnum):
    """What dbt's tests say of a source model."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TestEvidence:
    """What is known of a source model's tests.

    `text` says why in words; `failing` names failing tests, each with the rows it found (0 where dbt gives none);
    `model_failed`: the model itself was not built. `by`: "file" (dbt's run_results.json) or "build" (`push --build`,
    now or before). `at`: when that was, UTC text. `fingerprint` stands for the model's and its tests' code.
    """

    # pytest would take the name for a test's.
    __test__ = False

    verdict: Verdict
    text: str = ""
    failing: tuple[tuple[str, int], ...] = ()
    model_failed: bool = False
    by: str = "file"
    at: str = ""
    fingerprint: str = ""


class Lease(Protocol):
    """The right to push one scope. While it holds, no other run sends for that scope."""

    @property
    def run_seq(self) -> int:
        """The lease's token, which rises with every run of the scope."""

    @property
    def took_over_from(self) -> Sequence[int]:
        """The runs that never ended and were shut out by this one."""

    def still_mine(self) -> bool:
        """Write a heartbeat where one is due and read the lease: True while no other run took over.

        A False is final. Called before each stretch and while its calls are under way.
        """

    def seconds_left(self) -> float:
        """How long a call that starts now may last before another run could take over."""

    def close(self, result: str, counts: dict[str, int]) -> None:
        """Record the run's end with its counts and give the lease back."""


class Ledger(Protocol):
    """The history of one scope, in the user's warehouse.

    Every writing method has committed when it returns. Raises WarehouseError where the warehouse fails.
    """

    def claim(self, tests: str = "") -> Lease:
        """Take the lease and fence older runs; raises LeaseHeldError while another run holds it.

        `tests`: what dbt's tests said of the source, as JSON that stays with the run.
        """

    def read_plan(self, *, samples: int) -> Plan:
        """The plan as of now, without writing anything."""

    def make_plan(self, run_seq: int, *, seq_offset: int, batch_offset: int, batch_rows: int) -> Plan:
        """Write the plan of this run into a table; its records are numbered after the offsets."""

    def page(self, seq_from: int, seq_to: int) -> list[Record]:
        """The records of the run's plan with these numbers, both included, in order."""

    def record_intents(self, run_seq: int, seq_from: int, seq_to: int) -> None:
        """Write a stretch of the run's plan into the ledger; afterwards it may be sent."""

    def record_receipts(self, run_seq: int, receipts: Sequence[Receipt]) -> None:
        """Write what was answered: refused and deferred rows no later than the range that accepts them."""

    def standings(self, run_seq: int) -> Standings:
        """What became of each row of the run's last plan."""

    def drop_plan(self) -> None:
        """Remove the run's plan table."""

    def planned_demands(self, *, replacing: bool) -> Sequence[Demand]:
        """What the rows that the run's plan sends ask of their goals, or those that replace what it retracts."""

    def retracted_of_clicks_in_use(self, names: Sequence[str] | None) -> Mapping[str, int]:
        """How many conversions of these goals, or of any, the run's plan retracts while another row has their click."""

    def accepted(self) -> int:
        """About how many records of the scope were accepted, ever; refused ones inside an accepted range included."""


class Destination(Protocol):
    """The system that receives. `send` is called by several threads at once."""

    @property
    def batch_limit(self) -> int:
        """Records of one call at most."""

    @property
    def call_timeout(self) -> float:
        """Seconds that one call lasts at most, from its first byte to its last."""

    @property
    def clock_ahead(self) -> float | None:
        """Seconds by which the other side's clock is ahead of this machine's; None until it has sent its time."""

    @property
    def pace(self) -> Pace:
        """What its calls share with those of other runs in this process."""

    @property
    def protocol(self) -> str:
        """What it is spoken to by; blank where there is only one way."""

    def ask_clock(self) -> float | None:
        """As `clock_ahead`, asked now and without credentials; None where the other side does not say."""

    def preflight(self, accepted: int) -> Sequence[str]:
        """Check settings and address before anything is written, given how many records the ledger has as accepted.

        Returns notes for the user; raises DestinationError or SettingsError.
        """

    def send(self, records: Sequence[Record]) -> Answer:
        """Make one call with these records. Never raises for what the call or its answer brings."""


@runtime_checkable
class HasGoals(Protocol):
    """A destination whose conversions belong to goals of its account. Each method raises DestinationError."""

    def goals(self) -> Sequence[Goal]:
        """The account's offline conversion goals."""

    def learns_goals(self) -> bool:
        """Does the other side take any name for a goal?"""


@runtime_checkable
class HasAutoTagging(Protocol):
    """A destination that can append click ids to landing pages. Each method raises DestinationError."""

    def auto_tagging(self) -> bool | None:
        """Are click ids appended to landing pages? None where the destination does not say."""

    def turn_on_auto_tagging(self) -> None:
        """Have click ids appended to landing pages."""


class Recorder(Protocol):
    """What keeps each call of a push and its answer, without secrets and personal data."""


class DestinationKind(Protocol):
    """A kind of destination: what is known of it without credentials, and how one is opened for a sync.

    What an opened one can do beyond `Destination` it says by further methods: those of `HasGoals`, `HasAutoTagging`,
    `Teller` (`commands/attribution.py`).
    """

    @property
    def max_age_days(self) -> int:
        """Days after which it takes a conversion no more."""

    def account_of(self, sync: Sync, environ: Mapping[str, str]) -> str:
        """The account that a sync sends to; empty where none is set."""

    def open(
        self,
        sync: Sync,
        environ: Mapping[str, str],
        *,
        note: Callable[[str], None],
        patience: Patience | None = None,
        recorder: Recorder | None = None,
        today: date | None = None,
    ) -> Destination:
        """A destination for a sync; raises SettingsError naming what is missing.

        `note` is called with long waits of lookups, and `patience` is theirs. `today`: the day (UTC) that it is opened
        for; left out, this machine's.
        """

    def recorder(self, folder: Path, note: Callable[[str], None]) -> Recorder:
        """What keeps each call in a new folder."""

    def notice(self, sync: Sync, today: date) -> tuple[str, str]:
        """What to say before a push of that day (UTC), and what to do about it; blank where there is nothing."""

    def advice(self, code: int | None, error_code: str) -> str:
        """What to do about a refusal."""

    def goes_at(self, code: int | None, error_code: str, refused_at: str) -> str:
        """From when on what was deferred may go, as UTC text; blank where that is not known."""

    def explain(self, reason: str) -> tuple[str, str]:
        """What a reason for no attribution means, and what to do."""

    def declared(self, sync: Sync, today: date) -> Mapping[str, str]:
        """Keys of the exposure that this kind alone knows, each with its value on a day (UTC)."""

    def settings(self, sync: Sync, environ: Mapping[str, str], today: date) -> Iterator[CheckLine]:
        """Each setting with where it comes from, as lines of `check`. Nothing is sent."""

    def check_account(self, sync: Sync, environ: Mapping[str, str]) -> None:
        """Raise SettingsError where the account of a sync cannot be one."""

    def answers(self, sync: Sync, environ: Mapping[str, str], today: date, accepted: int) -> Iterator[CheckLine]:
        """Does the other side answer? Lines of `check`, none where a setting keeps it from being asked."""


class Progress(Protocol):
    """Somebody who watches a push; the default watches nothing."""

    def note(self, text: str) -> None:
        """Something the user should know."""

    def planned(self, plan: Plan, round_: int, to_send: int) -> None:
        """A plan was made, of which `to_send` records will be sent: fewer than it lists where there is a limit."""

    def delivered(self, batch: Delivered, done: int, total: int) -> None:
        """A batch is through: `done` of `total` records of this round so far."""


class Silent:
    """A Progress that shows nothing."""

    def note(self, text: str) -> None:
        """Nothing."""

    def planned(self, plan: Plan, round_: int, to_send: int) -> None:
        """Nothing."""

    def delivered(self, batch: Delivered, done: int, total: int) -> None:
        """Nothing."""
