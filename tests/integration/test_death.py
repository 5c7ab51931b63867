"""What proves that the holder of a lease is dead before its time is up, and what does not."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from reverse_etl.warehouse import lease
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.exposures import find_syncs
from reverse_etl.warehouse.lease import pid_space
from reverse_etl.warehouse.ledger import WarehouseLedger
from reverse_etl.warehouse.project import Project
from tests.support.bench import Bench
from tests.support.shop import SYNC, Shop, copy_of

# DuckDB's list of databases where the ledger's is one that another system keeps.
KEPT_ELSEWHERE = (
    "create temp macro duckdb_databases() as table "
    "select 'kept' as database_name, '{path}' as path, 'postgres' as type, false as readonly"
)


def claim(shop: Shop, **changes: Any) -> None:
    """An open claim of another process, heard of a moment ago."""
    row = {
        "destination": "microsoft_ads",
        "environment": "local",
        "account_id": "local",
        "sync": SYNC,
        "run_seq": 1,
        "claim_id": "other",
        "event": "open",
        "host": "elsewhere",
        "pid": 17,
        "counts": "",
    }
    row |= changes
    marks = ", ".join("?" for _ in row)
    now = "now() at time zone 'UTC'"
    statement = f"insert into reverse_etl_runs ({', '.join(row)}, happened_at) values ({marks}, {now})"
    shop.sql(statement, list(row.values()))


def no_pid() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return process.pid


def use(shop: Shop, **output: Any) -> None:
    """Write the profile anew."""
    target = {"type": "duckdb", "threads": 1} | output
    (shop.folder / "profiles.yml").write_text(json.dumps({"shop": {"target": "dev", "outputs": {"dev": target}}}))


@pytest.fixture(scope="module")
def bench(shop_template: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """An open claim of another process, in a warehouse where no file lock says anything of it."""
    shop = copy_of(shop_template, tmp_path_factory.mktemp("kept") / "project")
    claim(shop)
    use(shop, path=":memory:", database="kept", attach=[{"path": str(shop.database), "alias": "kept"}])
    with opened(shop, KEPT_ELSEWHERE.format(path=shop.database)) as ledger:
        yield Bench(ledger.books.project)


@contextmanager
def opened(shop: Shop, *statements: str) -> Iterator[WarehouseLedger]:
    """The ledger of the shop's sync, after some statements on its connection."""
    with Project(DbtOptions(shop.folder, shop.folder)) as project:
        for statement in statements:
            project.adapter.execute(statement)
        (sync,) = find_syncs(project.manifest)
        yield WarehouseLedger(project, replace(sync, account_id="local"))


def is_dead(ledger: WarehouseLedger) -> bool:
    held = ledger.holder()
    assert held is not None
    return held.dead


@pytest.mark.parametrize("case", ["the file", "attached", "attached to read", "attached and no DuckDB file"])
def test_a_lock_proves_death_where_it_is_on_the_file_of_the_ledger(shop: Shop, case: str) -> None:
    """A DuckDB file that this process may write proves it, attached or not; nothing else of DuckDB's does."""
    claim(shop)
    if case != "the file":
        kept = {"path": str(shop.database), "alias": "kept", "read_only": case == "attached to read"}
        use(shop, path=":memory:", database="kept", attach=[kept])
    shadow = [KEPT_ELSEWHERE.format(path=shop.database)] if "no DuckDB" in case else []
    with opened(shop, *shadow) as ledger:
        assert is_dead(ledger) == (case in {"the file", "attached"})


@pytest.mark.parametrize(
    ("case", "dead"),
    [
        ("ended", True),
        ("our number", True),
        ("living", False),
        ("another host", False),
        ("another boot or namespace", False),
        ("a namespace that is not known", False),
        ("ours is not known", False),
    ],
)
def test_a_pid_proves_death_within_its_boot_and_namespace(
    case: str, dead: bool, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number that no process has, or that is ours without our claim, proves it where it is one of our namespace."""
    claimed = {"host": socket.gethostname(), "pid": no_pid(), "pid_space": pid_space()}
    claimed |= {
        "our number": {"pid": os.getpid()},
        "living": {"pid": os.getppid()},
        "another host": {"host": "elsewhere"},
        "another boot or namespace": {"pid": os.getpid(), "pid_space": "another"},
        "a namespace that is not known": {"pid_space": ""},
        "ours is not known": {"pid_space": ""},
    }.get(case, {})
    if case.startswith("ours"):
        monkeypatch.setattr(lease, "pid_space", lambda: "")
    bench.sql(
        "update kept.main.reverse_etl_runs set " + ", ".join(f"{name} = {value!r}" for name, value in claimed.items())
    )
    assert is_dead(WarehouseLedger(bench.project, bench.sync)) == dead


def test_a_pid_namespace_is_distinguished_from_another() -> None:
    """Of one boot, each namespace has a name of its own, and a process that sees the /proc of another has none."""
    assert pid_space()
    program = (
        f"import sys; sys.path = {sys.path!r}; from reverse_etl.warehouse.lease import pid_space; print(pid_space())"
    )
    found = []
    for mounts in [["--mount-proc"], []]:
        unshare = ["unshare", "--user", "--map-root-user", "--pid", "--fork", *mounts]
        done = subprocess.run([*unshare, sys.executable, "-c", program], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no namespaces to be had: {done.stderr.strip()}")
        found.append(done.stdout.strip())
    assert found[0] not in {"", pid_space()}
    assert found[1] == ""
