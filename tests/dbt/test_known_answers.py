"""What every engine must answer, by the package's own list: tests/engines asks the same of engines that are heavier."""

from tests.dbt.bed import Engine, Sql


def test_each_engine_gives_the_known_answers(compiled: tuple[Engine, Sql]) -> None:
    """The select that a user's warehouse is proved by finds nothing to complain of."""
    engine, sql = compiled
    assert engine.query(sql["wrong_answers"]) == []


def test_a_wrong_answer_is_named_with_what_was_got(on_duckdb: tuple[Engine, Sql]) -> None:
    """An engine that hashed otherwise would be told by which text, and what it gave."""
    engine, sql = on_duckdb
    (wrong,) = engine.query(sql["wrong_answers"].replace("'8b425df0", "'00000000"))
    assert wrong[0] == "a phone number: +1234567"
    assert [answer[:8] for answer in wrong[1:]] == ["00000000", "8b425df0"]
