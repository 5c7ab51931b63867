"""The example for cron: its lines, run as cron runs them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.schedulers.conftest import EXAMPLES, Leaving, bare
from tests.support.faults import ask_for
from tests.support.shop import Shop, click, deal

CRONTAB = (EXAMPLES / "crontab").read_text()
LINES = [line for line in CRONTAB.splitlines() if line and not line.startswith("#")]
SETTINGS = dict(line.split("=", 1) for line in LINES if re.match(r"[A-Z]+=", line))
PUSH, ATTRIBUTION = (line.split(maxsplit=5) for line in LINES[len(SETTINGS) :])


def run(entry: list[str], folder: Path, tools: Path) -> subprocess.CompletedProcess[str]:
    """What cron makes of an entry: its command, by sh, in an environment of little but the crontab's own."""
    settings = SETTINGS | {"PROJECT": str(folder), "TOOLS": str(tools)}
    command = ["/bin/sh", "-c", entry[5]]
    return subprocess.run(
        command, cwd="/", env=bare(**settings), capture_output=True, text=True, timeout=120, check=False
    )


def test_the_lines_are_entries() -> None:
    """Five fields of time and a command without the sign that cron reads as a line's end."""
    assert len(LINES) == len(SETTINGS) + 2
    for entry in (PUSH, ATTRIBUTION):
        assert all(re.fullmatch(r"\*|\d+", field) for field in entry[:5])
        assert "%" not in entry[5]


def test_a_push_and_its_attribution_run_as_cron_runs_them(shop: Shop, sandbox: LocalSandbox) -> None:
    """Builds, tests and pushes with the settings of push.env; of a row that was refused, cron sends the last line of
    the log by mail, in which each line is an object."""
    shop.fill([deal(1), deal(2)])
    ask_for(sandbox, {"kind": "poison", "row": click(2)})
    (shop.folder / "push.env").write_text(
        f"MICROSOFT_ADS_ENDPOINT='{sandbox.url}'\nDBT_PROFILES_DIR='{shop.folder}'\nDBT_ENV_SECRET_PASSWORD='a b$c'\n"
    )
    tools = Path(sys.executable).parent
    done = run(PUSH, shop.folder, tools)
    log = [json.loads(line) for line in (shop.folder / "push.log").read_text().splitlines()]
    assert all({"time", "level", "message"} <= set(line) for line in log)
    assert json.loads(done.stdout) == log[-1]
    assert (log[-1]["level"], log[-1]["exit_code"], log[-1]["rejected"]) == ("warning", 3, 1)
    fetched = run(ATTRIBUTION, shop.folder, tools)
    assert (fetched.stdout, fetched.stderr) == ("", "")
    assert "match rate" in (shop.folder / "push.out").read_text()


@pytest.mark.parametrize("code", range(6))
def test_cron_sends_mail_where_the_exit_code_is_not_0(leaving: Leaving, tmp_path: Path, code: int) -> None:
    """Whatever the code is."""
    (tmp_path / "push.env").touch()
    (tmp_path / "push.log").write_text('{"message": "the last"}\n')
    assert bool(run(PUSH, tmp_path, leaving(code)).stdout) is (code != 0)


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    """And nothing is run."""
    assert "gone" in run(PUSH, tmp_path / "gone", tmp_path).stderr
