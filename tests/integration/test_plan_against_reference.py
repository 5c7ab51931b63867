"""The plan that SQL makes equals the reference in Python, on every cell of the decision table and on random worlds."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reverse_etl.commands.push import PushOptions, carry_out
from reverse_etl.core.plan import Plan, Record
from reverse_etl.core.receipt import Answer, Answered
from reverse_etl.core.sync import RetractionLimit
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.exposures import find_syncs
from reverse_etl.warehouse.history import Books
from reverse_etl.warehouse.ledger import WarehouseLedger
from reverse_etl.warehouse.planning import rendered, request
from reverse_etl.warehouse.project import Project
from reverse_etl.warehouse.source import SOURCE_COLUMNS
from tests.reference.builders import ACCEPTED, BESIDE, LEDGERS, OLD, RECENT, M, attempt, row, step, tables
from tests.reference.cells import TABLE as ADJUSTED
from tests.reference.nouns import PlanRow, Receipt, RunEvent
from tests.reference.strategies import World, crowds, together, worlds
from tests.reference.test_reference import NOW, PAST_90_DAYS, TABLE, sources
from tests.reference.times import days_before
from tests.support.engines import ENGINES
from tests.support.scale import scaled
from tests.support.shop import Shop, copy_of

SCOPE = {"destination": "microsoft_ads", "environment": "local", "account_id": "local", "sync": "shop_conversions"}
# Crowds of worlds of each kind.
EXAMPLES = scaled(12, long=250)
# Where these stand among the plan's columns.
STATUS, ROW_COUNT, SOURCE_ROWS, KNOWN_IDENTITIES, UNSEEN_REPEATS = 21, -4, -3, -2, -1
KNOWN = ("accepted", "in_doubt", "maybe_taken")
SAYS_NO_MORE = ("new", "in_doubt", "expired", "waiting", "duplicate")
LEDGER = (
    "run_seq, seq, batch, operation, conversion_name, click_id, hashed_email, hashed_phone, conversion_time, "
    "record_key, value, currency, attribution_credit, attribution_model, adjustment_time, first_attempt"
)


class Warehouse:
    """A real project whose tables take a world, and whose plan can be asked for as of any time."""

    def __init__(self, project: Project) -> None:
        self.project = project
        (self.sync,) = find_syncs(project.manifest)
        self.relations = {
            name: project.relation(f"model.reverse_etl.reverse_etl_{name}") for name in ("ledger", "receipts", "runs")
        }

    def load(self, world: World) -> None:
        """Replace everything by a world; a second scope with the same rows must make no difference."""
        for table in ("reverse_etl_ledger", "reverse_etl_receipts", "reverse_etl_runs", "deals"):
            self.run(f"delete from main.{table}")
        for scope in (SCOPE, SCOPE | {"environment": "sandbox"}):
            head = ", ".join(SCOPE)
            self.insert(
                "reverse_etl_ledger",
                f"{head}, {LEDGER}, recorded_at",
                # By a clock that runs backwards: it orders nothing.
                [(*scope.values(), *_fields(a), f"{2099 - a.run_seq}-01-01") for a in world.attempts],
            )
            self.insert(
                "reverse_etl_receipts",
                f"{head}, run_seq, batch, seq_from, seq_to, outcome, settles, code, error_code, recorded_at",
                [(*scope.values(), *_fields(r)) for r in world.receipts],
            )
            self.insert(
                "reverse_etl_runs",
                f"{head}, run_seq, event, fenced_run_seq, fenced_seq",
                [(*scope.values(), *_fields(e)) for e in world.events],
            )
        self.insert("deals", ", ".join([*SOURCE_COLUMNS, "deal_id"]), [_fields(row)[:-1] for row in world.source])

    def insert(self, table: str, columns: str, rows: list[tuple[object, ...]]) -> None:
        if rows:
            values = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)
            self.run(f"insert into main.{table} ({columns}) values {values}")

    def run(self, statement: str) -> None:
        self.project.adapter.execute(statement, auto_begin=True)
        self.project.adapter.commit_if_has_connection()

    def plan(self, world: World, *, with_repeats: bool, tables: bool = False) -> list[tuple[object, ...]]:
        """What the plan says: class, reason, operation and what would leave. `tables`: one for each step."""
        books = Books(self.project, self.sync, self.relations, self.project.relation(self.sync.source), "deal_id")
        asked = request(books, world.now, run_seq=world.this_run_seq, with_repeats=with_repeats) | {
            "scope": SCOPE,
            "adjustments": sorted(world.adjustments_allowed),
            "quiet_runs": sorted(world.quiet_runs),
            "delay_hours": world.delay_hours,
        }
        if world.goals_take_clicks_alone or world.goals_count_once:
            names = sorted({row.conversion_name for row in world.source})
            refused = names if world.goals_take_clicks_alone else []
            asked["goals"] = {
                "known": names,
                "inactive": [],
                "hashes_alone": refused,
                "attribution": refused,
                "once": names if world.goals_count_once else [],
                "windows": [],
            }
        with rendered(books, asked, tables=tables) as select_sql:
            return [tuple(row) for row in self.project.query_sql(select_sql)]


@pytest.fixture(scope="module")
def warehouse(engine_template: Shop) -> Iterator[Warehouse]:
    with tempfile.TemporaryDirectory() as folder:
        shop = copy_of(engine_template, Path(folder) / "project")
        with Project(DbtOptions(shop.folder, shop.folder)) as project:
            yield Warehouse(project)


def _fields(noun: object) -> tuple[object, ...]:
    return tuple(getattr(noun, name) for name in noun.__dataclass_fields__)


def _literal(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool | int | float):
        return str(value).lower()
    return f"'{value}'"


def expected(world: World) -> Counter[tuple[object, ...]]:
    return Counter(_expected_row(row) for row in world.plan())


def _expected_row(row: PlanRow) -> tuple[object, ...]:
    # Reasons of these classes only name the class's rule.
    reason = row.reason if row.class_ not in SAYS_NO_MORE else ""
    payload = (
        (
            *(row.click_id, row.hashed_email, row.hashed_phone, row.value, row.currency),
            *(row.attribution_credit, row.attribution_model, row.adjustment_time, *row.counted),
        )
        if row.operation
        else ()
    )
    # Rows that need nothing may stand together, so their keys are not compared.
    key = row.record_key if row.class_ not in ("unchanged", "accepted", "aged_out") else ""
    return (row.side, row.class_, reason or "", row.operation, key, *payload)


def actual(rows: list[tuple[object, ...]]) -> Counter[tuple[object, ...]]:
    counts: Counter[tuple[object, ...]] = Counter()
    for one in rows:
        counts[_actual_row(one)] += int(one[ROW_COUNT])
    return counts


def _actual_row(row: tuple[object, ...]) -> tuple[object, ...]:
    side, class_, reason, operation, _, _, _, _, key, *payload = row[:19]
    click_id, email, phone, value, currency, credit, model, time, counted, counted_currency = payload
    reason = str(reason).strip(",") if class_ not in SAYS_NO_MORE else ""
    leaves = (click_id, email, phone, _number(value), currency, _number(credit), model, time)
    payload = [*leaves, _number(counted), counted_currency] if operation else []
    key = key if class_ not in ("unchanged", "accepted", "aged_out") else ""
    return (side, class_, reason, operation, key, *payload)


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def check(warehouse: Warehouse, world: World) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Both ways to plan are right, one as a select and one by tables, and the quicker one says when it is no use; gives
    both."""
    warehouse.load(world)
    quick = warehouse.plan(world, with_repeats=False)
    if not any(row[UNSEEN_REPEATS] for row in quick):
        check_rows(quick, world)
    thorough = warehouse.plan(world, with_repeats=True, tables=True)
    assert not any(row[UNSEEN_REPEATS] for row in thorough)
    check_rows(thorough, world)
    return quick, thorough


