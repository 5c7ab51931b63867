"""What dbt and drivers say, in our own errors, whether what dbt kept of a parse may be built upon, and paths of DuckDB
that are no plain file."""

import os
import time
from datetime import date
from pathlib import Path

import pytest

from reverse_etl.core.errors import SettingsError
from reverse_etl.warehouse import duckdb_path
from reverse_etl.warehouse.dbt_calls import DbtOptions, _kept_parse_is_newest, translated
from reverse_etl.warehouse.statements import as_date


@pytest.mark.parametrize(
    "said",
    [
        'Unable to connect to Postgres at "host=db password=s3cret-1 user=etl": refused',
        "Unable to connect to Postgres at 'dbname=x PASSWORD = 's3cret-1''",
        "could not reach postgresql://etl:s3cret-1@db:5432/crm",
        "Catalog md:crm?motherduck_token=s3cret-1&x=1 is not there",
    ],
)
def test_no_error_shows_a_password(said: str) -> None:
    """Drivers quote the connection string; what is shown of it holds no password."""
    shown = translated(RuntimeError(said)).message
    assert "s3cret" not in shown
    assert "(secret)" in shown


def kept_is_newest(project: Path, *, file: str, later: float, target_path: str = "") -> bool:
    """Is the kept parse that ended so many seconds after a file was saved newer than the project?"""
    for path in (project / "dbt_project.yml", project / file):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("name: shop\n")
    kept = project / (target_path or "target") / "partial_parse.msgpack"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("")
    os.utime(kept, times=(time.time() + later,) * 2)
    return _kept_parse_is_newest(DbtOptions(project, target_path=target_path))


@pytest.mark.parametrize("folder", ["", "models", "models/target", "models/logs", "models/dbt_packages", "models/.new"])
def test_a_file_saved_since_a_parse_began_makes_it_old(tmp_path: Path, folder: str) -> None:
    """Wherever dbt reads it; when it was saved while dbt parsed, what was kept may be of the text before."""
    file = str(Path(folder, "sync.yml"))
    assert kept_is_newest(tmp_path, file=file, later=3600)
    assert not kept_is_newest(tmp_path, file=file, later=-3600)
    assert not kept_is_newest(tmp_path, file=file, later=1)


@pytest.mark.parametrize(
    "file", ["target/x.yml", "logs/x.yml", "dbt_packages/p/x.yml", ".venv/x.yml", "out/deep/x.yml"]
)
def test_what_each_command_writes_makes_no_parse_old(
    tmp_path: Path, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders at the project's root that declare nothing, and the target folder wherever it is, are not looked at."""
    seen: list[Path] = []
    stat = Path.stat
    monkeypatch.setattr(Path, "stat", lambda self, **options: (seen.append(self), stat(self, **options))[1])
    assert kept_is_newest(tmp_path, file=file, later=3600, target_path="out/deep" if file.startswith("out") else "")
    assert tmp_path / "dbt_project.yml" in seen
    assert tmp_path / file not in seen


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("shop.duckdb", "shop.duckdb"),
        ("day=1/me@home.duckdb", "day=1/me@home.duckdb"),
        (":memory:", ":memory:"),
        ("md:shop?motherduck_token=secret", "md:shop"),
        ("ducklake:shop.ducklake", "ducklake:shop.ducklake"),
        ("ducklake:postgres:dbname=shop host=db password=secret", "ducklake:postgres:"),
        ("ducklake:postgres:postgresql://me:secret@db/shop", "ducklake:postgres:postgresql:"),
    ],
)
def test_no_path_shows_a_secret(path: str, shown: str) -> None:
    """A file is named; what may hold a password or token is not."""
    assert duckdb_path.shown(path) == shown


@pytest.mark.parametrize("path", [":memory:", "md:shop", "ducklake:shop.ducklake", "ducklake:postgres:dbname=shop"])
def test_what_is_no_plain_file_is_not_looked_for(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB itself says what it cannot open; a plain file that is missing is said before it would make one."""
    monkeypatch.chdir(tmp_path)
    duckdb_path.check(path)
    with pytest.raises(SettingsError, match=r"There is no DuckDB file .*shop\.duckdb"):
        duckdb_path.check("shop.duckdb")


@pytest.mark.parametrize("given", [date(2026, 11, 27), "2026-11-27"])
def test_a_date_may_come_as_text(given: date | str) -> None:
    """Drivers differ in what they give for one."""
    assert as_date(given) == date(2026, 11, 27)
