"""The example project on any engine, and the walk that every engine must give the same outcome of."""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb

from reverse_etl.sandbox import LocalSandbox
from reverse_etl.warehouse import lease, proving
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.exposures import find_syncs
from reverse_etl.warehouse.ledger import WarehouseLedger
from reverse_etl.warehouse.planning import rendered, request
from reverse_etl.warehouse.project import Project
from reverse_etl.warehouse.report import WarehouseReport
from tests.support.quick import Done, dbt_here, run_here

REPOSITORY = Path(__file__).parents[2]
SYNC = "microsoft_ads_offline_conversions"
BEGUN_ELSEWHERE = "begun_elsewhere"
# That of the example.
ACCOUNT = "123456"
# Not all days: a select of each row takes Spark long; and at 89 or 90 days a row would be within a limit in one build
# and past it in the other, minutes later.
DAYS = "generate_series(1, 98) as days (days_ago)"
FEWER = f"{DAYS} where days_ago not in (89, 90) and (days_ago <= 30 or days_ago % 3 = 0)"
LATER = {"ledger": "first_attempt", "receipts": "settles", "runs": "tests"}
_TRACKING_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Engine:
    """An engine to walk on. `output`: of a dbt profile; `words`: what the example says otherwise there."""

    name: str
    output: Callable[[Path], dict[str, Any]]
    words: dict[str, str] = field(default_factory=dict)


REFERENCE = Engine(
    "duckdb",
    lambda root: {"type": "duckdb", "path": str(root / "on_duckdb/example.duckdb"), "schema": "main", "threads": 1},
)


@dataclass(frozen=True)
class Example:
    """A copy of the example on one engine, with a sandbox of its own."""

    folder: Path
    sandbox: LocalSandbox
    today: str

    def dbt(self, *arguments: str) -> Done:
        done = dbt_here([*arguments], self.folder, self._environment())
        assert done.returncode == 0, done.stdout[-5000:]
        return done

    def run(self, *arguments: str) -> tuple[int, Any]:
        """The exit code of a command and the document that it prints."""
        done = self.command(*arguments, "--json")
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    def command(self, *arguments: str) -> Done:
        return run_here(arguments, self.folder, self._environment())

    def build(self, day: int) -> dict[str, tuple[str, int]]:
        """Build the CRM as of a day and all upon it; gives the outcome and the failures of each test."""
        self.dbt("build", "--quiet", "--vars", json.dumps({"demo_day": day, "demo_today": self.today}))
        results = json.loads((self.folder / "target/run_results.json").read_text())["results"]
        tests = [one for one in results if one["unique_id"].startswith(("test.", "unit_test."))]
        return {one["unique_id"]: (one["status"], one["failures"] or 0) for one in tests}

    def plan(self, now: str, **changes: str) -> list[str]:
        """Every line of the plan as of a time. `changes`: of the sync."""
        with Project(DbtOptions(self.folder, self.folder)) as project:
            sync = next(one for one in find_syncs(project.manifest) if one.name == SYNC)
            books = WarehouseLedger(project, replace(sync, **changes)).books
            with rendered(books, request(books, now, with_repeats=True)) as select_sql:
                lines = sorted(repr(_plain(row)) for row in project.query_sql(select_sql))
        # The sandbox gives each call another tracking id.
        return [_TRACKING_ID.sub("tracking id", line) for line in lines]

    def report(self, now: str) -> list[str]:
        """What a report is made of, as of a time: rows in groups, conversions, refusals, corrections."""
        begun = datetime.fromisoformat(now)
        oldest, before = (f"{begun - timedelta(days=ago):%Y-%m-%dT%H:%M:%SZ}" for ago in (90, 80))
        with Project(DbtOptions(self.folder, self.folder)) as project:
            sync = next(one for one in find_syncs(project.manifest) if one.name == SYNC)
            books = WarehouseReport(WarehouseLedger(project, sync), begun.date() - timedelta(days=29))
            rows = books.rows(now, oldest=oldest, before=before)
            found = [*rows, *books.conversions(), *books.refusals(), *books.corrections()]
        return sorted(map(repr, found))

    def query(self, select_sql: str) -> list[Any]:
        """The rows of a select in which {schema} stands for the schema of the package's tables."""
        with Project(DbtOptions(self.folder, self.folder)) as project:
            ledger = project.relation("model.reverse_etl.reverse_etl_ledger")
            return project.query_sql(select_sql.replace("{schema}", str(ledger).rpartition(".")[0]))

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DBT_", "MICROSOFT_ADS_"))}
        ours = {"MICROSOFT_ADS_ENDPOINT": self.sandbox.url, "DBT_PROFILES_DIR": str(self.folder), "NO_COLOR": "1"}
        return kept | ours


