"""Why, runs and exports on a pushed project: each main class, each reading of a key, and what programs are given."""

import csv
import hashlib
import io
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.commands.runs import run as run_of
from reverse_etl.commands.why import why as why_of
from reverse_etl.core.errors import SettingsError
from reverse_etl.core.results import Explained, RunReport, WhyReport
from reverse_etl.sandbox import LocalSandbox
from reverse_etl.session import open_workspace
from reverse_etl.warehouse.dbt_calls import DbtOptions
from tests.support.engines import USUAL
from tests.support.faults import ask_for
from tests.support.schemas import validate
from tests.support.shop import COMMAND, Shop, click, copy_of, deal

GOALS = "goals: [{name: Deal won, enhanced: true}]\n"
EMAIL = "Anna.Smith+ads@Example.com"
# By Microsoft's rules: lower case, no periods and nothing from a plus before the at.
HASH = hashlib.sha256(b"annasmith@example.com").hexdigest()
MANY = 3000
KEYS = {
    "accepted": "D0",
    "changed": "D1",
    "twice": "copy",
    "refused": "D3",
    "refused_then_changed": "D4",
    "gone": "D7",
    "moved": "D8",
    "invalid": "D9",
    "expired": "D10",
    "waiting": "D11",
    "refused_and_gone": "D12",
    "new": "D21",
    "lost": "D22",
    "click_id": click(10).upper(),
    "dashes": "00000000-0000-0000-0000-000000000001",
    "hash": HASH.upper(),
    "email": EMAIL,
    "no_address": "anna@nowhere",
    "nothing": "D99",
    "quote": "D'; drop table deals; --",
}


@dataclass(frozen=True)
class Asked:
    """A project that was pushed twice and changed since, and what its session says of it."""

    shop: Shop
    sandbox: str
    books: Path
    why: dict[str, WhyReport]
    runs: dict[int, RunReport]
    unknown_run: str

    def only(self, name: str) -> Explained:
        """The single row that a key names."""
        (row,) = self.why[name].rows
        return row


