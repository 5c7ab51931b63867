"""What a destination reported of one sync's conversions, kept in an insert-only table beside its ledger."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from reverse_etl.core.attribution import AttributedDay, Counts, MatchTotals, Reported, ReportedDay
from reverse_etl.core.errors import SettingsError
from reverse_etl.core.sync import Sync
from reverse_etl.warehouse.project import Project
from reverse_etl.warehouse.statements import as_date
from reverse_etl.warehouse.tables import ledger_tables

TABLE = "attribution_reports"


class WarehouseAttribution:
    """Where one scope keeps what was reported. Every writing method has committed when it returns.

    Raises SettingsError where the table is not built, as in a project that an earlier version of the package built.
    """

    def __init__(self, project: Project, sync: Sync) -> None:
        self._project = project
        self._scope = sync.scope.as_dict()
        self._tables = ledger_tables(project)
        self._reports = ledger_tables(project, [TABLE])[TABLE]
        self._fetch_seq = 0
        self._fetch_id = ""

    def span(self, days: int) -> tuple[date, date] | None:
        """The newest `days` days of upload, from the first to the last; None where nothing was sent.

        One more follows, unless it is yet to come: what left before midnight may have arrived after.
        """
        ((oldest, newest),) = self._project.query("_upload_span", tables=self._tables, scope=self._scope)
        if oldest is None:
            return None
        oldest, newest = as_date(oldest), as_date(newest)
        first = max(oldest, newest - timedelta(days=days - 1))
        return first, max(newest, min(newest + timedelta(days=1), self._today()))

    def sent_to(self, first_day: date) -> list[str]:
        """Names of the goals that anything was sent to since then, by name."""
        rows = self._project.query("_sent_to", tables=self._tables, scope=self._scope, first_day=first_day.isoformat())
        return [str(name) for (name,) in rows]

    def open_fetch(self) -> int:
        """Begin a fetch; gives its number. Nothing is written yet."""
        ((number,),) = self._project.query("_next_fetch", reports=self._reports, scope=self._scope)
        self._fetch_seq, self._fetch_id = int(number), uuid.uuid4().hex
        return self._fetch_seq

    def record(self, reported: Reported, names: Mapping[int, str]) -> None:
        """Write what one answer tells, in one insert. `names`: of the goals, by id."""
        rows = [row for day in reported.days for row in _rows(day, names[day.goal_id])]
        if rows:
            self._project.write(
                "_insert_attribution",
                reports=self._reports,
                scope=self._scope,
                fetch_seq=self._fetch_seq,
                fetch_id=self._fetch_id,
                fetched_at=str(self._project.query("_moment")[0][0]),
                rows=rows,
            )

    def days(self, first_day: date) -> dict[str, list[AttributedDay]]:
        """What was sent since then and what became of it: the days of each goal, the oldest first."""
        found: dict[str, list[AttributedDay]] = {}
        for name, day, *counts, fetched_at in self._lines(first_day):
            *ours, attributed, unattributed = counts
            both = (None if one is None else int(one) for one in (attributed, unattributed))
            found.setdefault(str(name), []).append(
                AttributedDay(as_date(day), Counts(*(int(one) for one in ours), *both), fetched_at or "")
            )
        return found

    def reasons(self, first_day: date) -> dict[str, list[tuple[str, int]]]:
        """Why conversions were not attributed, by goal, the commonest reason first."""
        found: dict[str, list[tuple[str, int]]] = {}
        for name, reason, count in self._project.query(
            "_unattributed_lines", reports=self._reports, scope=self._scope, first_day=first_day.isoformat()
        ):
            found.setdefault(str(name), []).append((str(reason), int(count)))
        return found

    def totals(self, days: int) -> MatchTotals | None:
        """How much of the uploads of the last `days` days was attributed; None where nothing was reported."""
        first_day = self._today() - timedelta(days=days - 1)
        rows = self._project.query(
            "_match_totals", reports=self._reports, scope=self._scope, first_day=first_day.isoformat()
        )
        if not rows:
            return None
        ((attributed, unattributed, first, last, fetched_at),) = rows
        return MatchTotals(int(attributed), int(unattributed), as_date(first), as_date(last), str(fetched_at))

    def _lines(self, first_day: date) -> Sequence[Any]:
        return self._project.query(
            "_attribution_lines",
            tables=self._tables,
            reports=self._reports,
            scope=self._scope,
            first_day=first_day.isoformat(),
        )

    def _today(self) -> date:
        return date.fromisoformat(str(self._project.query("_clock")[0][0])[:10])


def known_totals(project: Project, sync: Sync, days: int) -> MatchTotals | None:
    """How much of the uploads of the last days was attributed; None also where the table is not built."""
    try:
        return WarehouseAttribution(project, sync).totals(days)
    except SettingsError:
        return None


def _rows(reported: ReportedDay, name: str) -> Iterator[dict[str, Any]]:
    """A day's own row, and one for each reason."""
    stem = {"goal_id": reported.goal_id, "conversion_name": name, "upload_date": reported.day.isoformat()}
    yield stem | {"reason": "", "attributed": reported.attributed, "unattributed": reported.unattributed}
    for reason, count in reported.reasons:
        yield stem | {"reason": reason.replace("\x00", ""), "attributed": 0, "unattributed": count}
