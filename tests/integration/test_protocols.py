"""SOAP and REST are two ways to one ledger: a switch sends nothing again, and either settles what the other left."""

import json
from datetime import date
from pathlib import Path

import pytest

from reverse_etl.commands.check import run_checks
from reverse_etl.core.check import Mark
from reverse_etl.core.sync import WireProtocol
from reverse_etl.sandbox import LocalSandbox, summary
from reverse_etl.warehouse.dbt_calls import DbtOptions
from tests.integration.test_calls import REST, ROWS, SOAP, bench, benches, settle
from tests.support.bench import Bench, click, counting
from tests.support.faults import ask_for, unanswered
from tests.support.schemas import validate
from tests.support.shop import SYNC, Shop, deal

# Fixtures of the bench are those of test_calls.
__all__ = ["bench", "benches"]


@pytest.mark.parametrize(("one", "other"), [(SOAP, REST), (REST, SOAP)])
def test_a_switch_sends_nothing_again(
    bench: Bench, sandbox: LocalSandbox, books: Path, one: WireProtocol, other: WireProtocol
) -> None:
    """What one protocol delivered is unchanged to the other, which sends what is new and corrects what has changed."""
    bench.protocol = one
    assert bench.push(sandbox).source == {"accepted": ROWS}
    bench.protocol = other
    assert bench.push(sandbox).source == {"unchanged": ROWS}
    assert summary(books).calls == 1
    bench.sql(
        "update main.deals set conversion_value = 25 where deal_id = 'D1'",
        "delete from main.deals where deal_id = 'D2'",
    )
    result = bench.push(sandbox)
    assert (result.source, result.ledger) == ({"accepted": 1, "unchanged": ROWS - 2}, {"retracted": 1})
    assert counting(sandbox) == {click(1): 25.0, **{click(n): 10.0 for n in range(3, ROWS + 1)}}


@pytest.mark.parametrize(("one", "other"), [(SOAP, REST), (REST, SOAP)])
@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "half_answer", "lands_late"])
def test_doubt_by_one_is_settled_by_the_other(
    bench: Bench, sandbox: LocalSandbox, one: WireProtocol, other: WireProtocol, kind: str
) -> None:
    """A batch that got no answer by one protocol is sent by the other, and counts once."""
    bench.protocol = one
    seconds = {"seconds": 0.2} if kind == "lands_late" else {}
    fault = {"kind": kind, "count": 2, **seconds}
    ask_for(sandbox, fault)
    assert bench.push(sandbox, unanswered=unanswered(fault)).source == {"in_doubt": ROWS}
    bench.protocol = other
    settle(bench, sandbox)


@pytest.fixture
def declared(shop: Shop) -> Shop:
    shop.fill([deal(n) for n in range(3)])
    return shop


def test_every_push_says_what_it_speaks(declared: Shop, sandbox: LocalSandbox) -> None:
    """In the result and in JSON; after a switch in the exposure the same command sends nothing."""
    declared.exposure(protocol="soap")
    said = declared.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert said.returncode == 0
    assert ", by SOAP: done" in said.stdout
    assert "on 2027-01-31, and this sync speaks it" in said.stderr
    assert "protocol: rest" in said.stderr
    declared.exposure(protocol="rest")
    done = declared.run("push", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    result = json.loads(done.stdout)
    validate("push", result)
    assert (result["protocol"], result["source"]) == ("rest", {"unchanged": 3})
    assert "SOAP" not in done.stderr


@pytest.mark.parametrize(
    ("protocol", "today", "said", "warns_of"),
    [
        (None, date(2026, 11, 1), "soap (by default)", ""),
        (None, date(2026, 11, 25), "soap (by default)", "SOAP ends on 2027-01-31"),
        ("soap", date(2027, 2, 1), "soap (from the exposure)", "SOAP was to end on 2027-01-31"),
        (None, date(2027, 1, 31), "rest (by default)", ""),
        ("rest", date(2026, 11, 25), "rest (from the exposure)", ""),
    ],
)
def test_check_says_what_is_spoken_and_for_how_long(
    declared: Shop, sandbox: LocalSandbox, *, protocol: str | None, today: date, said: str, warns_of: str
) -> None:
    """The protocol with its source, and a warning while SOAP is near its end; the address is shown without a path."""
    declared.exposure(protocol=protocol)
    options = DbtOptions(declared.folder, declared.folder)
    environ = {"MICROSOFT_ADS_ENDPOINT": sandbox.url}
    lines = [line for line in run_checks(options, SYNC, environ, today=today) if line.subject == SYNC]
    fine, *warnings = [line for line in lines if line.name == "protocol"]
    assert (fine.mark, fine.text) == (Mark.OK, said)
    assert [warns_of in line.text and line.mark is Mark.WARNING for line in warnings] == ([True] if warns_of else [])
    assert [line.text for line in lines if line.name == "endpoint"] == [
        f"{sandbox.url} (from MICROSOFT_ADS_ENDPOINT in the environment)"
    ]


def test_a_protocol_that_is_none_is_named(declared: Shop) -> None:
    """A mistake in the exposure is a setting's: exit code 2, with what to set."""
    declared.exposure(protocol="graphql")
    done = declared.run("push")
    assert done.returncode == 2
    assert "soap, rest" in done.stderr
