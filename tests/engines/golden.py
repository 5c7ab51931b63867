"""What the package renders to for engines that are not here: kept in golden/, written by `make golden`."""

import hashlib
import itertools
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import sqlglot
from sqlglot.tokens import Token, TokenType

HERE = Path(__file__).parent
ENGINES = ("athena", "bigquery", "databricks", "redshift", "snowflake", "trino")
# A literal that is kept whole is shorter. In those of some engines a backslash escapes.
_LONG = 60
_ESCAPING = ("bigquery", "databricks", "redshift", "snowflake")


def render(engine: str, folder: Path, *packages: Path) -> dict[str, str]:
    """The SQL of each file, by its name. `folder`: an empty one. `packages`: of an adapter that no lock has."""
    shutil.copytree(HERE / "rendered", folder, dirs_exist_ok=True)
    (folder / "dbt_packages").mkdir()
    (folder / "dbt_packages" / "reverse_etl").symlink_to(HERE.parents[1])
    command = [sys.executable, "-m", "tests.engines.stand_in", engine, str(folder), *map(str, packages)]
    done = subprocess.run(command, cwd=HERE.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    compiled = folder / f"target_{engine}" / "compiled"
    files = {path.name: path.read_text() for path in sorted(compiled.glob("rendered/models/*.sql"))}
    models = {path.stem: path.read_text() for path in sorted(compiled.glob("reverse_etl/**/*.sql"))}
    files |= {"models.sql": "".join(f"-- {name}\n{sql.strip()};\n\n" for name, sql in models.items())}
    # Athena's tables have a place of their own each.
    return {name: re.sub(r"/[0-9.]+'\)", "/1')", sql) for name, sql in files.items()}


def shortened(engine: str, sql: str) -> str:
    """SQL as it is kept: without blanks around its lines, and of a long literal its beginning and a hash."""
    literal = re.compile(r"'(?:[^'\\]|''|\\.)*'" if engine in _ESCAPING else r"'(?:[^']|'')*'", re.DOTALL)
    short = literal.sub(lambda found: found[0] if len(found[0]) < _LONG else _brief(found[0]), sql)
    return "\n".join(line.strip() for line in short.splitlines() if line.strip()) + "\n"


def _brief(literal: str) -> str:
    return f"'{literal[1:21]}...{hashlib.sha256(literal.encode()).hexdigest()[:12]}'"


def functions(engine: str, sql: str) -> set[str]:
    """The names that stand before a bracket, but for those of SQL itself, of CTEs and of tables that are written to."""
    tokens = sqlglot.tokenize(re.sub(r"(?i)\binsert into \S+ \(", "insert into it values (", sql), read=engine)
    return {token.text.lower() for token in _called(tokens)}


def _called(tokens: list[Token]) -> Iterator[Token]:
    for token, following in itertools.pairwise(tokens):
        if following.token_type is TokenType.L_PAREN and token.text.isidentifier() and token.text.lower() not in _WORDS:
            yield token


_WORDS = {
    "all", "and", "as", "between", "by", "case", "cast", "distinct", "else", "except", "exists", "from", "having", "in",
    "join", "not", "on", "or", "over", "select", "then", "union", "values", "when", "where", "with",
}  # fmt: skip


def documented(engine: str) -> set[str]:
    """What the engine's documents name, of functions and of types with a length."""
    lines = (HERE / "functions" / f"{engine}.txt").read_text().splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def main() -> None:
    """Write all files anew."""
    for engine in sys.argv[1:] or ENGINES:
        with tempfile.TemporaryDirectory() as folder:
            rendered = render(engine, Path(folder))
        shutil.rmtree(HERE / "golden" / engine, ignore_errors=True)
        (HERE / "golden" / engine).mkdir(parents=True)
        for name, sql in rendered.items():
            (HERE / "golden" / engine / name).write_text(shortened(engine, sql))


if __name__ == "__main__":
    main()
