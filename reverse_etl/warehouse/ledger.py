"""The ledger of one sync in the user's warehouse, read and written by the dbt package's macros."""

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.goal import Demand, Goal
from reverse_etl.core.kinds import kind_of
from reverse_etl.core.plan import Money, Plan, PlanLine, Record, Sample
from reverse_etl.core.ports import Rejected, RunSummary, Standings
from reverse_etl.core.receipt import Receipt
from reverse_etl.core.results import Claim, PlannedRow, RunReport, WhyReport
from reverse_etl.core.sync import Sync
from reverse_etl.warehouse.accounts import elsewhere_of, rows_of
from reverse_etl.warehouse.demands import planned_demands, read_demands, retracted_of_clicks_in_use
from reverse_etl.warehouse.history import Books, explain, find_key, planned_rows, read_run, read_runs
from reverse_etl.warehouse.lease import WarehouseLease, holder
from reverse_etl.warehouse.planning import drop_left_steps, rendered, request, scope_id
from reverse_etl.warehouse.project import Project
from reverse_etl.warehouse.source import built_columns, check_columns, click_time_of, spelled
from reverse_etl.warehouse.statements import Row, noun
from reverse_etl.warehouse.tables import check_writers, ledger_tables

# Lines of a plan that are read at once where all are.
LINES_PER_PAGE = 5000
# Rows of one insert of receipts; each is a line of literals.
RECEIPTS_PER_INSERT = 500
# Before an insert of receipts that failed is run again: what was answered is worth some patience. Seconds.
RECEIPT_WAITS = (1.0, 5.0, 15.0)


