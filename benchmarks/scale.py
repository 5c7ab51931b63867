"""What a ledger of three years weighs, what a push reads of it, and its statements: the figures of docs/scale.md.

All is a small model: each quarter of the ledger holds as many rows as the source. Bytes of a row hardly depend on how
many rows there are; docs/scale.md multiplies them.
"""

import argparse
import json
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.bed import opened
from benchmarks.measure import child, line, timed, title
from benchmarks.sink import running_sink
from reverse_etl.session import Session
from reverse_etl.warehouse.planning import request
from tests.support.postgres import postgres_server
from tests.support.shop import Shop, build_template, copy_of

ROWS = 100_000
QUARTERS = 12
TABLES = ("deals", "reverse_etl_ledger", "reverse_etl_receipts", "reverse_etl_runs")
SCOPE = {"destination", "environment", "account_id", "sync"}
# What BigQuery bills a value of: a text is its bytes and 2 more, a null nothing.
_BILLED = {"BIGINT": "8", "DOUBLE": "8", "TIMESTAMP": "8", "INTEGER": "8", "BOOLEAN": "1", "VARCHAR": "2 + strlen({0})"}
Weights = dict[str, dict[str, tuple[float, float]]]
_OF_LEDGER = "from pg_index join pg_class on pg_class.oid = indexrelid where indrelid = 'reverse_etl_ledger'::regclass"
_SIZES = f"select pg_relation_size(indexrelid) {_OF_LEDGER} order by 1"
_SUMMARIZE = f"select brin_summarize_new_values(indexrelid) {_OF_LEDGER} and relname not like '%record_key%'"


class Scan(NamedTuple):
    """One read of a table. `words`: those of its columns and filters; `rows`: what is left after its own filters."""

    step: str
    table: str
    words: frozenset[str]
    rows: int


def main() -> None:
    """Take all figures, on DuckDB or on a Postgres server of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the source, and of each quarter of the ledger")
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="reverse-etl-scale-") as place,
        postgres_server() if given.postgres else nullcontext("") as host,
    ):
        history, empty = Path(place) / "history", Path(place) / "empty"
        shop = build_template(history, host)
        if not host:
            copy_of(shop, empty)
        child("bed", history, given.rows, "--with-ledger", "--quarters", QUARTERS, "--host", host)
        title(f"{given.rows:,} source rows, a ledger of {QUARTERS} quarters with as many each")
        if host:
            with opened(history) as session:
                on_postgres(session, shop)
            return
        with opened(history) as session:
            weights = weigh(session, Path(place))
            show_plan(session, weights)
        child("bed", empty, given.rows)
        with running_sink() as sink, opened(empty) as session:
            os.environ["MICROSOFT_ADS_ENDPOINT"] = sink.url
            show_push(session, given.rows)


def weigh(session: Session, folder: Path) -> Weights:
    """Of each table and column the bytes of a row: as BigQuery bills them, and as Parquet with zstd holds them."""
    run = session.project.query_sql
    run("checkpoint")
    weights: Weights = {}
    print("  Bytes of a row, as BigQuery bills them | in Parquet with zstd | in the DuckDB file:")
    for table in TABLES:
        file = folder / f"{table}.parquet"
        run(f"copy {table} to '{file}' (format parquet, compression zstd)")
        packed = run(f"select path_in_schema, sum(total_compressed_size) from parquet_metadata('{file}') group by 1")
        in_parquet = {name: float(size) for name, size in packed}
        ((rows,),) = run(f"select count(*) from {table}")
        weights[table] = {}
        for name, type_ in run(f"select column_name, data_type from duckdb_columns() where table_name = '{table}'"):
            size = _BILLED[type_].format(name)
            ((billed,),) = run(f"select coalesce(sum({size}), 0) / {rows} from {table} where {name} is not null")
            weights[table][name] = (float(billed), in_parquet[name] / rows)
        ((blocks,),) = run(f"select count(distinct block_id) from pragma_storage_info('{table}') where persistent")
        billed, parquet = (sum(column[i] for column in weights[table].values()) for i in (0, 1))
        line(f"{table}, {rows:,} rows", f"{billed:.0f} | {parquet:.0f} | {blocks * 262_144 / rows:.0f}")
        if table == "reverse_etl_ledger":
            for name, (bill, held) in weights[table].items():
                line(f"  {name}", f"{bill:.1f} | {held:.1f}")
    return weights


def show_plan(session: Session, weights: Weights) -> None:
    """What the selects of a push read: bytes of a row, and the rows that are left after a read's own filters."""
    print("\n  Reads: bytes of a row as billed | in Parquet | rows")
    for who, sql in statements(session).items():
        began = time.perf_counter()
        found = [scan for scan in scans(explained(session, sql), who) if scan.table in weights]
        print(f"  {who}, {time.perf_counter() - began:.1f} s:")
        for scan in found:
            columns = read(scan, weights)
            figures = f"{columns[0]:.0f} | {columns[1]:.0f} | {scan.rows:,}"
            names = (name for name in weights[scan.table] if name in scan.words - SCOPE)
            line(f"  {scan.step}: {scan.table}", figures, ", ".join(names))
        for table in TABLES[:2]:
            of = [read(scan, weights) for scan in found if scan.table == table]
            line(
                f"  {table}, {len(of)} reads together", " | ".join(f"{sum(both[i] for both in of):.0f}" for i in (0, 1))
            )


