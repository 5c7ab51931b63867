"""The README tells the truth: its output is the demo's, and its commands, options and codes are the program's."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import jinja2
import pytest

from reverse_etl.core import errors
from reverse_etl.warehouse.exposures import KEYS
from tests.support.quick import run_here

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text()
COMMANDS = (REPOSITORY / "docs/commands.md").read_text()
EXPOSURE = (REPOSITORY / "docs/exposure.md").read_text()


def masked(line: str) -> str:
    """A line without its numbers, which change with the day, and without its spacing."""
    return " ".join(re.sub(r"[\d,]+", "9", line).split())


PAGES = {"README.md": README} | {page.name: page.read_text() for page in sorted((REPOSITORY / "docs").glob("*.md"))}


@pytest.mark.parametrize("name", [name for name, text in PAGES.items() if "```sql" in text])
def test_sql_to_copy_is_jinja(name: str) -> None:
    """What stands in a block of SQL can be put into a model as it is: a comment within an expression cannot."""
    for block in re.findall(r"```sql\n(.*?)```", PAGES[name], re.DOTALL):
        jinja2.Environment(autoescape=True).parse(block)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's content, which lies nowhere near the repository."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=REPOSITORY, capture_output=True, check=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


@pytest.fixture(scope="module")
def demo(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What `reverse-etl demo` prints, line by line, run from a wheel."""
    folder = tmp_path_factory.mktemp("demo")
    environment = os.environ | {"PYTHONPATH": str(installed)}
    where = [sys.executable, "-c", "import reverse_etl; print(reverse_etl.__file__)"]
    found = subprocess.run(where, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout
    assert found.startswith(str(installed))
    done = subprocess.run(
        [sys.executable, "-m", "reverse_etl", "demo"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("block", re.findall(r"<!-- demo -->\n```\n(.*?)```", README, re.DOTALL))
def test_output_in_the_readme_is_the_demos(demo: list[str], block: str) -> None:
    """Each line of a block stands in the demo's output, in this order, but for numbers that change with the day."""
    said = iter([masked(line) for line in demo])
    for line in block.strip().splitlines():
        assert masked(line) in said, f"{line!r} is not where the README has it in:\n" + "\n".join(demo)


def test_demo_delivers_and_sends_only_what_is_new(demo: list[str]) -> None:
    """The second push sends less, restates what changed, retracts a refund, and shows what was refused."""
    text = "\n".join(demo)
    sent = [int(n.replace(",", "")) for n in re.findall(r"^  accepted +([\d,]+)  taken", text, re.MULTILINE)]
    assert sent[0] > 100
    assert 1 <= sent[1] < 20
    for words in (
        "restate, 1 row: value_changed",
        "retract, 1 row of the ledger: gone",
        "retracted  1  taken back",
        "NotEligibleForEnhancedConversions",
        "Refused in an earlier run and unchanged",
        "What to do next",
    ):
        assert words in text


def test_init_works_from_a_wheel(installed: Path, tmp_path: Path) -> None:
    """`init` copies the package that the wheel carries: the same files as from a clone."""
    from reverse_etl.scaffold.package import package_files

    (tmp_path / "dbt_project.yml").write_text("name: shop\nprofile: shop\n")
    command = [sys.executable, "-m", "reverse_etl", "init"]
    environment = os.environ | {"PYTHONPATH": str(installed)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    copy = tmp_path / "dbt_reverse_etl"
    names = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
    assert names == {*package_files()}
    assert (tmp_path / "models/reverse_etl/offline_conversions.sql").is_file()
    (block,) = re.findall(r"<!-- init -->\n +```\n(.*?)```", README, re.DOTALL)
    said = [masked(line) for line in done.stdout.splitlines()]
    for line in block.strip().splitlines()[1:]:
        assert not line.strip() or masked(line) in said, f"{line!r} is not in:\n{done.stdout}"


def help_of(*command: str) -> str:
    done = run_here([*command, "--help"], REPOSITORY, os.environ | {"COLUMNS": "200"})
    assert done.returncode == 0
    return done.stdout


def test_every_command_is_at_a_glance() -> None:
    """A command that the program has stands in docs/commands.md."""
    commands = re.findall(r"^  ([a-z]+) ", help_of().split("Commands:")[1], re.MULTILINE)
    assert {"init", "plan", "push"} <= set(commands)
    for command in commands:
        assert f"`{command}" in COMMANDS


def test_exit_codes_are_the_errors() -> None:
    """The exit codes at a glance are those of the error tree, with 0, 3 and 6."""
    tree = {error.exit_code for error in vars(errors).values() if isinstance(error, type)}
    assert {int(n) for n in re.findall(r"^\| (\d) \|", COMMANDS, re.MULTILINE)} == tree | {0, 3, 6}


@pytest.mark.parametrize(("page", "whole"), [(EXPOSURE, True), (README, False)], ids=["exposure.md", "README.md"])
def test_exposure_keys_are_known(page: str, whole: bool) -> None:
    """The example exposures use known keys, and that of docs/exposure.md names every one."""
    example = page.split("reverse_etl:\n")[1].split("```", maxsplit=1)[0]
    named = set(re.findall(r"^ +(?:# )?(\w+): ", example, re.MULTILINE))
    assert named == set(KEYS) if whole else named < set(KEYS)


def test_environment_variables_are_those_of_the_code() -> None:
    """The variables that the README names are read by the code; the reference has them all."""
    code = "".join(path.read_text() for path in (REPOSITORY / "reverse_etl/destinations").rglob("*.py"))
    assert set(re.findall(r"MICROSOFT_ADS_[A-Z_]+\b", README)) <= set(re.findall(r"MICROSOFT_ADS_[A-Z_]+\b", code))


def test_one_version_everywhere() -> None:
    """Tool, package and example have one version, and the wheel has the tool's."""
    from reverse_etl import __version__

    for name in ("dbt_project.yml", "dbt_project/dbt_project.yml"):
        assert f'\nversion: "{__version__}"\n' in (REPOSITORY / name).read_text()
    assert f"return('{__version__}')" in (REPOSITORY / "macros/ledger/_package_version.sql").read_text()


def test_lock_names_no_address() -> None:
    """The lock holds names, versions and hashes, and never where a package was fetched from."""
    lock = (REPOSITORY / "requirements.lock").read_text()
    assert "://" not in lock
    assert "://" not in (REPOSITORY / "docs/requirements.lock").read_text()
    assert lock.count("--hash=sha256:") > 500
    assert not list(REPOSITORY.glob("uv.lock"))
