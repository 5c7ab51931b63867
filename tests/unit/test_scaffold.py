"""`init` without dbt: what is written under which names, what is left as it is, and what is said of it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from reverse_etl.core.errors import SettingsError
from reverse_etl.scaffold import carry_out_plan, package, plan_text
from reverse_etl.scaffold.package import package_files
from tests.unit.scaffolding import FOLDER, NEW, OLD, Write, contents, init, plan, words


def test_the_first_run_and_the_second(project: Write) -> None:
    """The first run writes copy, entry, model, tests and exposure; the second writes nothing and says so."""
    folder = project({"models/orders.sql": "select 1"})
    said = init(folder)
    assert "created dbt_reverse_etl/ the dbt package, version 1.0.0, 4 files" in words(said)
    assert "1. dbt deps --project-dir" in said
    after = contents(folder)
    assert {name: after[f"{FOLDER}/{name}"] for name in OLD} == OLD
    assert yaml.safe_load(after["packages.yml"]) == {"packages": [{"local": FOLDER}]}
    exposure = yaml.safe_load(after["models/reverse_etl/exposures.yml"])["exposures"][0]
    assert exposure["config"]["meta"]["reverse_etl"]["targets"] == ["prod"]
    assert "nothing to do" in init(folder)
    assert contents(folder) == after


def test_a_dry_run_writes_nothing(project: Write) -> None:
    """The plan shows every file that a run writes, and leaves the folder as it was."""
    folder = project()
    before = contents(folder)
    said = words(plan_text(plan(folder), dry=True))
    assert "a dry run, nothing is written" in said
    assert "create dbt_reverse_etl/" in said
    assert "create packages.yml - local: dbt_reverse_etl" in said
    assert contents(folder) == before


@pytest.mark.parametrize(
    ("files", "edited"),
    [
        ({"packages.yml": "packages:\n"}, "packages.yml"),
        (
            {"packages.yml": "packages:\n{% if true %}\n  - local: a\n{% endif %}\n# - local: x/reverse-etl"},
            "packages.yml",
        ),
        ({"packages.yml": "packages:\n  - local: reverse_etl_of_ours\n  - local: my_reverse_etl"}, "packages.yml"),
        ({"dependencies.yml": "projects:\n  - name: up\npackages:\n  - local: a\n"}, "dependencies.yml"),
    ],
)
def test_a_list_of_packages_is_the_users_to_edit(project: Write, files: dict[str, str], edited: str) -> None:
    """Where there is a list, it stays as it is, and the entry to add is said before `dbt deps`; the rest is written."""
    folder = project(files)
    said = init(folder)
    assert {name: (folder / name).read_text() for name in files} == files
    assert f"1. edit {folder}/{edited}" in said
    assert "in a line of its own: - local: dbt_reverse_etl" in said
    assert (folder / FOLDER / "macros/same.sql").is_file()
    assert ("packages.yml" in contents(folder)) == (edited == "packages.yml")
    with (folder / edited).open("a") as file:
        file.write("\n  - local: ./dbt_reverse_etl  # ours\n")
    assert "nothing to do" in init(folder)


def test_dependencies_yml_without_packages_stays(project: Write) -> None:
    """A dependencies.yml of projects alone is left alone, and packages.yml is made."""
    folder = project({"dependencies.yml": "projects:\n  - name: up\n"})
    init(folder)
    assert (folder / "packages.yml").is_file()


@pytest.mark.parametrize(
    "entry",
    [
        "local: ../reverse-etl",
        "git: https://git.example.com/us/reverse-etl.git",
        "git: git@git.example.com:us/dbt-reverse-etl.git",
        "git: \"{{ env_var('GIT') }}/reverse-etl.git\"",
        "package: us/reverse_etl",
        "{tarball: https://example.com/x.tar.gz, name: reverse_etl}",
    ],
)
def test_a_package_listed_another_way_is_left_alone(project: Write, entry: str) -> None:
    """There is no second copy beside a package that the user installs in another way, and the first sync is written."""
    text = f"packages:\n  - {entry}\n"
    folder = project({"packages.yml": text})
    assert "lists the package already" in init(folder)
    assert (folder / "packages.yml").read_text() == text
    assert not (folder / FOLDER).exists()
    assert (folder / "models/reverse_etl/offline_conversions.sql").is_file()


@pytest.mark.parametrize(
    ("where", "entry"),
    [
        ("https://git.example.com/us/reverse-etl.git", {"revision": "v1.0.0"}),
        ("git@git.example.com:us/reverse-etl.git", {"revision": "v1.0.0"}),
        ("us/reverse_etl", {"version": "1.0.0"}),
    ],
)
def test_dbt_may_take_the_package_from_elsewhere(project: Write, where: str, entry: dict[str, str]) -> None:
    """The entry names this version, no copy is made, and the first sync is written; what has a list is left to edit."""
    folder = project({})
    assert "1. dbt deps" in init(folder, where=where)
    (listed,) = yaml.safe_load((folder / "packages.yml").read_text())["packages"]
    assert listed == entry | {"package" if "version" in entry else "git": where}
    assert not (folder / FOLDER).exists()
    assert "dbt_packages/reverse_etl" in (folder / "models/reverse_etl/exposures.yml").read_text()
    assert "nothing to do" in init(folder, where=where)
    (folder / "packages.yml").write_text("packages:\n  - local: other\n")
    assert f": {where}, {next(iter(entry))}" in init(folder, where=where).partition("in a line of its own:")[2]


@pytest.mark.parametrize("where", ["vendored", "reverse_etl", "https://a b.git", "x/y/z"])
def test_a_package_from_nowhere_is_refused(project: Write, where: str) -> None:
    """What is neither a git address nor a name on the hub is refused with what to write; nothing is written."""
    folder = project({})
    before = contents(folder)
    with pytest.raises(SettingsError, match="neither a git address nor a name"):
        init(folder, where=where)
    assert contents(folder) == before


def test_a_folder_that_is_not_ours_is_refused(project: Write) -> None:
    """A folder of our name with something else in it is never written to."""
    folder = project({f"{FOLDER}/notes.txt": "mine"})
    with pytest.raises(SettingsError, match="holds something else"):
        init(folder)
    assert list(contents(folder)) == ["dbt_project.yml", f"{FOLDER}/notes.txt"]


def test_an_upgrade_is_shown_first_and_made_when_asked_for(project: Write) -> None:
    """A new version lists what differs and writes none of it; --upgrade makes the folder what the version has."""
    folder = project()
    init(folder)
    (folder / FOLDER / "macros/same.sql").write_text("mine\n")
    before = contents(folder)
    listed = ("+ macros/fresh.sql", "~ dbt_project.yml", "~ macros/same.sql", "- macros/old/gone.sql")
    said = init(folder, NEW, "1.1.0")
    assert "differs dbt_reverse_etl/ version 1.0.0 of the dbt package, from 1.1.0; `init --upgrade`" in words(said)
    assert contents(folder) == before
    upgraded = init(folder, NEW, "1.1.0", upgrade=True)
    assert "upgraded dbt_reverse_etl/ the dbt package, version 1.0.0 to 1.1.0" in words(upgraded)
    for text in (said, upgraded):
        assert all(line in text for line in listed)
    assert contents(folder / FOLDER) == NEW
    assert not (folder / FOLDER / "macros/old").exists()
    assert "dbt build --select package:reverse_etl" in upgraded
    assert "nothing to do" in init(folder, NEW, "1.1.0", upgrade=True)


def test_what_differs_within_a_version_is_listed_and_what_is_missing_comes_back(project: Write) -> None:
    """A change of the user's stays and is named; a file that was deleted is written, for the package needs it."""
    folder = project()
    init(folder)
    (folder / FOLDER / "macros/same.sql").unlink()
    (folder / FOLDER / "macros/better.sql").write_text("mine\n")
    said = init(folder)
    assert "created macros/same.sql" in said
    assert "~ macros/better.sql" in said
    assert (folder / FOLDER / "macros/same.sql").read_bytes() == b"same\n"
    assert (folder / FOLDER / "macros/better.sql").read_bytes() == b"mine\n"


