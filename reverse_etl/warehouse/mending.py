"""The ledger of one sync as retry, baseline and forget need it, by the dbt package's macros."""

from __future__ import annotations

from typing import Any

from reverse_etl.mends import RefusedRows, RetryChoice, RetryReport
from reverse_etl.warehouse.lease import WarehouseLease
from reverse_etl.warehouse.ledger import WarehouseLedger


class WarehouseMending(WarehouseLedger):
    """The MendedLedger port over a dbt project."""

    def claim_for(self, kind: str) -> WarehouseLease:
        """Take the lease for a run that is no push, and fence older runs; raises LeaseHeldError."""
        return self._take(kind)

    def refused(self, choice: RetryChoice) -> RetryReport:
        """The refused rows of a choice, by code."""
        lines = [
            RefusedRows(None if code is None else int(code), error_code or "", reason == "maybe_taken", int(rows))
            for code, error_code, reason, rows in self._project.query(
                "_retry_counts", rows=self._planned(), codes=list(choice.codes), keys=list(choice.keys)
            )
        ]
        allowed = tuple(line for line in lines if choice.maybe_taken or not line.maybe_taken)
        return RetryReport(allowed, left_alone=sum(line.rows for line in lines) - sum(line.rows for line in allowed))

    def keys_refused(self, choice: RetryChoice) -> set[str]:
        """Which keys of a choice have a refused row."""
        rows = self._project.query(
            "_retry_keys", rows=self._planned(), codes=list(choice.codes), keys=list(choice.keys)
        )
        return {str(key) for (key,) in rows}

    def record_retries(self, run_seq: int, choice: RetryChoice) -> None:
        """Lift the refusals of a choice, in one insert."""
        self._project.write(
            "_insert_retries",
            tables=self._tables,
            plan=self._plan_table,
            scope=self._scope,
            run_seq=run_seq,
            codes=list(choice.codes),
            keys=list(choice.keys),
            maybe_taken=choice.maybe_taken,
        )

    def rows_of_run(self, run_seq: int) -> int:
        """Rows that a run wrote into the ledger."""
        rows = self._project.query("_rows_of_run", ledger=self._tables["ledger"], scope=self._scope, run_seq=run_seq)
        return int(rows[0][0])

    def _planned(self) -> Any:
        """The rows of the run's plan, or of that of now where no run made one."""
        return self._plan_table or f"({self._plan_sql(self.clock(), None, 0, 0)})"
