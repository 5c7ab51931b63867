"""`init` without dbt: what is inserted where, what is refused, and that nothing of the user's is ever lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reverse_etl.errors import SettingsError
from reverse_etl.scaffold import InitPlan, carry_out_plan, plan_init, plan_text
from reverse_etl.scaffold.actions import carry_out
from reverse_etl.scaffold.cautions import ENGINES
from reverse_etl.scaffold.package_copy import RECORD, package_files
from reverse_etl.scaffold.package_list import CannotInsertError, with_entry

REPOSITORY = Path(__file__).parents[2]
FOLDER = "dbt_reverse_etl"
LINE = "- local: dbt_reverse_etl  # reverse-etl: written and upgraded by `reverse-etl init`"
LEDGER = b"{{ config(materialized='incremental', full_refresh=false) }}\nselect 1\n"
OLD = {
    "dbt_project.yml": b"name: reverse_etl\nversion: '1.0.0'\n",
    "macros/same.sql": b"same\n",
    "macros/better.sql": b"good\n",
    "macros/old/gone.sql": b"gone\n",
    "models/reverse_etl_ledger.sql": LEDGER,
    "models/reverse_etl_records.sql": b"{{ config(materialized='view') }}\nselect 1\n",
}
NEW = {name: content for name, content in OLD.items() if "gone" not in name} | {
    "dbt_project.yml": b"name: reverse_etl\nversion: '1.1.0'\n",
    "macros/better.sql": b"better\n",
    "macros/fresh.sql": b"fresh\n",
}

Write = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path) -> Write:
    """Write a project's files and give its folder."""

    def write(files: Mapping[str, str | bytes] | None = None, **settings: Any) -> Path:
        folder = tmp_path / "project"
        folder.mkdir(exist_ok=True)
        (folder / "dbt_project.yml").write_text(yaml.safe_dump({"name": "shop", "profile": "shop"} | settings))
        for name, content in (files or {}).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    return write


def plan(folder: Path, files: Mapping[str, bytes] = OLD, version: str = "1.0.0", **environment: str) -> InitPlan:
    return plan_init(folder, {"DBT_PROFILES_DIR": str(folder)} | environment, files=files, version=version)


