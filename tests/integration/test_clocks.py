"""A clock that is wrong by hours is told of, and decides nothing."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from reverse_etl import clocks
from reverse_etl.sandbox import LocalSandbox
from tests.support.faults import ask_for
from tests.support.quick import QuickShop
from tests.support.shop import Shop, deal


@pytest.fixture
def quick(shop: Shop) -> QuickShop:
    return QuickShop(shop.folder)


def push(shop: QuickShop, sandbox: LocalSandbox) -> tuple[dict[str, int], str]:
    """Standings of the source's rows, and what was said."""
    done = shop.run("push", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["source"], done.stderr


def test_the_service_s_clock(quick: QuickShop, sandbox: LocalSandbox) -> None:
    """A service whose clock is hours ahead takes the rows as ever, and the push says so."""
    quick.fill([deal(1), deal(2)])
    ask_for(sandbox, {"kind": "clock_skew", "hours": 5})
    standings, said = push(quick, sandbox)
    assert standings == {"accepted": 2}
    assert "Note: The service's clock is 5.0 hours ahead of this machine's." in said
    quick.fill([deal(3)])
    assert "clock" not in push(quick, sandbox)[1]


@pytest.mark.parametrize("hours", [-26, 6])
def test_this_machine_s_clock(
    quick: QuickShop, sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """Where this machine is hours off, push and check say so, and the same rows go as with a right clock."""
    quick.fill(
        [deal(1), deal(2, conversion_time="2099-01-01 00:00:00"), deal(3, conversion_time="2020-01-01 00:00:00")]
    )
    right: datetime = clocks.now()
    monkeypatch.setattr(clocks, "now", lambda: right + timedelta(hours=hours))
    standings, said = push(quick, sandbox)
    assert standings == {"accepted": 1, "waiting": 1, "expired": 1}
    side = "ahead of" if hours < 0 else "behind"
    assert f"The warehouse's clock is {abs(hours)}.0 hours {side} this machine's." in said
    assert f"The service's clock is {abs(hours)}.0 hours {side} this machine's." in said
    lines = json.loads(quick.run("check", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url).stdout)["lines"]
    (clock,) = [line for line in lines if line["name"] == "clock"]
    assert (clock["mark"], "hours" in clock["text"]) == ("warning", True)