class WarehouseLedger:
    """The Ledger port over a dbt project. Raises SettingsError where a table or a column is missing.

    `goals`: those of the account; a plan holds the rows that they would refuse.
    """

    def __init__(self, project: Project, sync: Sync, goals: Sequence[Goal] | None = None) -> None:
        self._project = project
        self._sync = sync
        self._scope = sync.scope.as_dict()
        self._tables = ledger_tables(project)
        self._plan_table = ""
        columns = built_columns(project, sync.source)
        check_columns(project.relation(sync.source), columns, sync.unique_key, sync.account_column)
        account_column = spelled(columns, sync.account_column)
        # Where history and source stand, for who reads them for people.
        self.books = Books(
            project,
            sync,
            self._tables,
            rows_of(project, sync, account_column),
            spelled(columns, sync.unique_key),
            click_time_of(columns),
            goals,
            elsewhere_of(project, sync, account_column),
        )

    def claim(self, tests: str = "") -> WarehouseLease:
        """Take the lease and fence older runs; raises LeaseHeldError while another run holds it.

        `tests`: what dbt's tests said of the source, as JSON that stays with the run.
        """
        return self._take(tests=tests)

    def holder(self) -> Claim | None:
        """Who holds the lease, dead or alive; None where a push finds it free."""
        return holder(self._project, self._tables["runs"], self._sync.scope)

    def take_over(self, held: Claim) -> WarehouseLease:
        """Take the lease over from its holder, alive or not; raises LeaseHeldError where another run has it by now."""
        return self._take("unlock", over=held.claim_id)

    def _take(self, kind: str = "", over: str = "", tests: str = "") -> WarehouseLease:
        check_writers(self._project, self._sync)
        lease = WarehouseLease.take(
            self._project,
            self._tables,
            self._sync.scope,
            tests=tests,
            kind=kind,
            over=over,
        )
        for run_seq in lease.took_over_from:
            self._project.write("_drop_plan_table", plan=self._plan_name(run_seq))
        drop_left_steps(self.books)
        return lease

    def clock(self) -> str:
        """The warehouse's time as UTC text."""
        return str(self._project.query("_clock")[0][0])

    def read_plan(self, *, samples: int, now: str = "") -> Plan:
        """The plan as of a time, or of now, without writing anything."""
        now = now or self.clock()
        for with_repeats in (False, True):
            with self.planned(now, with_repeats=with_repeats) as rows:
                plan, repeats = self._summary(rows, now, samples)
            if not repeats:
                break
        return plan

    @contextlib.contextmanager
    def planned(self, now: str = "", *, with_repeats: bool = False) -> Iterator[str]:
        """The rows of the plan as of a time, or of now, as something to select from within the block."""
        with rendered(self.books, request(self.books, now or self.clock(), with_repeats=with_repeats)) as select_sql:
            yield f"({select_sql})"

    def step_sql(self, name: str) -> str:
        """The SQL of the plan as of now up to one of its steps; raises SettingsError where no step has the name."""
        plan = request(self.books, self.clock())
        names = self._project.value("_step_names", plan=plan)
        if name not in names:
            raise SettingsError(f"The plan has no step {name}.", hint=f"Its steps: {', '.join(names)}.")
        return self._project.sql("_plan", plan=plan, last=name)

    def plan_lines(self, now: str) -> Iterator[PlannedRow]:
        """Every line of the plan as of a time, one after another; nothing is written and none is kept."""
        for with_repeats in (False, True):
            with self.planned(now, with_repeats=with_repeats) as rows:
                pages = self._project.stream(self._project.sql("_plan_export", rows=rows), LINES_PER_PAGE)
                first = next(pages, [])
                if with_repeats or not first or not first[0]["unseen_repeats"]:
                    yield from planned_rows(first)
                    for page in pages:
                        yield from planned_rows(page)
                    return
                pages.close()

    def make_plan(self, run_seq: int, *, seq_offset: int, batch_offset: int, batch_rows: int) -> Plan:
        """Write the plan of this run into a table; its records are numbered after the offsets."""
        self.drop_plan()
        now, books = self.clock(), self.books
        self._plan_table = table = self._plan_name(run_seq)
        for with_repeats in (False, True):
            plan_of_run = request(
                books,
                now,
                run_seq=run_seq,
                seq_offset=seq_offset,
                batch_offset=batch_offset,
                batch_rows=batch_rows,
                with_repeats=with_repeats,
            )
            self._project.write("_drop_plan_table", plan=table)
            with rendered(books, plan_of_run) as select_sql:
                self._project.write("_create_plan_table", plan=table, select_sql=select_sql)
            plan, repeats = self._summary(str(table), now, 0)
            if not repeats:
                break
        return plan

    def page(self, seq_from: int, seq_to: int) -> list[Record]:
        """The records of the run's plan with these numbers, both included, in order."""
        names, rows = self._project.tuples("_plan_page", plan=self._plan_table, seq_from=seq_from, seq_to=seq_to)
        # By name, and at once: of a million rows each microsecond is a second.
        in_order = itemgetter(*map(names.index, Record._fields))
        records = map(Record._make, map(in_order, rows))
        if self._project.has_cursor:
            return list(records)
        return [
            one._replace(
                value=_float(one.value),
                attribution_credit=_float(one.attribution_credit),
                adjustment_time=one.adjustment_time or "",
            )
            for one in records
        ]

    def record_intents(self, run_seq: int, seq_from: int, seq_to: int) -> None:
        """Write a stretch of the run's plan into the ledger; afterwards it may be sent."""
        self._project.write(
            "_insert_intents",
            ledger=self._tables["ledger"],
            plan=self._plan_table,
            scope=self._scope,
            run_seq=run_seq,
            seq_from=seq_from,
            seq_to=seq_to,
        )

    def record_receipts(self, run_seq: int, receipts: Sequence[Receipt]) -> None:
        """Write what was answered: refused and deferred rows no later than the range that accepts them."""
        ordered = sorted(receipts, key=lambda receipt: receipt.outcome == "accepted")
        for rows in _slices(ordered, RECEIPTS_PER_INSERT):
            self._project.write_insistently(
                "_insert_receipts",
                RECEIPT_WAITS,
                receipts=self._tables["receipts"],
                scope=self._scope,
                run_seq=run_seq,
                rows=[_as_row(receipt) for receipt in rows],
            )

    def standings(self, run_seq: int) -> Standings:
        """What became of each row of the run's last plan."""
        sides: dict[str, dict[str, int]] = {"source": {}, "ledger": {}}
        sums: Counter[str] = Counter()
        of_plan = dict.fromkeys(("source_rows", "known_identities"), 0)
        for row in self._project.records(
            "_standings",
            plan=self._plan_table,
            tables=self._tables,
            scope=self._scope,
            run_seq=run_seq,
            now=self.clock(),
            max_age_days=kind_of(self._sync.destination).max_age_days,
        ):
            sides[row["side"]][row["standing"]] = int(row["rows_in_all"])
            sums.update({name: int(row[name]) for name in ("known_standing", "beyond_help")})
            of_plan = {name: int(row[name]) for name in of_plan}
        outcomes = self._project.query("_run_outcomes", tables=self._tables, scope=self._scope, run_seq=run_seq)
        return Standings(
            source=sides["source"],
            ledger=sides["ledger"],
            known_standing=sums["known_standing"],
            beyond_help=sums["beyond_help"],
            **of_plan,
            run_outcomes={str(outcome): int(count) for outcome, count in outcomes},
        )

    def drop_plan(self) -> None:
        """Remove the run's plan table."""
        if self._plan_table:
            self._project.write("_drop_plan_table", plan=self._plan_table)
            self._plan_table = ""

    def history(self, limit: int, *, pushes_only: bool = False) -> list[RunSummary]:
        """The newest runs of the scope, the newest first. A run without an end has no `ended_at`."""
        return read_runs(self.books, limit=limit, pushes_only=pushes_only)

    def statuses(self) -> dict[str, int]:
        """Identities per status, all that were ever sent."""
        return self.known()[0]

    def known(self) -> tuple[dict[str, int], dict[str, int]]:
        """Identities per status, and those of them whose correction is refused or in doubt, per kind of that."""
        found: dict[str, dict[str, int]] = {"status": {}, "correction": {}}
        for kind, name, count in self._project.query("_status_counts", tables=self._tables, scope=self._scope):
            found[kind][name] = int(count)
        return found["status"], found["correction"]

    def rejected(self) -> list[Rejected]:
        """The source's rows that the destination refused and that are unchanged since."""
        return [noun(Rejected, row) for row in self._query_plan("_rejected")]

    def kept_tests(self) -> str:
        """What the newest `push --build` kept of dbt's tests, as JSON; empty where there was none."""
        rows = self._project.query("_kept_tests", runs=self._tables["runs"], scope=self._scope)
        return str(rows[0][0]) if rows else ""

    def newest_time(self) -> str:
        """The time of the source's newest conversion up to now, as UTC text; empty where there is none.

        Of all accounts: a quiet one is no stale source.
        """
        source = self._project.relation(self._sync.source)
        return str(self._project.query("_newest_time", source=source)[0][0] or "")

    def newest_event(self) -> str:
        """The time of the newest event of any run of any scope, as UTC text; empty where there was none."""
        return str(self._project.query("_newest_event", runs=self._tables["runs"])[0][0] or "")

    def run(self, run_seq: int) -> RunReport | None:
        """All that is known of a run; None where there is none of that number."""
        found = read_runs(self.books, limit=1, run_seq=run_seq)
        return read_run(self.books, found[0]) if found else None

    def explain(self, key: str) -> WhyReport:
        """What a key names in the plan as of now; no rows where it names nothing."""
        now = self.clock()
        readings, value = find_key(self.books, key)
        if value is None:
            return WhyReport(self._sync, now, readings, (), 0)
        with self.planned(now, with_repeats=True) as planned:
            return WhyReport(self._sync, now, readings, *explain(self.books, planned, readings[-1], value))

    def demands(self, goals: Iterable[Goal]) -> list[Demand]:
        """What the rows of the source ask of the goals that they name, as far as a push could send them."""
        return read_demands(self.books, self.clock(), goals)

    def planned_demands(self, *, replacing: bool) -> list[Demand]:
        """What the rows ask that the run's plan sends, or that replace what it retracts."""
        return planned_demands(self.books, self._plan_table, replacing=replacing)

    def retracted_of_clicks_in_use(self, names: Sequence[str] | None) -> dict[str, int]:
        """How many conversions of these goals, or of any, the plan retracts while another row has their click."""
        return retracted_of_clicks_in_use(self.books, self._plan_table, names)

    def accepted(self) -> int:
        """About how many records of the scope the destination accepted, ever."""
        return int(self._project.query("_accepted", receipts=self._tables["receipts"], scope=self._scope)[0][0])

    def _query_plan(self, macro: str, **arguments: Any) -> list[Row]:
        """The rows of a macro's select over the run's plan, or over that of now where no run made one."""
        if self._plan_table:
            return self._project.records(macro, rows=self._plan_table, **arguments)
        with self.planned(with_repeats=True) as rows:
            return self._project.records(macro, rows=rows, **arguments)

    def _plan_name(self, run_seq: int) -> Any:
        """The table of a run's plan, beside the ledger."""
        name = f"reverse_etl_plan_{scope_id(self._scope)}_{run_seq}"
        return self._tables["ledger"].incorporate(path={"identifier": name})

    def _summary(self, rows: str, now: str, samples: int) -> tuple[Plan, int]:
        """A plan, and how many of its source rows share a conversion unseen: where any do, it must be made again."""
        known = repeats = 0
        lines: dict[tuple[str, str, str, str], dict[Money | None, list[Row]]] = {}
        for row in self._project.records("_plan_summary", rows=rows, samples=samples):
            known, repeats = row["known_identities"], row["unseen_repeats"]
            groups = lines.setdefault((row["side"], row["class"], row["reason"] or "", row["operation"]), {})
            groups.setdefault(_money(row), []).append(row)
        plan = Plan(
            now,
            tuple(
                PlanLine(
                    side,
                    class_,
                    tuple(r for r in reason.split(",") if r),
                    operation,
                    sum(int(found[0]["rows_in_all"]) for found in groups.values()),
                    _samples((row for found in groups.values() for row in found), samples) if samples else (),
                    tuple(filter(None, groups)),
                )
                for (side, class_, reason, operation), groups in lines.items()
            ),
            int(known),
        )
        return plan, int(repeats)


