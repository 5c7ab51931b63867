"""Standard error as a log for programs: one object a line, whoever writes it."""

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterator
from typing import Any
from unittest import mock

from reverse_etl.cli.console import Results, each, echo, say
from reverse_etl.cli.log import LogFormat, log_about, log_as
from reverse_etl.core.errors import GuardError
from reverse_etl.core.sync import Environment, Sync

SYNC = Sync("ads", "model.shop.ads", "microsoft_ads", Environment.LOCAL, "1", "2")


@contextlib.contextmanager
def heard() -> Iterator[io.StringIO]:
    """Standard error, of which a log was made."""
    out = io.StringIO()
    with mock.patch.dict("os.environ"), contextlib.redirect_stderr(out):
        log_as(LogFormat.JSON)
        assert os.environ["DBT_LOG_FORMAT"] == "json"
        yield out


def lines(heard: io.StringIO) -> list[dict[str, Any]]:
    """What was logged, without its time."""
    found = [json.loads(line) for line in heard.getvalue().splitlines()]
    for one in found:
        assert one.pop("time").endswith("Z")
    return found


def test_each_line_is_an_object_with_its_level() -> None:
    """However it is cut when it is written; blank lines are none, and what has no end is logged when it is flushed."""
    with heard() as out:
        sys.stderr.write("Note: a\n\nWarn")
        sys.stderr.write("ing: b\nc \x1b[2J\n")
        sys.stderr.write("Go on? ")
        sys.stderr.flush()
    assert lines(out) == [
        {"level": "warning", "message": "Note: a"},
        {"level": "warning", "message": "Warning: b"},
        {"level": "info", "message": "c \x1b[2J"},
        {"level": "info", "message": "Go on? "},
    ]


def test_an_error_is_one_object_with_what_to_do() -> None:
    """And with its exit code."""
    with heard() as out:
        say(GuardError("Refused.", hint="Do it."))
    expected = {"level": "error", "message": "Refused.", "what_to_do": "Do it.", "exit_code": 5}
    assert lines(out) == [expected]


def test_lines_name_the_sync_that_is_worked_on() -> None:
    """Where there are several, each line is of one of them, and none once all are done."""

    def work(sync: Sync) -> int:
        echo(f"work on {sync.name}", err=True)
        if sync.name == "other":
            raise GuardError("Refused.")
        return 0

    other = Sync("other", "model.shop.ads", "microsoft_ads", Environment.LOCAL, "1", "2")
    with heard() as out:
        assert each([SYNC, other], work, Results(as_json=False, several=True)) == 5
        echo("done", err=True)
    assert [(one["message"], one.get("sync")) for one in lines(out)] == [
        ("work on ads", "ads"),
        ("work on other", "other"),
        ("Refused.", "other"),
        ("done", None),
    ]


def test_dbts_own_objects_are_made_alike() -> None:
    """Message, level and name of each event; what else it carries is left out. What only looks like one stays."""
    event = {"data": {"row": "anna@example.com"}, "info": {"level": "warn", "msg": "Warn: a test", "name": "LogTest"}}
    with heard() as out:
        log_about(sync="ads")
        sys.stderr.write(json.dumps(event) + "\n{no json\n{}\n")
    assert lines(out) == [
        {"level": "warning", "message": "Warn: a test", "dbt": "LogTest", "sync": "ads"},
        {"level": "info", "message": "{no json", "sync": "ads"},
        {"level": "info", "message": "{}", "sync": "ads"},
    ]
