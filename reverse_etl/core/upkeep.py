"""What changes the ledger without sending: retry, baseline and forget, each with its choice and its counts."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RetryChoice:
    """Which refused rows a retry lifts: those of any of the codes (numbers or names) and any of the keys.

    Left empty, all. `maybe_taken`: also rows whose first try may have been taken.
    """

    codes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    maybe_taken: bool = False


@dataclass(frozen=True, slots=True)
class RefusedRows:
    """Refused rows of one code. `maybe_taken`: an earlier try of each may have been taken."""

    code: int | None
    error_code: str
    maybe_taken: bool
    rows: int


@dataclass(frozen=True, slots=True)
class RetryReport:
    """Rows that a retry lifts, or has lifted where it has a `run_seq`.

    `left_alone`: rows that were chosen and may have been taken, and that were not allowed to be repeated.
    """

    lines: tuple[RefusedRows, ...]
    left_alone: int = 0
    run_seq: int | None = None

    @property
    def rows(self) -> int:
        """All of them."""
        return sum(line.rows for line in self.lines)

    @property
    def maybe_taken(self) -> int:
        """Those of which an earlier try may have been taken."""
        return sum(line.rows for line in self.lines if line.maybe_taken)


@dataclass(frozen=True, slots=True)
class BaselineChoice:
    """Which rows a baseline marks: those before a time (UTC text), or those that a relation lists."""

    before: str | None = None
    relation: str | None = None


@dataclass(frozen=True, slots=True)
class GoalRows:
    """Rows of one goal, with the oldest and the newest conversion time among them."""

    conversion_name: str
    rows: int
    oldest: str
    newest: str


@dataclass(frozen=True, slots=True)
class BaselineReport:
    """Rows that a baseline marks as accepted, or that an undo makes unsent again; done where it has a `run_seq`.

    `to_send`: rows that a push would still send. `in_doubt`: those of them that may have arrived. `refused`: rows that
    stand refused and are not marked. `unmatched`: rows of the relation that stand for no source row, `unreadable`:
    those of them whose time is none; `passed_over`: conversions of it that stand in the source and that no push would
    send. `undone`: the baseline's run, of an undo.
    """

    goals: tuple[GoalRows, ...]
    to_send: int | None = None
    in_doubt: int = 0
    refused: int = 0
    unmatched: int | None = None
    unreadable: int = 0
    passed_over: int | None = None
    undone: int | None = None
    run_seq: int | None = None

    @property
    def rows(self) -> int:
        """All of them."""
        return sum(goal.rows for goal in self.goals)


@dataclass(frozen=True, slots=True)
class Person:
    """What leads to a person in the ledger: identifiers, and conversions without a click id: goal, identifier, time.

    It never shows itself.
    """

    record_key: tuple[str, ...] = field(default=(), repr=False)
    click_key: tuple[str, ...] = field(default=(), repr=False)
    hashed_email: tuple[str, ...] = field(default=(), repr=False)
    hashed_phone: tuple[str, ...] = field(default=(), repr=False)
    conversions: tuple[tuple[str, ...], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What the ledger holds of a person: conversions, their attempts and the messages of their own receipts.

    `in_doubt`: conversions that a push can still settle. `in_source`: rows of the source that would be sent again.
    `elsewhere`: attempts of other syncs, environments or accounts. Blanked where it has a `run_seq`.
    """

    records: int
    attempts: int
    messages: int
    in_doubt: int
    in_source: int
    elsewhere: int
    run_seq: int | None = None
