"""The README's first step in a bare environment, where nothing but the package index can be reached."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.scale import scaled

REPOSITORY = Path(__file__).parents[2]


# `make release` does the same from the wheel, and the matrix with the oldest dbt-core.
@pytest.mark.skipif(scaled(True, long=False), reason="make test-long")
def test_the_readme_installs_it(tmp_path: Path) -> None:
    """pip finds all that is asked for by constraints.txt; the wheel holds the package and the constraints, and runs."""
    readme = (REPOSITORY / "README.md").read_text()
    assert 'pip install -c reverse-etl/constraints.txt "./reverse-etl[postgres]"' in readme
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    done = subprocess.run(
        [
            python,
            "-m",
            "pip",
            "install",
            "-q",
            "--no-compile",
            "-c",
            REPOSITORY / "constraints.txt",
            f"{REPOSITORY}[postgres]",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shown = subprocess.run(
        [
            python,
            "-c",
            "import reverse_etl, pathlib, dbt.adapters.postgres, dbt.adapters.duckdb\n"
            "from reverse_etl.scaffold.package import package_files\n"
            "assert 'docs/schemas/exposures.json' in package_files()\n"
            "print((pathlib.Path(reverse_etl.__file__).parent / 'constraints.txt').read_text())",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert shown.stdout.strip() == (REPOSITORY / "constraints.txt").read_text().strip()
    command = python.with_name("reverse-etl")
    assert subprocess.run([command, "--help"], capture_output=True, check=True).stdout
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "dbt_project.yml").write_text("name: shop\nversion: '1.0'\nprofile: shop\n")
    subprocess.run([command, "init"], capture_output=True, check=True, cwd=folder)
    assert (folder / "dbt_reverse_etl/macros/_macros.yml").exists()
