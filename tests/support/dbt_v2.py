"""dbt v2 from the package index, in a folder of its own, with the DuckDB of this environment as its driver."""

import functools
import hashlib
import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import pytest

LOCK = Path(__file__).with_name("dbt_v2.lock")
# Elsewhere dbt v2 downloads its driver of DuckDB. That of Python is one, too: a library that asks for Python's own.
DRIVER = """\
manifest_version = 1
[Driver]
entrypoint = "duckdb_adbc_init"
shared = "{library}"
"""


def run_v2(arguments: list[str], folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run dbt v2 as a user does."""
    place, python = installed()
    more = {"XDG_CONFIG_HOME": str(place), "LD_PRELOAD": str(python), "DO_NOT_TRACK": "1"}
    return subprocess.run(
        [place / "bin" / "dbt", *arguments],
        cwd=folder,
        env={**environment, **more},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@functools.cache
def installed() -> tuple[Path, Path]:
    """The folder of dbt v2, made once and kept, and Python's library. The test is skipped where they cannot be had."""
    import _duckdb

    python = Path(str(sysconfig.get_config_var("LIBDIR")), str(sysconfig.get_config_var("INSTSONAME")))
    if sys.platform != "linux" or python.suffix == ".a" or not python.is_file():
        _not_here(f"its driver needs Linux and Python's shared library, and here is {sys.platform} with {python}")
    digest = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    place = Path(sys.prefix) / "dbt-v2" / digest[:16]
    if not (place / "ready").exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--upgrade"]
        command = [*pip, "--only-binary", ":all:", "--target", str(place), "-r", str(LOCK)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode:
            _not_here(done.stderr.strip())
        (place / "ready").touch()
    driver = place / "adbc" / "drivers" / "duckdb.toml"
    driver.parent.mkdir(parents=True, exist_ok=True)
    driver.write_text(DRIVER.format(library=_duckdb.__file__))
    return place, python


def _not_here(why: str) -> None:
    # CI has to try it.
    (pytest.fail if os.environ.get("CI") else pytest.skip)(f"dbt v2 cannot be had on this machine: {why}")
