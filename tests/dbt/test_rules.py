"""Each rule holds back the rows that break it, none beside them, and raises on nothing."""

import pytest

from tests.dbt.bed import COLUMNS, TESTS, Engine, Sql
from tests.dbt.nasty import TEXTS, TYPED, ZONED, Case, full

Compiled = tuple[Engine, Sql]
DOUBLE = {"conversion_value": "double precision", "external_attribution_credit": "double precision"}
STANDINGS = {
    "conversion_time_too_old": "expired",
    "conversion_time_in_future": "waiting",
    "currency_code_unlisted": "sendable",
    "conversion_time_not_utc": "sendable",
}


def shape(time: str, numbers: bool = True) -> dict[str, str]:
    """The columns' types, with a time and either doubles or texts."""
    texts = dict.fromkeys(COLUMNS, "text")
    return {"row_id": "integer", **texts, **(DOUBLE if numbers else {}), "conversion_time": time}


def judge(engine: Engine, sql: Sql) -> dict[int, set[str]]:
    """The rules that each row breaks."""
    names = [name for name, _ in engine.query(sql["rules"])]
    verdicts = {}
    for row_id, *verdict in engine.query(sql["judged"]):
        assert all(isinstance(one, bool) for one in verdict), f"a rule is null on row {row_id}: {verdict}"
        verdicts[row_id] = {name for name, broken in zip(names, verdict, strict=True) if broken}
    return verdicts


def fill(engine: Engine, columns: dict[str, str], cases: list[Case]) -> None:
    engine.table("conversions", columns, [[str(number), *full(row)] for number, (row, _) in enumerate(cases)])


@pytest.mark.parametrize(
    ("columns", "cases"),
    [
        pytest.param(shape("timestamp"), TYPED, id="typed"),
        pytest.param(shape("text", numbers=False), TEXTS, id="text"),
        pytest.param(shape("timestamp with time zone"), ZONED, id="zoned"),
    ],
)
def test_rows_break_exactly_their_rules(compiled: Compiled, columns: dict[str, str], cases: list[Case]) -> None:
    engine, sql = compiled
    fill(engine, columns, cases)
    verdicts = judge(engine, sql)
    wrong = {str(row): verdicts[number] for number, (row, rules) in enumerate(cases) if verdicts[number] != rules}
    assert not wrong


def test_years_before_the_first_and_the_smallest_and_greatest_times(compiled: Compiled) -> None:
    engine, sql = compiled
    if engine.name == "duckdb":
        times = ["0044-03-15 (BC) 00:00:00", "290309-12-22 (BC) 00:00:00", "294247-01-10 04:00:54"]
    else:
        times = ["0044-03-15 BC", "4713-01-01 BC", "294276-12-31 23:59:59"]
    fill(engine, shape("timestamp"), [({"conversion_time": time}, set()) for time in times])
    past, earliest, latest = (judge(engine, sql)[number] for number in range(3))
    assert past == earliest == {"conversion_time_out_of_range", "conversion_time_too_old"}
    assert latest == {"conversion_time_out_of_range", "conversion_time_in_future"}


@pytest.mark.parametrize("kind", ["numeric(38, 20)", "integer", "bigint", "real"])
def test_values_of_other_number_types(compiled: Compiled, kind: str) -> None:
    engine, sql = compiled
    values = ["12", "-1", None]
    fill(engine, shape("date") | {"conversion_value": kind}, [({"conversion_value": value}, set()) for value in values])
    assert list(judge(engine, sql).values()) == [set(), {"conversion_value_out_of_range"}, set()]


def test_the_character_zero(on_duckdb: Compiled) -> None:
    """Postgres cannot store it."""
    engine, sql = on_duckdb
    fill(engine, shape("timestamp"), [({"conversion_name": "Lead\x00"}, set())])
    assert judge(engine, sql)[0] == {"conversion_name_forbidden_character"}


def test_every_rule_is_broken_and_kept(compiled: Compiled) -> None:
    """The cases above reach each rule, and each rule has one generic test that asks for it."""
    engine, sql = compiled
    names = {name for name, _ in engine.query(sql["rules"])}
    assert names == set().union(*(rules for _, rules in TYPED + TEXTS))
    asked = [rule for _, rules in TESTS.values() for rule in rules]
    assert sorted(asked) == sorted(names)


def test_standings(compiled: Compiled) -> None:
    engine, sql = compiled
    for name, standing in engine.query(sql["rules"]):
        assert standing == STANDINGS.get(name, "invalid")


def test_the_view_of_the_public_macro_breaks_what_its_text_does(compiled: Compiled) -> None:
    """What a cast cannot hold is not lost on the way: bad text becomes a value that a rule finds."""
    engine, sql = compiled
    fill(engine, shape("text", numbers=False), TEXTS)
    raw = judge(engine, sql)
    for statement in (
        "drop table if exists shaped",
        f"create table shaped as {sql['shaped']}",
        "drop table conversions",
        "alter table shaped rename to conversions",
    ):
        engine.query(statement)
    unseen = {"conversion_time_not_utc"}
    known = judge(engine, sql)
    assert {row: rules - unseen for row, rules in raw.items()} == known
