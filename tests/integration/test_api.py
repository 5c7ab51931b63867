"""The Python API: the commands' powers for programs."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

import reverse_etl
from reverse_etl.core.errors import GuardError, SettingsError
from reverse_etl.sandbox import LocalSandbox
from reverse_etl.session import open_workspace
from reverse_etl.warehouse.dbt_calls import DbtOptions
from tests.support.shop import SYNC, Shop, deal


def test_two_pushes_and_a_dbt_process_live_in_one_process(
    shop: Shop, sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each call closes its connection: dbt and DuckDB can open the file in between. Nothing is printed, and a result
    cannot be changed."""
    monkeypatch.setenv("MICROSOFT_ADS_ENDPOINT", sandbox.url)
    shop.fill([deal(1), deal(2)])
    where = {"project_dir": shop.folder, "profiles_dir": shop.folder}
    planned = reverse_etl.plan(**where)
    assert planned.plan.to_send == 2
    assert {line.exit_code for line in reverse_etl.check(SYNC, **where)} == {0}
    first = reverse_etl.push(SYNC, **where)
    assert (first.exit_code, first.source) == (0, {"accepted": 2})
    with pytest.raises(FrozenInstanceError):
        first.run_seq = 7  # type: ignore[misc]
    shop.dbt("build", "--quiet")
    shop.fill([deal(1), deal(2), deal(3)])
    second = reverse_etl.push(SYNC, target="dev", vars={"any": 1}, **where)
    assert second.source == {"accepted": 1, "unchanged": 2}
    known = reverse_etl.status(**where)
    assert known.statuses == {"accepted": 3}
    assert [run.run_seq for run in known.runs] == [2, 1]
    shown = capfd.readouterr()
    assert (shown.out, shown.err) == ("", "")


def test_only_the_documented_errors_are_raised(shop: Shop, tmp_path: Path) -> None:
    """A wrong folder, an unknown sync and a guard come as errors of ours, with a hint."""
    where = {"project_dir": shop.folder, "profiles_dir": shop.folder}
    with pytest.raises(SettingsError):
        reverse_etl.plan(project_dir=tmp_path)
    with pytest.raises(TypeError, match="unknown arguments: targt"):
        reverse_etl.push(targt="prod")  # type: ignore[call-arg]
    with pytest.raises(SettingsError, match="Did you mean"):
        reverse_etl.status(SYNC + "s", **where)
    shop.exposure(enabled=False)
    with pytest.raises(GuardError, match="is paused"):
        reverse_etl.push(SYNC, **where)


def test_calls_in_one_process_come_one_after_another(shop: Shop) -> None:
    """dbt has one adapter in a process: a second call at once would meet the first one's warehouse, so it raises."""
    where = {"project_dir": shop.folder, "profiles_dir": shop.folder}
    with open_workspace(DbtOptions(shop.folder, shop.folder)), pytest.raises(SettingsError, match="Another call"):
        reverse_etl.status(**where)
    assert reverse_etl.status(**where).statuses == {}