def _plain(row: Any) -> tuple[Any, ...]:
    """A row without what only the driver decides: numbers as such, and truth as it is."""
    return tuple(
        float(value) if isinstance(value, int | float) or hasattr(value, "as_tuple") else value for value in row
    )


def make_example(folder: Path, engine: Engine, root: Path) -> None:
    """The example's files with a profile for one engine, and a second sync whose rows another tool has sent."""
    unwanted = shutil.ignore_patterns("dbt_packages", "target", "logs", "*.duckdb*", "package-lock.yml")
    shutil.copytree(REPOSITORY / "dbt_project", folder, ignore=unwanted)
    (folder / "packages.yml").write_text(f"packages:\n  - local: {REPOSITORY}\n")
    output = engine.output(root)
    profile = {"reverse_etl": {"target": "dev", "outputs": {"dev": output, "prod": output}}}
    (folder / "profiles.yml").write_text(json.dumps(profile))
    for path in [folder / "dbt_project.yml", *folder.glob("models/**/*")]:
        if path.is_file():
            text = path.read_text()
            for word, ours in engine.words.items():
                text = text.replace(word, ours)
            path.write_text(text)
    demo = folder / "macros/demo_data.sql"
    text = demo.read_text()
    assert DAYS in text
    demo.write_text(text.replace(DAYS, FEWER))
    exposures = folder / "models/exposures.yml"
    text = exposures.read_text()
    exposures.write_text(text + text.removeprefix("exposures:\n").replace(SYNC, BEGUN_ELSEWHERE))


def copy_crm(source: Example, target: Example) -> None:
    """Make the raw tables of one example plain selects in another: what makes them up is SQL of DuckDB and Postgres."""
    with duckdb.connect(str(source.folder / "example.duckdb"), read_only=True) as connection:
        for name in ("raw_crm_leads", "raw_crm_deals"):
            found = connection.execute(f"select * from {name}")
            columns = [column[0] for column in found.description or []]
            rows = [
                ", ".join(f"{_literal(value)} as {column}" for value, column in zip(row, columns, strict=True))
                for row in found.fetchall()
            ]
            path = target.folder / "models/raw" / f"{name}.sql"
            path.write_text("\nunion all\n".join(f"select {row}" for row in rows))


def _literal(value: Any) -> str:
    if value is not None and not isinstance(value, str):
        return str(value)
    text = "null" if value is None else "'" + value.replace("'", "''") + "'"
    return f"cast({text} as {{{{ reverse_etl._type_text() }}}})"


