"""The SQL outside the engines' own files is portable, and each of them has all that is dispatched: `make lint`."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
ENGINE = REPOSITORY / "macros/engine"
# What one engine or another does not know, or knows otherwise, with what to write instead.
INSTEAD = {
    r"\binterval\s*['(\d]|\bdbt\.(dateadd|datediff)\b": "_later or _seconds_between",
    r"\b(as|type) (timestamp|datetime)|\bdbt\.type_timestamp\b": "_type_time or _time_literal",
    r"\bdbt\.type_string\b": "_type_text: on Redshift dbt's holds 256 bytes",
    r"\b(current_timestamp|current_date|getdate|sysdate)\b|\bnow\(\)": "_utc_now",
    r"(?<!\.)\b(date_trunc|strftime|to_char|date_format|to_timestamp)\b": "_whole_second or _utc_text",
    r"::": "cast",
    r"\|\|": "dbt.concat",
    r"(?<!dbt\.)\bsplit_part\b": "dbt.split_part",
    r"\bsubstring\b": "substr",
    r"\btrim\([^()]*,|\btrim\((both|leading|trailing)\b": "_trimmed",
    r"\bchr\(": "_text_literal",
    r"\b(regexp_\w+|rlike|ilike|similar to)\b": "_matches, _replace_matches or _first_match",
    r"\b(pg_)?typeof\b|\binformation_schema\b|\badapter\.dispatch\b": "a macro of macros/engine",
    r"\bunion\b(?!\s+all)|\brecursive\b": "select distinct over union all",
    r"\bqualify\b|\bdistinct on\b|\bfilter\s*\(\s*where|\blateral\b": "a subquery",
    r"\b(max|min|sum|count)\(\s*case\b(?:(?!\bend\b).)*?\bin\s*\(\s*select\b": "a join, before it is aggregated",
    # Spark takes the second for the alias.
    r"\b(sum|min|max|count)\((\w+)\) as \2\b(?:(?!\{% endmacro).)*?\b(having|order by)\b[^\n]*\b\1\(\2\)": "a subquery",
    # \n in what Jinja joins, \uXXXX, and \\1 for _replace_matches reach no literal
    r"\\+(?!n|u[0-9a-f]{4}|\\1')(?!1')": "_text_literal, or a pattern of macros/engine",
}
# Engines whose macros dbt takes where the file has none. Spark's are meant; Postgres's would be taken without a word.
KINDRED = {"databricks": ("spark", True), "redshift": ("postgres", False)}
INNERMOST = re.compile(r"\([^()]*\)")
SELECT = re.compile(r"\bselect\b(?:(?!\bselect\b|\bunion\b|\{% endmacro).)*", re.DOTALL)


def findings(text: str, *, patterns: bool = False) -> Iterator[tuple[int, str]]:
    """What is not portable, as line and complaint. `patterns`: a file that may hold backslashes."""
    bare = re.sub(r"\{#.*?#\}", lambda comment: "\n" * comment[0].count("\n"), text, flags=re.DOTALL)
    for wrong, instead in INSTEAD.items():
        if not (patterns and wrong.startswith(r"\\")):
            for found in re.finditer(wrong, bare, re.IGNORECASE | re.DOTALL | re.MULTILINE):
                yield bare[: found.start()].count("\n") + 1, f"{found[0].strip()!r}: write {instead}"
    for line, select in _selects(bare):
        head, _, tail = select.partition(" from ")
        if not tail and re.search(r"\bwhere\b", select):
            yield line, "where without from: select from (select 1 as one)"
        if len(re.findall(r"\bjoin\b", tail)) > 1 and re.search(
            r"\.\*|\._listed\b|(?:^select|,) \w+\.\w+(?= *(?:,|$))", head
        ):
            yield line, "columns of a relation over several joins: give each its name, as _named does"


def _selects(text: str) -> Iterator[tuple[int, str]]:
    """Each select without what stands in brackets in it, on one line."""
    while True:
        part = INNERMOST.search(text)
        for found in SELECT.finditer(part[0] if part else text):
            yield text[: (part.start() if part else 0) + found.start()].count("\n") + 1, " ".join(found[0].split())
        if part is None:
            return
        text = text[: part.start()] + "\n" * part[0].count("\n") + text[part.end() :]


def engine_findings() -> Iterator[str]:
    """Each engine's file that lacks what is dispatched and has no default, or has what is not; and their list."""
    contract = (ENGINE / "_engine.sql").read_text()
    dispatched = set(re.findall(r"adapter\.dispatch\('(\w+)'", contract))
    given = {path.stem: _given(path.stem, path.read_text()) for path in sorted(ENGINE.glob("[!_]*.sql"))}
    for engine, macros in given.items():
        kin, inherits = KINDRED.get(engine, ("", False))
        of_kin, defaults = given.get(kin, set()), _given("default", contract)
        others = defaults - of_kin if kin and not inherits else defaults | of_kin
        yield from (
            f"{engine}.sql: lacks {engine}__{name}" for name in sorted(dispatched - macros - (others - {"_engine"}))
        )
        yield from (f"{engine}.sql: {name} is not dispatched" for name in sorted(macros - dispatched))
    listed = re.search(r"macro _engines\(\).*?\[(.*?)\]", contract, re.DOTALL)
    if listed is None or set(re.findall(r"\w+", listed[1])) != set(given):
        yield f"_engine.sql: _engines does not name the files that are there: {', '.join(given)}"


def _given(prefix: str, text: str) -> set[str]:
    return set(re.findall(rf"macro {prefix}__(\w+)\(", text))


def main() -> int:
    """Print what is wrong and say whether anything is."""
    wrong = list(engine_findings())
    for path in sorted([*REPOSITORY.glob("macros/**/*.sql"), *REPOSITORY.glob("models/*.sql")]):
        if path.parent != ENGINE or path.name == "_portable.sql":
            wrong += [f"{path.relative_to(REPOSITORY)}:{line}: {what}" for line, what in findings(path.read_text())]
    print("\n".join(wrong) or "All SQL outside macros/engine is portable.")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
