"""A second kind of destination, all of it: a file of JSON lines. docs/adding-a-destination.md shows it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from reverse_etl.core.check import CheckLine, Mark
from reverse_etl.core.errors import SettingsError
from reverse_etl.core.pace import Pace, Patience, shared_pace
from reverse_etl.core.plan import Record
from reverse_etl.core.ports import Recorder
from reverse_etl.core.receipt import Answer, Answered, Reason, Refusal, RowOutcome
from reverse_etl.core.sync import Sync

FILE = "JSONL_FILE"


class Jsonl:
    """The Destination port over a file. It refuses what is worth more than 1,000, as a service might."""

    batch_limit = 2
    call_timeout = 5.0
    clock_ahead = None
    protocol = ""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def pace(self) -> Pace:
        return shared_pace(str(self._path), "")

    def ask_clock(self) -> float | None:
        return None

    def preflight(self, accepted: int) -> Sequence[str]:
        return ()

    def send(self, records: Sequence[Record]) -> Answer:
        refused = [n for n, record in enumerate(records) if record.value is not None and record.value > 1000]
        taken = [record for n, record in enumerate(records) if n not in refused]
        with self._path.open("a") as file:
            file.writelines(json.dumps(record._asdict()) + "\n" for record in taken)
        reason = Reason(1, "ValueTooHigh", "The value is above 1,000.")
        return Answered(tuple(Refusal(n, RowOutcome.REJECTED, True, reason, flaw=True) for n in refused), "")


class JsonlKind:
    """The DestinationKind port for files of JSON lines."""

    max_age_days = 90

    def account_of(self, sync: Sync, environ: Mapping[str, str]) -> str:
        return "file"

    def open(
        self,
        sync: Sync,
        environ: Mapping[str, str],
        *,
        note: Callable[[str], None],
        patience: Patience | None = None,
        recorder: Recorder | None = None,
        today: date | None = None,
    ) -> Jsonl:
        if FILE not in environ:
            raise SettingsError(f"{FILE} is not set.", hint="Set it to the file to write to.")
        return Jsonl(Path(environ[FILE]))

    def recorder(self, folder: Path, note: Callable[[str], None]) -> Recorder:
        raise SettingsError("A file makes no calls to record.")

    def notice(self, sync: Sync, today: date) -> tuple[str, str]:
        return "", ""

    def advice(self, code: int | None, error_code: str) -> str:
        return "Correct the value in the source."

    def goes_at(self, code: int | None, error_code: str, refused_at: str) -> str:
        return ""

    def explain(self, reason: str) -> tuple[str, str]:
        return "", ""

    def declared(self, sync: Sync, today: date) -> Mapping[str, str]:
        return {}

    def settings(self, sync: Sync, environ: Mapping[str, str], today: date) -> Iterator[CheckLine]:
        yield CheckLine(sync.name, "file", Mark.OK if FILE in environ else Mark.FAILED, environ.get(FILE, "missing"))

    def check_account(self, sync: Sync, environ: Mapping[str, str]) -> None:
        pass

    def answers(self, sync: Sync, environ: Mapping[str, str], today: date, accepted: int) -> Iterator[CheckLine]:
        yield CheckLine(sync.label, "destination", Mark.OK, "the file can be written")