def check_rows(rows: list[tuple[object, ...]], world: World) -> None:
    assert actual(rows) == expected(world)
    sent = sorted(row[4] for row in rows if row[3])
    assert sent == list(range(1, len(sent) + 1)), "what is sent is numbered without a gap"
    # The law of conservation, from both sides.
    if rows:
        assert sum(row[ROW_COUNT] for row in rows if row[0] == "source") == rows[0][SOURCE_ROWS] == len(world.source)
        assert sum(row[ROW_COUNT] for row in rows if row[STATUS] in KNOWN) == rows[0][KNOWN_IDENTITIES]
    else:
        assert not world.source


BOTH = frozenset({"restate", "retract"})


@pytest.mark.parametrize(
    ("cells", "time", "allowed"),
    [
        ([(ledger, source) for ledger, source, _ in TABLE], RECENT, frozenset()),
        ([(ledger, source) for ledger, source, _ in PAST_90_DAYS], OLD, frozenset()),
        ([(ledger, source) for _, ledger, source, _ in ADJUSTED], RECENT, BOTH),
    ],
    ids=["nothing may be adjusted", "past 90 days", "everything may be adjusted"],
)
def test_cells_of_the_decision_table(
    warehouse: Warehouse, cells: list[tuple[str, str]], time: str, allowed: frozenset[str]
) -> None:
    """SQL gives each cell of the decision table what the reference gives it, all cells side by side in one plan; one
    select and tables give the same rows."""
    worlds = {}
    for ledger, source in cells:
        attempts, receipts = tables(*LEDGERS[ledger], time=time)
        rows = tuple(sources(time)[source])
        worlds[f"{ledger}/{source}: "] = World(tuple(attempts), tuple(receipts), (), rows, NOW, None, allowed)
    world = together(worlds)
    alone = (expected(together({name: one})) for name, one in worlds.items())
    assert expected(world) == sum(alone, Counter()), "one cell makes no difference to another"
    quick, thorough = check(warehouse, world)
    assert Counter(quick) == Counter(warehouse.plan(world, with_repeats=False, tables=True))
    assert Counter(thorough) == Counter(warehouse.plan(world, with_repeats=True))


