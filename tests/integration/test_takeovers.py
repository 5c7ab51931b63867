"""A run whose intents come too late: another has taken over by the real lease, and saw nothing of it to settle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.destinations.microsoft_ads import MicrosoftAds, MicrosoftAdsSettings
from reverse_etl.errors import LeaseLostError
from reverse_etl.run import PushOptions, Silent, push
from reverse_etl.sandbox import LocalSandbox
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.ledger import WarehouseLedger
from reverse_etl.warehouse.project import Project
from tests.support.bench import Bench, click, counting
from tests.support.faults import truth
from tests.support.shop import Shop, copy_of


@pytest.fixture
def bench(shop_template: Shop, tmp_path: Path) -> Iterator[Bench]:
    shop = copy_of(shop_template, tmp_path / "project")
    with Project(DbtOptions(shop.folder, shop.folder)) as project:
        bench = Bench(project)
        bench.fill(1)
        yield bench


class KilledError(BaseException):
    """The process is no more."""


@pytest.mark.parametrize("dies", [False, True])
def test_a_takeover_right_before_the_intents(
    bench: Bench, sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch, *, dies: bool
) -> None:
    """Between plan and intents the run is shut out, its row takes another click, and the next push sends that. The
    intents are void then; the run reads the lease after them, sends nothing and says so, or dies before it can: the key
    counts once."""
    record_intents, write = WarehouseLedger.record_intents, Project.write

    def keep_the_plan(self: Project, macro: str, **arguments: Any) -> None:
        """Whoever takes over drops the plan that it shuts out, and this run is quicker."""
        if macro != "_drop_plan_table":
            write(self, macro, **arguments)

    def take_over_first(self: WarehouseLedger, *stretch: int) -> None:
        monkeypatch.setattr(WarehouseLedger, "record_intents", record_intents)
        with monkeypatch.context() as patch:
            patch.setattr(Project, "write", keep_the_plan)
            successor = WarehouseLedger(bench.project, bench.sync)
            held = successor.holder()
            assert held is not None
            successor.shut_out(held)
        bench.sql(f"update main.deals set microsoft_click_id = '{click(2)}'")
        assert bench.push(sandbox).source == {"accepted": 1}
        record_intents(self, *stretch)
        if dies:
            raise KilledError

    monkeypatch.setattr(WarehouseLedger, "record_intents", take_over_first)
    settings = MicrosoftAdsSettings.load(bench.sync, {"MICROSOFT_ADS_ENDPOINT": sandbox.url})
    ledger = WarehouseLedger(bench.project, bench.sync)
    if dies:
        with pytest.raises(KilledError):
            push(ledger, MicrosoftAds(settings), Silent(), PushOptions())
    else:
        shut_out = push(ledger, MicrosoftAds(settings), Silent(), PushOptions())
        assert isinstance(shut_out.stopped, LeaseLostError)
        assert (shut_out.run_seq, shut_out.sent) == (1, {})
    assert truth(sandbox)["calls"] == 1
    assert counting(sandbox) == {click(2): 10.0}, "a key counts twice"
    assert bench.push(sandbox).source == {"unchanged": 1}
    assert counting(sandbox) == {click(2): 10.0}


def test_what_a_dead_run_had_recorded_is_in_doubt(bench: Bench, sandbox: LocalSandbox) -> None:
    """The successor repeats what it sees of a run that never ended with that run's bytes, whatever the row says now."""
    bench.push(sandbox)
    bench.sql("delete from main.reverse_etl_receipts", "delete from main.reverse_etl_runs where event = 'close'")
    bench.fill(1, value=20.0)
    assert bench.push(sandbox).source == {"held": 1}
    assert (counting(sandbox), bench.statuses()) == ({click(1): 10.0}, {"accepted": 1})
    assert bench.rows("select value from main.reverse_etl_ledger") == [(10.0,), (10.0,)]
