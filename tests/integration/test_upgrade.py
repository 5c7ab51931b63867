"""Ledgers that older versions built are read by this one: nothing is sent twice, and nothing is lost."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

from reverse_etl.sandbox import LocalSandbox
from tests.support.shop import Shop, deal

KEPT_ON = date(2026, 11, 27)
TABLES = ("ledger", "receipts", "runs")


def take_over_ledger(shop: Shop, version: str) -> None:
    """Put a ledger as a version left it into the place of the shop's, as if it had been filled lately."""
    for table in TABLES:
        shop.sql(f"drop table reverse_etl_{table} cascade")
    shop.sql((Path(__file__).parent / "ledgers" / f"{version}.sql").read_text())
    later = f"to_days({(datetime.now(UTC).date() - KEPT_ON).days})"
    for column in ("conversion_time", "adjustment_time"):
        shop.sql(
            f"update reverse_etl_ledger set {column} = "
            f"strftime(cast({column} as timestamp) + {later}, '%Y-%m-%dT%H:%M:%SZ') where {column} <> ''"
        )
    shop.sql(f"update reverse_etl_ledger set recorded_at = recorded_at + {later}")
    shop.sql(f"update reverse_etl_receipts set recorded_at = recorded_at + {later}")
    shop.sql(f"update reverse_etl_runs set happened_at = happened_at + {later}")


def test_a_ledger_of_0_1_0(shop: Shop, sandbox: LocalSandbox) -> None:
    """After `dbt build` each row has the standing that 0.1.0 gave it; a push sends what is new, and settles what was in
    doubt."""
    take_over_ledger(shop, "0.1.0")
    rows = [deal(n) for n in (*range(1, 8), 9, 10, 11)]
    rows[4]["conversion_value"] = 12.0
    rows[7] |= {"conversion_value": None, "conversion_currency_code": None}
    rows.append(deal(8, microsoft_click_id=None, hashed_email_address="ab" * 32))
    shop.fill(rows)
    rows_before = [shop.sql(f"select count(*) from reverse_etl_{table}")[0][0] for table in TABLES]

    shop.dbt("build", "--quiet")

    assert [shop.sql(f"select count(*) from reverse_etl_{table}")[0][0] for table in TABLES] == rows_before
    shop.exposure(adjustments=["restate", "retract"])
    statuses = json.loads(shop.run("status", "--json").stdout)["statuses"]
    assert statuses == {"accepted": 6, "rejected": 1, "retracted": 1, "in_doubt": 2}
    counts = json.loads(shop.run("plan", "--json").stdout)["counts"]
    # Held are D4, which was refused, and D6, which was retracted and is back: Microsoft takes neither.
    assert counts["source"] == {"new": 1, "in_doubt": 2, "unchanged": 6, "held": 2}
    result = shop.push(endpoint=sandbox.url)
    assert result["run"] == 4
    assert result["source"] == {"accepted": 3, "unchanged": 6, "held": 2}
    assert json.loads(shop.run("plan", "--json").stdout)["to_send"] == 0
