"""What proves that the holder of a lease is dead before its time is up, and what does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.exposures import find_syncs
from reverse_etl.warehouse.ledger import WarehouseLedger
from reverse_etl.warehouse.project import Project
from tests.support.shop import SYNC, Shop

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


def use(shop: Shop, **output: Any) -> None:
    """Write the profile anew."""
    target = {"type": "duckdb", "threads": 1} | output
    (shop.folder / "profiles.yml").write_text(json.dumps({"shop": {"target": "dev", "outputs": {"dev": target}}}))


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