def init(folder: Path, files: Mapping[str, bytes] = OLD, version: str = "1.0.0") -> str:
    """Plan, carry out, and give the words."""
    made = plan(folder, files, version)
    carry_out_plan(made)
    return plan_text(made, dry=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def words(text: str) -> str:
    """A text with each run of white space as one space."""
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"packages:\n  {LINE}\n"),
        ("# Only a comment\n", f"# Only a comment\npackages:\n  {LINE}\n"),
        ("packages:\n  - local: a\n", f"packages:\n  - local: a\n  {LINE}\n"),
        ("packages:\n- local: a\n", f"packages:\n- local: a\n{LINE}\n"),
        ("packages:\n  - local: a", f"packages:\n  - local: a\n  {LINE}\n"),
        ("packages:\r\n  - local: a\r\n", f"packages:\r\n  - local: a\r\n  {LINE}\r\n"),
        ("packages:\r\n    -   local: a # why", f"packages:\r\n    -   local: a # why\r\n    {LINE}\r\n"),
        (
            "# Top\npackages:\n  # one\n  - package: dbt-labs/dbt_utils  # pinned\n    version: [\">=1.0\", '<2']\n"
            "    # below one\n\n  # a heading\n  # - local: b\n\n",
            "# Top\npackages:\n  # one\n  - package: dbt-labs/dbt_utils  # pinned\n    version: [\">=1.0\", '<2']\n"
            f"    # below one\n  {LINE}\n\n  # a heading\n  # - local: b\n\n",
        ),
        (
            "packages:\n  - git: \"{{ env_var('GIT') }}/x.git\"\n    revision: v1\n\nprojects: [up]\n",
            f"packages:\n  - git: \"{{{{ env_var('GIT') }}}}/x.git\"\n    revision: v1\n  {LINE}\n\nprojects: [up]\n",
        ),
        ("packages: []\n", "packages: [{local: dbt_reverse_etl}]\n"),
        ("packages: [ ]  # none yet\n", "packages: [{local: dbt_reverse_etl} ]  # none yet\n"),
        ("packages: [{local: a}, ]\n", "packages: [{local: a}, {local: dbt_reverse_etl}, ]\n"),
        (
            "packages: [\n  {local: a},  # a\n  {local: b}\n]\n",
            "packages: [\n  {local: a},  # a\n  {local: b}, {local: dbt_reverse_etl}\n]\n",
        ),
        ('{"packages": [{"local": "a"}]}', '{"packages": [{"local": "a"}, {"local": "dbt_reverse_etl"}]}'),
        ("{}\n", '{"packages": [{"local": "dbt_reverse_etl"}]}\n'),
        ("packages:\n", f"packages:\n  {LINE}\n"),
        ("packages:  # soon\n", f"packages:  # soon\n  {LINE}\n"),
        ("packages:", f"packages:\n  {LINE}\n"),
        ("projects:\n  - name: up", f"projects:\n  - name: up\npackages:\n  {LINE}\n"),
        ("packages: &all\n  - local: a\nother: *all\n", None),
        ("packages: &all\n  - &a\n    local: a\n", f"packages: &all\n  - &a\n    local: a\n  {LINE}\n"),
        ("\ufeffpackages:\n  - local: a\n", f"\ufeffpackages:\n  - local: a\n  {LINE}\n"),
        ("---\npackages:\n  - local: a\n", f"---\npackages:\n  - local: a\n  {LINE}\n"),
        ("---\npackages:\n  - local: a\n...\n", f"---\npackages:\n  - local: a\n  {LINE}\n...\n"),
    ],
)
def test_an_entry_is_inserted_and_every_byte_stays(before: str, after: str | None) -> None:
    """Ours comes after the last entry in the file's own style; comments, order and line ends stay as they were."""
    if after is None:
        with pytest.raises(CannotInsertError):
            with_entry(before.encode(), FOLDER)
    else:
        assert with_entry(before.encode(), FOLDER) == after.encode()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"packages:\n{% if target.name == 'dev' %}\n  - local: a\n{% endif %}\n", "line 2"),
        (b"packages:\n  - git: {{ env_var('GIT') }}/x.git\n", "read as YAML"),
        (b"packages:\n\t- local: a\n", "read as YAML"),
        (b"packages: dbt_utils\n", "not a list"),
        (b"packages: {local: a}\n", "not a list"),
        (b"packages: null\n", "not a list"),
        (b"- local: a\n", "by name"),
        (b"packages:\n  - local: a\n---\npackages: []\n", "read as YAML"),
        (b"packages:\n  - local: \xff\n", "read as YAML"),
        (b"shared: &all\n  - local: a\npackages: *all\n", "layout"),
        (b"projects: []\n...\n", "layout"),
    ],
)
def test_what_cannot_be_extended_is_refused_with_the_lines(project: Write, text: bytes, why: str) -> None:
    """Nothing is written, not even the copy, and the error has the lines to add by hand."""
    folder = project({"packages.yml": text})
    before = contents(folder)
    with pytest.raises(SettingsError, match=why) as caught:
        init(folder)
    assert "packages:\n  - local: dbt_reverse_etl" in caught.value.hint
    assert contents(folder) == before


def test_lines_added_by_hand_are_recognised(project: Write) -> None:
    """In a file with Jinja between its lines, our line counts once the user added it, and the copy follows."""
    text = "packages:\n{% if true %}\n  - local: a\n{% endif %}\n  - local: ./dbt_reverse_etl  # ours\n"
    folder = project({"packages.yml": text})
    assert "packages.yml lists it" in words(init(folder))
    assert (folder / "packages.yml").read_text() == text
    assert (folder / FOLDER / "macros/same.sql").is_file()


SCALARS = st.text("abcXYZ019 #:-'\"{}[]%&*!|>\n\u00e9", max_size=12)
ENTRIES = st.lists(st.dictionaries(st.sampled_from(["local", "git", "revision", "version"]), SCALARS), max_size=4)


