"""`init` without dbt: what is written under which names, what is refused, and what is cautioned of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from reverse_etl.core.errors import SettingsError
from reverse_etl.scaffold import carry_out_plan, plan_init, plan_text
from reverse_etl.scaffold.cautions import ENGINES
from reverse_etl.scaffold.package_copy import RECORD, package_files
from tests.unit.scaffolding import (
    FOLDER,
    NEW,
    OLD,
    REPOSITORY,
    Write,
    contents,
    init,
    plan,
    words,
)


def test_the_first_run_and_the_second(project: Write) -> None:
    """The first run writes copy, entry, model, tests and exposure; the second writes nothing and says so."""
    folder = project({"models/orders.sql": "select 1"})
    said = init(folder)
    assert "created dbt_reverse_etl/ the dbt package, version 1.0.0, 6 files" in words(said)
    assert "1. dbt deps --project-dir" in said
    after = contents(folder)
    assert {name: after[f"{FOLDER}/{name}"] for name in OLD} == OLD
    assert yaml.safe_load(after["packages.yml"]) == {"packages": [{"local": FOLDER}]}
    assert "nothing to do" in init(folder)
    assert contents(folder) == after


def test_a_dry_run_writes_nothing(project: Write) -> None:
    """The plan shows every file that a run writes, and leaves the folder as it was."""
    folder = project({"packages.yml": "packages:\n"})
    before = contents(folder)
    said = words(plan_text(plan(folder), dry=True))
    assert "a dry run, nothing is written" in said
    assert "create dbt_reverse_etl/" in said
    assert "add packages.yml - local: dbt_reverse_etl" in said
    assert contents(folder) == before


def test_dependencies_yml_is_used_where_packages_stands_there(project: Write) -> None:
    """The entry goes where `packages` is: both files at once is an error in dbt."""
    folder = project({"dependencies.yml": "projects:\n  - name: up\npackages:\n  - local: a\n"})
    init(folder)
    assert not (folder / "packages.yml").exists()
    assert yaml.safe_load((folder / "dependencies.yml").read_text())["packages"][-1] == {"local": FOLDER}


def test_dependencies_yml_without_packages_stays(project: Write) -> None:
    """A dependencies.yml of projects alone is left alone, and packages.yml is made."""
    folder = project({"dependencies.yml": "projects:\n  - name: up\n"})
    init(folder)
    assert (folder / "dependencies.yml").read_text() == "projects:\n  - name: up\n"
    assert (folder / "packages.yml").is_file()


def test_packages_in_both_files_is_refused(project: Write) -> None:
    """What dbt refuses is said before anything is written."""
    folder = project({"dependencies.yml": "packages: []\n", "packages.yml": "packages: []\n"})
    with pytest.raises(SettingsError, match="both"):
        init(folder)


def test_aliases_that_multiply_are_refused(project: Write) -> None:
    """A list that 60 lines of aliases make longer than any memory is refused at once, and stays as it is."""
    levels = [f"  l{n}: &l{n} [*l{n - 1}, *l{n - 1}]" for n in range(1, 60)]
    text = "\n".join(["x:", "  l0: &l0 [lol]", *levels, "packages: [{git: *l59}]\n"])
    folder = project({"packages.yml": text})
    with pytest.raises(SettingsError, match="aliases"):
        init(folder)
    assert (folder / "packages.yml").read_text() == text


@pytest.mark.parametrize(
    "entry",
    [
        "local: ../reverse-etl",
        "git: https://git.example.com/us/reverse-etl.git",
        "git: git@git.example.com:us/dbt-reverse-etl.git",
        "package: us/reverse_etl",
        "{tarball: https://example.com/x.tar.gz, name: reverse_etl}",
    ],
)
def test_a_package_listed_another_way_is_left_alone(project: Write, entry: str) -> None:
    """There is no second copy beside a package that the user installs in another way, and the first sync is written."""
    text = f"packages:\n  - {entry}\n"
    folder = project({"packages.yml": text, "../reverse-etl/dbt_project.yml": OLD["dbt_project.yml"]})
    said = init(folder)
    assert "lists the package already" in said
    assert (folder / "packages.yml").read_text() == text
    assert not (folder / FOLDER).exists()
    assert (folder / "models/reverse_etl/offline_conversions.sql").is_file()


def test_a_copy_made_by_hand_is_left_alone(project: Write) -> None:
    """A folder of our name that the user filled and listed is theirs, also to upgrade."""
    folder = project(
        {f"{FOLDER}/{n}": c for n, c in OLD.items()} | {"packages.yml": f"packages: [{{local: {FOLDER}}}]"}
    )
    before = contents(folder)
    assert "lists the package already, by local: dbt_reverse_etl, version 1.0.0, and" in init(folder, NEW, "1.1.0")
    assert contents(folder).items() >= before.items()
    assert not (folder / FOLDER / RECORD).exists()


def test_another_version_that_is_listed_is_named(project: Write) -> None:
    """A clone of another version is named with both versions, since plan and push would refuse it."""
    folder = project(
        {"packages.yml": "packages: [{local: ../c}]\n", "../c/dbt_project.yml": "name: reverse_etl\nversion: '0.9.0'"}
    )
    assert "version 0.9.0, and this tool is 1.0.0" in init(folder)


def test_a_folder_that_is_not_ours_is_refused(project: Write) -> None:
    """A folder of our name with something else in it is never written to."""
    folder = project({f"{FOLDER}/notes.txt": "mine"})
    with pytest.raises(SettingsError, match="init did not make it"):
        init(folder)
    assert list(contents(folder)) == ["dbt_project.yml", f"{FOLDER}/notes.txt"]


@pytest.mark.parametrize(
    "settings",
    [
        {"clean-targets": ["target", FOLDER]},
        {"macro-paths": ["macros", f"./{FOLDER}/macros"]},
        {"packages-install-path": FOLDER},
        {"model-paths": ["{{ env_var('MODELS', 'dbt_reverse_etl') }}"]},
    ],
)
def test_a_name_in_use_is_avoided(project: Write, settings: dict[str, Any]) -> None:
    """The copy goes to a folder that dbt neither searches nor cleans, under another name where ours is in use."""
    folder = project(**settings)
    init(folder)
    assert (folder / "reverse_etl_dbt_package" / RECORD).is_file()
    assert "- local: reverse_etl_dbt_package" in (folder / "packages.yml").read_text()
    assert "nothing to do" in init(folder)


def test_a_project_that_searches_all_of_itself_is_refused(project: Write) -> None:
    """Where models are searched for in the whole project, no folder in it can hold the package."""
    with pytest.raises(SettingsError, match="no place for the dbt package"):
        init(project(**{"model-paths": ["."]}))


def test_names_in_use_are_avoided(project: Write) -> None:
    """Model and exposure take names that no model, seed, snapshot or exposure has, in the first model path."""
    folder = project(
        {
            "b/deep/Offline_Conversions.sql": "select 1",
            "data/microsoft_ads_conversions.csv": "a\n1\n",
            "snaps/s.sql": "{% snapshot reverse_etl_offline_conversions %}{% endsnapshot %}",
            "b/x.yaml": "exposures: [{name: microsoft_ads_offline_conversions, type: ml}]",
        },
        **{"model-paths": ["../elsewhere", "a", "b"], "seed-paths": ["data"], "snapshot-paths": ["snaps"]},
    )
    init(folder)
    assert (folder / "a/reverse_etl/offline_conversions_2.sql").is_file()
    exposure = yaml.safe_load((folder / "a/reverse_etl/exposures.yml").read_text())["exposures"][0]
    assert exposure["name"] == "reverse_etl_microsoft_ads"
    assert exposure["depends_on"] == ["ref('offline_conversions_2')"]


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
    plan = plan_init(folder, {}, files=OLD, version="1.0.0", sync="refunds")
    carry_out_plan(plan)
    home = folder / "models/reverse_etl"
    assert (home / "refunds_conversions.sql").is_file()
    exposures = [
        yaml.safe_load(path.read_text())["exposures"][0]
        for path in sorted(home.glob("*.yml"))
        if "exposures" in path.read_text()
    ]
    assert sorted((one["name"], *one["depends_on"]) for one in exposures) == [
        ("microsoft_ads_offline_conversions", "ref('offline_conversions')"),
        ("refunds", "ref('refunds_conversions')"),
    ]
    for name in ("refunds", "no-name"):
        with pytest.raises(SettingsError):
            plan_init(folder, {}, files=OLD, version="1.0.0", sync=name)


def test_a_model_that_the_user_edited_stays(project: Write) -> None:
    """With the exposure gone, the model of the first run is used as the user left it, tests moved elsewhere and all."""
    folder = project()
    init(folder)
    home = folder / "models/reverse_etl"
    (home / "offline_conversions.sql").write_text("{{ reverse_etl.offline_conversions('mine') }}")
    (home / "offline_conversions.yml").rename(folder / "models/schema.yml")
    (home / "exposures.yml").write_text("exposures: []\n")
    init(folder)
    assert (home / "offline_conversions.sql").read_text() == "{{ reverse_etl.offline_conversions('mine') }}"
    assert not (home / "offline_conversions.yml").exists()
    assert (home / "exposures.yml").read_text() == "exposures: []\n"
    assert "ref('offline_conversions')" in (home / "microsoft_ads_offline_conversions.yml").read_text()


@pytest.mark.parametrize(
    ("targets", "production"), [(["dev", "prod", "live"], "prod"), (["dev", "production"], "production"), ([], "prod")]
)
def test_the_production_target_is_the_users(project: Write, targets: list[str], production: str) -> None:
    """The exposure names `prod`, or what the profile calls production."""
    outputs = {target: {"type": "duckdb", "path": "shop.duckdb"} for target in targets}
    folder = project({"profiles.yml": yaml.safe_dump({"shop": {"target": "dev", "outputs": outputs}})})
    init(folder)
    exposure = yaml.safe_load((folder / "models/reverse_etl/exposures.yml").read_text())["exposures"][0]
    sync = exposure["config"]["meta"]["reverse_etl"]
    assert sync["environment"] == f"{{{{ 'production' if target.name == '{production}' else 'local' }}}}"
    assert sync["targets"] == [production]


ROOT_LEVEL = {"+materialized": "table", "shop": {"+schema": "a"}}


@pytest.mark.parametrize(
    ("models", "said"),
    [
        (ROOT_LEVEL, "sets +materialized directly"),
        ({"materialized": "view", "+full_refresh": True}, "sets +materialized and +full_refresh directly"),
        ({"+full_refresh": False}, ""),
        ({"shop": {"+materialized": "table"}, "+schema": "x"}, ""),
        ({"materialized": {"+tags": ["a folder of that name"]}}, ""),
    ],
)
def test_a_setting_for_every_package_is_cautioned_of(project: Write, models: dict[str, Any], said: str) -> None:
    """A root-level setting that the ledger's models refuse is named with the lines that mend it, which then suffice."""
    folder = project(models=models)
    found = plan(folder).cautions
    assert len(found) == bool(said)
    if said:
        assert said in found[0].text
        assert f"1. edit {folder}/dbt_project.yml" in plan_text(plan(folder), dry=True)
        mending = yaml.safe_load(re.search(r"^ +models:\n.*", found[0].text, re.DOTALL | re.MULTILINE)[0])
        assert mending["models"]["reverse_etl"]["reverse_etl_ledger"]["+materialized"] == "incremental"
        project(models=models | mending["models"])
        assert plan(folder).cautions == ()


