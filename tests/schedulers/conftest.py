"""A project and a local sandbox, and a program that only leaves with a code."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.conftest import books, kept_parses, sandbox, shop, shop_template
from tests.support.shop import REPOSITORY

__all__ = ["books", "kept_parses", "sandbox", "shop", "shop_template"]

EXAMPLES = REPOSITORY / "examples" / "schedulers"
Leaving = Callable[[int], Path]


@pytest.fixture
def leaving(tmp_path: Path) -> Leaving:
    """A folder with a `reverse-etl` that says what a push says and leaves with a code."""

    def made(code: int) -> Path:
        folder = tmp_path / f"leaves_with_{code}"
        folder.mkdir()
        program = folder / "reverse-etl"
        program.write_text(f'#!/bin/sh\necho \'{{"sent": {{"accepted": 2}}}}\'\nexit {code}\n')
        program.chmod(0o755)
        return folder

    return made


def bare(**more: str) -> dict[str, str]:
    """An environment without what this machine, or the test's own, has set."""
    return {"HOME": os.environ["HOME"], "PATH": "/usr/bin:/bin", "LOGNAME": "cron", "SHELL": "/bin/sh"} | more


def environment(folder: Path, *wanted: str | Path) -> Path:
    """The programs of a new environment in which these are installed, as pip takes them."""
    programs = Path(sys.executable).parent
    for words in (["venv", folder], ["pip", "install", "--quiet", "--python", folder / "bin" / "python", *wanted]):
        subprocess.run([programs / "uv", *words], check=True, timeout=900)
    return folder / "bin"
