"""What is answered to who asks for a plan, a status or a check: typed and frozen."""

from dataclasses import dataclass, field

from reverse_etl.core.attribution import MatchTotals
from reverse_etl.core.errors import RunStoppedError
from reverse_etl.core.goal import Goal, Recipe
from reverse_etl.core.guards import Guard
from reverse_etl.core.plan import Plan
from reverse_etl.core.ports import RunSummary, TestEvidence
from reverse_etl.core.sync import Sync


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs between two builds of a project; blank where it is not there.

    `what`: column, of the source model with its types; setting, of the exposure; goal, a name that rows give.
    """

    what: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a change of the project makes of a push, beside the build whose ledger the plan was made against.

    `before`: the plan of that build's own source as of the same time; None where it knows no such sync.
    """

    before: Plan | None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What a push of `sync` would do, and what each guard would say to it.

    `against`: beside another build, where the plan was made against the ledger of that.
    """

    sync: Sync
    plan: Plan
    guards: tuple[Guard, ...]
    against: Comparison | None = None

    @property
    def changes(self) -> bool:
        """Does the change of the project make any difference, to a push or to what it reads?"""
        if self.against is None:
            return False
        before, same = self.against.before, not self.against.differences
        return before is None or not same or before.without_samples() != self.plan.without_samples()


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One line of a plan: a source row, or an identity of the ledger that stands in none; it names no person.

    Only rows that need nothing stand together, `row_count` of them in one line: those exactly as they were accepted,
    and those that have aged out. `goes_at`: UTC text, from when on a row that waits may go, where that is known.
    `counted_value`: what counts now, as far as the ledger knows. `moves_to_name`, `moves_to_time`: the conversion that
    takes a moved one's place.
    """

    side: str
    class_: str
    reasons: tuple[str, ...]
    record_key: str
    conversion_name: str
    conversion_time: str
    value: float | None
    currency: str
    counted_value: float | None
    counted_currency: str
    moves_to_name: str
    moves_to_time: str
    code: int | None
    error_code: str
    goes_at: str
    row_count: int


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What the ledger knows of `sync`: conversions per status, and the newest runs, the newest first.

    `matched`: how much of the last days' uploads the destination attributed; None where that was not fetched.
    `corrections`: conversions whose restatement or retraction is refused or in doubt, beside their status.
    """

    sync: Sync
    statuses: dict[str, int]
    runs: tuple[RunSummary, ...]
    matched: MatchTotals | None = None
    corrections: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of a scope and what became of it. `since`: its first event; `age`: seconds since its last. Both are by
    the warehouse's clock. `dead`: of who holds the lease, a push takes over from it unasked."""

    run_seq: int
    claim_id: str
    opened: bool
    withdrawn: bool
    closed: bool
    fenced: bool
    age: float
    host: str
    pid: int
    pid_space: str
    since: str
    dead: bool = False

    @property
    def finished(self) -> bool:
        """True when no push has to wait for the claim: it ended, or it was shut out and what it writes is void."""
        return self.closed or self.withdrawn or self.fenced