def test_line_ends_of_version_control_are_no_difference(project: Write) -> None:
    """A copy that was checked out with CRLF is the same."""
    folder = project()
    init(folder)
    for path in (folder / FOLDER).rglob("*.sql"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert "nothing to do" in init(folder)


@pytest.mark.parametrize("upgrade", [False, True])
def test_an_interrupted_run_is_repeated(project: Write, monkeypatch: pytest.MonkeyPatch, *, upgrade: bool) -> None:
    """Stopped after any number of files, a second run ends where an uninterrupted one does; no package is a mixture."""
    files, version = (NEW, "1.1.0") if upgrade else (OLD, "1.0.0")

    def start(name: str) -> Path:
        folder = project()
        folder = folder.rename(folder.with_name(name))
        if upgrade:
            init(folder)
        return folder

    whole = start("whole")
    init(whole, files, version, upgrade=upgrade)
    write = package.write_new
    for last in range(len(files) + (0 if upgrade else 4)):
        cut, written = start(f"cut{last}"), []

        def stop(path: Path, content: bytes, written: list[Path] = written, last: int = last) -> None:
            if len(written) == last:
                raise KeyboardInterrupt
            written.append(path)
            write(path, content)

        monkeypatch.setattr(package, "write_new", stop)
        with pytest.raises(KeyboardInterrupt):
            carry_out_plan(plan(cut, files, version, upgrade=upgrade))
        monkeypatch.setattr(package, "write_new", write)
        assert not (cut / FOLDER).exists() or contents(cut / FOLDER) in (OLD, files)
        init(cut, files, version, upgrade=upgrade)
        assert contents(cut) == contents(whole)


def test_names_in_use_are_avoided(project: Write) -> None:
    """Model and exposure take names that no model, seed or exposure has, in the first model path of the project."""
    folder = project(
        {
            "b/deep/Offline_Conversions.sql": "select 1",
            "data/offline_conversions_2.csv": "a\n1\n",
            "packages/shared/models/offline_conversions_3.sql": "select 1",
            "b/x.yaml": "exposures: [{name: microsoft_ads_offline_conversions, type: ml}]",
        },
        **{"model-paths": ["../elsewhere", "a", "b"], "seed-paths": ["data"], "packages-install-path": "packages"},
    )
    init(folder)
    assert (folder / "a/reverse_etl/offline_conversions_4.sql").is_file()
    exposure = yaml.safe_load((folder / "a/reverse_etl/exposures.yml").read_text())["exposures"][0]
    assert exposure["name"] == "microsoft_ads_offline_conversions_2"
    assert exposure["depends_on"] == ["ref('offline_conversions_4')"]


def test_a_project_with_a_sync_gets_no_second(project: Write) -> None:
    """Where an exposure declares a sync, neither model nor exposure is written, and its name is said."""
    text = "exposures:\n  - name: mine\n    config: {meta: {reverse_etl: {destination: microsoft_ads}}}\n"
    folder = project({"models/a/e.yml": text})
    assert "declares the sync mine, so no other is written" in init(folder)
    assert not (folder / "models/reverse_etl").exists()


def test_one_more_sync_is_written_by_name(project: Write) -> None:
    """--sync writes model, tests and exposure beside what is there; a name that cannot be taken is refused."""
    folder = project()
    init(folder)
    init(folder, sync="refunds")
    home = folder / "models/reverse_etl"
    assert (home / "refunds_conversions.sql").is_file()
    found = [yaml.safe_load((home / name).read_text())["exposures"][0] for name in ("exposures.yml", "refunds.yml")]
    assert [(one["name"], *one["depends_on"]) for one in found] == [
        ("microsoft_ads_offline_conversions", "ref('offline_conversions')"),
        ("refunds", "ref('refunds_conversions')"),
    ]
    for name in ("refunds", "no-name"):
        with pytest.raises(SettingsError):
            plan(folder, sync=name)


def test_a_model_that_the_user_edited_stays(project: Write) -> None:
    """With the exposure gone, the model of the first run is used as the user left it."""
    folder = project()
    init(folder)
    home = folder / "models/reverse_etl"
    (home / "offline_conversions.sql").write_text("{{ reverse_etl.offline_conversions('mine') }}")
    (home / "exposures.yml").write_text("exposures: []\n")
    assert "unchanged models/reverse_etl/offline_conversions.sql is there already" in words(init(folder))
    assert (home / "offline_conversions.sql").read_text() == "{{ reverse_etl.offline_conversions('mine') }}"
    assert (home / "exposures.yml").read_text() == "exposures: []\n"
    assert "ref('offline_conversions')" in (home / "microsoft_ads_offline_conversions.yml").read_text()


@pytest.mark.parametrize(
    ("path", "settings", "cautioned"),
    [
        ("target/deep/shop.duckdb", {}, True),
        ("shop.duckdb", {"clean-targets": ["target"]}, False),
        ("build/db/shop.duckdb", {"clean-targets": ["{{ env_var('OUT') }}", "build"]}, True),
        ("target/x.duckdb", {"target-path": "out"}, False),
    ],
)
def test_a_ledger_that_dbt_clean_would_delete(
    project: Write, path: str, settings: dict[str, Any], *, cautioned: bool
) -> None:
    """A DuckDB file below clean-targets, which is dbt's target folder unless set, is cautioned of."""
    said = init(project({path: b""}, **settings))
    assert (f"Caution: The DuckDB file {path} lies in" in said) == cautioned


def test_there_must_be_a_project_of_the_users(project: Write, tmp_path: Path) -> None:
    """Without dbt_project.yml the error names those below; the package itself is refused; so is what is no YAML."""
    folder = project()
    with pytest.raises(SettingsError, match=r"dbt_project\.yml is missing") as caught:
        plan(tmp_path)
    assert "project" in caught.value.hint
    with pytest.raises(SettingsError, match="name of the package itself"):
        plan(project(name="reverse_etl"))
    for text in ("name: [", "[" * 20_000, "- a"):
        (folder / "dbt_project.yml").write_text(text)
        with pytest.raises(SettingsError, match=r"cannot be read|does not hold settings"):
            plan(folder)
    with pytest.raises(SettingsError, match="no model path"):
        plan(project(**{"model-paths": ["{{ env_var('MODELS') }}"]}))


def test_what_cannot_be_written_is_said(project: Write) -> None:
    """A file in the place of a folder is an error with what to do, and the next run goes on."""
    folder = project({"models/reverse_etl": ""})
    with pytest.raises(SettingsError, match=r"models/reverse_etl could not be written") as caught:
        init(folder)
    assert "it goes on from here" in caught.value.hint
    (folder / "models/reverse_etl").unlink()
    assert "created models/reverse_etl/offline_conversions.sql" in words(init(folder))


def test_what_came_about_since_the_plan_is_left_alone(project: Write) -> None:
    """A file that comes about between plan and act is not overwritten."""
    folder = project()
    made = plan(folder)
    (folder / "packages.yml").write_text("packages: [{local: a}]\n")
    with pytest.raises(SettingsError, match=r"packages\.yml could not be written: File exists"):
        carry_out_plan(made)
    assert (folder / "packages.yml").read_text() == "packages: [{local: a}]\n"


def test_commands_fit_where_the_user_stands(project: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the project the commands are bare; from elsewhere they name its folder, quoted for the shell."""
    folder = project().rename(tmp_path / "my project")
    monkeypatch.chdir(tmp_path)
    said = plan_text(plan(Path("my project")), dry=True)
    assert "dbt deps --project-dir 'my project'" in said
    assert "edit my project/models/reverse_etl/exposures.yml" in said
    monkeypatch.chdir(folder)
    assert "1. dbt deps\n" in plan_text(plan(Path()), dry=True)


def test_package_files_are_the_package() -> None:
    """The copy holds the package's parts and a note for who finds it, and nothing hidden."""
    names = set(package_files())
    assert {"README.md", "dbt_project.yml", "macros/_macros.yml", "models/reverse_etl_ledger.sql"} <= names
    assert {name.split("/")[0] for name in names} == {"README.md", "dbt_project.yml", "docs", "macros", "models"}
