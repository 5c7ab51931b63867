"""Where the dbt project is, and the names of its syncs for the shell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from reverse_etl.cli.app import app
from reverse_etl.cli.options import known_syncs
from reverse_etl.core.folders import project_folder, where_else


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with two exposures, one of which is a sync, as dbt left them."""
    (tmp_path / "shop/models/deep").mkdir(parents=True)
    (tmp_path / "shop/target").mkdir()
    (tmp_path / "shop/dbt_project.yml").write_text("name: shop")
    exposures = {
        "exposure.shop.ads": {"name": "ads", "config": {"meta": {"reverse_etl": {}}}},
        "exposure.shop.board": {"name": "board", "config": {"meta": {}}},
    }
    (tmp_path / "shop/target/manifest.json").write_text(json.dumps({"exposures": exposures}))
    return tmp_path / "shop"


def test_a_project_is_found_above_and_named_below(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As dbt does, from a folder within the project; a folder that was named is taken as it is."""
    monkeypatch.chdir(project / "models/deep")
    assert project_folder(Path()) == project
    assert project_folder(Path("elsewhere")) == Path("elsewhere")
    monkeypatch.chdir(project.parent)
    assert project_folder(Path()) == Path()
    assert where_else(Path()) == "Name one with --project-dir. Below are: shop"


def test_the_shell_completes_the_names_of_syncs(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exposures that are no syncs are left out; without a manifest there is nothing, and no error."""
    monkeypatch.chdir(project / "models")
    context = typer.Context(typer.main.get_command(app))
    assert known_syncs(context, "") == ["ads"]
    assert known_syncs(context, "b") == []
    (project / "target/manifest.json").write_text("{")
    assert known_syncs(context, "") == []