@dataclass(frozen=True, slots=True)
class RunsReport:
    """The newest runs of a sync, the newest first."""

    sync: Sync
    runs: tuple[RunSummary, ...]


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run in detail, as ledger and receipts have it.

    `outcomes`: its attempts by outcome; `void` those that it planned and never sent, since it was shut out first.
    `refusals`: outcome, code, error code and rows of what was refused or put off. `tracking_ids`: the first few of
    `tracking_ids_in_all`. `fenced`: the runs that it shut out.
    `tests`: what was known of dbt's tests when it began; `tests_allowed`: it was pushed with --allow-failing-tests.
    """

    sync: Sync
    run: RunSummary
    batches: int
    outcomes: dict[str, int]
    void: int
    refusals: tuple[tuple[str, int | None, str, int], ...]
    tracking_ids: tuple[str, ...]
    tracking_ids_in_all: int
    fenced: tuple[int, ...]
    tests: TestEvidence | None = None
    tests_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Attempted:
    """One try to deliver a conversion. Times are UTC text; a blank `answered_at` means that no answer is recorded.

    `outcome`: accepted, rejected, deferred, not_sent, in_doubt (no answer), void (never sent: its run was shut out), or
    blank for what is no call. `fenced_by`: the run that shut its run out.
    """

    run_seq: int
    at: str
    operation: str
    record_key: str
    value: float | None
    currency: str
    outcome: str
    answered_at: str
    code: int | None
    error_code: str
    message: str
    tracking_id: str
    fenced_by: int | None


@dataclass(frozen=True, slots=True)
class Explained:
    """One row of the source, or one conversion of the ledger that stands in none, and all that is known of it.

    `class_` and `reasons` as in a plan, or `absent`: not in the source and not counted. Of click id and hashes only the
    first 8 characters are here. `status` is the ledger's word, blank where nothing was sent; `code` and `error_code`
    those of the refusal that it rests on, and `advice` what to do about that. `goes_at`: UTC text, from when on a row
    that waits may go; blank where that is not known.
    """

    in_source: bool
    class_: str
    reasons: tuple[str, ...]
    record_key: str
    conversion_name: str
    conversion_time: str
    click_id_start: str
    hashed_email_start: str
    hashed_phone_start: str
    value: float | None
    currency: str
    attribution_credit: float | None
    attribution_model: str
    status: str
    code: int | None
    error_code: str
    attempts: tuple[Attempted, ...]
    advice: str = ""
    goes_at: str = ""


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """What a warehouse must answer, and what it did; None is null."""

    name: str
    expected: str | None
    got: str | None


@dataclass(frozen=True, slots=True)
class WhyReport:
    """What a key names in a sync and why each row is where it is. `rows_in_all` counts those beyond the shown, too.

    `readings`: how the key was read, in order, up to the first reading that names something: unique_key, click_id, hash
    (of an e-mail address or a phone number) or email (an address, hashed here).
    """

    sync: Sync
    now: str
    readings: tuple[str, ...]
    rows: tuple[Explained, ...]
    rows_in_all: int

    @property
    def read_as(self) -> str:
        """The reading that the rows were found by, or the last one that was tried."""
        return self.readings[-1]


@dataclass(frozen=True, slots=True)
class GoalsReport:
    """The goals of a sync's account by name, how many sendable rows of the source name each, and what is missing.

    `learns`: the local sandbox takes any name for a goal, so that none is missing.
    """

    sync: Sync
    goals: tuple[Goal, ...]
    rows: dict[str, int]
    missing: tuple[Recipe, ...]
    learns: bool


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run did.

    `source` gives each source row's standing, `ledger` that of each identity which stands in no sendable source row;
    `sent` what became of the records that left in this run, by outcome, and `refusals` its refusals by code;
    `stopped` why the run ended early. `interrupted`: somebody asked it to.
    `standing_refused`: rows among the held that the destination refused in an earlier run, unchanged since.
    `unbalanced` names the sums of the law of conservation that are off; it is empty unless the product is at fault.
    `beyond_help`: rows among the held that no correction can help any more. `sync`, `account_id`: whose run it was.
    `protocol`: what the destination was spoken to by, where it has several. `without_account`: rows beside those of
    `source`, which name no account where each names its own.
    """

    run_seq: int
    source: dict[str, int]
    ledger: dict[str, int]
    refusals: dict[str, int]
    sent: dict[str, int] = field(default_factory=dict)
    in_doubt_because: str = ""
    interrupted: bool = False
    stopped: RunStoppedError | None = None
    unbalanced: tuple[str, ...] = ()
    strict: bool = False
    standing_refused: int = 0
    protocol: str = ""
    without_account: int = 0
    beyond_help: int = 0
    sync: str = ""
    account_id: str = ""

    def rows(self, standing: str) -> int:
        """Rows of both sides with a standing."""
        return self.source.get(standing, 0) + self.ledger.get(standing, 0)

    @property
    def name(self) -> str:
        """The result in a word, as the runs table keeps it."""
        if self.stopped or self.unbalanced:
            return "stopped"
        return "interrupted" if self.interrupted else "done"

    @property
    def exit_code(self) -> int:
        """0 all done, 1 stopped, interrupted or rows in doubt, 3 done and the destination refused rows in this run, or
        with `strict` any row is invalid, held or without an account that somebody can correct."""
        if self.name != "done" or self.rows("in_doubt"):
            return 1
        to_correct = self.rows("invalid") or self.rows("held") > self.beyond_help or self.without_account
        return 3 if self.refusals or (self.strict and to_correct) else 0
