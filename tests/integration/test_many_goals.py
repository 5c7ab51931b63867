"""Conversion windows of as many goals as there may be, and of any length: only those that rows name are looked at."""

from unittest import mock

from reverse_etl.core.goal import Goal
from reverse_etl.session import Session
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.exposures import find_syncs
from reverse_etl.warehouse.project import Project
from tests.support.engines import both_engines
from tests.support.hostile import JINJA, TABLES
from tests.support.shop import Shop, deal

MODEL = "select *, conversion_time - interval '61 minutes' as click_time from {{ source('crm', 'deals') }}\n"
NAMES = [TABLES, JINJA, "Deal won", "Never reported", "Endless", "Beyond"]


@both_engines
def test_many_goals_and_windows_of_any_length_are_compared(shop: Shop) -> None:
    """Thousands of goals that no row names are passed over, and a window beyond the longest is the longest."""
    (shop.folder / "models/offline_conversions.sql").write_text(MODEL)
    shop.dbt("run", "--quiet", "--select", "offline_conversions")
    shop.fill([deal(n, conversion_name=name) for n, name in enumerate(NAMES)])
    goals = [Goal(f"Goal {n}", n, window_minutes=60) for n in range(10_000)]
    goals += [Goal("a\x00b\ud800", window_minutes=60), Goal("Never reported"), Goal("Endless", window_minutes=10**12)]
    goals += [Goal(name, window_minutes=60) for name in NAMES[:3]]
    goals += [Goal("Beyond", window_minutes=-(10**18))]
    with Project(DbtOptions(shop.folder, shop.folder)) as project:
        project.connect()
        (sync,) = find_syncs(project.manifest)
        ledger = Session.of(project, sync).ledger
        with mock.patch.object(project, "records", wraps=project.records) as asked:
            found = {demand.name: demand.late for demand in ledger.demands(goals)}
        none_finished = {demand.name: demand.late for demand in ledger.demands([])}
    # The statement does not grow with the goals of the account.
    windows = asked.call_args.kwargs["windows"]
    assert sorted(name for name, _ in windows) == sorted(set(NAMES) - {"Never reported"})
    assert found == dict.fromkeys(NAMES, 1) | {"Never reported": 0, "Endless": 0}
    assert none_finished == dict.fromkeys(NAMES, 0)