def _money(row: Row) -> Money | None:
    """The sums of the row's group; None of rows that no push would send."""
    if not row["goal"]:
        return None
    return Money(
        row["goal"],
        int(row["rows_in_all"]),
        float(row["sum_of_value"] or 0),
        row["sum_currency"] or "",
        int(row["rows_with_value"]),
        float(row["sum_of_counted"] or 0),
        row["counted_sum_currency"] or "",
        int(row["rows_with_counted"]),
    )


def _samples(rows: Iterable[Row], samples: int) -> tuple[Sample, ...]:
    """The first rows of a line; those that need nothing stand together in one row, which is no example of any."""
    shown = sorted(
        (row for row in rows if row["conversion_name"] is not None),
        key=lambda row: (row["seq"] or 0, row["conversion_time"], row["record_key"]),
    )
    return tuple(noun(Sample, row) for row in shown[:samples])


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _slices(items: Sequence[Receipt], size: int) -> Iterator[Sequence[Receipt]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _as_row(receipt: Receipt) -> dict[str, Any]:
    return {
        "batch": receipt.batch,
        "seq_from": receipt.seq_from,
        "seq_to": receipt.seq_to,
        "outcome": receipt.outcome.value,
        "settles": receipt.settles,
        "code": receipt.code,
        "error_code": _storable(receipt.error_code, 200),
        "message": _storable(receipt.message, 2000),
        "tracking_id": _storable(receipt.tracking_id, 200),
    }


def _storable(text: str, length: int) -> str:
    """Text from outside, short enough and without the NUL that some engines cannot hold."""
    return text.replace("\x00", "")[:length]