def past(*steps: object, of_m: str = "none", rows: Sequence[object] = (), **more: object) -> World:
    """A world where N went through these steps and M, which takes its place, through others after it."""
    attempts, receipts = tables(*steps)
    after, answers = tables(*LEDGERS[of_m])
    attempts += [replace(one, run_seq=one.run_seq + 4, click_id=M) for one in after]
    receipts += [replace(one, run_seq=one.run_seq + 4) for one in answers]
    beside = row(microsoft_click_id=BESIDE, key="beside")
    world = World(tuple(attempts), tuple(receipts), (), (*rows, beside), NOW, None, BOTH)  # type: ignore[arg-type]
    return replace(world, **more)


OF_A_RANGE = (attempt(), attempt(seq=2, click_id=BESIDE, record_key="beside"))
REFUSED_IN_A_RANGE = (Receipt(1, 1, 1, 2, "accepted"), Receipt(1, 1, 1, 1, "rejected", True, 5602, "Code"))
# What no cell of the table shows, each by the smallest world that does.
SHOWN = {
    "runs order attempts, and no clock": past(step("send", "rejected"), step("send"), rows=[row()]),
    "what a run wrote after it was shut out is void": past(
        step("send", value=5.0), rows=[row()], events=(RunEvent(2, "fence", 1, 0),)
    ),
    "what did not leave is no attempt": past(step("send", "not_sent"), rows=[row()]),
    "another scope says nothing": past(
        rows=[row()], attempts=(attempt(first_attempt=True),), receipts=(Receipt(1, 1, 1, 1, "accepted"),)
    ),
    "the receipt of one goes before that of its range": past(
        rows=[row()], attempts=OF_A_RANGE, receipts=REFUSED_IN_A_RANGE
    ),
    "nothing is taken back for what is dead": past(ACCEPTED, of_m="retracted", rows=[row(microsoft_click_id=M)]),
    "nothing is taken back for what will be": past(ACCEPTED, of_m="retract in doubt", rows=[row(microsoft_click_id=M)]),
    "nothing is taken back for a row that is invalid now, under whatever key": past(
        ACCEPTED, rows=[row(key="k2", conversion_currency_code="usd", reasons=("currency_code_malformed",))]
    ),
    "nothing is taken back for having rolled out of the source": past(
        *LEDGERS["restated"],
        source=(row(microsoft_click_id=BESIDE, key="beside", conversion_time="2026-03-12T00:00:00Z"),),
    ),
    "nothing is taken back for having rolled out of its goal": past(
        ACCEPTED,
        source=(
            row(microsoft_click_id=BESIDE, key="beside", conversion_time=days_before(NOW, 5)),
            row(microsoft_click_id=M, key="k2", conversion_name="Deal", conversion_time=days_before(NOW, 60)),
        ),
    ),
    "without a key nothing is taken back beside a row that is invalid now": past(
        step("send", "accepted", record_key=""),
        rows=[row(microsoft_click_id="short", key="", reasons=("click_id_malformed",))],
    ),
    "nothing is taken back beside a row that is invalid now and has no key": past(
        ACCEPTED,
        rows=[row(microsoft_click_id="", hashed_email_address="", key="", reasons=("click_id_or_hash_missing",))],
    ),
    "nothing is taken back for a row that has the click of another": past(
        step("send", "accepted", first_attempt=True),
        step("send", "accepted", first_attempt=True, click_id=M, record_key="k2"),
        rows=[row(microsoft_click_id=M), row(microsoft_click_id="short", key="k2", reasons=("click_id_malformed",))],
    ),
    "nothing is taken back for what another conversion of its key holds up": past(
        step("send", "accepted", first_attempt=True),
        step("send", "accepted", first_attempt=True, click_id=M),
        rows=[row(microsoft_click_id=M), row(microsoft_click_id="3" * 32)],
    ),
    "nothing is taken back beside an invalid row of its key": past(
        ACCEPTED, rows=[row(microsoft_click_id=M), row(microsoft_click_id="short", reasons=("click_id_malformed",))]
    ),
    "nothing is taken back that was forgotten": past(
        step("send", "accepted", click_id="forgotten_2_1", hashed_email="", record_key="")
    ),
    "a correction is later than the one before": past(
        ACCEPTED, step("restate", "accepted", value=30.0, adjustment_time=NOW), rows=[row()]
    ),
    "a correction waits while a call may arrive": past(
        ACCEPTED, step("restate", value=30.0), rows=[row()], quiet_runs=frozenset({2})
    ),
}


