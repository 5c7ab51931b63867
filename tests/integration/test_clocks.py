"""A clock that is wrong by hours is said and decides nothing; by one that is wrong by days no row is sorted away."""

import json
from datetime import datetime, timedelta

import pytest

from reverse_etl.core import clocks
from reverse_etl.sandbox import LocalSandbox, server
from tests.support.faults import ask_for
from tests.support.shop import Shop, deal


def push(shop: Shop, sandbox: LocalSandbox) -> tuple[dict[str, int], str]:
    """Standings of the source's rows, and what was said."""
    done = shop.run("push", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["source"], done.stderr


def test_the_service_s_clock(shop: Shop, sandbox: LocalSandbox) -> None:
    """A service whose clock is hours ahead takes the rows as ever, and the push says so."""
    shop.fill([deal(1), deal(2)])
    ask_for(sandbox, {"kind": "clock_skew", "hours": 5})
    standings, said = push(shop, sandbox)
    assert standings == {"accepted": 2}
    assert "Note: The service's clock is 5.0 hours ahead of this machine's." in said
    shop.fill([deal(3)])
    assert "clock" not in push(shop, sandbox)[1]


@pytest.mark.parametrize("hours", [-26, 6])
def test_this_machine_s_clock(shop: Shop, sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    """Where this machine is hours off, push and check say so, and the same rows go as with a right clock."""
    shop.fill([deal(1), deal(2, conversion_time="2099-01-01 00:00:00"), deal(3, conversion_time="2020-01-01 00:00:00")])
    right: datetime = clocks.now()
    monkeypatch.setattr(clocks, "now", lambda: right + timedelta(hours=hours))
    standings, said = push(shop, sandbox)
    assert standings == {"accepted": 1, "waiting": 1, "expired": 1}
    side = "ahead of" if hours < 0 else "behind"
    assert f"The warehouse's clock is {abs(hours)}.0 hours {side} this machine's." in said
    assert f"The service's clock is {abs(hours)}.0 hours {side} this machine's." in said
    lines = json.loads(shop.run("check", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url).stdout)["lines"]
    (clock,) = [line for line in lines if line["name"] == "clock"]
    assert (clock["mark"], "hours" in clock["text"]) == ("warning", True)


def test_a_warehouse_that_is_days_ahead_of_the_service(
    shop: Shop, sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The push is refused before anything is planned or written, with what to do."""
    shop.fill([deal(1)])
    handler = server._Handler
    right = handler.date_time_string
    monkeypatch.setattr(handler, "date_time_string", lambda self: right(self, clocks.now().timestamp() - 100 * 86_400))
    refused = shop.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert refused.returncode == 5
    assert "The service's clock is 100.0 days behind the warehouse's" in refused.stderr
    assert "Set the clock that is wrong" in refused.stderr
    assert shop.sql("select count(*) from reverse_etl_runs") == [(0,)]


def test_a_clock_that_was_set_back(shop: Shop, sandbox: LocalSandbox) -> None:
    """A run in the clock's future refuses a push as long as the service does not say that the clock is right now."""
    shop.fill([deal(1)])
    push(shop, sandbox)
    shop.repeat(
        "reverse_etl_runs", "event = 'close'", happened_at=clocks.now().replace(tzinfo=None) + timedelta(days=3)
    )
    guards = json.loads(shop.run("plan", "--json").stdout)["guards"]
    (clock,) = [guard for guard in guards if guard["name"] == "clocks"]
    assert clock["refuses"]
    assert "A run is recorded 3.0 days in the future of the warehouse's clock" in clock["message"]
    lines = json.loads(shop.run("check", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url).stdout)["lines"]
    assert [line["mark"] for line in lines if line["name"] == "clocks"] == ["failed"]
    assert "the service's clock agrees with it" in push(shop, sandbox)[1]