@pytest.mark.parametrize(
    ("path", "settings", "cautioned"),
    [
        ("target/shop.duckdb", {}, True),
        ("shop.duckdb", {"clean-targets": ["target"]}, False),
        ("build/db/shop.duckdb", {"clean-targets": ["target", "build"]}, True),
        ("{{ env_var('DB', 'target/x.duckdb') }}", {}, True),
        ("{{ unknown() }}", {}, False),
        (":memory:", {}, False),
        ("md:target", {}, False),
        ("target/x.duckdb", {"target-path": "out"}, False),
    ],
)
def test_a_ledger_that_dbt_clean_would_delete(
    project: Write, path: str, settings: dict[str, Any], cautioned: bool
) -> None:
    """A DuckDB file below clean-targets, which is dbt's target folder unless set, is cautioned of."""
    profile = {"shop": {"outputs": {"dev": {"type": "duckdb", "path": path}}}}
    found = plan(project({"profiles.yml": yaml.safe_dump(profile)}, **settings)).cautions
    assert [("dbt clean" in one.text) for one in found] == [True] * cautioned


def test_a_duckdb_file_that_lies_there_is_found_without_a_profile(project: Write) -> None:
    """A file on disk is found where the profile cannot be read."""
    found = plan(project({"target/deep/a.duckdb": b""})).cautions
    assert "target/deep/a.duckdb lies in target/" in found[0].text


