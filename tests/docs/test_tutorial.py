"""docs/tutorial.md, followed word by word: what it types works, and prints what the page shows."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.support.quick import dbt_here, run_here
from tests.support.scale import scaled

PAGE = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text()
# Each block with its language and the line before it, up to the part on one's own data.
BLOCKS = re.findall(r"([^\n]*)\n\n *```(\w+)\n(.*?)\n *```", PAGE.partition("\n## 8.")[0], re.DOTALL)
# What the reader does to have the program at all, and what runs in another terminal.
NOT_TYPED = ("mkdir", "cd", "python3", "source", "pip")
SANDBOX = "reverse-etl sandbox"


def masked(line: str) -> str:
    """A line without colours, days, ids, numbers and spacing."""
    plain = re.sub(r"\x1b\[\d*m|tracking id [\w-]+", "", line)
    return " ".join(re.sub(r"[\d:.-]*\d", "9", plain).split())


def typed(line: str, folder: Path, environment: dict[str, str]) -> list[str]:
    """What a line of the page prints."""
    program, *arguments = shlex.split(line, comments=True)
    if program == "python":
        done = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    else:
        done = {"dbt": dbt_here, "reverse-etl": run_here}[program](arguments, folder, environment)
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return (done.stderr + done.stdout).splitlines()


def follow(before: str, language: str, text: str, folder: Path, environment: dict[str, str]) -> list[str]:
    """Do what a block says: type its commands, or write its file; gives what the commands print."""
    if language == "sh":
        lines = [line.strip() for line in text.splitlines()]
        lines = [line for line in lines if line != SANDBOX and line.split()[0] not in NOT_TYPED]
        return [said for line in lines for said in typed(line, folder, environment)]
    (name,) = re.findall(r"`([\w./]+\.\w+)`", before)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if text.startswith(" "):
        # A line of a file that is there, without the mark that it is a comment.
        assert f"# {text.strip()}" in path.read_text()
        text = path.read_text().replace(f"# {text.strip()}", text.strip())
    path.write_text(f"{text}\n")
    return []


# Five builds, half a minute and more.
@pytest.mark.skipif(scaled(True, long=False), reason="make test-long")
def test_the_tutorial_works_as_it_is_written(tmp_path: Path) -> None:
    """Each file is written, each command typed, and each output shown is in what the commands before it printed."""
    ours = ("DBT_", "MICROSOFT_ADS_", "REVERSE_ETL_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment = kept | {"COLUMNS": "120", "NO_COLOR": "1", "DO_NOT_TRACK": "1"}
    said: list[str] = []
    with LocalSandbox(tmp_path / ".reverse_etl" / "local_sandbox.sqlite", port=0) as sandbox:
        environment["MICROSOFT_ADS_ENDPOINT"] = sandbox.url
        for before, language, text in BLOCKS:
            if language != "text":
                said = follow(before, language, text, tmp_path, environment) or said
                continue
            left = iter([masked(line) for line in said])
            for line in text.splitlines()[text.startswith("dbt project") :]:
                if line.strip() not in ("", "..."):
                    assert any(one.endswith(masked(line)) for one in left), f"{line!r} is not in:\n" + "\n".join(said)
