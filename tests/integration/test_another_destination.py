"""A second kind of destination needs no change of the product: a file of JSON lines takes what is sent to it."""

import json
from pathlib import Path

import pytest

from reverse_etl.core.kinds import KINDS
from tests.support import jsonl
from tests.support.shop import Shop, deal


@pytest.fixture
def file(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that the shop's sync goes to."""
    monkeypatch.setitem(KINDS, "jsonl", "tests.support.jsonl:JsonlKind")
    path = tmp_path / "sent.jsonl"
    monkeypatch.setenv(jsonl.FILE, str(path))
    shop.exposure(destination="jsonl", adjustments=["restate"])
    shop.fill([deal(1), deal(2), deal(3), deal(4, conversion_value=2000)])
    return path


def lines(path: Path) -> list[tuple[str, float]]:
    return [(line["operation"], line["value"]) for line in map(json.loads, path.read_text().splitlines())]


def test_what_is_new_or_changed_is_sent_once(shop: Shop, file: Path) -> None:
    """Check, push, a push of nothing, a restatement: as to any destination; a refusal has the kind's advice."""
    assert "the file can be written" in shop.run("check").stdout
    pushed = shop.run("push")
    assert (pushed.returncode, "accepted" in pushed.stdout) == (3, True), pushed.stderr
    assert lines(file) == [("send", 10.0)] * 3
    assert "Correct the value in the source." in shop.run("rejected").stdout
    shop.fill([deal(1, conversion_value=11), deal(2), deal(3), deal(4, conversion_value=2000)])
    assert shop.run("push").returncode == 0
    assert shop.run("push").returncode == 0
    assert lines(file) == [("send", 10.0)] * 3 + [("restate", 11.0)]


def test_what_a_destination_cannot_do_is_said(shop: Shop, file: Path) -> None:
    """A command that needs more than a destination can do says so, and leaves with 2."""
    assert shop.run("push").returncode == 3
    for command, said in (
        (["goals"], "jsonl has no goals"),
        (["attribution"], "jsonl does not report"),
        (["push", "--record", "x"], "no calls"),
    ):
        done = shop.run(*command)
        assert done.returncode == 2
        assert said in done.stderr
