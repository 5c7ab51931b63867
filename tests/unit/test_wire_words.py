"""What of the service's words is kept: a bounded part, and nothing secret in it, not even half of it at the cut."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reverse_etl.core.receipt import Answered, Blamed, Unanswered
from reverse_etl.destinations.microsoft_ads.wire import port as wire
from reverse_etl.destinations.microsoft_ads.wire.port import LONGEST_TEXT, MOST_ERRORS, words
from tests.unit.dialects import Dialect
from tests.unit.wire import ACCESS_TOKEN, StartRaw, row

ROWS = [row(1), row(2), row(3)]
E_MAIL = "anna.smith+ads@example.com"
HASH = "0a" * 32


class Counting:
    """A pattern that counts the characters it is applied to."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern, self.characters = pattern, 0

    def sub(self, new: str, text: str) -> str:
        self.characters += len(text)
        return self.pattern.sub(new, text)


@pytest.fixture
def patterns(monkeypatch: pytest.MonkeyPatch) -> list[Counting]:
    """Every pattern that is applied to words of the service, counting."""
    found = []
    for name in ("IDENTIFIER", "E_MAIL", "UNWRITABLE"):
        found.append(Counting(getattr(wire, name)))
        monkeypatch.setattr(wire, name, found[-1])
    return found


@pytest.mark.parametrize("text", ["a" * 5_000_000, "a b " * 1_000_000, " " * 5_000_000 + "a", "a@" * 1_000_000])
def test_a_long_text_is_cut_before_a_pattern_sees_it(patterns: list[Counting], text: str) -> None:
    """However much the service says, little of it is looked at, and less is kept."""
    assert len(words(text, text, None, text)) <= LONGEST_TEXT + len(" ...")
    assert all(0 < pattern.characters <= 2 * LONGEST_TEXT for pattern in patterns)


def test_an_address_is_looked_for_from_its_beginning_alone() -> None:
    """Who looks for an address from within a word reads that word once for each of its characters."""
    assert wire.E_MAIL.match("anna@example.com")
    assert not any(wire.E_MAIL.match("anna@example.com", start) for start in range(1, 5))


def test_a_text_that_fits_is_kept_whole() -> None:
    """Up to the limit nothing is cut, and beyond it the cut shows."""
    text = ("word " * LONGEST_TEXT)[: LONGEST_TEXT - 1]
    assert words(text) == text
    assert words(text, "more") == f"{text.rpartition(' ')[0]} ..."


@given(before=st.integers(0, 80), secret=st.sampled_from([E_MAIL, HASH, HASH[:32], ACCESS_TOKEN * 20]), text=st.text())
@settings(max_examples=300)
def test_no_half_of_a_secret_is_left_at_the_cut(before: int, secret: str, text: str) -> None:
    """Wherever the cut falls in an address, a hash or a token: what it leaves is masked, or is nothing."""
    filled = ("word " * LONGEST_TEXT)[: LONGEST_TEXT - 1 - before] + f" {secret} {text}"
    kept = words(filled).replace(secret, "")
    assert not any(secret[:length] in kept.split() for length in range(8, len(secret) + 1))
    assert not any(kept.endswith(secret[:length]) for length in range(4, len(secret) + 1))


@pytest.mark.parametrize("before", range(LONGEST_TEXT - len(ACCESS_TOKEN) - 5, LONGEST_TEXT + 5))
def test_a_token_at_the_cut_is_masked_or_gone(dialect: Dialect, raw: StartRaw, before: int) -> None:
    """No part of a token comes through, in a fault with a code and in one without."""
    text = f"{('word ' * LONGEST_TEXT)[: before - 1]} {ACCESS_TOKEN} is not valid."
    server = raw(
        dialect.http(dialect.request_fault(201, "ApiInputValidationError", text), "400 Bad"),
        dialect.http(dialect.plain_failure(text), "400 Bad"),
    )
    client = dialect.client(server.url)
    for _ in range(2):
        answer = client.send(ROWS)
        assert isinstance(answer, Blamed)
        assert ACCESS_TOKEN[:5] not in answer.reason.message


def errors(dialect: Dialect, number: int, message: str = "No such goal.") -> list[Any]:
    return [dialect.batch_error(n % 3, 5606, "OfflineConversionNameInvalid", message) for n in range(number)]


def test_a_flood_of_errors_is_no_answer(dialect: Dialect, raw: StartRaw, patterns: list[Counting]) -> None:
    """A call has a thousand rows; what names many times more of them is not read, and proves nothing."""
    flood = dialect.partial_errors(*errors(dialect, MOST_ERRORS + 1))
    answer = dialect.client(raw(dialect.http(flood)).url).send(ROWS)
    assert isinstance(answer, Unanswered)
    assert sum(pattern.characters for pattern in patterns) < 1_000


def test_several_errors_of_each_row_are_an_answer(dialect: Dialect, raw: StartRaw) -> None:
    """Each of a thousand rows may break several rules, and the service may say each of them at length."""
    many = [dialect.batch_error(n % 1000, 5606, "X", "word " * 50) for n in range(4_000)]
    answer = dialect.client(raw(dialect.http(dialect.partial_errors(*many))).url).send([row(n) for n in range(1000)])
    assert isinstance(answer, Answered)
    assert {refusal.index for refusal in answer.refusals} == set(range(1000))
