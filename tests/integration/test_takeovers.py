"""A run whose intents come too late: another has taken over by the real lease, and saw nothing of it to settle."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.commands.push import PushOptions, carry_out
from reverse_etl.core.errors import LeaseLostError
from reverse_etl.core.plan import Plan
from reverse_etl.core.ports import Silent
from reverse_etl.core.results import RunResult
from reverse_etl.destinations.microsoft_ads import MicrosoftAds, MicrosoftAdsSettings
from reverse_etl.sandbox import LocalSandbox
from reverse_etl.warehouse.ledger import WarehouseLedger
from reverse_etl.warehouse.project import Project
from tests.support.bench import Bench, click, counting, opened
from tests.support.faults import truth
from tests.support.shop import Shop, copy_of


class KilledError(BaseException):
    """The process is no more."""


@pytest.fixture
def bench(shop_template: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """One row, and a first run that is shop: whoever takes over has not dropped its plan yet when it goes on."""
    write = Project.write

    def keep_the_first_plan(self: Project, macro: str, **arguments: Any) -> None:
        if not (macro == "_drop_plan_table" and str(arguments["plan"]).strip('"').endswith("_1")):
            write(self, macro, **arguments)

    monkeypatch.setattr(Project, "write", keep_the_first_plan)
    shop = copy_of(shop_template, tmp_path / "project")
    with opened(shop) as bench:
        bench.fill(1)
        yield bench


def deliver(bench: Bench, sandbox: LocalSandbox, ledger: WarehouseLedger) -> RunResult:
    settings = MicrosoftAdsSettings.load(bench.sync, {"MICROSOFT_ADS_ENDPOINT": sandbox.url})
    return carry_out(ledger, MicrosoftAds(settings), Silent(), PushOptions())


def successor(bench: Bench, click_id: str = click(2)) -> WarehouseLedger:
    """The row takes this click; gives the ledger of a push that shuts out who holds the lease."""
    bench.sql(f"update main.deals set microsoft_click_id = '{click_id}'")
    ledger = WarehouseLedger(bench.project, bench.sync)
    held = ledger.holder()
    assert held is not None
    ledger.claim = lambda tests="": ledger._take(over=held.claim_id)  # type: ignore[method-assign]
    return ledger


def assert_only_the_second_counts(bench: Bench, sandbox: LocalSandbox) -> None:
    """The successor's call is all that there was, and nothing is left to do."""
    assert truth(sandbox)["calls"] == 1
    for _ in range(2):
        assert counting(sandbox) == {click(2): 10.0}, "a key counts twice"
        assert bench.push(sandbox).source == {"unchanged": 1}


def test_a_takeover_right_before_the_intents(bench: Bench, sandbox: LocalSandbox) -> None:
    """Between plan and intents another takes over and sends what the row says now. The intents are void then; the run
    reads the lease after them, sends nothing and says so, and its sums hold: the key counts once."""
    stalled = WarehouseLedger(bench.project, bench.sync)
    record_intents = stalled.record_intents

    def take_over_first(*stretch: int) -> None:
        assert deliver(bench, sandbox, successor(bench)).source == {"accepted": 1}
        record_intents(*stretch)

    stalled.record_intents = take_over_first  # type: ignore[method-assign]
    shut_out = deliver(bench, sandbox, stalled)
    assert isinstance(shut_out.stopped, LeaseLostError)
    assert (shut_out.run_seq, shut_out.sent, shut_out.unbalanced) == (1, {}, ())
    assert_only_the_second_counts(bench, sandbox)


def test_intents_that_land_while_the_successor_plans(bench: Bench, sandbox: LocalSandbox) -> None:
    """They come from a run that dies right after them. It was fenced before the plan that does not know them, so that
    they are void and no run ever repeats them: the key counts once."""
    stalled = WarehouseLedger(bench.project, bench.sync)
    record_intents = stalled.record_intents

    def take_over_meanwhile(*stretch: int) -> None:
        other = successor(bench)
        make_plan = other.make_plan

        def plan_and_let_land(run_seq: int, **offsets: int) -> Plan:
            plan = make_plan(run_seq, **offsets)
            record_intents(*stretch)
            return plan

        other.make_plan = plan_and_let_land  # type: ignore[method-assign,assignment]
        assert deliver(bench, sandbox, other).sent == {"accepted": 1}
        raise KilledError

    stalled.record_intents = take_over_meanwhile  # type: ignore[method-assign]
    with pytest.raises(KilledError):
        deliver(bench, sandbox, stalled)
    assert_only_the_second_counts(bench, sandbox)


@pytest.mark.parametrize("step", ["matched_rows", "plain_counts"])
def test_intents_that_land_between_the_steps_of_a_plan(
    bench: Bench, sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A plan of many statements takes what a run that was shut out writes meanwhile for void, in each of them."""
    stalled = WarehouseLedger(bench.project, bench.sync)
    record_intents, write, value = stalled.record_intents, Project.write, Project.value

    def of_another_engine(self: Project, macro: str, **arguments: Any) -> Any:
        return False if macro == "_keeps_ctes" else value(self, macro, **arguments)

    def take_over_meanwhile(*stretch: int) -> None:
        landed = []

        def let_land(self: Project, macro: str, **arguments: Any) -> None:
            if macro == "_create_step_table" and arguments["table"].endswith(step) and not landed:
                landed.append(step)
                record_intents(*stretch)
            write(self, macro, **arguments)

        other = successor(bench, click_id=click(1))
        monkeypatch.setattr(Project, "write", let_land)
        monkeypatch.setattr(Project, "value", of_another_engine)
        done = deliver(bench, sandbox, other)
        assert landed
        assert (done.source, done.unbalanced) == ({"accepted": 1}, ())
        raise KilledError

    stalled.record_intents = take_over_meanwhile  # type: ignore[method-assign]
    with pytest.raises(KilledError):
        deliver(bench, sandbox, stalled)
    assert (counting(sandbox), bench.statuses()) == ({click(1): 10.0}, {"accepted": 1})


def test_what_a_dead_run_had_recorded_is_in_doubt(bench: Bench, sandbox: LocalSandbox) -> None:
    """The successor repeats what it sees of a run that never ended with that run's bytes, whatever the row says now."""
    bench.push(sandbox)
    bench.sql("delete from main.reverse_etl_receipts", "delete from main.reverse_etl_runs where event = 'close'")
    bench.fill(1, value=20.0)
    assert bench.push(sandbox).source == {"held": 1}
    assert (counting(sandbox), bench.statuses()) == ({click(1): 10.0}, {"accepted": 1})
    assert bench.rows("select value from main.reverse_etl_ledger") == [(10.0,), (10.0,)]
