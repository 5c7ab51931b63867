"""Snowflake and BigQuery as far as an emulator goes: known answers, models and a plan. `make test-engines`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engines.golden import HERE, render
from tests.support import apart

pytestmark = pytest.mark.skipif(
    os.environ.get("REVERSE_ETL_TESTS") not in ("engines", "long"), reason="emulators are tried by make test-engines"
)
# What an emulator lacks, or does otherwise than the engine's documents say; docs/warehouses.md has it in words.
GAPS = {
    "bigquery": {"a quote in a name", "a text without accents", "an e-mail address"},
    "snowflake": {
        "a date is its midnight",
        "a text that is there",
        "a text without white space around it",
        "a time",
        "a time without zone is in UTC",
        "Berlin",
        "Berlin, of text",
        "Lord Howe, whose clock changes by half an hour",
        "New York",
    },
}
EMULATORS = {"bigquery": "bqemulator", "snowflake": "fakesnow"}


@pytest.mark.parametrize("engine", ["bigquery", "snowflake"])
def test_an_emulator_gives_what_it_can(engine: str, tmp_path: Path) -> None:
    """Nothing differs but what the emulator is known to lack, and that still does."""
    (tmp_path / "project").mkdir()
    for name, sql in render(engine, tmp_path / "project").items():
        (tmp_path / name).write_text(sql)
    # Nothing of this environment is on its path.
    command = [sys.executable, "-S", str(HERE / "emulated.py"), engine, str(tmp_path)]
    environment = {name: text for name, text in os.environ.items() if "proxy" not in name.lower()}
    environment["PYTHONPATH"] = str(apart.installed(EMULATORS[engine]))
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    classes = found.pop("classes", None)
    assert {name: text for name, text in found.items() if text and name not in GAPS[engine]} == {}
    assert {name for name in GAPS[engine] if not found[name]} == set()
    assert len(found) > 60
    if engine == "bigquery":
        assert classes == "[('expired', 1), ('held', 1), ('invalid', 2)]"
