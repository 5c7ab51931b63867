"""Runs rendered SQL on an emulator, in an environment that has nothing else: `python emulated.py ENGINE FOLDER`.

Prints as JSON what came of each known answer, model and statement of a plan: blank where all is well.
"""

import contextlib
import io
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Run = Callable[[str], list[tuple[Any, ...]]]
# What an emulator has no word for, and what is near enough to go on.
WORDS = {
    "bigquery": {"%E4Y": "%Y", "normalize(": "concat(", ", NFD)": ", '')", ", NFC)": ", '')"},
    "snowflake": {"as_varchar(to_variant(": "to_varchar((", "as_double(to_variant(": "try_to_double(concat('x', "},
}
TABLES = ("ledger", "receipts", "runs", "attribution_reports")
DEALS = [
    ("D1", "cast('2026-11-20 10:00:00' as datetime)", "12.5"),
    ("D2", "cast('2026-05-01 10:00:00' as datetime)", "1.0"),
    ("D3", "cast(null as datetime)", "1.0"),
    ("D4", "cast('2026-11-21 10:00:00' as datetime)", "-1.0"),
]
SOURCE = "create table warehouse.shop.offline_conversions as " + " union all ".join(
    f"select '{key}' as deal_id, 'Lead' as conversion_name, {time} as conversion_time,"
    f" '{n:032x}' as microsoft_click_id,"
    f" '' as hashed_email_address, '' as hashed_phone_number, {value} as conversion_value,"
    " 'EUR' as conversion_currency_code,"
    " cast(null as float64) as external_attribution_credit, '' as external_attribution_model,"
    " cast('2026-11-19' as datetime) as click_time"
    for n, (key, time, value) in enumerate(DEALS)
)


@contextlib.contextmanager
def bigquery() -> Iterator[Run]:
    from google.api_core.client_options import ClientOptions
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    with socket.create_server(("127.0.0.1", 0)) as rest, socket.create_server(("127.0.0.1", 0)) as other:
        ports = rest.getsockname()[1], other.getsockname()[1]
    # It would load an extension of DuckDB from elsewhere.
    start = (
        "import bqemulator.storage.engine as e\n"
        "for c in vars(e).values():\n"
        "    if hasattr(c, '_load_spatial'): c._load_spatial = lambda self: None\n"
        "import bqemulator.cli as cli\n"
        "(getattr(cli, 'main', None) or cli.cli)()"
    )
    options = ["--rest-port", str(ports[0]), "--grpc-port", str(ports[1]), "--project", "warehouse"]
    process = subprocess.Popen([sys.executable, "-S", "-c", start, "start", *options], stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            assert process.poll() is None, "the emulator has ended"
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", ports[0])):
                break
            time.sleep(0.1)
        endpoint = ClientOptions(api_endpoint=f"http://127.0.0.1:{ports[0]}")
        client = bigquery.Client(project="warehouse", credentials=AnonymousCredentials(), client_options=endpoint)
        client.create_dataset("shop")
        yield lambda sql: [tuple(row.values()) for row in client.query(sql, job_retry=None).result(timeout=120)]
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def snowflake() -> Iterator[Run]:
    import fakesnow
    from snowflake import connector

    with fakesnow.patch():
        cursor = connector.connect(database="warehouse", schema="shop").cursor()
        yield lambda sql: cursor.execute(sql).fetchall()


def answers(sql: str) -> Iterator[tuple[str, str]]:
    """Each group of the known answers by its name, as a select of its own."""
    body = sql[sql.index("from (") + 6 : sql.rindex(") as answers\n")]
    for part in re.split(r"(?:^|(?<= union all))\s*\n        select(?=\n            |\s')", body):
        if part.strip():
            select = "select " + re.sub(r"\s*union all$", "", part.strip())
            name = re.search(r"'((?:[^'\\]|\\.|'')*)'", part)
            assert name is not None
            yield name[1].strip(": "), f"select * from ({select}) as answers where {_DIFFERS}"


_DIFFERS = "coalesce(expected, '(null)') <> coalesce(got, '(null)')"


def statements(sql: str) -> dict[str, str]:
    """The statements of a file by their names."""
    return dict(re.findall(r"^-- ([^\n]+)\n(.*?);\n", sql, re.DOTALL | re.MULTILINE))


def main() -> None:
    engine, folder = sys.argv[1], Path(sys.argv[2])
    files = {path.stem: path.read_text() for path in folder.glob("*.sql")}
    found: dict[str, str] = {}
    rows: list[tuple[Any, ...]] = []
    with {"bigquery": bigquery, "snowflake": snowflake}[engine]() as run_it:

        def run(name: str, sql: str) -> None:
            for word, other in WORDS[engine].items():
                sql = sql.replace(word, other)
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    rows[:] = run_it(sql)
                found[name] = ""
            except Exception as error:
                found[name] = str(error)[:300]

        for name, sql in answers(files["known_answers"]):
            run(name, sql)
            found[name] = found[name] or "; ".join(str(row) for row in rows)
        models = {name.removeprefix("reverse_etl_"): sql for name, sql in statements(files["models"]).items()}
        for name in sorted(models, key=lambda name: (name not in TABLES, name == "rejected", name)):
            kind = "table" if name in TABLES else "view"
            run(f"model {name}", f"create {kind} warehouse.shop.reverse_etl_{name} as {models[name]}")
            run(f"model {name}, read", f"select * from warehouse.shop.reverse_etl_{name}")
        # fakesnow has no variant that holds a time, so no source row can be read.
        if engine == "bigquery":
            run("source", SOURCE)
            for name, sql in statements(files["plan"]).items():
                run(f"plan {name}", sql)
                if name == "planned":
                    run("classes", "select class, count(*) from a_plan group by class order by class")
                    found["classes"] = found["classes"] or str(rows)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
