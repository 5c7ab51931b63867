"""Plans and refused rows as files for those who own the records: CSV for spreadsheets, JSON lines for programs."""

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated, Any, cast

from typing_extensions import TypedDict

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.ports import Rejected
from reverse_etl.core.results import PlannedRow
from reverse_etl.report.documents import ClassName, Says, Side, number
from reverse_etl.report.words import CLASS_WORDS, reason_words

ENDINGS = (".csv", ".jsonl")
PLAN_COLUMNS = ("side", "class", "reasons", "sentence", *(field.name for field in fields(PlannedRow)[3:]))
REJECTED_COLUMNS = (*(field.name for field in fields(Rejected)), "what_to_do")
# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


ExportedLineJson = TypedDict(
    "ExportedLineJson",
    {
        "side": Side,
        "class": ClassName,
        "reasons": list[str],
        "sentence": Annotated[str, Says("Class and reasons in words.")],
        "record_key": Annotated[str, Says("The value of the sync's unique_key; blank without one.")],
        "conversion_name": str,
        "conversion_time": str,
        "value": Annotated[float | None, Says("Null where there is none, or where it is no number.")],
        "currency": str,
        "counted_value": Annotated[float | None, Says("What counts now, as far as the ledger knows.")],
        "counted_currency": str,
        "moves_to_name": Annotated[str, Says("The goal of the conversion that takes the place of a moved one.")],
        "moves_to_time": Annotated[str, Says("UTC: its time.")],
        "code": Annotated[int | None, Says("The destination's code of a refusal.")],
        "error_code": str,
        "goes_at": Annotated[str, Says("UTC: from when on a row that waits may go; blank where that is not known.")],
        "row_count": Annotated[int, Says(minimum=1)],
    },
)


ExportedLineJson.__doc__ = """One source row, or one identity of the ledger that stands in none. Only rows that need
nothing stand together, `row_count` of them in one line: those exactly as they were accepted, and those that have aged
out. The CSV file has the same columns, with the reasons divided by blanks."""


def check_ending(path: Path) -> None:
    """Raise SettingsError where a file's name does not say which format it is to have, or its folder is missing."""
    if path.suffix.lower() not in ENDINGS:
        raise SettingsError(
            f"--output {path} does not say which format is wanted.", hint=f"Let the name end in {' or '.join(ENDINGS)}."
        )
    check_folder(path)


def check_folder(path: Path) -> None:
    """Raise SettingsError where the folder of a file to write is missing."""
    if not path.parent.is_dir():
        raise SettingsError(f"There is no folder {path.parent} for --output.", hint="Make it first.")


def write_plan(rows: Iterable[PlannedRow], path: Path) -> int:
    """Write a plan into a file line by line, and give the number of rows."""
    if path.suffix.lower() == ".csv":
        return write_file(plan_csv(rows), path) - 1
    return write_file(plan_jsonl(rows), path)


def write_file(parts: Iterable[str], path: Path) -> int:
    """Write a file part by part, and give the number of parts; raises SettingsError where it cannot be written.

    The file is there in full or not at all: it is written beside its place and then moved.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    written = 0
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            for part in parts:
                file.write(part)
                written += 1
        beside.replace(path)
    except OSError as error:
        raise SettingsError(f"--output {path} cannot be written: {error.strerror or error}.") from error
    finally:
        beside.unlink(missing_ok=True)
    return written


def plan_csv(rows: Iterable[PlannedRow]) -> Iterator[str]:
    return _csv_lines(PLAN_COLUMNS, (plan_line(row) | {"reasons": " ".join(row.reasons)} for row in rows))


def plan_jsonl(rows: Iterable[PlannedRow]) -> Iterator[str]:
    return (json.dumps(plan_line(row), ensure_ascii=False) + "\n" for row in rows)


def plan_line(row: PlannedRow) -> ExportedLineJson:
    words = CLASS_WORDS[row.class_]
    sentence = " ".join(map(reason_words, row.reasons)) or f"{words[0].upper()}{words[1:]}."
    said = {"class": row.class_, "reasons": list(row.reasons), "sentence": sentence, "value": number(row.value)}
    said["counted_value"] = number(row.counted_value)
    line = {name: said[name] if name in said else getattr(row, name) for name in PLAN_COLUMNS}
    return cast(ExportedLineJson, line)


def rejected_csv(rows: Sequence[tuple[Rejected, str]]) -> Iterator[str]:
    return _csv_lines(REJECTED_COLUMNS, (asdict(row) | {"what_to_do": advice} for row, advice in rows))


def _csv_lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    # By this end of line the writer quotes either of its characters.
    writer = csv.writer(_Line(), lineterminator="\r\n")
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([_cell(row[name]) for name in columns])


class _Line:
    """A file that keeps nothing: `writerow` gives back what `write` does."""

    def write(self, line: str) -> str:
        return line.removesuffix("\r\n") + "\n"


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet runs: text that begins like a formula is led by an apostrophe. Numbers are numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
