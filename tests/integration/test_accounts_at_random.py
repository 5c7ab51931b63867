"""Rows that change their accounts, clicks and keys at random: whatever comes between, each conversion counts once."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from reverse_etl.core.sync import WireProtocol
from reverse_etl.sandbox import LocalSandbox
from tests.support.bench import Bench, click, counting, opened
from tests.support.faults import ask_for, release
from tests.support.scale import scaled
from tests.support.shop import Shop, copy_of

ACCOUNTS = ("100", "200", "300")
ROWS, ROUNDS = 6, scaled(5, long=12)
_MODEL = """
select deals.*, coalesce(accounts.account, '') as account
from {{ source('crm', 'deals') }} as deals
left join {{ source('crm', 'deals').schema }}.accounts as accounts on accounts.deal_id = deals.deal_id
"""


@pytest.fixture(scope="module")
def bench(shop_template: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    shop = copy_of(shop_template, tmp_path_factory.mktemp("accounts") / "project")
    shop.sql("create table accounts (deal_id varchar, account varchar)")
    (shop.folder / "models/offline_conversions.sql").write_text(_MODEL)
    shop.exposure(account_column="account", unique_key="deal_id", adjustments=["retract"], adjust_after="0 hours")
    shop.dbt("run", "--quiet", "--select", "offline_conversions")
    with opened(shop) as bench:
        bench.protocol = WireProtocol.REST
        yield bench


@dataclass
class World:
    """The source: the click and the account of each key; blank is none. `clicks`: the newest."""

    dice: random.Random
    rows: dict[str, tuple[int, str]] = field(default_factory=dict)
    clicks: int = 1000

    def change(self) -> str:
        """Do one thing to the source, and say what."""
        key = self.dice.choice(sorted(self.rows))
        number, account = self.rows[key]
        match self.dice.choice(["account", "account", "account", "click", "both", "swap", "leave", "come"]):
            case "account":
                self.rows[key] = number, self.dice.choice((*ACCOUNTS, ""))
            case "click":
                self.rows[key] = self._new_click(), account
            case "both":
                self.rows[key] = self._new_click(), self.dice.choice(ACCOUNTS)
            case "swap":
                other = self.dice.choice(sorted(self.rows))
                self.rows[key], self.rows[other] = self.rows[other], self.rows[key]
            case "leave" if len(self.rows) > 2:
                del self.rows[key]
            case _:
                number = self._new_click()
                self.rows[f"D{number}"] = number, self.dice.choice(ACCOUNTS)
        return repr(self.rows)

    def _new_click(self) -> int:
        self.clicks += 1
        return self.clicks


def load(bench: Bench, world: World) -> None:
    """Put the rows of a world into the source, and for each account an old row that never changes."""
    rows = {f"anchor {account}": (int(account), account) for account in ACCOUNTS} | world.rows
    midnight = "date_trunc('day', now() at time zone 'UTC')"
    deals = (
        f"('{key}', 'Deal won', {midnight} - interval '{30 if ' ' in key else 1} days', '{click(number)}', 10, 'USD')"
        for key, (number, _) in rows.items()
    )
    routes = (f"('{key}', '{account}')" for key, (_, account) in rows.items())
    bench.sql(
        "delete from main.deals",
        "delete from main.accounts",
        "insert into main.deals (deal_id, conversion_name, conversion_time, microsoft_click_id, conversion_value, "
        f"conversion_currency_code) values {', '.join(deals)}",
        f"insert into main.accounts values {', '.join(routes)}",
    )


@pytest.mark.parametrize("seed", range(scaled(1, long=20)))
def test_each_conversion_counts_once_in_whatever_account(bench: Bench, tmp_path: Path, seed: int) -> None:
    """Pushes of single accounts, some of which lose their answers, between changes of the source; then one of each.

    A row counts by its click, or by the one that it was sent with before, unless it was away and so retracted for good;
    and what is in no row any more, nor its key, counts no more.
    """
    bench.clear()
    world = World(random.Random(seed))
    world.rows = {f"D{n}": (n, ACCOUNTS[n % 3]) for n in range(1, ROWS + 1)}
    sync = bench.sync
    said: list[str] = []
    keys_of: dict[int, set[str]] = {}
    counts: set[int] = set()
    were_gone: set[int] = set()
    try:
        with LocalSandbox(tmp_path / "books.sqlite", port=0) as sandbox:
            for turn in range(ROUNDS):
                if turn:
                    said += [world.change() for _ in range(world.dice.randint(1, 3))]
                load(bench, world)
                standing = {number for number, _ in world.rows.values()} | {int(account) for account in ACCOUNTS}
                were_gone |= counts - standing
                for key, (number, _) in world.rows.items():
                    keys_of.setdefault(number, set()).add(key)
                some = world.dice.sample(ACCOUNTS, world.dice.randint(0, 2))
                for account, unanswered in [(one, world.dice.randint(0, 2)) for one in some] + [
                    (one, 0) for one in ACCOUNTS * 2
                ]:
                    bench.sync = replace(sync, account_id=account)
                    if unanswered:
                        kind = world.dice.choice(["reset_before", "reset_after"])
                        ask_for(sandbox, {"kind": kind, "count": unanswered})
                    bench.push(sandbox, tries=1)
                    release(sandbox)
                    counts = {int(found) for found in counting(sandbox)}
                for key, (number, account) in world.rows.items():
                    before = {one for one, keys in keys_of.items() if key in keys} & counts - standing
                    assert number in counts | were_gone or before or not account, (key, said)
                kept = {one for one in counts - standing if not keys_of[one] & world.rows.keys()}
                assert kept == set(), said
    finally:
        bench.sync = sync
