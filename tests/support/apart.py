"""Packages that few tests need, installed once into a folder of their own under .venv, from a lock."""

import hashlib
import importlib
import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]


def installed(name: str) -> Path:
    """The folder with what tests/engines/NAME.lock names; what has to be built is built by the locked setuptools."""
    locks = [TESTS / "contract/sdk/build.lock", TESTS / f"engines/{name}.lock"]
    digest = hashlib.sha256(b"".join(lock.read_bytes() for lock in locks) + sys.version.encode()).hexdigest()
    folder = Path(sys.prefix) / name / digest[:16]
    if not (folder / "ready").exists():
        for lock, options in zip(locks, ([], ["--no-build-isolation"]), strict=True):
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--no-compile"]
            environment = os.environ | {"PYTHONPATH": str(folder / "build")}
            command = [*pip, "--upgrade", "--target", str(folder / lock.stem), *options, "-r", str(lock)]
            subprocess.run(command, env=environment, check=True, timeout=900)
        (folder / "ready").touch()
    return folder / name


def join(name: str) -> Path:
    """Let this process, and dbt in it, find what is installed there."""
    folder = installed(name)
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
        for package in ("dbt", "dbt.adapters", "dbt.include"):
            importlib.import_module(package).__path__.append(str(folder / package.replace(".", "/")))
    return folder
