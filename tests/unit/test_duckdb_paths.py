"""Paths of DuckDB that are no plain file, as people see them and as a missing file is found."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from reverse_etl.core.errors import SettingsError
from reverse_etl.warehouse.project import Project


def project_on(path: str) -> Project:
    """A project that got as far as its profile."""
    project = Project.__new__(Project)
    credentials = SimpleNamespace(path=path)
    project.adapter = SimpleNamespace(type=lambda: "duckdb", config=SimpleNamespace(credentials=credentials))
    return project


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
    assert project_on(path).database == shown


@pytest.mark.parametrize("path", [":memory:", "md:shop", "ducklake:shop.ducklake", "ducklake:postgres:dbname=shop"])
def test_what_is_no_plain_file_is_not_looked_for(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB itself says what it cannot open; a plain file that is missing is said before it would make one."""
    monkeypatch.chdir(tmp_path)
    project_on(path)._check_file()
    with pytest.raises(SettingsError, match=r"There is no DuckDB file .*shop\.duckdb"):
        project_on("shop.duckdb")._check_file()