def test_another_warehouse_and_an_old_dbt_are_cautioned_of(project: Write) -> None:
    """Targets on warehouses without macros, and a require-dbt-version below ours, are said before the build fails."""
    outputs = {"dev": {"type": "duckdb", "path": "a.duckdb"}, "prod": {"type": "oracle"}}
    files = {"profiles.yml": yaml.safe_dump({"shop": {"outputs": outputs}})}
    texts = [one.text for one in plan(project(files, **{"require-dbt-version": [">=1.6.0", "<1.10.0"]})).cautions]
    assert len(texts) == 2
    assert "target prod is on oracle" in texts[0]
    assert "require-dbt-version <1.10.0" in texts[1]
    assert len(plan(project(files, **{"require-dbt-version": ">=1.6.0,<2.0.0"})).cautions) == 1


def test_engines_are_those_of_the_macros() -> None:
    """The warehouses that init knows are the ones that the macros' own error names."""
    text = (REPOSITORY / "macros/engine/_unsupported_engine.sql").read_text().lower()
    named = re.search(r"yet\. (.+) are supported", text)
    assert named
    assert set(re.findall(r"\w+", named[1])) - {"and"} == set(ENGINES)


def test_there_must_be_a_project_of_the_users(project: Write, tmp_path: Path) -> None:
    """Without dbt_project.yml the error names those below; the package itself is refused; so is what is no YAML."""
    folder = project()
    with pytest.raises(SettingsError, match=r"dbt_project\.yml is missing") as caught:
        plan(tmp_path)
    assert "project" in caught.value.hint
    with pytest.raises(SettingsError, match="name of the package itself"):
        plan(project(name="reverse_etl"))
    (folder / "dbt_project.yml").write_text("name: [")
    with pytest.raises(SettingsError, match="cannot be read: line 1"):
        plan(folder)
    (folder / "dbt_project.yml").write_text("[" * 20_000)
    with pytest.raises(SettingsError, match="cannot be read: maximum recursion"):
        plan(folder)


