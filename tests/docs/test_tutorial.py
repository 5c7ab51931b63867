"""docs/tutorial.md, followed word by word: what it types works, and prints what the page shows."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from reverse_etl.sandbox import LocalSandbox
from tests.support.quick import dbt_here, run_here

PAGE = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text()
# A block with its language, and the line before it.
BLOCKS = re.findall(r"([^\n]*)\n\n *```(\w+)\n(.*?)\n *```", PAGE, re.DOTALL)
# What the reader does to have the program at all, and what runs in another terminal.
NOT_TYPED = ("mkdir", "cd", "python3", "source", "pip", "reverse-etl sandbox")


def masked(line: str) -> str:
    """A line without days, numbers that come with them, and spacing."""
    return " ".join(re.sub(r"[\d:.-]*\d", "9", line.replace("by REST", "by SOAP")).split())


def typed(line: str, folder: Path, environment: dict[str, str]) -> str:
    """What a line of the page prints."""
    program, *arguments = shlex.split(line, comments=True)
    if program == "python":
        done = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    else:
        done = {"dbt": dbt_here, "reverse-etl": run_here}[program](arguments, folder, environment)
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def test_the_tutorial_works_as_it_is_written(tmp_path: Path) -> None:
    """Each file is written, each command typed, and each output shown is in what the commands before it printed."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("DBT_", "MICROSOFT_", "REVERSE_"))
    }
    environment = kept | {"COLUMNS": "120", "NO_COLOR": "1", "DO_NOT_TRACK": "1"}
    said: list[str] = []
    (tmp_path / ".reverse_etl").mkdir()
    with LocalSandbox(tmp_path / ".reverse_etl" / "local_sandbox.sqlite", port=0) as sandbox:
        environment["MICROSOFT_ADS_ENDPOINT"] = sandbox.url
        for before, language, text in BLOCKS[
            : next(n for n, block in enumerate(BLOCKS) if "with_click_id" in block[2]) + 1
        ]:
            path = re.search(r"`([\w./]+)`", before)
            if language == "sh":
                lines = [line.strip() for line in text.splitlines()]
                lines = [line for line in lines if line != "reverse-etl sandbox" and line.split()[0] not in NOT_TYPED]
                said = [line for one in lines for line in typed(one, tmp_path, environment).splitlines()] or said
            elif language == "text":
                left = iter([masked(line) for line in said])
                for line in text.splitlines():
                    assert line.strip() in ("", "...") or masked(line) in left, f"{line!r} is not in:\n" + "\n".join(
                        said
                    )
            elif text.startswith(" "):
                exposures = tmp_path / "models/reverse_etl/exposures.yml"
                commented = exposures.read_text()
                assert f"# {text.strip()}" in commented
                exposures.write_text(commented.replace(f"# {text.strip()}", text.strip()))
            else:
                assert path, before
                (tmp_path / path[1]).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / path[1]).write_text(f"{text}\n")