def read(scan: Scan, weights: Weights) -> tuple[float, float]:
    """Bytes that a read takes of a row, with the columns of the scope: DuckDB alone passes over those of one value."""
    of = [weight for name, weight in weights[scan.table].items() if name in scan.words | SCOPE]
    return sum(billed for billed, _ in of), sum(held for _, held in of)


def statements(session: Session) -> dict[str, str]:
    """The selects of a push that read the ledger, as of now."""
    books, project, scope = session.ledger.books, session.project, session.sync.scope.as_dict()
    ((last_run,),) = project.query("_next_run", tables=books.tables, scope=scope)
    return {
        "plan": project.sql("_plan", plan=request(books, session.ledger.clock())),
        "sums of a run": project.sql("_run_outcomes", tables=books.tables, scope=scope, run_seq=last_run - 1),
        "number of the next run": project.sql("_next_run", tables=books.tables, scope=scope),
    }


def show_push(session: Session, rows: int) -> None:
    """A real push into an empty ledger: how often the statement of each macro runs."""
    from rich.console import Console

    from reverse_etl.commands.push import PushOptions, carry_out
    from reverse_etl.report.progress import ConsoleProgress

    made, macro = Counter[str](), ""
    connections, render = session.project.adapter.connections, session.project.sql
    add_query = connections.add_query

    def rendered(name: str, **arguments: Any) -> str:
        nonlocal macro
        macro = name
        return render(name, **arguments)

    def counted(sql: str, *arguments: Any, **named: Any) -> Any:
        made[macro] += sql not in ("BEGIN", "COMMIT")
        return add_query(sql, *arguments, **named)

    session.project.sql = rendered  # type: ignore[method-assign]
    connections.add_query = counted
    progress = ConsoleProgress(Console(stderr=True), quiet=True)
    took = timed(lambda: carry_out(session.ledger, session.destination(), progress, PushOptions()))
    print(f"\n  Push of {rows:,} rows, {took.seconds:.1f} s: {sum(made.values())} statements without BEGIN and COMMIT")
    for name, times in made.most_common():
        line(name, f"{times}")


def explained(session: Session, sql: str) -> list[dict[str, Any]]:
    """What DuckDB did for a select."""
    return json.loads(session.project.query_sql(f"explain (analyze, format json) {sql}")[0][1])["operator"]


def scans(nodes: list[dict[str, Any]], step: str) -> Iterator[Scan]:
    """The reads of tables in a query plan, each with the CTE that it is made for."""
    for node in nodes:
        more, children = node.get("extra_info", {}), node.get("children", [])
        if node["name"] == "CTE":
            yield from scans(children[:1], more["CTE Name"])
            yield from scans(children[1:], step)
            continue
        if table := more.get("Table"):
            words = re.findall(r"\w+", f"{more.get('Projections')} {more.get('Filters')}")
            yield Scan(step, table.rsplit(".", 1)[-1], frozenset(words), node.get("intermediate_rows", 0))
        yield from scans(children, step)


def on_postgres(session: Session, shop: Shop) -> None:
    """Sizes, the reads of the ledger, and whether indexes help: those that the package makes, none, and one more."""
    for table in TABLES:
        ((size, rows),) = shop.sql(f"select pg_total_relation_size('{table}'), (select count(*) from {table})")
        line(f"{table}, {rows:,} rows: bytes of a row", f"{size / rows:.0f}")
    for what in ("as the package makes it", "with an index on record_key", "without an index"):
        if what.startswith("with an"):
            shop.sql("create index on reverse_etl_ledger (record_key)")
        elif what.startswith("without"):
            for (name,) in shop.sql("select indexname from pg_indexes where tablename = 'reverse_etl_ledger'"):
                shop.sql(f'drop index "{name}"')
        # as autovacuum does on a server that runs for days
        shop.sql(_SUMMARIZE)
        shop.sql("analyze")
        sizes = ", ".join(f"{size / 1e3:,.0f} kB" for (size,) in shop.sql(_SIZES))
        print(f"\n  Ledger {what} ({sizes or 'none'}):")
        for who, sql in statements(session).items():
            how = "explain (analyze, buffers, costs off, timing off)"
            shown = [row[0] for row in session.project.query_sql(f"{how} {sql}")]
            blocks = next(text for text in shown if "Buffers:" in text).partition("temp")[0]
            size = sum(int(number) for number in re.findall(r"(?:hit|read)=(\d+)", blocks)) * 8_192
            line(f"{who}: read in all", f"{size / 1e6:,.0f} MB")
            print("\n".join(f"    {text}" for text in ledger_reads(shown)))
        shop.sql("create table alike (like reverse_etl_ledger including indexes)")
        more = "insert into alike select * from reverse_etl_ledger limit 20000"
        inserts = [timed(lambda sql=more: shop.sql(sql)).seconds for _ in range(9)]
        shop.sql("drop table alike")
        line("insert of 20,000 rows", f"{median(inserts):.2f} s", f"{min(inserts):.2f} to {max(inserts):.2f}")


def ledger_reads(shown: list[str]) -> Iterator[str]:
    """The lines of Postgres's query plan that say how the ledger is read."""
    near = 0
    for text in shown:
        if " on reverse_etl_ledger" in text:
            near = 4
            yield text.strip()[:160]
        elif near and text.strip().startswith(("Filter", "Rows Removed", "Index Cond", "Recheck")):
            yield "    " + text.strip()[:160]
        near = max(near - 1, 0)


if __name__ == "__main__":
    main()