@settings(max_examples=200, deadline=None)
@given(
    entries=ENTRIES,
    flow=st.sampled_from([True, False, None]),
    indent=st.integers(1, 6),
    style=st.sampled_from([None, "'", '"', "|", ">"]),
    before=st.sampled_from(["", "# Packages\n", "---\n", "projects: []\n"]),
    after=st.sampled_from(["", "# end", "\n\n", "zeta: {a: [b]}\n", "zeta:\n- b  # b\n"]),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_any_list_is_extended_or_refused(
    *,
    entries: list[dict[str, str]],
    flow: bool | None,
    indent: int,
    style: str | None,
    before: str,
    after: str,
    newline: str,
) -> None:
    """Whatever the layout: the old text stays around one insertion, and the file then says one entry more."""
    dumped = yaml.safe_dump({"packages": entries}, default_flow_style=flow, indent=indent, default_style=style)
    text = (before + dumped + after).replace("\n", newline)
    try:
        old = yaml.safe_load(text)
    except yaml.YAMLError:
        old = None
    try:
        new = with_entry(text.encode(), FOLDER).decode()
    except CannotInsertError:
        assert old is None, text
        return
    assert yaml.safe_load(new)["packages"] == [*entries, {"local": FOLDER}]
    assert {k: v for k, v in yaml.safe_load(new).items() if k != "packages"} == {
        k: v for k, v in old.items() if k != "packages"
    }
    size = len(new) - len(text)
    assert any(new[:at] + new[at + size :] == text for at in range(len(text) + 1))


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
    folder = project({"packages.yml": "packages: []\n"})
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


def test_an_upgrade_loses_no_change_of_the_users(project: Write) -> None:
    """A changed file is set aside where the new version differs or is gone, left where not, and always named."""
    folder = project()
    init(folder)
    for name in ("same", "better", "old/gone"):
        (folder / FOLDER / f"macros/{name}.sql").write_text("mine\n")
    (folder / FOLDER / "macros/extra.sql").write_text("my own\n")
    (folder / FOLDER / "macros/better.sql.orig").write_text("from before\n")
    said = words(init(folder, NEW, "1.1.0"))
    copy = contents(folder / FOLDER)
    assert copy["macros/same.sql"] == b"mine\n"
    assert copy["macros/better.sql"] == b"better\n"
    assert copy["macros/better.sql.orig"] == b"from before\n"
    assert copy["macros/better.sql.orig2"] == b"mine\n"
    assert copy["macros/old/gone.sql.orig"] == b"mine\n"
    assert copy["macros/extra.sql"] == b"my own\n"
    assert "set aside dbt_reverse_etl/macros/better.sql.orig2" in said
    assert "left dbt_reverse_etl/macros/same.sql as you changed it" in said
    assert "nothing to do" in init(folder, NEW, "1.1.0")


def test_line_ends_of_version_control_are_no_change(project: Write) -> None:
    """A copy that was checked out with CRLF is upgraded like any other."""
    folder = project()
    init(folder)
    for path in (folder / FOLDER).rglob("*.sql"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert "nothing to do" in init(folder)
    assert "set aside" not in init(folder, NEW, "1.1.0")


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
            (folder / FOLDER / "macros/better.sql").write_text("mine\n")
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
    folder = project({"packages.yml": "packages: []\n"})
    made = plan(folder)
    (folder / "packages.yml").write_text("packages: [{local: a}]\n")
    with pytest.raises(SettingsError, match="changed while init was at work"):
        carry_out_plan(made)
    assert (folder / "packages.yml").read_text() == "packages: [{local: a}]\n"


def test_a_link_stays_a_link(project: Write) -> None:
    """Where packages.yml is a link, the file behind it is extended."""
    folder = project({"../shared.yml": "packages: []\n"})
    (folder / "packages.yml").symlink_to("../shared.yml")
    init(folder)
    assert (folder / "packages.yml").is_symlink()
    assert FOLDER in (folder.parent / "shared.yml").read_text()


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
