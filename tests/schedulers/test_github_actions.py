"""The example for GitHub Actions: linted, and its steps run as a runner runs them."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from reverse_etl.sandbox import LocalSandbox
from tests.schedulers.conftest import EXAMPLES, Leaving, bare
from tests.support.faults import ask_for
from tests.support.shop import Shop, click, deal

FILE = EXAMPLES / "github-actions.yml"
WORKFLOW: dict[str, Any] = yaml.safe_load(FILE.read_text())
STEPS: list[dict[str, Any]] = [step for step in WORKFLOW["jobs"]["push"]["steps"] if "run" in step]
BIN = Path(sys.executable).parent


def run(step: dict[str, Any], folder: Path, tools: Path, **secrets: str) -> subprocess.CompletedProcess[str]:
    """What a runner makes of a step: its script in a file, by bash, with the secrets that are set; others are blank."""
    script = folder / "step.sh"
    script.write_text(step["run"])
    more = {
        name: re.sub(r"\$\{\{ secrets\.(\w+) \}\}", lambda match: secrets.get(match[1], ""), text)
        for name, text in step.get("env", {}).items()
    }
    path = {"PATH": f"{tools}:{BIN}:/usr/bin:/bin"}
    around = {name: text for name, text in secrets.items() if name not in more}
    return subprocess.run(
        ["/bin/bash", "-e", str(script)],
        cwd=folder,
        env=bare(**path) | {"CI": "true"} | around | more,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_workflow_is_one() -> None:
    """By the schema of workflows that check-jsonschema carries."""
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.github-workflows", str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_secrets_reach_the_step_that_pushes_and_no_other() -> None:
    """Each is named after a variable that something reads, and the token of the repository may only read it."""
    *others, push = STEPS
    assert "reverse-etl push --build" in push["run"]
    assert [step for step in others if "env" in step] == []
    assert "secrets." not in FILE.read_text().partition("env:")[0]
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert WORKFLOW["concurrency"]["cancel-in-progress"] is False


def test_its_steps_deliver_from_a_new_machine(shop: Shop, sandbox: LocalSandbox, tmp_path: Path) -> None:
    """Without a target folder and without packages: dbt builds and tests, the rows arrive, and a refused one is a
    warning of a job that is green."""
    for folder in ("target", "dbt_packages"):
        (shop.folder / folder).rename(tmp_path / folder)
    (shop.folder / "requirements.txt").write_text("duckdb\n")
    shop.fill([deal(1), deal(2)])
    ask_for(sandbox, {"kind": "poison", "row": click(2)})
    more = {"MICROSOFT_ADS_ENDPOINT": sandbox.url, "DBT_PROFILES_DIR": str(shop.folder)}
    for step in STEPS:
        done = run(step, shop.folder, BIN, **more)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "::warning title=reverse-etl::Rows were refused." in done.stdout
    assert shop.sql("select status, count(*) from reverse_etl_records group by 1 order by 1") == [
        ("accepted", 1),
        ("rejected", 1),
    ]


@pytest.mark.parametrize(
    ("code", "ends", "says"), [(0, 0, ""), (1, 1, ""), (2, 2, ""), (3, 0, "::warning"), (4, 0, "::notice"), (5, 5, "")]
)
def test_the_job_fails_where_somebody_is_needed(
    leaving: Leaving, tmp_path: Path, code: int, ends: int, says: str
) -> None:
    """Refused rows are a warning, another push a notice; all else is a job that failed."""
    done = run(STEPS[-1], tmp_path, leaving(code))
    assert done.returncode == ends
    assert re.findall("::warning|::notice", done.stdout) == ([says] if says else [])
