"""Rows at their worst, pushed for real: a bad one is held back with its reason, one beside it arrives intact."""

import functools
import json
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pytest

from reverse_etl.sandbox import LocalSandbox, ReceivedRow, read_received
from tests.support.hostile import FORBIDDEN, TYPED, UNTYPED, Case, rows_of
from tests.support.shop import COLUMNS, Shop, copy_of

GOALS = """
learn: true
goals:
  - {name: Deal won, enhanced: true}
  - {name: Attributed, external_attribution: true}
"""
# The session's zone is one with summer time: what has no zone must be taken for UTC all the same.
ZONE = "Europe/Berlin"
_MACRO = "{{ reverse_etl.offline_conversions(from=source('crm', 'deals'), extra_columns=['deal_id'], "
VARIANTS = ["duckdb-typed", "duckdb-text", "duckdb-macro", "postgres-typed", "postgres-text"]
MODELS = {
    "typed": "select * from {{ source('crm', 'deals') }}",
    "text": "select * from {{ source('crm', 'deals') }}",
    "macro": _MACRO + ", ".join(f"{name}='{name}'" for name in COLUMNS if name != "deal_id") + ") }}",
}
# What another column of the arrived row is called.
ARRIVED = {
    "conversion_name": "conversion_name",
    "microsoft_click_id": "click_id",
    "hashed_email_address": "hashed_email",
    "conversion_value": "conversion_value",
    "conversion_currency_code": "currency",
    "external_attribution_credit": "attribution_credit",
    "external_attribution_model": "attribution_model",
}


def fits(engine: str, case: Case) -> bool:
    """A text of Postgres cannot hold the character 0, so no row of it does."""
    return engine == "duckdb" or not any("\x00" in text for text in case.row.values() if isinstance(text, str))


def cases_of(variant: str) -> dict[str, Case]:
    engine, shape = variant.split("-")
    cases = TYPED if shape == "typed" else UNTYPED
    return {name: case for name, case in cases.items() if fits(engine, case)}


@dataclass(frozen=True)
class Pushed:
    """What one push made of all cases of a shape: the plan before it and after it, and what arrived."""

    cases: dict[str, Case]
    rows: dict[str, dict[str, Any]]
    before: dict[str, list[dict[str, Any]]]
    after: dict[str, list[dict[str, Any]]]
    result: dict[str, Any]
    received: list[ReceivedRow]
    ledger: list[str]


def by_key(shop: Shop, file: Path) -> dict[str, list[dict[str, Any]]]:
    """The lines of a plan by key."""
    done = shop.run("plan", "--output", str(file), PGTZ=ZONE)
    assert done.returncode == 0, done.stderr
    lines: dict[str, list[dict[str, Any]]] = {}
    for text in file.read_bytes().decode().removesuffix("\n").split("\n"):
        line = json.loads(text)
        lines.setdefault(line["record_key"], []).append(line)
    return lines


@pytest.fixture(scope="module")
def push_once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Pushed]:
    """All cases of a variant in one push, made for the first test that asks for it."""

    def push(variant: str) -> Pushed:
        engine, shape = variant.split("-")
        template = request.getfixturevalue("postgres_template" if engine == "postgres" else "shop_template")
        return _push(variant, shape, template, tmp_path_factory.mktemp(variant))

    return functools.cache(push)


def _push(variant: str, shape: str, template: Shop, folder: Path) -> Pushed:
    shop = copy_of(template, folder / "project")
    if not shop.host:  # on Postgres PGTZ sets the zone
        output = {"type": "duckdb", "path": str(shop.database), "threads": 1, "settings": {"TimeZone": ZONE}}
        (shop.folder / "profiles.yml").write_text(json.dumps({"shop": {"target": "dev", "outputs": {"dev": output}}}))
    (shop.folder / "models/offline_conversions.sql").write_text(MODELS[shape])
    cases = cases_of(variant)
    rows = rows_of(cases)
    types = COLUMNS if shape == "typed" else dict.fromkeys(COLUMNS, "varchar")
    columns = ", ".join(f"{name} {type_.replace('double', 'double precision')}" for name, type_ in types.items())
    shop.sql("drop table deals cascade")
    shop.sql(f"create table deals ({columns})")
    with shop._cursor() as cursor:
        for row in rows:
            shop._execute(cursor, f"insert into deals values ({', '.join('?' for _ in types)})", list(row.values()))
    shop.dbt("build", "--quiet")
    (folder / "goals.yml").write_text(GOALS)
    with LocalSandbox(folder / "books.sqlite", port=0, goals=folder / "goals.yml") as sandbox:
        before = by_key(shop, folder / "before.jsonl")
        done = shop.run("push", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url, PGTZ=ZONE)
        assert done.stdout, done.stderr
        after = by_key(shop, folder / "after.jsonl")
    keys = [key for (key,) in shop.sql("select record_key from reverse_etl_ledger")]
    received = read_received(folder / "books.sqlite")
    return Pushed(cases, dict(zip(cases, rows, strict=True)), before, after, json.loads(done.stdout), received, keys)


