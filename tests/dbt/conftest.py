"""Engines, and what the bed compiles to on each of them."""

import shutil
from pathlib import Path

import pytest

from tests.dbt.bed import REPOSITORY, DuckDB, Engine, Postgres, Sql, compile_bed, make_bed, run_dbt


@pytest.fixture(scope="session")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bed(tmp_path_factory.mktemp("bed"))


@pytest.fixture(scope="session")
def on_duckdb(bed: Path) -> tuple[Engine, Sql]:
    return DuckDB(), compile_bed(bed, "duckdb")


@pytest.fixture(scope="session")
def on_postgres(tmp_path_factory: pytest.TempPathFactory, postgres_host: str) -> tuple[Engine, Sql]:
    folder = make_bed(tmp_path_factory.mktemp("bed_postgres"), postgres_host)
    return Postgres(postgres_host), compile_bed(folder, "postgres")


@pytest.fixture(scope="session", params=["duckdb", "postgres"])
def compiled(request: pytest.FixtureRequest) -> tuple[Engine, Sql]:
    """Each engine with the SQL that was compiled for it."""
    return request.getfixturevalue(f"on_{request.param}")  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example and its profile as in the repository, the package installed, nothing built."""
    root = tmp_path_factory.mktemp("example")
    unwanted = shutil.ignore_patterns("dbt_packages", "target", "logs", "*.duckdb*", "package-lock.yml")
    for name in ("dbt_project", "profiles"):
        shutil.copytree(REPOSITORY / name, root / name, ignore=unwanted)
    (root / "dbt_project" / "packages.yml").write_text(f"packages:\n  - local: {REPOSITORY}\n")
    done = run_dbt("deps", "--project-dir", "dbt_project", "--profiles-dir", "profiles", folder=root)
    assert done.returncode == 0, done.stdout
    return root
