"""Each dbt-core that is served on each Python: installed as a user does, then built and pushed with."""

import json
import os
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.support.scale import scaled
from tests.support.shop import REPOSITORY, Shop, copy_of, deal

UV = Path(sys.executable).parent / "uv"
# The oldest dbt alone in `make test`; `make test-matrix` tries them all.
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
CELLS = scaled([(HERE, "1.10")], long=[*product(("3.11", "3.12", "3.13"), ("1.10", "1.11", "1.12"))])


def interpreter(version: str) -> Path:
    """A Python of this version that runs: pyenv's names on the path are there for versions that are not chosen, too."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    named = sys.executable if version == HERE else shutil.which(f"python{version}")
    for candidate in [*([Path(named)] if named else []), *sorted(pyenv.glob(f"{version}.*/bin/python"))]:
        if subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            return candidate
    pytest.skip(f"there is no Python {version} on this machine")


@pytest.mark.parametrize(("python", "dbt"), CELLS)
def test_it_builds_and_pushes_once(
    shop_template: Shop, sandbox: LocalSandbox, tmp_path: Path, python: str, dbt: str
) -> None:
    """Installed with the constraints, it builds, is known to be built whole, pushes, and then has nothing left."""
    shop = copy_of(shop_template, tmp_path / "project")
    for kept in ("target", "dbt_packages"):
        shutil.rmtree(shop.folder / kept)
    shop.fill([deal(1), deal(2)])

    def run(*command: str | Path) -> str:
        environment = shop._environment({"MICROSOFT_ADS_ENDPOINT": sandbox.url})
        done = subprocess.run(
            command, cwd=shop.folder, env=environment, capture_output=True, text=True, timeout=600, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(UV, "venv", "--no-python-downloads", "--python", interpreter(python), tmp_path / "venv")
    inside = tmp_path / "venv" / "bin"
    wanted = ["-c", REPOSITORY / "constraints.txt", f"dbt-core=={dbt}.*", REPOSITORY]
    run(UV, "pip", "install", "--python", inside / "python", *wanted)
    run(inside / "dbt", "deps")
    run(inside / "dbt", "build")
    results = json.loads((shop.folder / "target" / "run_results.json").read_text())
    assert results["metadata"]["dbt_version"].startswith(f"{dbt}.")
    guards = json.loads(run(inside / "reverse-etl", "plan", "--json"))["guards"]
    assert "was built, and has no test (dbt, " in next(one["message"] for one in guards if one["name"] == "tests")
    first, second = (json.loads(run(inside / "reverse-etl", "push", "--json")) for _ in range(2))
    assert (first["source"], second["source"]) == ({"accepted": 2}, {"unchanged": 2})
