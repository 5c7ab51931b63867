"""How fast a push is beside zeep alone, which builds and marshals the same records.

`measure` shows the figures; run as a module it takes them: `push` one real push to the sink, `zeep` the yardstick,
each in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.bed import opened
from benchmarks.measure import answer, child, line, middle, peak_megabytes, timed, title, verdict
from benchmarks.sink import running_sink
from reverse_etl.core.plan import Record
from reverse_etl.session import Session
from tests.support.shop import Shop, build_template

AIM = 0.7
# The aim is for so many; with fewer the costs of a start weigh more.
ROWS = 100_000


def measure(folder: Path, rows: int, rounds: int, host: str = "") -> None:
    """Push and yardstick in turn, each push into an empty ledger.

    `host`: the folder of a Postgres server's socket; left out, all is on DuckDB, which the aim is for.
    """
    title(f"push: {rows:,} rows to a sink that answers at once")
    print(
        "  Yardstick: zeep alone builds and marshals the same records as its documentation shows, as keywords in\n"
        "  dicts, 1,000 a message, in one thread and without HTTP. For comparison the product's own messages.\n"
        "  A push reads its plan from the warehouse, writes intents and receipts there, and calls with 4 workers.\n"
        "  Its rows per second are those of all of it, from the lease to the closing sums."
    )
    shop = build_template(folder, host)
    child("bed", folder, rows, "--host", host)
    filled = shop.database.with_suffix(".filled")
    pushes, zeeps = [], []
    if not host:
        shutil.copyfile(shop.database, filled)
    with running_sink() as url:
        for _ in range(rounds):
            zeeps.append(child("push_speed", "zeep", folder, url))
            _start_over(shop, filled)
            pushes.append(child("push_speed", "push", folder, url))
            _start_over(shop, filled)
    _show(rows, pushes, zeeps, aimed=rows >= ROWS and not host)


def _start_over(shop: Shop, filled: Path) -> None:
    """Empty the ledger; on DuckDB the whole file is as it was."""
    if shop.host:
        shop.sql("truncate reverse_etl_ledger, reverse_etl_receipts, reverse_etl_runs")
    else:
        shutil.copyfile(filled, shop.database)


def _show(rows: int, pushes: list[dict[str, Any]], zeeps: list[dict[str, Any]], *, aimed: bool) -> None:
    shares = {}
    for name, label in (("zeep", "yardstick: zeep alone"), ("message", "for comparison: the product's messages")):
        line(label, f"{rows / median(zeep[name][0] for zeep in zeeps):,.0f} rows/s")
    line("push", f"{rows / median(push['took'][0] for push in pushes):,.0f} rows/s")
    for name, label in (("zeep", "its share of the yardstick's rate"), ("message", "its share of the other's rate")):
        both = list(zip(zeeps, pushes, strict=True))
        seconds = [zeep[name][0] / push["took"][0] for zeep, push in both]
        cpu = median(zeep[name][1] / push["took"][1] for zeep, push in both)
        shares[name] = median(seconds)
        line(label, f"{shares[name]:.0%}", f"{min(seconds):.0%} to {max(seconds):.0%}, CPU {cpu:.0%}")
    line("peak memory of its process", f"{middle(pushes, 'peak_mb'):,.0f} MB")
    line("of which before it began", f"{middle(pushes, 'peak_mb_before'):,.0f} MB", "dbt and the project")
    line("its statements", f"{middle(pushes, 'statements'):.0f}", "BEGIN and COMMIT not counted")
    print("\n  Where the time of a push goes (main thread, seconds that pass):")
    for name in pushes[0]["main"]:
        line(name, f"{middle([push['main'] for push in pushes], name):.2f} s")
    print("\n  Work of the workers meanwhile (processor time):")
    for name in pushes[0]["workers"]:
        line(name, f"{middle([push['workers'] for push in pushes], name):.2f} s")
    if aimed:
        verdict(f"a push reaches {AIM:.0%} of the yardstick's rate", shares["zeep"] >= AIM)


class Clock:
    """Time spent per port, taken by wrapping methods from outside: passed in the main thread, worked in the others."""

    def __init__(self) -> None:
        self.main: dict[str, float] = defaultdict(float)
        self.workers: dict[str, float] = defaultdict(float)
        self._lock = threading.Lock()

    def passing(self, owner: Any, method: str, name: str) -> None:
        """Add the time that passes in a method."""
        wrapped: Callable[..., Any] = getattr(owner, method)

        def call(*arguments: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return wrapped(*arguments, **named)
            finally:
                self.main[name] += time.perf_counter() - began

        setattr(owner, method, call)

    def working(self, owner: Any, method: str, name: str) -> None:
        """Add the processor time that a method takes of the thread that calls it."""
        wrapped: Callable[..., Any] = getattr(owner, method)

        def call(*arguments: Any, **named: Any) -> Any:
            began = time.thread_time()
            try:
                return wrapped(*arguments, **named)
            finally:
                with self._lock:
                    self.workers[name] += time.thread_time() - began

        setattr(owner, method, call)


def push_once(session: Session) -> dict[str, Any]:
    """One real push with its timers."""
    import requests
    from rich.console import Console

    from reverse_etl.commands.courier import Courier
    from reverse_etl.commands.push import PushOptions, carry_out
    from reverse_etl.report.progress import ConsoleProgress

    ledger, destination = session.ledger, session.destination()
    clock, statements = Clock(), Counter[str]()
    for method, name in (
        ("claim", "take the lease"),
        ("make_plan", "plan, as a table"),
        ("page", "pages of records out of the plan"),
        ("record_intents", "intents into the ledger"),
        ("record_receipts", "receipts into the ledger"),
        ("standings", "closing sums"),
    ):
        clock.passing(ledger, method, name)
    clock.passing(Courier, "deliver", "waiting for the workers")
    clock.working(requests.Session, "send", "HTTP")
    clock.working(destination, "send", "whole call")
    connections = session.project.adapter.connections
    add_query = connections.add_query

    def counted(sql: str, *arguments: Any, **named: Any) -> Any:
        statements["ends" if sql in ("BEGIN", "COMMIT") else "all"] += 1
        return add_query(sql, *arguments, **named)

    connections.add_query = counted
    progress = ConsoleProgress(Console(stderr=True), quiet=True)
    before, results = peak_megabytes(), []
    took = timed(lambda: results.append(carry_out(ledger, destination, progress, PushOptions())))
    (result,) = results
    if result.exit_code or set(result.source) != {"accepted"}:
        raise SystemExit(f"This is no measure of speed: {result}")
    clock.main["the rest"] = took.seconds - sum(clock.main.values())
    whole, http = clock.workers["whole call"], clock.workers["HTTP"]
    return {
        "took": took,
        "peak_mb_before": before,
        "peak_mb": peak_megabytes(),
        "statements": statements["all"],
        "main": clock.main,
        "workers": {
            "check, build, marshal and read answers": whole - http,
            "HTTP": http,
        },
    }


def zeep_once(session: Session) -> dict[str, Any]:
    """Build and marshal the records that a push would send, and nothing else."""
    import zeep
    from lxml import etree

    from reverse_etl.destinations.microsoft_ads.destination import call_of
    from reverse_etl.destinations.microsoft_ads.settings import MicrosoftAdsSettings
    from reverse_etl.destinations.microsoft_ads.wire.soap import SoapWire

    plan = session.ledger.make_plan(1, seq_offset=0, batch_offset=0, batch_rows=1_000)
    records = session.ledger.page(1, plan.to_send)
    session.ledger.drop_plan()
    batches = [records[start : start + 1_000] for start in range(0, len(records), 1_000)]
    client = zeep.Client(str(files("reverse_etl") / "wsdl" / "campaign_management_v13.wsdl"))
    wire = SoapWire(MicrosoftAdsSettings.load(session.sync, os.environ))

    def alone(batch: list[Record]) -> bytes:
        conversions = {"OfflineConversion": [_keywords(record) for record in batch]}
        return etree.tostring(
            client.create_message(client.service, "ApplyOfflineConversions", OfflineConversions=conversions)
        )

    if _body(alone(batches[0])) != _body(wire.message(*call_of(batches[0]))):
        raise SystemExit("The yardstick writes other messages than the product, so it measures something else.")
    return {
        "zeep": timed(lambda: [len(alone(batch)) for batch in batches]),
        "message": timed(lambda: [len(wire.message(*call_of(batch))) for batch in batches]),
    }


def _body(message: bytes) -> bytes:
    """What differs is the header: by itself zeep adds one of WS-Addressing, which the service does not speak."""
    return message.partition(b"<soap-env:Body>")[2]


def _keywords(record: Record) -> dict[str, Any]:
    fields = {
        "ConversionCurrencyCode": record.currency,
        "ConversionName": record.conversion_name,
        "ConversionTime": record.conversion_time,
        "ConversionValue": record.value,
        "ExternalAttributionCredit": record.attribution_credit,
        "ExternalAttributionModel": record.attribution_model,
        "HashedEmailAddress": record.hashed_email,
        "HashedPhoneNumber": record.hashed_phone,
        "MicrosoftClickId": record.click_id,
    }
    return {name: value for name, value in fields.items() if value not in (None, "")}


def main() -> None:
    """Take one figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("push", "zeep"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("url")
    given = parser.parse_args()
    os.environ["MICROSOFT_ADS_ENDPOINT"] = given.url
    with opened(given.folder) as session:
        answer((push_once if given.what == "push" else zeep_once)(session))


if __name__ == "__main__":
    main()