@pytest.mark.parametrize(("variant", "name"), [(variant, name) for variant in VARIANTS for name in cases_of(variant)])
def test_a_row_stands_as_it_should_or_arrives_as_it_is(
    push_once: Callable[[str], Pushed], variant: str, name: str
) -> None:
    """A bad row has its class and reason and no call ever holds it; a good one is sent once, text for text."""
    pushed = push_once(variant)
    case, row = pushed.cases[name], pushed.rows[name]
    (line,) = pushed.before[row["deal_id"] or ""]
    assert (line["class"], tuple(line["reasons"])) == (case.class_, case.reasons)
    assert case.at is None or line["conversion_time"] == case.at
    arrived = [
        one
        for one in pushed.received
        if (one.conversion_name, one.click_id, one.hashed_email, one.conversion_time)
        == (row["conversion_name"], row["microsoft_click_id"], row["hashed_email_address"], case.at)
    ]
    after = [(one["class"], tuple(one["reasons"])) for one in pushed.after.get(row["deal_id"] or "", [])]
    if case.class_ != "new":
        assert after == [(case.class_, case.reasons)]
        assert not [one for one in arrived if one.conversion_value == str(row["conversion_value"])]
        return
    # A plan lists few of those that are unchanged, and counts the rest.
    assert after in ([], [("unchanged", ())])
    (one,) = arrived
    assert one.outcome == "counted", one.reason
    expected = {field: None if row[column] is None else str(row[column]) for column, field in ARRIVED.items()}
    found = asdict(one)
    if row["external_attribution_credit"] is not None:
        assert float(found.pop("attribution_credit")) == row["external_attribution_credit"]
        expected.pop("attribution_credit")
    assert {field: found[field] for field in expected} == expected | case.arrives
    assert (row["deal_id"] or "") in pushed.ledger


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_sums_are_those_of_the_cases(push_once: Callable[[str], Pushed], variant: str) -> None:
    """Every row has its one standing, and only good rows have left."""
    pushed = push_once(variant)
    classes = Counter("accepted" if case.class_ == "new" else case.class_ for case in pushed.cases.values())
    result = pushed.result
    assert (result["source"], result["refusals"], result["unbalanced"]) == (classes, {}, [])
    assert len(pushed.received) == classes["accepted"] == len(pushed.ledger)


@pytest.mark.parametrize("text", ["Won\ud800", "\udfff"])
def test_no_engine_holds_half_a_character(text: str, postgres_host: str) -> None:
    """A lone surrogate reaches neither engine: not from Python, and not by its number."""
    with duckdb.connect() as connection:
        with pytest.raises(duckdb.InvalidInputException):
            connection.execute("select ?", [text])
        with pytest.raises(duckdb.InvalidInputException):
            connection.execute(f"select chr({ord(text[-1])})")
    with closing(psycopg2.connect(host=postgres_host, user="postgres", dbname="postgres")) as connection:
        with pytest.raises(UnicodeEncodeError):
            connection.cursor().execute("select %s", [text])
        with pytest.raises(psycopg2.Error):
            connection.cursor().execute(f"select chr({ord(text[-1])})")


def test_each_forbidden_character_is_one_that_xml_refuses() -> None:
    """The list of the cases is not our own opinion: lxml writes none of them."""
    from lxml import etree

    for character in FORBIDDEN:
        with pytest.raises(ValueError, match="XML compatible"):
            etree.Element("a").text = character
