"""Pushes by the product's own parts on one open project, with little patience: many in the time of one command."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from reverse_etl.commands.courier import Patience
from reverse_etl.commands.push import PushOptions, carry_out
from reverse_etl.core.plan import Record
from reverse_etl.core.ports import Silent
from reverse_etl.core.receipt import Answer
from reverse_etl.core.results import RunResult
from reverse_etl.core.sync import WireProtocol
from reverse_etl.destinations.microsoft_ads import MicrosoftAds, MicrosoftAdsSettings
from reverse_etl.destinations.microsoft_ads.wire.rest import RestWire
from reverse_etl.destinations.microsoft_ads.wire.soap import SoapWire
from reverse_etl.sandbox import LocalSandbox
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.exposures import find_syncs
from reverse_etl.warehouse.ledger import WarehouseLedger
from reverse_etl.warehouse.project import Project
from tests.support.faults import truth
from tests.support.shop import Shop

TABLES = ("reverse_etl_ledger", "reverse_etl_receipts", "reverse_etl_runs")
# No server listens there.
NOWHERE = "http://127.0.0.1:1"
# How long an answer is waited for that never comes, and any other: a slow machine must make no difference. Seconds.
IN_VAIN, PATIENT = 0.4, 60.0


class _Interrupted(MicrosoftAds):
    """The destination, after whose first answer something happens before the push gets it.

    `unanswered`: so many calls, the first ones, get no answer, and are given up soon.
    """

    def __init__(
        self, settings: MicrosoftAdsSettings, wire: SoapWire | RestWire, after_call: Callable[[], None], unanswered: int
    ) -> None:
        super().__init__(settings, wire=wire, throttle_wait=0.05)
        self._wire_of_calls = wire
        self._happenings = [after_call]
        self._unanswered = unanswered

    def send(self, records: Sequence[Record]) -> Answer:
        self._wire_of_calls.read_timeout = IN_VAIN if self._unanswered > 0 else PATIENT
        self._unanswered -= 1
        answer = super().send(records)
        if self._happenings:
            self._happenings.pop()()
        return answer


class Bench:
    """An open project of the shop, whose deals are numbered from 1 on. `protocol`: what its pushes speak."""

    protocol = WireProtocol.SOAP

    def __init__(self, project: Project) -> None:
        (sync,) = find_syncs(project.manifest)
        self.sync = replace(sync, account_id="local")
        self.project = project

    def sql(self, *statements: str) -> None:
        """Run statements and commit each."""
        for statement in statements:
            self.project.adapter.execute(statement, auto_begin=True)
            self.project.adapter.commit_if_has_connection()

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of a select."""
        return [tuple(row) for row in self.project.query_sql(sql)]

    def clear(self) -> None:
        """Forget everything that was sent."""
        self.sql(*(f"delete from main.{table}" for table in TABLES))

    def fill(self, count: int, *, value: float = 10.0) -> None:
        """Replace the deals by so many of yesterday noon."""
        self.sql(
            "delete from main.deals",
            "insert into main.deals (deal_id, conversion_name, conversion_time, microsoft_click_id, "
            "conversion_value, conversion_currency_code) "
            "select 'D' || cast(i as varchar), 'Deal won', "
            f"date_trunc('day', now() at time zone 'UTC') - interval '12 hours', {self._click('i')}, {value}, 'USD' "
            f"from generate_series(1, {count}) as numbers(i)",
        )

    @staticmethod
    def _click(number: str) -> str:
        return f"lpad(cast({number} as varchar), 32, '0')"

    def push(
        self,
        sandbox: LocalSandbox,
        *,
        workers: int = 2,
        tries: int = 2,
        after_call: Callable[[], None] = lambda: None,
        environ: Mapping[str, str] | None = None,
        unanswered: int = 0,
        reachable: bool = True,
    ) -> RunResult:
        """Push as the command does, without its guards; `after_call` happens once the first call is answered.

        `unanswered`: how many calls, from the first on, get no answer. `reachable`: False takes the service
        away once it has said that it is there.
        """
        sync = replace(self.sync, protocol=self.protocol)
        settings = MicrosoftAdsSettings.load(sync, {**(environ or {}), "MICROSOFT_ADS_ENDPOINT": sandbox.url})
        address = settings if reachable else replace(settings, endpoint=NOWHERE)
        wire = (SoapWire if self.protocol is WireProtocol.SOAP else RestWire)(address)
        options = PushOptions(
            workers=workers,
            patience=Patience(tries=tries, first_wait=0.02),
            retractions=replace(self.sync.max_retractions, rows=10, share=1.0),
        )
        destination = _Interrupted(settings, wire, after_call, unanswered)
        result = carry_out(WarehouseLedger(self.project, self.sync), destination, Silent(), options)
        assert result.unbalanced == ()
        return result

    def statuses(self) -> dict[str, int]:
        """Records per status, as the ledger has them."""
        return WarehouseLedger(self.project, self.sync).statuses()


@contextmanager
def opened(shop: Shop) -> Iterator[Bench]:
    """The shop's project, open."""
    with Project(DbtOptions(shop.folder, shop.folder)) as project:
        yield Bench(project)


def click(number: int) -> str:
    """The click id of a deal."""
    return f"{number:032d}"


def counting(sandbox: LocalSandbox) -> dict[str, float]:
    """What counts at the judge: the value of each click id."""
    found = truth(sandbox)["identities"]
    counts = {one["click_id"]: float(one["value"]) for one in found if one["counts"]}
    assert len(counts) == sum(one["counts"] for one in found), "one click counts twice"
    return counts
