"""What is proved on DuckLake, run as a process of its own with the DuckDB that the extension is built for.

Arguments: what, `walk` or `contend`; a folder; that of a Postgres server's socket.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import duckdb_extension_ducklake
import duckdb_extension_postgres_scanner

from reverse_etl.core.errors import LeaseHeldError
from tests.crash import contend
from tests.engines.example import REPOSITORY, SYNC, Engine, compare
from tests.support.shop import COLUMNS, Shop, write_files

ROUNDS = 10


def _extensions(root: Path) -> str:
    """A folder in which DuckDB finds the extensions as if it had installed them."""
    ((platform,),) = duckdb.sql("select platform from pragma_platform()").fetchall()
    folder = root / "extensions"
    for module in (duckdb_extension_ducklake, duckdb_extension_postgres_scanner):
        (built,) = Path(module.__file__).parent.glob("extensions/*/*.duckdb_extension")
        place = folder / built.parent.name / platform / built.name
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(built)
    return str(folder)


def _output(root: Path, catalog: str) -> dict[str, Any]:
    """Of a dbt profile: all in one DuckLake, and nothing in DuckDB itself."""
    lake = {"alias": "lake", "path": f"ducklake:{catalog}", "options": {"data_path": f"{root}/files"}}
    place = {"type": "duckdb", "path": ":memory:", "database": "lake", "schema": "main", "threads": 1}
    return place | {"attach": [lake], "config_options": {"extension_directory": _extensions(root)}}


def walk(root: Path) -> None:
    """The walk with its catalog in a DuckDB file, which one process has alone: another is told whose it is."""
    catalog = root / "catalog.ducklake"
    output = _output(root, str(catalog))
    example = compare(root, Engine("ducklake", lambda _: output))
    holding = f"import duckdb; held = duckdb.connect({str(catalog)!r}); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", holding], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        done = example.command("push", SYNC)
        holder.communicate(b"\n")
    assert done.returncode == LeaseHeldError.exit_code, done.stderr
    assert f"PID {holder.pid}" in done.stderr


def contending(root: Path, host: str) -> None:
    """Eight processes claim one scope of a DuckLake whose catalog is in Postgres: one holds it, each time."""
    shop = Shop(root)
    output = _output(root, f"postgres:host={host} user=postgres dbname=lake")
    write_files(root)
    shop.exposure()
    (root / "profiles.yml").write_text(json.dumps({"shop": {"target": "dev", "outputs": {"dev": output}}}))
    with duckdb.connect(config=output["config_options"]) as connection:
        (lake,) = output["attach"]
        connection.execute(f"attach '{lake['path']}' as lake (data_path '{lake['options']['data_path']}')")
        columns = ", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items())
        connection.execute(f"create table lake.main.deals ({columns})")
    shop.dbt("deps", "--quiet")
    shop.dbt("build", "--quiet")
    command = [sys.executable, "-m", "tests.crash.contend", str(root), str(ROUNDS)]
    environment = os.environ | {"DBT_PROFILES_DIR": str(root)}
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=400, check=False
    )
    assert done.returncode == 0, done.stderr
    contend.check(done.stdout, ROUNDS)


if __name__ == "__main__":
    what, folder, host = sys.argv[1:]
    walk(Path(folder)) if what == "walk" else contending(Path(folder), host)
