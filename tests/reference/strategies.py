"""Hypothesis strategies for small, nasty and legal worlds: a history of runs, and the source after it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from .decide import plan
from .fold import State, fold
from .history import CLICK_IDS, EMAILS, NOW, VALUES, Draw, History, fence, repeat_inserts, retry, run
from .nouns import Attempt, MatchKey, PlanRow, Receipt, RunEvent, SourceRow
from .times import days_before, hours_before

NAMES = ("Lead", "Sale")
KEYS = ("k1", "k2", "k3", "")
# Recent, not yet and just expired, within the extra day of the ledger's window, older, and to come.
PAST_DAYS = (3, 20, 89.5, 90, 90.5, 95)
FUTURE_DAYS = (-1,)
# When answers were written, from the plan back: around the delay of adjustments.
HOURS_AGO = (1, 5, 6, 7, 30)
ALLOWED = (("restate", "retract"), ("restate", "retract"), ("retract",), ("restate",), ())


@dataclass(frozen=True)
class World:
    """What a plan is made from."""

    attempts: tuple[Attempt, ...]
    receipts: tuple[Receipt, ...]
    events: tuple[RunEvent, ...]
    source: tuple[SourceRow, ...]
    now: str
    this_run_seq: int | None
    adjustments_allowed: frozenset[str] = frozenset()
    quiet_runs: frozenset[int] = frozenset()
    delay_hours: float = 0
    goals_take_clicks_alone: bool = False
    goals_count_once: bool = False

    def states(self) -> dict[MatchKey, State]:
        return fold(self.attempts, self.receipts, self.events)

    def plan(self) -> list[PlanRow]:
        return plan(
            self.source,
            self.states(),
            self.now,
            self.adjustments_allowed,
            this_run_seq=self.this_run_seq,
            quiet_runs=self.quiet_runs,
            delay_hours=self.delay_hours,
            goals_take_clicks_alone=self.goals_take_clicks_alone,
            goals_count_once=self.goals_count_once,
        )


@st.composite
def worlds(draw: Draw, max_runs: int = 4, max_source_rows: int = 6, *, adjusting: bool = False) -> World:
    """A history of up to max_runs runs and a source table; half of the time planned within the last run.

    `adjusting`: the plan may send adjustments. Earlier runs may have sent them either way.
    """
    allowed = frozenset(draw(st.sampled_from(ALLOWED))) if adjusting else frozenset()
    # Most of what adjusts does so within the window.
    days = (3, 3, 20, 20, 89.5, 95) if adjusting else PAST_DAYS
    past = draw(st.lists(st.sampled_from(days), min_size=1, max_size=2 if adjusting else 3, unique=True))
    history = History(
        names=NAMES[: draw(st.integers(1, 1 if adjusting else 2))],
        times=[days_before(NOW, days) for days in past],
        keys=KEYS[: draw(st.integers(2, 4))],
        allowed=allowed,
    )
    run_count = draw(st.integers(0, max_runs))
    within_last_run = run_count > 0 and draw(st.booleans())
    run_seq, unclosed = 0, []
    for number in range(run_count):
        run_seq += draw(st.integers(1, 2))
        is_this_run = within_last_run and number == run_count - 1
        fence(draw, history, run_seq, unclosed)
        if not is_this_run and draw(st.integers(0, 3)) == 0:
            closed = retry(draw, history, run_seq)
        else:
            closed = run(draw, history, run_seq, is_this_run)
        unclosed = [] if closed else [run_seq]
    history.attempts.extend(history.late_attempts)
    history.receipts.extend(history.late_receipts)
    history.receipts = [replace(r, recorded_at=_answer_time(draw)) for r in history.receipts]
    repeat_inserts(draw, history)
    runs = [number for number in range(1, run_seq + 1) if adjusting]
    return World(
        attempts=tuple(draw(st.permutations(history.attempts))),
        receipts=tuple(history.receipts),
        events=tuple(history.events),
        source=tuple(_source(draw, history, max_source_rows)),
        now=NOW,
        this_run_seq=run_seq if within_last_run else None,
        adjustments_allowed=allowed,
        quiet_runs=frozenset(draw(st.lists(st.sampled_from(runs), max_size=2))) if runs else frozenset(),
        delay_hours=draw(st.sampled_from((0, 0, 6))) if adjusting else 0,
    )


def together(worlds: Mapping[str, World]) -> World:
    """One world in which others stand side by side and do not touch: each has runs, keys and names of its own.

    The others agree in what holds for a whole plan: its time, and what may be adjusted. What the last one says of this
    run holds.
    """
    attempts, receipts, events, source, quiet_runs = [], [], [], [], []
    runs = 0
    for name, world in worlds.items():
        attempts += [
            replace(
                a,
                run_seq=a.run_seq + runs,
                conversion_name=name + a.conversion_name,
                record_key=_own(name, a.record_key),
            )
            for a in world.attempts
        ]
        receipts += [replace(r, run_seq=r.run_seq + runs) for r in world.receipts]
        events += [
            replace(e, run_seq=e.run_seq + runs, fenced_run_seq=e.fenced_run_seq and e.fenced_run_seq + runs)
            for e in world.events
        ]
        source += [replace(r, conversion_name=name + r.conversion_name, key=_own(name, r.key)) for r in world.source]
        quiet_runs += [number + runs for number in world.quiet_runs]
        last, before = world, runs
        runs = max([runs, *(one.run_seq for one in (*attempts, *events))])
    return replace(
        last,
        attempts=tuple(attempts),
        receipts=tuple(receipts),
        events=tuple(events),
        source=tuple(source),
        quiet_runs=frozenset(quiet_runs),
        this_run_seq=last.this_run_seq and last.this_run_seq + before,
    )


def _own(name: str, key: str) -> str:
    return key and name + key


@st.composite
def crowds(draw: Draw, *, adjusting: bool = False) -> World:
    """Up to eight worlds together, for the price of one plan."""
    first, *others = [draw(worlds(adjusting=adjusting)) for _ in range(draw(st.integers(1, 8)))]
    shared = {"adjustments_allowed": first.adjustments_allowed, "delay_hours": first.delay_hours}
    return together({f"{i} ": replace(world, **shared) for i, world in enumerate([first, *others])})


def _answer_time(draw: Draw) -> str:
    return hours_before(NOW, draw(st.sampled_from(HOURS_AGO)))


def _source(draw: Draw, history: History, max_rows: int) -> list[SourceRow]:
    """The source at the end: rows as they were sent, rows that changed since, and rows not seen before."""
    rows = [
        _seen_row(draw, history) if history.attempts and draw(st.integers(0, 3)) else _unseen_row(draw, history)
        for _ in range(draw(st.integers(0, max_rows)))
    ]
    if len(rows) > 1 and draw(st.integers(0, 3)) == 0:
        rows[:2] = replace(rows[0], key=rows[1].key), replace(rows[1], key=rows[0].key)
    return rows


def _seen_row(draw: Draw, history: History) -> SourceRow:
    sent = draw(st.sampled_from([a for a in history.attempts if a.operation == "send"] or history.attempts))
    row = SourceRow(
        conversion_name=sent.conversion_name,
        conversion_time=sent.conversion_time,
        microsoft_click_id=sent.click_id,
        hashed_email_address=sent.hashed_email,
        hashed_phone_number=sent.hashed_phone,
        conversion_value=sent.value,
        conversion_currency_code=sent.currency,
        external_attribution_credit=sent.attribution_credit,
        external_attribution_model=sent.attribution_model,
        key=sent.record_key,
    )
    match draw(
        st.sampled_from(
            ("same", "same", "value", "currency", "key", "move", "hashes", "spelling", "credit", "time", "broken")
        )
    ):
        case "value":
            row = replace(row, conversion_value=draw(st.sampled_from(VALUES)))
        case "currency":
            row = replace(row, conversion_currency_code="EUR")
        case "key":
            row = replace(row, key=draw(st.sampled_from(history.keys)))
        case "move":
            row = replace(row, microsoft_click_id=draw(st.sampled_from(CLICK_IDS[:3])))
        case "hashes":
            row = replace(row, hashed_email_address=draw(st.sampled_from(EMAILS[:2])))
        case "spelling":
            row = replace(row, microsoft_click_id=row.microsoft_click_id.upper())
        case "credit":
            row = replace(row, external_attribution_credit=0.25, external_attribution_model="linear")
        case "time":
            row = replace(row, conversion_time=_source_time(draw, history))
        case "broken":
            row = _broken(draw, row)
    return row


def _unseen_row(draw: Draw, history: History) -> SourceRow:
    row = SourceRow(
        conversion_name=draw(st.sampled_from(history.names)),
        conversion_time=_source_time(draw, history),
        microsoft_click_id=draw(st.sampled_from(CLICK_IDS)),
        hashed_email_address=draw(st.sampled_from(EMAILS[:2])),
        conversion_value=draw(st.sampled_from(VALUES)),
        conversion_currency_code=draw(st.sampled_from(("USD", "EUR"))),
        key=draw(st.sampled_from(history.keys)),
    )
    return _broken(draw, row) if draw(st.integers(0, 4)) == 0 else row


def _source_time(draw: Draw, history: History) -> str:
    return draw(st.sampled_from([*history.times * 3, *(days_before(NOW, days) for days in FUTURE_DAYS)]))


def _broken(draw: Draw, row: SourceRow) -> SourceRow:
    if draw(st.booleans()):
        return replace(row, conversion_time=None, reasons=("conversion_time_missing",))
    return replace(row, conversion_currency_code="usd", reasons=("currency_code_malformed",))