def test_settings_with_jinja_are_read_as_far_as_they_can_be(project: Write) -> None:
    """Environment variables and defaults are taken; what needs more is an error that names the setting."""
    settings = {"model-paths": ["{{ var('where', 'm') }}"], "clean-targets": ["{{ env_var('OUT') }}"]}
    made = plan(project(**settings), OUT="out")
    assert made.project.clean_targets == (made.project.folder / "out",)
    assert made.new_sync is not None
    assert made.new_sync.model == made.project.folder / "m/reverse_etl/offline_conversions.sql"
    with pytest.raises(SettingsError, match="clean-targets cannot be read: the environment variable OUT is not set"):
        plan(project(**settings))


def test_what_cannot_be_written_is_said(project: Write) -> None:
    """A file in the place of a folder is an error with what to do, and the next run goes on."""
    folder = project({"models/reverse_etl": ""})
    with pytest.raises(SettingsError, match=r"offline_conversions\.sql could not be changed") as caught:
        init(folder)
    assert "it goes on from here" in caught.value.hint
    (folder / "models/reverse_etl").unlink()
    assert "created models/reverse_etl/offline_conversions.sql" in words(init(folder))


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
    """The copy holds the package's three parts and a note for who finds it, and nothing hidden."""
    names = set(package_files())
    assert {"README.md", "dbt_project.yml", "macros/_macros.yml", "models/reverse_etl_ledger.sql"} <= names
    assert {name.split("/")[0] for name in names} == {"README.md", "dbt_project.yml", "macros", "models"}
