"""The report of syncs as one HTML file, which needs no other file, no script and no network."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, partial
from importlib.resources import files

import jinja2
from markupsafe import Markup, escape

from reverse_etl.core.errors import ReverseEtlError
from reverse_etl.core.report import SyncReport
from reverse_etl.core.sync import Sync
from reverse_etl.core.version import __version__
from reverse_etl.report import charts
from reverse_etl.report.attribution import percent
from reverse_etl.report.health import Finding, Level, ago, findings, headline, pushes
from reverse_etl.report.money import amount, by_currency
from reverse_etl.report.sections import LISTED, Section, sections
from reverse_etl.report.text import safe

# Bytes, from which on the charts are left out: it takes a dozen syncs.
LARGEST = 1_000_000
# Currencies that a number at the top is given in.
_CURRENCIES = 3
_COMMAND = re.compile(r"`([^`]*)`")


@dataclass(frozen=True, slots=True)
class Page:
    """One sync's part of the file. `facts`: a number or a few, each with its name."""

    sync: Sync
    healthy: bool
    headline: str
    as_of: str
    facts: Sequence[tuple[str, Sequence[str]]]
    findings: Sequence[Finding]
    sections: Sequence[Section]


def report_html(reports: Sequence[SyncReport], failures: Sequence[tuple[Sync, ReverseEtlError]], *, days: int) -> str:
    """The file: one part for each sync, those that need attention first, and why others could not be read."""
    pages = sorted(map(_page, reports), key=lambda page: page.healthy)
    written = f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
    facts = {
        "failures": failures,
        "days": days,
        "listed": LISTED,
        "colours": charts.COLOURS,
        "version": __version__,
        "written": written,
    }
    text = _template().render(pages=pages, drawn=True, **facts)
    if len(text.encode()) < LARGEST:
        return text
    pages = [replace(page, sections=[replace(part, figures=()) for part in page.sections]) for page in pages]
    return _template().render(pages=pages, drawn=False, **facts)


def report_text(reports: Sequence[SyncReport]) -> str:
    """The health of each sync, in a line."""
    return "\n".join(f"{safe(one.plan.sync.label)}: {headline(one)}" for one in reports)


def _page(report: SyncReport) -> Page:
    found = findings(report)
    return Page(
        sync=report.plan.sync,
        healthy=all(one.level is not Level.ATTENTION for one in found),
        headline=headline(report),
        as_of=f"{report.now:%Y-%m-%d %H:%M}",
        facts=_facts(report),
        findings=found,
        sections=sections(report),
    )


def _facts(report: SyncReport) -> list[tuple[str, Sequence[str]]]:
    """What one looks for first."""
    done = next((run for run in pushes(report) if run.result == "done"), None)
    plan, days = report.plan.plan, (report.now.date() - report.first_day).days + 1
    # Which rows their goals would refuse Microsoft alone could say.
    up_to = "up to " if report.plan.sync.hold_refusable else ""
    values = by_currency((one.currency, one.value, one.valued) for one in report.conversions)
    worth = [amount(value, currency) for currency, value in values.items()]
    more = [f"and {len(worth) - _CURRENCIES} more currencies"] if len(worth) > _CURRENCIES else []
    return [
        ("Last complete push", [ago(report.now, done.ended_at) if done else "none"]),
        (f"Conversions, {days} days", [f"{sum(one.conversions for one in report.conversions):,}"]),
        ("Their value", [*worth[:_CURRENCIES], *more] or ["none"]),
        ("Match rate", [percent(report.matched.match_rate) if report.matched else "not known"]),
        ("Next push would send", [f"{up_to}{plan.to_send + plan.to_follow:,}"]),
    ]


def _commands(text: str) -> Markup:
    """A sentence, with what stands between backticks as code."""
    return Markup(_COMMAND.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def _amounts(text: str) -> str:
    """Numbers, of which one stays with its unit where a line breaks."""
    return text.replace(" ", "\N{NO-BREAK SPACE}").replace(",\N{NO-BREAK SPACE}", ", ")


@cache
def _template() -> jinja2.Template:
    source = (files("reverse_etl.report") / "report.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters |= {"commands": _commands, "amounts": _amounts, "shown": partial(safe, longest=1000)}
    return environment.from_string(source)
