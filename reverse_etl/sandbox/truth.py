"""The ground truth: all that the books know of each account's identities, for tests of what a caller believes."""

from collections import Counter
from pathlib import Path
from typing import Any

from reverse_etl.sandbox.clock import read_date_time
from reverse_etl.sandbox.goals import click_key
from reverse_etl.sandbox.reading import reading

_KEYS = "identity, conversion_name, click_id, hashed_email, hashed_phone, conversion_time"
# Every row ever seen in the order in which the books took it, whatever table it is in.
_SEEN = f"""
WITH seen AS (
    SELECT call_id, row_index, {_KEYS}, 'S' AS operation, conversion_value AS value, currency,
        NULL AS adjustment_time, outcome, code, reason
    FROM received
    UNION ALL
    SELECT call_id, row_index, {_KEYS}, iif(adjustment_type = 'Retract', 'X', 'R'), adjustment_value, currency,
        adjustment_time, outcome, code, reason
    FROM adjustments
    UNION ALL
    SELECT call_id, row_index, {_KEYS},
        CASE WHEN adjustment_type = 'Retract' THEN 'X' WHEN operation = 'ApplyOfflineConversions' THEN 'S' ELSE 'R' END,
        amount, currency, adjustment_time, 'unjudged', NULL, fault
    FROM unjudged JOIN calls USING (call_id)
)
SELECT coalesce(account_id, ''), seen.*, calls.received_at
FROM seen JOIN calls USING (call_id) ORDER BY call_id, row_index
"""
_COUNTS = """
SELECT account_id, identity, counted_value, counted_currency, adjusted.value, adjusted.currency, retracted
FROM received LEFT JOIN adjusted ON received_id = id WHERE outcome = 'counted'
"""


def truth(books: Path) -> dict[str, Any]:
    """Each identity with every call that named it and what counts of it now, and how often each fault was met."""
    with reading(books) as db:
        books_id = db.execute("SELECT books_id FROM about").fetchone()[0]
        calls = db.execute("SELECT injected, count(*) FROM calls GROUP BY injected").fetchall()
        seen = db.execute(_SEEN).fetchall()
        counts = db.execute(_COUNTS).fetchall()
    identities: dict[tuple[str, bytes], dict[str, Any]] = {}
    nameless = 0
    for account, call_id, row_index, identity, name, click_id, email, phone, time, *rest in seen:
        if identity is None:
            nameless += 1
            continue
        one = identities.setdefault(
            (account, identity), {"account_id": account} | _identity(name, click_id, email, phone, time)
        )
        one["seen"] += 1
        one["calls"].append({"call_id": call_id, "row_index": row_index} | dict(zip(_CALL, rest, strict=True)))
    for account, identity, value, currency, new_value, new_currency, retracted in counts:
        one = identities[account, identity]
        worth = (value, currency) if retracted is None else (new_value, new_currency)
        one |= {"counts": not retracted, "retracted": bool(retracted), "value": worth[0], "currency": worth[1]}
    faults: Counter[str] = Counter()
    for kinds, n in calls:
        faults.update(dict.fromkeys(kinds.split(",") if kinds else [], n))
    return {
        "books_id": books_id,
        "calls": sum(n for _, n in calls),
        "faults": dict(faults),
        "without_identity": nameless,
        "identities": list(identities.values()),
    }


_CALL = ("operation", "value", "currency", "adjustment_time", "outcome", "code", "reason", "at")


def _identity(
    name: str | None, click_id: str | None, email: str | None, phone: str | None, time: str | None
) -> dict[str, Any]:
    """An identity that does not count, with its parts as the service compares them."""
    moment = read_date_time(time) if time else None
    return {
        "conversion_name": name,
        "click_id": click_key(click_id) if click_id else None,
        "hashed_email": email or None,
        "hashed_phone": phone or None,
        "conversion_time": moment.text if moment else time,
        "seen": 0,
        "counts": False,
        "retracted": False,
        "value": None,
        "currency": None,
        "calls": [],
    }
