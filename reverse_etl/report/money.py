"""Sums of money in words: by currency, since a sum over several currencies means nothing."""

from collections.abc import Iterable

from reverse_etl.core.plan import figure


def amount(value: float, currency: str) -> str:
    """One amount; without a currency it is in that of the goal."""
    return f"{figure(value)} {currency or '(currency of the goal)'}"


def by_currency(values: Iterable[tuple[str, float, int]]) -> dict[str, float]:
    """Sums by currency, that of most values first. `values`: currency, sum, and how many values it is of."""
    sums: dict[str, float] = {}
    counts: dict[str, int] = {}
    for currency, value, valued in values:
        if valued:
            sums[currency] = sums.get(currency, 0.0) + value
            counts[currency] = counts.get(currency, 0) + valued
    return dict(sorted(sums.items(), key=lambda one: (-counts[one[0]], one[0])))


def amounts(values: Iterable[tuple[str, float, int]]) -> str:
    """The same in words; blank where nothing has a value."""
    return ", ".join(amount(value, currency) for currency, value in by_currency(values).items())
