"""What a report tells of ledger and source, read by the dbt package's macros. No key, click id or hash is read."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from reverse_etl.core.report import Correction, GoalDay, RefusedDay, RowGroup
from reverse_etl.warehouse.ledger import WarehouseLedger
from reverse_etl.warehouse.statements import Row, as_date, reasons_of


class WarehouseReport:
    """Reads what is reported of one scope. `first_day`: since when."""

    def __init__(self, ledger: WarehouseLedger, first_day: date) -> None:
        self._ledger = ledger
        self._books = ledger.books
        self.first_day = first_day

    def rows(self, now: str, *, oldest: str, before: str) -> tuple[RowGroup, ...]:
        """The source rows by what a plan as of `now` does with them; those between the two times may expire unsent."""
        with self._ledger.planned(now, with_repeats=True) as planned:
            found = self._books.project.records("_report_rows", rows=planned, oldest=oldest, before=before)
        return tuple(
            RowGroup(
                class_=row["class"],
                reasons=reasons_of(row),
                code=_code(row),
                currency=row["currency"] or "",
                accepted=bool(row["accepted"]),
                expiring=bool(row["expiring"]),
                rows=int(row["rows_in_all"]),
                value=float(row["sum_of_value"] or 0),
                valued=int(row["rows_with_value"]),
                oldest=row["oldest"] or "",
            )
            for row in found
        )

    def conversions(self) -> tuple[GoalDay, ...]:
        """What counts at the destination, by the day of the conversion."""
        return tuple(
            GoalDay(
                row["conversion_name"],
                date.fromisoformat(row["conversion_date"]),
                row["currency"] or "",
                int(row["conversions"]),
                float(row["sum_of_value"] or 0),
                int(row["conversions_with_value"]),
            )
            for row in self._read("_report_conversions")
        )

    def refusals(self) -> tuple[RefusedDay, ...]:
        """What was refused, each try counted, by the day of the upload."""
        return tuple(
            RefusedDay(as_date(row["upload_date"]), row["operation"], _code(row), int(row["attempts"]))
            for row in self._read("_report_refusals")
        )

    def corrections(self) -> tuple[Correction, ...]:
        """The restatements and retractions that were accepted."""
        return tuple(
            Correction(
                operation=row["operation"],
                conversion_name=row["conversion_name"],
                conversions=int(row["conversions"]),
                before=float(row["sum_before"] or 0),
                currency_before=row["currency_before"] or "",
                valued_before=int(row["conversions_with_value_before"]),
                value=float(row["sum_of_value"] or 0),
                currency=row["currency"] or "",
                valued=int(row["conversions_with_value"]),
            )
            for row in self._read("_report_corrections")
        )

    def _read(self, macro: str) -> Iterator[Row]:
        books = self._books
        yield from books.project.records(
            macro, tables=books.tables, scope=books.scope, first_day=self.first_day.isoformat()
        )


def _code(row: Row) -> tuple[int | None, str]:
    code: Any = row["code"]
    return None if code is None else int(code), row["error_code"] or ""