# The cells have shown that the engines agree.
@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("engine_template", scaled(ENGINES[:1], long=ENGINES), indirect=True)
def test_world_that_shows_a_rule(warehouse: Warehouse, name: str) -> None:
    """The same where one rule of delivery makes the difference."""
    check(warehouse, SHOWN[name])


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(world=crowds())
def test_random_worlds(warehouse: Warehouse, world: World) -> None:
    """On random histories and sources SQL and the reference give every row the same."""
    check(warehouse, world)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(world=crowds(adjusting=True))
def test_random_worlds_with_adjustments(warehouse: Warehouse, world: World) -> None:
    """The same where some of it may be adjusted, some waits, and some runs may still have calls under way."""
    check(warehouse, world)


@settings(
    max_examples=EXAMPLES // 2,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(world=crowds(adjusting=True), once=st.booleans())
def test_random_worlds_whose_goals_refuse_some(warehouse: Warehouse, world: World, once: bool) -> None:
    """The same where what goals would refuse, or not count, is held, and with it what waits for its place."""
    check(warehouse, replace(world, goals_take_clicks_alone=True, goals_count_once=once))


class Recorder:
    """A destination that accepts everything and remembers it, and somebody who watches the first plan."""

    batch_limit = 3
    call_timeout = 1.0
    clock_ahead: float | None = None

    def __init__(self) -> None:
        self.sent: list[Record] = []
        self.first_plan: Plan | None = None

    def preflight(self, accepted: int) -> list[str]:
        return []

    def send(self, records: Sequence[Record]) -> Answer:
        self.sent += records
        return Answered((), "")

    def note(self, text: str) -> None:
        assert "takes over" in text, "only a run that never ended is named"

    def planned(self, plan: Plan, round_: int, to_send: int) -> None:
        if round_ == 1:
            self.first_plan = plan

    def delivered(self, batch: object, done: int, total: int) -> None:
        assert done <= total


def _sent(one: Record) -> tuple[object, ...]:
    return (
        *(one.operation, one.click_id, one.hashed_email, one.hashed_phone, one.value, one.currency),
        *(one.attribution_credit, one.attribution_model, one.adjustment_time),
    )


@settings(
    max_examples=EXAMPLES // 2,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(world=worlds() | worlds(adjusting=True))
def test_push_sends_exactly_what_plan_lists(warehouse: Warehouse, world: World) -> None:
    """With clock and data unchanged, a push sends the rows that `plan` listed, with their bytes, and no others."""
    world = replace(world, this_run_seq=None, quiet_runs=frozenset(), delay_hours=0)
    warehouse.load(world)
    warehouse.run(
        "update main.reverse_etl_runs set claim_id = 'c' || run_seq, happened_at = '2026-01-01', pid = 0, host = ''"
    )
    listed = Counter((row[3], *_actual_row(row)[5:-2]) for row in warehouse.plan(world, with_repeats=True) if row[3])
    recorder = Recorder()
    ledger = WarehouseLedger(
        warehouse.project, replace(warehouse.sync, account_id="local", adjustments=tuple(world.adjustments_allowed))
    )
    ledger.clock = lambda: world.now  # type: ignore[method-assign]
    shown = ledger.read_plan(samples=0)
    limit = RetractionLimit(1000, 1.0, even_if_empty=True)
    result = carry_out(ledger, recorder, recorder, PushOptions(workers=1, retractions=limit))
    first = recorder.sent[: shown.to_send]
    assert recorder.first_plan is not None
    assert Counter(recorder.first_plan.counts()) == Counter(shown.counts())
    assert Counter(map(_sent, first)) == listed
    # What the plan counts is what the push sends; what is in doubt may make more of it, once that is settled.
    counted_ahead = shown.to_send + shown.to_follow
    in_doubt = any(line.class_ == "in_doubt" or "in_doubt" in "".join(line.reasons) for line in shown.lines)
    assert len(recorder.sent) >= counted_ahead if in_doubt else len(recorder.sent) == counted_ahead
    assert result.unbalanced == ()
    assert result.exit_code == 0
    # Law 2: nothing of what is sent was counted before, and no identity is sent twice.
    identities = [
        (r.conversion_name, r.click_id.lower().replace("-", ""), r.conversion_time)
        for r in recorder.sent
        if r.operation == "send"
    ]
    with_click = [identity for identity in identities if identity[1]]
    assert len(with_click) == len(set(with_click))
    counted = {key for key, state in world.states().items() if state.status in ("accepted", "retracted")}
    assert not {(k.conversion_name, k.click_id, k.conversion_time) for k in counted if k.click_id} & set(with_click)
