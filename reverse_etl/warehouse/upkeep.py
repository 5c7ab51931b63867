"""The ledger of one sync as retry, baseline and forget need it, by the dbt package's macros."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.sync import Scope, Sync
from reverse_etl.core.upkeep import (
    BaselineChoice,
    BaselineReport,
    ForgetReport,
    GoalRows,
    Person,
    RefusedRows,
    RetryChoice,
    RetryReport,
)
from reverse_etl.warehouse.lease import WarehouseLease
from reverse_etl.warehouse.ledger import WarehouseLedger
from reverse_etl.warehouse.project import Project
from reverse_etl.warehouse.statements import Row
from reverse_etl.warehouse.tables import check_updates

# The columns of a relation that lists conversions; the hashes may be missing.
NEEDED = ("conversion_name", "microsoft_click_id", "conversion_time")
_HASH = re.compile(r"[0-9a-fA-F]{64}")
_CLICK_ID = re.compile(r"[0-9a-f]{32}")
OPTIONAL = ("hashed_email_address", "hashed_phone_number")


class WarehouseUpkeep(WarehouseLedger):
    """The ledger of one sync for what changes it without sending."""

    def __init__(self, project: Project, sync: Sync, beside: Sequence[Scope] = ()) -> None:
        """`beside`: further scopes that a forget takes care of."""
        super().__init__(project, sync)
        self._beside = beside

    def claim_for(self, kind: str) -> WarehouseLease:
        """Take the lease for a run that is no push, and fence older runs; raises LeaseHeldError."""
        return self._take(kind)

    def refused(self, choice: RetryChoice) -> RetryReport:
        """The refused rows of a choice, by code."""
        lines = [
            RefusedRows(
                None if row["code"] is None else int(row["code"]),
                row["error_code"] or "",
                row["reason"] == "maybe_taken",
                int(row["rows_in_all"]),
            )
            for row in self._query_plan("_retry_counts", codes=list(choice.codes), keys=list(choice.keys))
        ]
        allowed = tuple(line for line in lines if choice.maybe_taken or not line.maybe_taken)
        return RetryReport(allowed, left_alone=sum(line.rows for line in lines) - sum(line.rows for line in allowed))

    def keys_refused(self, choice: RetryChoice) -> set[str]:
        """Which keys of a choice have a refused row."""
        rows = self._query_plan("_retry_keys", codes=list(choice.codes), keys=list(choice.keys))
        return {str(row["record_key"]) for row in rows}

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

    def markable(self, choice: BaselineChoice) -> BaselineReport:
        """The rows that a baseline may mark, by goal, and what else a push would send."""
        listed = self._listed(choice)
        goals, counts = [], {"to_send": 0, "in_doubt": 0, "refused": 0}
        for row in self._query_plan("_baseline_counts", before=choice.before, listed=listed):
            if row["what"] == "goal":
                goals.append(_goal_rows(row))
            else:
                counts[row["what"]] = int(row["rows_in_all"])
        marked = sum(goal.rows for goal in goals)
        report = BaselineReport(
            tuple(goals),
            to_send=counts["to_send"] - marked,
            in_doubt=counts["in_doubt"],
            refused=counts["refused"],
        )
        if listed is None:
            return report
        # Of all accounts: a list says of none which account its rows went to.
        source = self._project.relation(self._sync.source)
        ((unmatched, unreadable, matched),) = self._project.query("_listed_counts", source=source, listed=listed)
        passed_over = int(matched) - marked
        return replace(report, unmatched=int(unmatched), unreadable=int(unreadable), passed_over=passed_over)

    def record_marks(self, run_seq: int, choice: BaselineChoice, limit: int) -> None:
        """Write the first `limit` rows of a baseline into the ledger, numbered from 1, in one insert."""
        self._project.write(
            "_insert_baseline",
            ledger=self._tables["ledger"],
            plan=self._plan_table,
            scope=self._scope,
            run_seq=run_seq,
            before=choice.before,
            listed=self._listed(choice),
            limit=limit,
        )

    def kind_of_run(self, run_seq: int) -> str | None:
        """What a run is: blank for a push, None where there is no such run."""
        rows = self._project.query("_run_kind", runs=self._tables["runs"], scope=self._scope, run_seq=run_seq)
        if not rows:
            return None
        return str(json.loads(rows[0][0])["kind"]) if rows[0][0] else ""

    def marked(self, run_seq: int) -> tuple[GoalRows, ...]:
        """What counts as accepted by a run, by goal."""
        rows = self._project.records("_accepted_in_run", tables=self._tables, scope=self._scope, run_seq=run_seq)
        return tuple(map(_goal_rows, rows))

    def touched_later(self, run_seq: int) -> tuple[int, int]:
        """How many conversions of a run a later one tried again or corrected, and the first run that did."""
        ((touched, first),) = self._project.query(
            "_touched_later", tables=self._tables, scope=self._scope, run_seq=run_seq
        )
        return int(touched), int(first or 0)

    def person(self, key: str, phone: str) -> Person:
        """What leads to a person of whom this was given, in all accounts of the sync.

        E-mail and phone are hashed by the package's macros. Raises SettingsError for what is no phone number.
        """
        if phone:
            hashed = self._project.query("_hash_of_phone", phone=phone)[0][0]
            if not hashed:
                raise SettingsError(
                    "What --phone was given is no phone number with its country code.",
                    hint="Begin it with + and the country code.",
                )
            return self._linked(Person(hashed_phone=(str(hashed),)))
        if "@" in key:
            hashed = self._project.query("_hash_of_email", email=key)[0][0]
            return self._linked(Person((key,), hashed_email=(str(hashed),) if hashed else ()))
        hash_ = (key.lower(),) if _HASH.fullmatch(key) else ()
        click_key = key.replace("-", "").lower()
        return self._linked(Person((key,), (click_key,) if _CLICK_ID.fullmatch(click_key) else (), hash_, hash_))

    def known_of(self, person: Person) -> ForgetReport:
        """What stands of a person, in the ledger and in the source; raises SettingsError where it cannot be blanked."""
        check_updates(self._project)
        person = self._linked(person)
        attempts = self._attempts_of(person)
        # Of all accounts: the row of a conversion may name another than the one that accepted it.
        everywhere = self.books.compared() | {"source": self._project.relation(self._sync.source)}
        ((messages, in_doubt, in_source),) = self._project.query(
            "_forget_counts",
            **everywhere,
            of_sync=self._scope_of_sync,
            now=self.clock(),
            adjustments=self._sync.adjustments,
            given=asdict(person),
        )
        scopes = [scope.as_dict() for scope in dict.fromkeys((self._sync.scope, *self._beside))]
        given = asdict(replace(person, conversions=()))
        ((elsewhere,),) = self._project.query(
            "_forget_elsewhere", ledger=self._tables["ledger"], scopes=scopes, given=given
        )
        records = len({conversion for *_, conversion in attempts})
        counts = (records, len(attempts), messages, in_doubt, in_source, elsewhere)
        return ForgetReport(*map(int, counts))

    @property
    def _scope_of_sync(self) -> dict[str, str]:
        """The scope, without the account where rows name theirs: a person may stand in several."""
        accounts = ("account_id",) if self._sync.account_column else ()
        return {column: value for column, value in self._scope.items() if column not in accounts}

    def _linked(self, person: Person) -> Person:
        """A person with the clicks and keys that share a conversion with what is known, and so on."""
        while True:
            wider = {column: set(values) for column, values in asdict(person).items()}
            for record_key, click_key, *conversion in self._project.query(
                "_linked", ledger=self._tables["ledger"], scope=self._scope_of_sync, given=asdict(person)
            ):
                wider["record_key"] |= {record_key} if record_key else set()
                wider["click_key"] |= {click_key} if click_key else set()
                # One with a click id is found by that.
                wider["conversions"] |= set() if click_key else {tuple(conversion)}
            found = Person(**{column: tuple(sorted(values)) for column, values in wider.items()})
            if found == person:
                return person
            person = found

    def _attempts_of(self, person: Person) -> list[tuple[int, int, int]]:
        """A person's attempts, each as run, number within it and number of the conversion."""
        rows = self._project.query(
            "_attempts_of_person", ledger=self._tables["ledger"], scope=self._scope, given=asdict(person)
        )
        return [(int(run_seq), int(seq), int(conversion)) for run_seq, seq, conversion in rows]

    def drop_old_plans(self) -> None:
        """Remove the plan tables that runs of this scope left behind."""
        prefix = str(self._plan_name(0).identifier).removesuffix("0")
        for name in self._project.beside(self._tables["ledger"], prefix):
            number = name.removeprefix(prefix)
            if number.isdecimal():
                self._project.write("_drop_plan_table", plan=self._plan_name(int(number)))

    def forget(self, run_seq: int, person: Person) -> None:
        """Blank a person's identifiers and messages."""
        # By number, since no engine needs more than that to update: a person has few attempts.
        attempts = self._attempts_of(self._linked(person))
        if not attempts:
            return
        self._project.write("_forget_messages", receipts=self._tables["receipts"], scope=self._scope, attempts=attempts)
        self._project.write(
            "_forget_identifiers", ledger=self._tables["ledger"], scope=self._scope, run_seq=run_seq, attempts=attempts
        )

    def forgotten(self, run_seq: int) -> tuple[int, int]:
        """Conversions and attempts that a run blanked."""
        ((records, attempts),) = self._project.query(
            "_forgotten_counts", ledger=self._tables["ledger"], scope=self._scope, run_seq=run_seq
        )
        return int(records), int(attempts)

    def _listed(self, choice: BaselineChoice) -> dict[str, Any] | None:
        """The relation that lists conversions and how it spells its columns; raises SettingsError."""
        if choice.relation is None:
            return None
        found = self._find(choice.relation)
        relation, columns = found
        spelling = {column.lower(): column for column in columns}
        missing = [column for column in NEEDED if column not in spelling]
        if missing:
            raise SettingsError(
                f"{relation} has no column {', '.join(missing)}; it has {', '.join(columns)}.",
                hint=f"It needs {', '.join(NEEDED)}, and {' and '.join(OPTIONAL)} where hashes were sent.",
            )
        return {"relation": str(relation), "columns": {column: spelling.get(column) for column in (*NEEDED, *OPTIONAL)}}

    def _find(self, name: str) -> tuple[Any, list[str]]:
        """A relation by the name of a dbt model, or by schema.table or database.schema.table."""
        manifest = self._project.manifest
        nodes = [
            node
            for node in [*manifest.nodes.values(), *manifest.sources.values()]
            if node.name == name and node.resource_type in ("model", "seed", "snapshot", "source")
        ]
        parts = name.split(".")
        if len(nodes) > 1:
            raise SettingsError(f"{name} is the name of several dbt models or sources.", hint="Give schema.table.")
        if nodes:
            # A source has an identifier of its own, a model an alias.
            identifier = getattr(nodes[0], "identifier", None) or nodes[0].alias
            places = (nodes[0].database, nodes[0].schema, identifier)
        elif len(parts) in (2, 3) and all(parts):
            places = (parts[0] if len(parts) == 3 else None, parts[-2], parts[-1])
        else:
            raise SettingsError(
                f"{name} is neither a model of this dbt project nor schema.table.",
                hint="Name a dbt model, schema.table or database.schema.table.",
            )
        found = self._project.look_up(*places)
        if found is None:
            raise SettingsError(
                f"There is no relation {name} in {self._project.database}.",
                hint="Build it, or check its schema and spelling.",
            )
        return found


def _goal_rows(row: Row) -> GoalRows:
    return GoalRows(row["conversion_name"], int(row["rows_in_all"]), row["oldest"], row["newest"])
