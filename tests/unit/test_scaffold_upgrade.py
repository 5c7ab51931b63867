"""The copy of the package: upgraded without overwriting a change of the user's, and repeated where it was stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from reverse_etl.core.errors import SettingsError
from reverse_etl.scaffold import carry_out_plan
from reverse_etl.scaffold.actions import carry_out
from reverse_etl.scaffold.package_copy import RECORD
from tests.unit.scaffolding import (
    FOLDER,
    NEW,
    OLD,
    Write,
    contents,
    init,
    plan,
    words,
)


def test_an_upgrade_adds_changes_and_removes(project: Write) -> None:
    """Untouched files follow the new version, and the report has both versions, the numbers and the names."""
    folder = project()
    init(folder)
    said = init(folder, NEW, "1.1.0")
    assert "version 1.0.0 to 1.1.0: 1 file added, 2 changed, 1 removed" in said
    for line in ("+ macros/fresh.sql", "~ macros/better.sql", "- macros/old/gone.sql"):
        assert line in said
    assert "dbt deps" in said
    assert "dbt build --select package:reverse_etl" in said
    copy = contents(folder / FOLDER)
    del copy[RECORD]
    assert copy == NEW
    assert not (folder / FOLDER / "macros/old").exists()
    assert "nothing to do" in init(folder, NEW, "1.1.0")


def test_an_upgrade_overwrites_no_change_of_the_users(project: Write) -> None:
    """Where the new version changes or drops a changed file, all such are named and nothing is written."""
    folder = project()
    init(folder)
    for name in ("same", "better", "old/gone"):
        (folder / FOLDER / f"macros/{name}.sql").write_text("mine\n")
    (folder / FOLDER / "macros/extra.sql").write_text("my own\n")
    before = contents(folder)
    with pytest.raises(
        SettingsError, match=r"dbt_reverse_etl/: macros/better.sql, macros/old/gone.sql\. Nothing was written"
    ):
        init(folder, NEW, "1.1.0")
    assert contents(folder) == before
    for name in ("better", "old/gone"):
        (folder / FOLDER / f"macros/{name}.sql").unlink()
    said = words(init(folder, NEW, "1.1.0"))
    copy = contents(folder / FOLDER)
    assert (copy["macros/same.sql"], copy["macros/better.sql"]) == (b"mine\n", b"better\n")
    assert copy["macros/extra.sql"] == b"my own\n"
    assert "left dbt_reverse_etl/macros/same.sql as you changed it" in said
    assert "nothing to do" in init(folder, NEW, "1.1.0")


def test_line_ends_of_version_control_are_no_change(project: Write) -> None:
    """A copy that was checked out with CRLF is upgraded like any other."""
    folder = project()
    init(folder)
    for path in (folder / FOLDER).rglob("*.sql"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert "nothing to do" in init(folder)
    assert "version 1.0.0 to 1.1.0" in init(folder, NEW, "1.1.0")


def test_a_missing_file_is_put_back(project: Write) -> None:
    """A file that was deleted from the copy comes back, since the package does not work without."""
    folder = project()
    init(folder)
    (folder / FOLDER / "macros/same.sql").unlink()
    assert "updated" in init(folder)
    assert (folder / FOLDER / "macros/same.sql").read_bytes() == b"same\n"


def test_init_does_not_go_back(project: Write) -> None:
    """An older tool refuses a newer copy, and a damaged record is refused, too."""
    folder = project()
    init(folder, NEW, "1.10.0")
    with pytest.raises(SettingsError, match=r"version 1\.10\.0, and this tool is 1\.9\.0"):
        init(folder, OLD, "1.9.0")
    (folder / FOLDER / RECORD).write_text("{}")
    with pytest.raises(SettingsError, match="damaged"):
        init(folder, NEW, "1.10.0")


def test_a_run_stopped_in_its_first_file_is_repeated(project: Write) -> None:
    """A folder that holds nothing but a half-written file of ours is no folder of somebody else's."""
    folder = project({"packages.yml": "packages:\n- local: a\n"})
    (folder / FOLDER).mkdir()
    (folder / FOLDER / "..reverse-etl-package.json.reverse-etl-tmp").write_text("{")
    init(folder)
    assert (folder / FOLDER / "dbt_project.yml").is_file()


@pytest.mark.parametrize("upgrade", [False, True])
def test_an_interrupted_run_is_repeated(project: Write, upgrade: bool) -> None:
    """After any number of steps a second run ends where an uninterrupted one does."""
    files, version = (NEW, "1.1.0") if upgrade else (OLD, "1.0.0")

    def start(name: str) -> Path:
        folder = project({"packages.yml": "packages:\n- local: a\n"})
        folder = folder.rename(folder.with_name(name))
        if upgrade:
            init(folder)
            (folder / FOLDER / "macros/same.sql").write_text("mine\n")
        return folder

    whole = start("whole")
    steps = len(plan(whole, files, version).actions)
    init(whole, files, version)
    assert steps >= 5
    for done in range(steps):
        cut = start(f"cut{done}")
        carry_out(plan(cut, files, version).actions[:done], cut)
        init(cut, files, version)
        assert contents(cut) == contents(whole)


def test_what_changed_since_the_plan_is_left_alone(project: Write) -> None:
    """A file that changes between plan and act is not overwritten."""
    folder = project({"packages.yml": "packages:\n"})
    made = plan(folder)
    (folder / "packages.yml").write_text("packages: [{local: a}]\n")
    with pytest.raises(SettingsError, match="changed while init was at work"):
        carry_out_plan(made)
    assert (folder / "packages.yml").read_text() == "packages: [{local: a}]\n"


def test_a_link_stays_a_link(project: Write) -> None:
    """Where packages.yml is a link, the file behind it is extended."""
    folder = project({"../shared.yml": "packages:\n"})
    (folder / "packages.yml").symlink_to("../shared.yml")
    init(folder)
    assert (folder / "packages.yml").is_symlink()
    assert FOLDER in (folder.parent / "shared.yml").read_text()
