"""Two fetches of attribution that begin at once have one number: the newest answer holds, and holds whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from unittest import mock

from reverse_etl.core.attribution import Reported, ReportedDay
from reverse_etl.warehouse.attribution import WarehouseAttribution
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.exposures import find_syncs
from reverse_etl.warehouse.project import Project
from tests.support.engines import both_engines
from tests.support.shop import Shop

DAYS = 40
REPORTS = "reverse_etl_attribution_reports"


def reported(count: int) -> Reported:
    """An answer for many days, each with as many attributed as not, and a reason of its own."""
    last = datetime.now(UTC).date()
    days = (last - timedelta(days=n) for n in range(DAYS))
    return Reported(tuple(ReportedDay(1, day, count, count, ((f"Reason{count}", count),)) for day in days))


@both_engines
def test_of_two_fetches_at_once_the_newest_answer_holds(shop: Shop) -> None:
    """Whatever their ids: the later answer is shown with its reasons, and no row of the earlier one beside it."""
    shop.dbt("parse", "--quiet")
    with Project(DbtOptions(shop.folder, shop.folder)) as project:
        project.connect()
        (sync,) = find_syncs(project.manifest)
        early, late = WarehouseAttribution(project, sync), WarehouseAttribution(project, sync)
        with mock.patch("reverse_etl.warehouse.attribution.uuid.uuid4") as made:
            made.return_value.hex = "f" * 32
            number = early.open_fetch()
            made.return_value.hex = "0" * 32
            assert late.open_fetch() == number
        early.record(reported(1), {1: "Deal won"})
        late.record(reported(7), {1: "Deal won"})
    assert shop.sql("select distinct attributed, unattributed from reverse_etl_attribution") == [(7, 7)]
    reasons = shop.sql("select reason, count(*) from reverse_etl_unattributed group by reason")
    assert reasons == [("Reason7", DAYS)]
    times = shop.sql(f"select count(*), count(distinct fetched_at) from {REPORTS} group by fetch_id")
    assert times == [(2 * DAYS, 1), (2 * DAYS, 1)]
