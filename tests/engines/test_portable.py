"""What `make lint` finds in SQL that some engine would not take, and what it lets pass."""

import pytest

from tests.engines.portable import engine_findings, findings


@pytest.mark.parametrize(
    "sql",
    [
        "select a + interval '1' day from b",
        "select cast(a as timestamp) from b",
        "select a::text from b",
        "select a || b from c",
        "select split_part(a, '@', 1) from b",
        "select trim(a, 'x') from b",
        "select chr(160) from b",
        "select 'a\\\\b' from c",
        "select 1 as one where 1 = 0",
        "select max(case when a in (select b from c) then 1 else 0 end) from d",
        "select a.* from (select 1 from x) as a inner join b on a.x = b.x left join c on a.x = c.x",
        "select strftime(a, '%Y') from b",
        "select sum(a) as a from b having sum(a) > 0",
        "select a, max(b) as b from c group by a order by a, max(b)",
        "select regexp_replace(a, 'b', '') from c",
    ],
)
def test_what_is_not_portable_is_found(sql: str) -> None:
    """One finding each, on its line."""
    assert [line for line, _ in findings("{#- a comment -#}\n\n" + sql)] == [3]


@pytest.mark.parametrize(
    "sql",
    [
        "{#- interval '1' day, a::text -#}",
        "select a.* from a left join b on a.x = b.x where a.x = 1",
        "select (select max(x) from b where y = 1) as z, a.y as y from a join c on a.x = c.x join d on a.x = d.x",
        "{{ reverse_etl._replace_matches(text, '^0', '\\\\1') }}",
        "select sum(a) as a, count(*) as n from b having count(*) > 0",
        "select trim(replace(a, '+', ' ')) from b where c in (select d from e)",
    ],
)
def test_what_is_portable_passes(sql: str) -> None:
    """Comments, and what only looks alike, are let pass."""
    assert list(findings(sql)) == []


def test_each_engine_has_all_that_is_dispatched() -> None:
    """A file that lacks a macro would fail when that one is rendered, in the middle of a push."""
    assert list(engine_findings()) == []
