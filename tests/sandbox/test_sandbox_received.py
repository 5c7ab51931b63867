"""`sandbox received` and the page: calls that carry rows told apart from look-ups, in good grammar."""

import json
import re

from typer.testing import CliRunner

from reverse_etl.cli.sandbox import app
from tests.support.schemas import validate

from .conftest import Caller, a_row, an_adjustment, click
from .test_sandbox_lookups import goals


def received(caller: Caller, *arguments: str) -> str:
    """What the command prints."""
    done = CliRunner().invoke(app, ["received", "--books", str(caller.books), *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_look_ups_are_told_apart_from_calls_with_rows(caller: Caller) -> None:
    """A push of one call looks at goals and properties first; text, JSON and page do not call these calls with rows."""
    goals(caller)
    caller.ask("GetAccountProperties", AccountPropertyNames={"AccountPropertyName": ["MSCLKIDAutoTaggingEnabled"]})
    caller.send(a_row(), a_row(), a_row(MicrosoftClickId=click(2)))
    caller.fault([])
    assert received(caller).splitlines()[:2] == [
        "3 rows received: 2 counted, 1 duplicate, 0 ignored, 0 refused",
        "4 calls: 2 with rows, 2 look-ups",
    ]
    told = validate("sandbox_received", json.loads(received(caller, "--json")))["summary"]
    assert (told["calls"], told["lookups"]) == (4, 2)
    assert caller.get("/books").json()["lookups"] == 2
    tiles = dict(re.findall(r"<dt>(.*?)</dt><dd.*?>(.*?)</dd>", caller.get("/").text))
    assert (tiles["Calls with rows"], tiles["Look-ups"]) == ("2", "2")


def test_one_is_no_plural(caller: Caller) -> None:
    """One row, call and adjustment are told as one."""
    caller.send(a_row())
    assert received(caller).startswith(
        "1 row received: 1 counted, 0 duplicates, 0 ignored, 0 refused\n1 call: 1 with rows"
    )
    caller.adjust(an_adjustment())
    said = received(caller)
    assert "Newest row: conversion time" in said
    assert "Newest adjustment: conversion time" in said
    caller.send(a_row())
    assert "Newest 2 rows: conversion time" in received(caller)
