"""dbt's own unit tests of the plan's decisions, in a project of their own that anyone can run: tests/dbt/steps."""

import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from docs.decisions import rules
from tests.dbt.bed import REPOSITORY, run_dbt

STEPS = Path(__file__).parent / "steps"


def test_the_unit_tests_of_the_steps_pass(tmp_path: Path) -> None:
    """`dbt build` of the project passes, with all unit tests in it, and sqlfluff finds nothing in the whole plan."""
    folder = tmp_path / "steps"
    shutil.copytree(STEPS, folder, ignore=shutil.ignore_patterns("dbt_packages", "target", "logs", "package-lock.yml"))
    (folder / "packages.yml").write_text(f"packages:\n  - local: {REPOSITORY}\n")
    for arguments in (["deps"], ["build", "--select", "package:steps"]):
        done = run_dbt(*arguments, "--profiles-dir", ".", folder=folder)
        assert done.returncode == 0, done.stdout
    assert "10 unit tests" in done.stdout
    done = run_dbt("compile", "--select", "whole_plan", "--profiles-dir", ".", folder=folder)
    assert done.returncode == 0, done.stdout
    (plan,) = (folder / "target" / "compiled").rglob("whole_plan.sql")
    lint = [
        Path(sys.executable).with_name("sqlfluff"),
        "lint",
        "--disable-progress-bar",
        "--config",
        folder / ".sqlfluff",
    ]
    found = subprocess.run([*lint, plan], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_each_rule_has_a_row() -> None:
    """No rule of docs/decisions.md is without a row that shows it, and none of the rows shows another rule's number."""
    document = yaml.safe_load((STEPS / "models" / "_unit_tests.yml").read_text())
    for side in ("source", "ledger"):
        decided = rules(f"_{side}_decisions")
        rows = [
            row
            for test in document["unit_tests"]
            if test["model"] == f"{side}_decisions"
            for row in test["expect"]["rows"]
        ]
        assert {row["rule"] for row in rows} == set(range(1, len(decided) + 1))
        for row in rows:
            _, class_, reason, operation, *_ = decided[row["rule"] - 1]
            assert (row["class"], row["operation"]) == (class_, operation)
            assert reason.endswith("_reasons") or row["reason"] == reason
