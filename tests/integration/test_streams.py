"""A result that cannot be printed is said on standard error, unless its reader left; the exit code stays."""

import os
import shlex
import subprocess

import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.support.shop import COMMAND, Shop, deal

CLOSED = "Error: The result could not be printed to standard output: it is closed.\n"
FULL = "Error: The result could not be printed to standard output: No space left on device.\n"


def run(line: str, shop: Shop | None = None, sandbox: LocalSandbox | None = None) -> tuple[int, str]:
    """Run a line of the shell that begins with the command; gives its exit code and what it said on standard error."""
    environment = {"DBT_PROFILES_DIR": str(shop.folder)} if shop else {}
    environment |= {"MICROSOFT_ADS_ENDPOINT": sandbox.url} if sandbox else {}
    done = subprocess.run(
        ["bash", "-c", f"exec {shlex.quote(str(COMMAND))} {line}"],
        cwd=shop.folder if shop else None,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("--version >&-", 0, CLOSED),
        ("--help >/dev/full", 0, FULL),
        ("--version >&- <&- 2>&-", 0, ""),
        ("rejected --csv --json 2>&-", 2, ""),
        ("rejected --csv --json 2>/dev/full >&- <&-", 2, ""),
    ],
)
def test_streams_that_are_closed_or_full(line: str, code: int, said: str) -> None:
    """No command ends in a traceback, or with another exit code, since somebody closed a stream of it."""
    assert run(line) == (code, said)


def test_a_reader_that_left_is_no_news() -> None:
    """Who closes the pipe, as `| head` does, chose not to read on: nothing is said, and the exit code stays."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([COMMAND, "--help"], stdout=writer, stderr=subprocess.PIPE, check=False, timeout=120)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_push_whose_result_cannot_be_printed(shop: Shop, sandbox: LocalSandbox) -> None:
    """A push is as complete as ever, its exit code is that of the run, and the file of the warehouse stays whole."""
    shop.fill([deal(1)])
    assert run("push -q >&- <&-", shop, sandbox) == (0, CLOSED)
    shop.fill([deal(1), deal(2), deal(3, conversion_currency_code="no currency")])
    assert run("plan --json --detailed-exitcode >/dev/full", shop, sandbox) == (6, FULL)
    assert run("push --json --strict >&- 2>&- <&-", shop, sandbox) == (3, "")
    assert shop.sql("select record_key, status from reverse_etl_records order by 1") == [
        ("D1", "accepted"),
        ("D2", "accepted"),
    ]