def walk(
    example: Example,
    now: str,
    prepare: Callable[[int], None] = lambda _: None,
    *,
    days: int = 2,
    forgets: bool = True,
    older: bool = True,
) -> Iterator[tuple[str, Any]]:
    """What happens on so many days, step by step, with outcomes that are the same on every engine; where `older`
    on a ledger that an older version of the package has left. From the second day on a push dies. A single day is a
    short one: its push, and every line of the plan that follows.

    `now`: the time of the plans that are compared. `prepare`: called before the build of a day. After a
    second day comes all that is done beside pushes; `forgets`: with what changes rows of the ledger, too.
    """
    if older:
        make_older(example)
    for day in range(1, days + 1):
        prepare(day)
        yield f"tests of day {day}", example.build(day)
        if days > 1:
            yield f"plan of day {day}", example.plan(now)
        if day == days > 1:
            die(example)
        code, pushed = example.run("push", SYNC)
        yield f"push of day {day}", (code, pushed["source"], pushed["ledger"])
    yield "report", example.report(now)
    # As if each currency were an account: what the only one accepted stands in rows of others, and counts where it is.
    routed = {"account_column": "conversion_currency_code"}
    for account in (ACCOUNT, "USD"):
        yield f"plan of account {account}", example.plan(now, account_id=account, **routed)
    if days == 1:
        yield "plan of what was pushed", example.plan(now)
        return
    code, again = example.run("push", SYNC)
    yield "second push", (code, again["sent"], again["source"])
    code, retried = example.run("retry", SYNC, "--all", "--yes")
    yield "retry", (code, retried["rows"])
    code, pushed = example.run("push", SYNC)
    yield "push after the retry", (code, pushed["sent"])
    code, marked = example.run("baseline", BEGUN_ELSEWHERE, "--before", example.today, "--yes")
    yield "baseline", (code, marked["rows"])
    yield "plan after the baseline", example.run("plan", BEGUN_ELSEWHERE)[1]["to_send"]
    code, fetched = example.run("attribution", SYNC)
    yield "attribution", (code, [goal["conversion_name"] for goal in fetched["goals"]])
    ((key,),) = example.query("select min(record_key) from {schema}.reverse_etl_records where status = 'retracted'")
    code, explained = example.run("why", key, "--sync", SYNC)
    yield "why", (code, [row["class"] for row in explained["rows"]])
    counted = "select status, count(*) from {schema}.reverse_etl_records group by status"
    yield "statuses", sorted((str(status), int(rows)) for status, rows in example.query(counted))
    if forgets:
        code, forgotten = example.run("forget", SYNC, "--key", key, "--yes")
        yield "forget", (code, forgotten["records"], forgotten["attempts"])


def compare(
    root: Path, engine: Engine, *, days: int = 2, forgets: bool = True, older: bool = True, races: bool = True
) -> Example:
    """Walk on DuckDB and on an engine side by side, then ask for the known answers; gives the engine's example.

    `races`: let claims race for the lease, too.
    """
    begun = datetime.now(UTC)
    now = f"{begun:%Y-%m-%dT%H:%M:%SZ}"
    with ExitStack() as stack:
        both = []
        for one in (REFERENCE, engine):
            sandbox = stack.enter_context(LocalSandbox(root / f"{one.name}.sqlite", port=0))
            example = Example(root / f"on_{one.name}", sandbox, f"{begun:%Y-%m-%d}")
            make_example(example.folder, one, root)
            example.dbt("deps", "--quiet")
            both.append(example)
        ours, theirs = both
        steps = zip(
            walk(ours, now, days=days, forgets=forgets, older=older),
            walk(theirs, now, lambda _: copy_crm(ours, theirs), days=days, forgets=forgets, older=older),
            strict=True,
        )
        for (step, expected), (_, given) in steps:
            assert given == expected, step
        with Project(DbtOptions(theirs.folder, theirs.folder)) as project:
            assert proving.wrong_answers(project) == []
        if races:
            code, proof = theirs.run("check", "--warehouse")
            assert code == 0, proof
        return theirs


def make_older(example: Example) -> None:
    """Tables of the ledger that lack what a later version has added."""
    example.dbt("run", "--quiet", "--select", *(f"reverse_etl_{name}" for name in LATER))
    with Project(DbtOptions(example.folder, example.folder)) as project:
        for name, column in LATER.items():
            unique_id = f"model.reverse_etl.reverse_etl_{name}"
            columns = project.columns(unique_id) or {}
            older = project.sql("_no_rows", columns=[one for one in columns.items() if one[0] != column])
            assert column in columns
            project.write("_drop_table", table=str(project.relation(unique_id)))
            project.write("_create_table_as", kind="table", table=str(project.relation(unique_id)), select_sql=older)


class Killed(BaseException):
    """What ends a process without a word."""


def die(example: Example) -> None:
    """A push whose process ends after its first call, before it writes down what was answered."""
    silent = mock.Mock()
    with (
        mock.patch.object(WarehouseLedger, "record_receipts", side_effect=Killed),
        mock.patch.object(lease.WarehouseLease, "close", silent),
    ):
        try:
            example.run("push", SYNC)
        except Killed:
            lease._LIVING.clear()
            return
    raise AssertionError("the push did not die")
