"""A push of a sync whose rows name their accounts, and what the local sandbox got of it."""

import contextlib
import json
import sqlite3
from collections.abc import Callable

from reverse_etl.sandbox import LocalSandbox
from tests.support.schemas import validate
from tests.support.shop import Shop, copy_of


def built_once(kept: dict[str, Shop], shop: Shop, build: Callable[[Shop], None]) -> Shop:
    """A shop as `build` leaves it, of which one is built for each engine and the others are copies. `kept`: those."""
    engine = "postgres" if shop.host else "duckdb"
    if engine not in kept:
        kept[engine] = copy_of(shop, shop.folder.with_name("built"))
        build(kept[engine])
    return copy_of(kept[engine], shop.folder.with_name("copy"))


def push(shop: Shop, sandbox: LocalSandbox, *arguments: str) -> list[tuple[str, dict[str, int]]]:
    """Push and give the results, one of each account."""
    done = shop.run("push", "--json", *arguments, MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    results = said if isinstance(said, list) else [said]
    for result in results:
        validate("push", result)
    return [(result["account_id"], result["source"]) for result in results]


def calls(sandbox: LocalSandbox) -> list[tuple[str, int]]:
    """The account in the header of each call that the sandbox got, with its rows."""
    with contextlib.closing(sqlite3.connect(sandbox._path)) as books:
        return list(books.execute("select account_id, count(*) from received group by call_id order by call_id"))
