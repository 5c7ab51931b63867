"""A page as headless Chromium has it: its document, what its console says, and which addresses it asks for."""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

LEFT_OUT = "THE BROWSER IS LEFT OUT: it needs Debian's chromium, and there is none here."
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-extensions"),
)


@dataclass(frozen=True)
class Seen:
    """What became of a page. `document`: as it stands once it is loaded; `requests`: what it asked for."""

    document: str
    console: list[str]
    requests: list[str]


def look(address: str) -> Seen:
    """Load a page; skips where there is no Chromium, and fails there in CI."""
    if shutil.which("chromium") is None:
        if os.environ.get("CI") == "true":
            pytest.fail(LEFT_OUT)
        pytest.skip(LEFT_OUT)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "net.json"
        done = subprocess.run(
            [
                *("chromium", *QUIET, f"--user-data-dir={folder}/user", "--enable-logging=stderr"),
                *(f"--log-net-log={log}", "--dump-dom", address),
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        # Each event stands in a line. What has no origin Chromium asks for by itself, the page among it.
        asked = [
            line for line in log.read_text().splitlines() if '"initiator":' in line and '"not an origin"' not in line
        ]
    return Seen(done.stdout, re.findall(r"CONSOLE.*", done.stderr), re.findall(r'"url":"([^"]*)"', "".join(asked)))
