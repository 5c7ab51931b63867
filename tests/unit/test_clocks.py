"""Clocks that differ are reported in words; small differences and dates that cannot be read are not."""

from datetime import UTC, datetime

import pytest

from reverse_etl.core import clocks


@pytest.mark.parametrize(
    ("said", "ahead"),
    [
        ("2026-03-15T15:00:00Z", 3 * 3600),
        ("Sun, 15 Mar 2026 12:00:00 GMT", 0),
        ("Sun, 15 Mar 2026 06:00:00 GMT", -6 * 3600),
        ("Sun, 15 Mar 2026 12:00:00 -0000", None),  # of no zone
        ("2026-03-15T15:00:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_another_clock_is_compared_with_this_machine_s(
    said: str | None, ahead: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both spellings of a time are read, whatever else is not taken for one."""
    monkeypatch.setattr(clocks, "now", lambda: datetime(2026, 3, 15, 12, tzinfo=UTC))
    assert clocks.ahead_of_here(said) == ahead


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (None, ""),
        (299, ""),
        (-299, ""),
        (300, "The service's clock is 5 minutes ahead of this machine's."),
        (-5 * 3600, "The service's clock is 5.0 hours behind this machine's."),
    ],
)
def test_a_difference_is_reported_from_five_minutes_on(ahead: float | None, words: str) -> None:
    """The words name whose clock, how much and to which side."""
    assert clocks.warning("The service's", ahead) == words
