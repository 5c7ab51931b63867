"""The warehouse fails after the calls: what was answered is recorded in the end, or in doubt, and never forgotten."""

import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from reverse_etl.core.errors import WarehouseError
from reverse_etl.sandbox import LocalSandbox
from reverse_etl.warehouse.ledger import WarehouseLedger
from reverse_etl.warehouse.project import Project
from tests.support.bench import Bench, click, counting, opened
from tests.support.faults import ask_for, release, used_up, wait_for
from tests.support.shop import Shop, copy_of

ROWS = 5
Accident = Callable[[], None]
RECEIPTS = "main.reverse_etl_receipts"


@pytest.fixture(scope="module")
def on_server(postgres_template: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop on Postgres, with connections of its own beside those of the push."""
    return copy_of(postgres_template, tmp_path_factory.mktemp("accidents") / "project")


@pytest.fixture(params=["postgres", "duckdb"])
def bench(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    if request.param == "postgres":
        shop: Shop = request.getfixturevalue("on_server")
    else:
        shop = copy_of(request.getfixturevalue("shop_template"), tmp_path / "project")
    monkeypatch.setattr("reverse_etl.warehouse.ledger.RECEIPT_WAITS", (0.05, 0.3, 0.8))
    with opened(shop) as bench:
        bench.clear()
        bench.fill(ROWS)
        yield bench


on_postgres = pytest.mark.parametrize("bench", ["postgres"], indirect=True)


def kill_connections(shop: Shop) -> None:
    """End every other connection of the database, as a restart or a firewall does."""
    others = "pid <> pg_backend_pid() and datname = current_database()"
    shop.sql(f"select pg_terminate_backend(pid) from pg_stat_activity where {others}")


def receipts(bench: Bench) -> int:
    return int(str(bench.rows(f"select count(*) from {RECEIPTS}")[0][0]))


def assert_settled(bench: Bench, sandbox: LocalSandbox, source: dict[str, int]) -> None:
    """The next push settles what is left, and every row counts once at the judge and in the ledger."""
    assert bench.push(sandbox).source == source
    assert counting(sandbox) == {click(n): 10.0 for n in range(1, ROWS + 1)}
    assert bench.statuses() == {"accepted": ROWS}


@on_postgres
def test_a_connection_that_is_lost_after_the_calls_is_opened_again(
    bench: Bench, sandbox: LocalSandbox, on_server: Shop
) -> None:
    """Between call and insert the connection goes: the answers are recorded on a new one and the run ends as ever."""
    result = bench.push(sandbox, after_call=lambda: kill_connections(on_server))
    assert (result.source, result.exit_code, receipts(bench)) == ({"accepted": ROWS}, 0, 1)
    assert_settled(bench, sandbox, {"unchanged": ROWS})


@on_postgres
def test_a_connection_that_is_lost_during_the_calls(
    bench: Bench, sandbox: LocalSandbox, on_server: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease cannot be read while a call is under way: the run stops, and the answer is recorded all the same."""
    monkeypatch.setattr("reverse_etl.commands.courier.LOOK_EVERY", 0.05)
    waited = threading.Event()

    def lose() -> None:
        kill_connections(on_server)
        waited.wait(0.5)

    with pytest.raises(WarehouseError):
        bench.push(sandbox, after_call=lose)
    assert_settled(bench, sandbox, {"unchanged": ROWS})


def fail_once(monkeypatch: pytest.MonkeyPatch, *, committed: bool) -> list[str]:
    """The next insert of receipts brings an error, after it was committed or before; gives the statements that came."""
    write, came = Project._write, []

    def fail(self: Project, statement: str) -> None:
        if "into " not in statement or "reverse_etl_receipts" not in statement:
            write(self, statement)
            return
        came.append(statement)
        if committed or len(came) > 1:
            write(self, statement)
        if len(came) == 1:
            raise WarehouseError("The connection was lost.")

    monkeypatch.setattr(Project, "_write", fail)
    return came


@pytest.mark.parametrize("committed", [True, False])
def test_an_insert_of_unknown_fate(
    bench: Bench, sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch, *, committed: bool
) -> None:
    """It is repeated unchanged: whether it was committed or not, each receipt counts once."""
    came = fail_once(monkeypatch, committed=committed)
    result = bench.push(sandbox)
    assert (result.source, result.exit_code) == ({"accepted": ROWS}, 0)
    assert (len(came), len(set(came))) == (2, 1)
    assert receipts(bench) == (2 if committed else 1)
    assert_settled(bench, sandbox, {"unchanged": ROWS})


@on_postgres
def test_a_transaction_that_the_engine_rolls_back(bench: Bench, sandbox: LocalSandbox, on_server: Shop) -> None:
    """A commit that fails once leaves nothing, and the insert is repeated."""
    on_server.sql(
        "create sequence main.tries; create function main.fail_once() returns trigger language plpgsql as "
        "$$begin if nextval('main.tries') = 1 then raise exception 'could not serialize access' "
        "using errcode = '40001'; end if; return null; end$$; "
        "create constraint trigger fail_once after insert on main.reverse_etl_receipts "
        "deferrable initially deferred for each row execute function main.fail_once()"
    )
    try:
        assert bench.push(sandbox).source == {"accepted": ROWS}
        assert receipts(bench) == 1
        assert_settled(bench, sandbox, {"unchanged": ROWS})
    finally:
        on_server.sql(f"drop trigger fail_once on {RECEIPTS}; drop function main.fail_once; drop sequence main.tries")


@on_postgres
def test_a_table_that_another_process_holds(bench: Bench, sandbox: LocalSandbox, on_server: Shop) -> None:
    """Receipts wait for a lock, and where the engine gives up waiting they are tried again."""
    holder = psycopg2.connect(host=on_server.host, user="postgres", dbname=on_server.database_name)
    release = threading.Timer(0.7, holder.rollback)

    def hold() -> None:
        holder.cursor().execute(f"lock table {RECEIPTS} in access exclusive mode")
        release.start()

    bench.sql("set lock_timeout = '200ms'")
    with closing(holder):
        assert bench.push(sandbox, after_call=hold).source == {"accepted": ROWS}
        release.join()
    assert_settled(bench, sandbox, {"unchanged": ROWS})


@on_postgres
def test_a_full_disk(bench: Bench, sandbox: LocalSandbox, on_server: Shop) -> None:
    """Where receipts cannot be written at all the run says that the rows are in doubt; the next settles them."""
    on_server.sql(
        "create function main.full() returns trigger language plpgsql as "
        "$$begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end$$; "
        f"create trigger full_disk before insert on {RECEIPTS} for each row execute function main.full()"
    )
    try:
        with pytest.raises(
            WarehouseError, match=r"5 records could not be recorded.* in doubt.*No space left"
        ) as caught:
            bench.push(sandbox)
        assert (caught.value.exit_code, "that push settles" in caught.value.hint) == (1, True)
    finally:
        on_server.sql(f"drop trigger full_disk on {RECEIPTS}; drop function main.full")
    assert bench.statuses() == {"in_doubt": ROWS}
    (run,) = WarehouseLedger(bench.project, bench.sync).history(1)
    assert (run.result, run.counts) == ("stopped", {"sent_in_doubt": ROWS})
    assert_settled(bench, sandbox, {"accepted": ROWS})


@on_postgres
def test_the_source_is_rebuilt_during_a_push(bench: Bench, sandbox: LocalSandbox, on_server: Shop) -> None:
    """A full refresh of everything amid a push changes nothing of that push; the next one sees the new source."""

    def rebuild() -> None:
        on_server.sql(
            "update main.deals set deal_id = 'D6', microsoft_click_id = lpad('6', 32, '0') where deal_id = 'D5'"
        )
        on_server.sql("update main.deals set conversion_value = 99 where deal_id = 'D1'")
        assert on_server.dbt_apart("build", "--full-refresh", "--quiet").returncode == 0

    result = bench.push(sandbox, after_call=rebuild)
    assert (result.source, result.exit_code) == ({"accepted": ROWS}, 0)
    again = bench.push(sandbox)
    assert (again.source, again.ledger) == ({"unchanged": 3, "held": 1, "accepted": 1}, {"held": 1})
    assert counting(sandbox) == {click(n): 10.0 for n in range(1, ROWS + 2)}


def test_a_file_that_cannot_grow(shop: Shop, sandbox: LocalSandbox) -> None:
    """On DuckDB with a full disk nothing is forgotten: what left is in doubt, and the next push settles it."""
    shop.sql(
        "insert into deals (deal_id, conversion_name, conversion_time, microsoft_click_id, conversion_value, "
        "conversion_currency_code) select 'D' || i, 'Deal won', now()::timestamp - interval 1 day, "
        f"lpad(i::varchar, 32, '0'), 10, 'USD' from generate_series(1, {ROWS}) as numbers(i)"
    )
    ask_for(sandbox, {"kind": "hold_after", "seconds": 60})
    process = shop.start("push", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    wait_for(lambda: used_up(sandbox) and len(counting(sandbox)) == ROWS)
    # From now on no file of the push grows, as on a full disk.
    log = Path(f"{shop.database}.wal")
    size = log.stat().st_size if log.exists() else 0
    _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size + 10, hard))
    release(sandbox)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 1, err
    assert "Traceback" not in err
    assert f"the last {ROWS} records could not be recorded" in err
    result = shop.push(endpoint=sandbox.url)
    assert result["source"] == {"accepted": ROWS}
    assert counting(sandbox) == {click(n): 10.0 for n in range(1, ROWS + 1)}


@pytest.mark.parametrize("bench", ["duckdb"], indirect=True)
def test_refused_rows_are_recorded_before_the_range_that_accepts_their_batch(
    bench: Bench, sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the warehouse fails between two inserts of receipts, a row that was refused is not taken for accepted."""
    monkeypatch.setattr("reverse_etl.warehouse.ledger.RECEIPTS_PER_INSERT", 1)
    write, came = Project._write, []

    def fail_from_the_second_on(self: Project, statement: str) -> None:
        came.extend([statement] * ("into " in statement and "reverse_etl_receipts" in statement))
        if len(came) > 1:
            raise WarehouseError("The connection was lost.")
        write(self, statement)

    ask_for(sandbox, {"kind": "refuse", "code": 5606, "row": click(1)})
    with monkeypatch.context() as patch:
        patch.setattr(Project, "_write", fail_from_the_second_on)
        with pytest.raises(WarehouseError):
            bench.push(sandbox)
    assert bench.statuses() == {"rejected": 1, "in_doubt": ROWS - 1}
    assert bench.push(sandbox).source == {"accepted": ROWS - 1, "held": 1}
