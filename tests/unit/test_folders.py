"""Where the dbt project is."""

from pathlib import Path

import pytest

from reverse_etl.core.folders import project_folder, where_else


def test_a_project_is_found_above_and_named_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As dbt does, from a folder within the project; a folder that was named is taken as it is."""
    project = tmp_path / "shop"
    (project / "models/deep").mkdir(parents=True)
    (project / "dbt_project.yml").write_text("name: shop")
    monkeypatch.chdir(project / "models/deep")
    assert project_folder(Path()) == project
    assert project_folder(Path("elsewhere")) == Path("elsewhere")
    monkeypatch.chdir(project.parent)
    assert project_folder(Path()) == Path()
    assert where_else(Path()) == "Name one with --project-dir. Below are: shop"