@pytest.fixture(scope="module")
def on_duckdb(shop_template: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    with _asked(shop_template, tmp_path_factory.mktemp("explain")) as asked:
        yield asked


@pytest.fixture(scope="module")
def on_postgres(postgres_template: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    with _asked(postgres_template, tmp_path_factory.mktemp("explain")) as asked:
        yield asked


@pytest.fixture(params=USUAL)
def asked(request: pytest.FixtureRequest) -> Asked:
    """On each engine in turn; how it is printed and written is tried on DuckDB."""
    found: Asked = request.getfixturevalue(f"on_{request.param}")
    return found


@contextmanager
def _asked(template: Shop, folder: Path) -> Iterator[Asked]:
    shop = copy_of(template, folder / "project")
    (folder / "goals.yml").write_text(GOALS)
    with LocalSandbox(folder / "books.sqlite", port=0, goals=folder / "goals.yml") as sandbox:
        shop.fill(
            [deal(n) for n in (0, 1, 2, 7, 8)]
            + [deal(n, conversion_name="Deal wun") for n in (3, 4, 12)]
            + [
                deal(5, microsoft_click_id=click(2).upper(), deal_id="copy"),
                deal(6, microsoft_click_id=None, hashed_email_address=HASH),
                deal(9, microsoft_click_id="short", conversion_name="=Deal"),
                deal(10, conversion_time="2020-01-01 00:00:00"),
                deal(11, conversion_time="2099-01-01 00:00:00"),
            ]
        )
        assert shop.push(endpoint=sandbox.url)["exit_code"] == 3
        shop.sql("update deals set conversion_value = 11 where deal_id = 'D4'")
        shop.sql("update deals set conversion_value = 12 where deal_id = 'D1'")
        shop.sql("delete from deals where deal_id in ('D7', 'D12')")
        shop.sql("update deals set microsoft_click_id = ? where deal_id = 'D8'", [click(88)])
        another = {"conversion_value": 5.5, "conversion_currency_code": "EUR"}
        shop.repeat("deals", "deal_id = 'D0'", deal_id="D22", microsoft_click_id=click(22), **another)
        ask_for(sandbox, {"kind": "bad_index"})
        assert shop.push(endpoint=sandbox.url)["result"] == "stopped"
        shop.repeat("deals", "deal_id = 'D0'", deal_id="D21", microsoft_click_id=click(21), **another)
        old = "select 'old' || i, 'Deal won', timestamp '2020-01-01', lpad(cast(7000000 + i as varchar), 32, '0')"
        numbers = f"generate_series(1, {MANY}) as numbers(i)"
        shop.sql(f"insert into deals {old}, null, null, 1.5, 'USD', null, null from {numbers}")
        _let_a_run_die(shop)
        why, runs, unknown = _ask(shop)
        yield Asked(shop, sandbox.url, folder / "books.sqlite", why, runs, unknown)


def _let_a_run_die(shop: Shop) -> None:
    """Write what a run leaves that was shut out: of two more attempts on D22 its successor saw only the first."""
    for seq in (90, 91):
        shop.repeat("reverse_etl_ledger", "run_seq = 2 and record_key = 'D22'", run_seq=90, seq=seq, batch=1)
    opened = "run_seq = 2 and event in ('claim', 'open')"
    shop.repeat("reverse_etl_runs", opened, run_seq=90, claim_id="dead")
    shop.repeat("reverse_etl_runs", opened, run_seq=91, claim_id="next")
    shop.repeat("reverse_etl_runs", "run_seq = 91 and event = 'open'", event="fence", fenced_run_seq=90, fenced_seq=90)


def _ask(shop: Shop) -> tuple[dict[str, WhyReport], dict[int, RunReport], str]:
    """Everything that the session is asked, over one connection."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(shop.folder)
        with open_workspace(DbtOptions(shop.folder, shop.folder)) as workspace:
            session = workspace.open(workspace.pick(None))
            why = {name: why_of(session, key) for name, key in KEYS.items()}
            runs = {number: run_of(session, number) for number in (1, 2, 90)}
            with pytest.raises(SettingsError) as unknown:
                run_of(session, 7)
            return why, runs, unknown.value.message


@pytest.mark.parametrize(
    ("name", "class_", "reasons", "status", "outcomes"),
    [
        ("accepted", "unchanged", (), "accepted", ["accepted"]),
        ("changed", "held", ("value_changed",), "accepted", ["accepted"]),
        ("refused", "held", ("rejected_unchanged",), "rejected", ["rejected"]),
        ("refused_then_changed", "in_doubt", (), "in_doubt", ["rejected", "in_doubt"]),
        ("invalid", "invalid", ("click_id_malformed",), "", []),
        ("expired", "expired", ("conversion_time_too_old",), "", []),
        ("waiting", "waiting", ("conversion_time_in_future",), "", []),
        ("new", "new", (), "", []),
        ("lost", "in_doubt", (), "in_doubt", ["in_doubt", "in_doubt", "void"]),
    ],
)
def test_why_of_a_source_row(  # noqa: PLR0917
    asked: Asked, name: str, class_: str, reasons: tuple[str, ...], status: str, outcomes: list[str]
) -> None:
    """A row has the class and reason of the plan, the ledger's word, and all its attempts in order."""
    row = asked.only(name)
    assert (row.in_source, row.record_key) == (True, KEYS[name])
    assert (row.class_, row.reasons, row.status) == (class_, reasons, status)
    assert [attempt.outcome for attempt in row.attempts] == outcomes


def test_why_of_what_left_the_source(asked: Asked) -> None:
    """A conversion that is gone is found by its key: held where it counts, absent where it does not."""
    gone, absent = asked.only("gone"), asked.only("refused_and_gone")
    assert (gone.in_source, gone.class_, gone.reasons, gone.status) == (False, "held", ("gone",), "accepted")
    assert (absent.in_source, absent.class_, absent.status) == (False, "absent", "rejected")
    assert absent.attempts[0].code == 5606


def test_why_of_a_key_that_names_several(asked: Asked) -> None:
    """A key that moved shows both conversions, and a copy itself first and then the row that stands for it."""
    assert [(row.in_source, row.class_, row.reasons) for row in asked.why["moved"].rows] == [
        (True, "held", ("key_sent_before",)),
        (False, "held", ("moved",)),
    ]
    rows = [(row.record_key, row.class_, row.reasons) for row in asked.why["twice"].rows]
    assert rows == [("copy", "duplicate", ("same_identity",)), ("D2", "unchanged", ())]
    assert asked.why["twice"].rows_in_all == 2


@pytest.mark.parametrize(
    ("name", "readings", "key"),
    [
        ("click_id", ("unique_key", "click_id"), "D10"),
        ("dashes", ("unique_key", "click_id"), "D1"),
        ("hash", ("unique_key", "hash"), "D6"),
        ("email", ("unique_key", "email"), "D6"),
    ],
)
def test_a_key_is_read_in_several_ways(asked: Asked, name: str, readings: tuple[str, ...], key: str) -> None:
    """A click id and a hash in any case, and an address by Microsoft's rules, find their row."""
    assert (asked.why[name].readings, asked.only(name).record_key) == (readings, key)


@pytest.mark.parametrize("name", ["nothing", "no_address", "quote"])
def test_a_key_that_is_nowhere_names_nothing(asked: Asked, name: str) -> None:
    """No row and no error, whatever the key holds."""
    assert (asked.why[name].rows, asked.why[name].rows_in_all) == ((), 0)


def test_attempts_have_all_that_was_answered(asked: Asked) -> None:
    """Times, values, code, message and tracking id stand with each attempt, those of a range receipt, too."""
    refused, lost = asked.only("refused_then_changed").attempts
    assert (refused.run_seq, refused.value, refused.code, refused.error_code) == (
        1,
        10.0,
        5606,
        "OfflineConversionNameInvalid",
    )
    assert refused.message
    assert refused.answered_at >= refused.at > "2020"
    assert (lost.run_seq, lost.value, lost.answered_at, lost.tracking_id) == (2, 11.0, "", "")
    (accepted,) = asked.only("accepted").attempts
    assert accepted.tracking_id == refused.tracking_id != ""
    assert [attempt.fenced_by for attempt in asked.only("lost").attempts] == [None, 91, 91]


def test_a_run_in_detail(asked: Asked) -> None:
    """Outcomes, refusals, batches and tracking ids come from ledger and receipts, and what was shut out is named."""
    first, second, dead = (asked.runs[number] for number in (1, 2, 90))
    assert (first.outcomes, first.void, first.batches) == ({"accepted": 6, "rejected": 3}, 0, 1)
    assert first.refusals == (("rejected", 5606, "OfflineConversionNameInvalid", 3),)
    assert len(first.tracking_ids) == first.tracking_ids_in_all == 1
    assert (first.run.result, first.run.counts["source_accepted"]) == ("done", 6)
    assert (second.run.result, second.outcomes) == ("stopped", {"in_doubt": 2})
    assert (dead.run.fenced_by, dead.outcomes, dead.void, dead.run.ended_at) == (91, {"in_doubt": 1}, 1, "")
    assert "no run 7" in asked.unknown_run
    assert "newest is run 91" in asked.unknown_run


def test_an_address_is_shown_nowhere(on_duckdb: Asked) -> None:
    """Neither output nor any file of the project has the address that was asked for; standard input is read on `-`."""
    done = on_duckdb.shop.run("why", EMAIL, DBT_DEBUG="1")
    assert done.returncode == 0, done.stderr
    assert "Read as an e-mail address, hashed: 1 row." in done.stdout
    piped = subprocess.run(
        [str(COMMAND), "why", "-", "--json"],
        cwd=on_duckdb.shop.folder,
        env=os.environ | {"DBT_PROFILES_DIR": str(on_duckdb.shop.folder)},
        input=EMAIL + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    row = validate("why", json.loads(piped.stdout))["rows"][0]
    assert (row["record_key"], row["hashed_email_start"]) == ("D6", HASH[:8])
    said = [done.stdout, done.stderr, piped.stdout, piped.stderr]
    kept = [
        path.read_bytes().lower()
        for path in on_duckdb.shop.folder.rglob("*")
        if path.is_file() and path.suffix != ".py"
    ]
    assert not [text for text in said if "anna" in text.lower() or HASH in text]
    assert not [content for content in kept if b"anna.smith" in content]


def test_a_key_that_is_nowhere_is_an_error(on_duckdb: Asked) -> None:
    """Exit code 2 with where it was looked for, and not a word of an address."""
    done = on_duckdb.shop.run("why", "unknown@example.com")
    assert (done.returncode, done.stdout) == (2, "")
    assert "a unique key, an e-mail address, hashed" in done.stderr
    assert "unknown@" not in done.stderr


@pytest.mark.parametrize(
    ("schema", "command"),
    [
        ("plan", ["plan"]),
        ("status", ["status"]),
        ("rejected", ["rejected"]),
        ("runs", ["runs"]),
        ("run", ["runs", "1"]),
        ("why", ["why", "D4", "--sync", "shop_conversions"]),
    ],
)
def test_json_is_as_its_schema_says(on_duckdb: Asked, schema: str, command: list[str]) -> None:
    """What a command prints with --json passes its schema, and nothing else is on standard output."""
    done = on_duckdb.shop.run(*command, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    validate(schema, json.loads(done.stdout))


def test_the_sandbox_s_json_is_as_its_schema_says(on_duckdb: Asked) -> None:
    """So does what the local sandbox received."""
    done = on_duckdb.shop.run("sandbox", "received", "--json", "--books", str(on_duckdb.books))
    assert {row["outcome"] for row in validate("sandbox_received", json.loads(done.stdout))["rows"]} >= {
        "counted",
        "refused",
    }


def test_a_plan_is_written_line_by_line(on_duckdb: Asked, tmp_path: Path) -> None:
    """CSV and JSON lines hold every row of the plan, rows as accepted together, and no click id and no hash."""
    shown = json.loads(on_duckdb.shop.run("plan", "--json", "-o", str(tmp_path / "plan.jsonl")).stdout)
    lines = [validate("plan_line", json.loads(line)) for line in (tmp_path / "plan.jsonl").read_text().splitlines()]
    assert sum(line["row_count"] for line in lines if line["side"] == "source") == shown["source_rows"]
    counted: dict[tuple[str, str], int] = {}
    for line in lines:
        counted[line["side"], line["class"]] = counted.get((line["side"], line["class"]), 0) + line["row_count"]
    assert counted == {(s, c): n for s, counts in shown["counts"].items() for c, n in counts.items()}
    done = on_duckdb.shop.run("plan", "-o", str(tmp_path / "plan.csv"))
    assert f"{len(lines):,} lines written to" in done.stderr
    rows = list(csv.DictReader(io.StringIO((tmp_path / "plan.csv").read_text())))
    assert len(rows) == len(lines)
    assert next(row["conversion_name"] for row in rows if row["record_key"] == "D9") == "'=Deal"
    both = (tmp_path / "plan.csv").read_text() + (tmp_path / "plan.jsonl").read_text()
    assert HASH not in both
    assert click(0) not in both


def test_refused_rows_as_csv(on_duckdb: Asked) -> None:
    """`rejected --csv` prints one line a row with what to do, and goes not together with --json."""
    done = on_duckdb.shop.run("rejected", "--csv")
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    assert (row["record_key"], row["code"]) == ("D3", "5606")
    assert "goal" in row["what_to_do"]
    assert on_duckdb.shop.run("rejected", "--csv", "--json").returncode == 2


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_reader_may_leave_early(on_duckdb: Asked, form: list[str]) -> None:
    """Whoever closes the pipe after a line, as `| head -1` does, hears nothing of it, and the exit code stays."""
    process = on_duckdb.shop.start("plan", "--samples", str(MANY), *form, PYTHONUNBUFFERED="")
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline()
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 0


def test_each_batch_is_reported_and_nothing_else_when_quiet(on_duckdb: Asked) -> None:
    """`-v` names each batch with its tracking id on standard error; `-q` leaves standard error empty."""
    done = on_duckdb.shop.run("push", "-v", "--limit", "2", MICROSOFT_ADS_ENDPOINT=on_duckdb.sandbox)
    assert "Batch 1: 2 rows in " in done.stderr
    assert "accepted" in done.stderr
    assert "tracking id " in done.stderr
    quiet = on_duckdb.shop.run("push", "-q", MICROSOFT_ADS_ENDPOINT=on_duckdb.sandbox)
    assert quiet.stderr == ""
    assert "Run " in quiet.stdout
    validated: Any = on_duckdb.shop.push("-q", endpoint=on_duckdb.sandbox)
    validate("push", validated)
