"""Is a sync healthy? What was found, in sentences, each with what to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reverse_etl.commands.report import EXPIRES_WITHIN
from reverse_etl.core.ports import RunSummary
from reverse_etl.core.report import SyncReport
from reverse_etl.core.sync import Environment
from reverse_etl.report.attribution import percent
from reverse_etl.report.money import amounts
from reverse_etl.report.runs import duration, of_side, upkeep_words
from reverse_etl.report.text import rows_of, sent_words

# A push is expected once a day; this much later than the last, one is overdue.
OVERDUE = timedelta(hours=26)
# Reports of attribution lag by hours; a match rate that was fetched longer ago says little of the last days.
STALE = timedelta(days=2)
# A run without an end that began longer ago has died, or hangs.
HANGS = timedelta(hours=2)
# Guards that look at this machine and its dbt target folder; another one may push.
_OF_THIS_MACHINE = ("production_target", "limited_build", "tests", "warehouse", "first_push")


class Level(StrEnum):
    """How much a finding weighs."""

    GOOD = "OK"
    NOTE = "Note"
    ATTENTION = "Attention"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence on the health of a sync. `hint`: what to do, blank where there is nothing."""

    level: Level
    text: str
    hint: str = ""


def ago(now: datetime, then: str) -> str:
    """How long before `now` a UTC text is, in words."""
    minutes = int((now - datetime.fromisoformat(then)).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    for size, unit in ((2 * 24 * 60, "day"), (2 * 60, "hour")):
        if minutes >= size:
            return f"{minutes * 2 // size} {unit}s ago"
    return "1 minute ago" if minutes == 1 else f"{minutes} minutes ago"


def pushes(report: SyncReport) -> list[RunSummary]:
    """The runs that are pushes, the newest first."""
    return [run for run in report.runs if not upkeep_words(run)]


def findings(report: SyncReport) -> list[Finding]:
    """What is to be said of a sync's health, in the order in which people ask."""
    looks = (_runs, _doubts, _expiring, _guards, _match_rate, _source)
    return [one for look in looks for one in look(report)]


def headline(report: SyncReport) -> str:
    """Health in one sentence."""
    found = findings(report)
    attention = [one for one in found if one.level is Level.ATTENTION]
    if attention:
        more = f" ({len(attention) - 1} more below)" if attention[1:] else ""
        return f"Needs attention: {attention[0].text}{more}"
    rate = f" Match rate {percent(report.matched.match_rate)}." if report.matched else ""
    return f"Healthy: {found[0].text}{rate}"


def _runs(report: SyncReport) -> Iterator[Finding]:
    runs, now = pushes(report), report.now
    if not runs:
        yield Finding(Level.ATTENTION, "Nothing was pushed yet.", "`reverse-etl plan` shows what a push would send.")
        return
    last, done = runs[0], next((run for run in runs if run.result == "done"), None)
    when, about = ago(now, last.ended_at or last.started_at), f"`reverse-etl runs {last.run_seq}` says more."
    if last is done:
        late = now - datetime.fromisoformat(last.ended_at) > OVERDUE
        sent = of_side(last.counts, "sent")
        overdue = " One is expected each day." if late else ""
        yield Finding(
            Level.ATTENTION if late else Level.GOOD,
            f"Last push {when}, done in {duration(last)}: {sent_words(sent)}.{overdue}",
            "Look at what starts the daily push." if late else "",
        )
        if sent.get("rejected"):
            some = f"{sent['rejected']:,} of {rows_of(sum(sent.values()))}"
            yield Finding(Level.NOTE, f"Microsoft refused {some} of the last push.", "See the refusals below.")
        return
    whole = f"The last complete push was {ago(now, done.ended_at)}." if done else "No push is complete yet."
    if last.result == "refused":
        text = f"A guard refused the last push, {when}, and nothing was sent. {whole}"
        yield Finding(Level.ATTENTION, text, "`reverse-etl plan` names the guard and what to do.")
    elif last.ended_at:
        text = (
            f"The last push, {when}, was {'interrupted' if last.result == 'interrupted' else 'stopped'} before its end."
        )
        yield Finding(Level.ATTENTION, f"{text} {whole}", f"What was answered is kept; push again to go on. {about}")
    elif last.fenced_by is None and now - datetime.fromisoformat(last.started_at) < HANGS:
        yield Finding(Level.NOTE, f"A push is under way; it began {when}. {whole}")
    else:
        text = f"The last push began {when} and never ended. {whole}"
        yield Finding(Level.ATTENTION, text, f"Push again: a run that died is shut out. {about}")


def _doubts(report: SyncReport) -> Iterator[Finding]:
    if count := report.plan.plan.counts().get("in_doubt"):
        text = f"{rows_of(count)} may have arrived, and no answer says so."
        yield Finding(Level.ATTENTION, text, "The next push settles them.")


def _expiring(report: SyncReport) -> Iterator[Finding]:
    groups = [one for one in report.rows if one.expiring]
    if not groups:
        return
    worth = amounts((one.currency, one.value, one.valued) for one in groups)
    some = f"{rows_of(sum(one.rows for one in groups))}{f' worth {worth}' if worth else ''}"
    yield Finding(
        Level.ATTENTION,
        f"{some} will be too old within {EXPIRES_WITHIN} days, and Microsoft never accepted them.",
        "See what is about to expire below.",
    )


def _guards(report: SyncReport) -> Iterator[Finding]:
    for guard in report.plan.guards:
        if guard.refusal and guard.name in _OF_THIS_MACHINE:
            yield Finding(Level.NOTE, f"A push from here would be refused: {guard.refusal}", guard.hint)
        elif guard.refusal:
            yield Finding(Level.ATTENTION, f"A push would be refused: {guard.refusal}", guard.hint)


def _match_rate(report: SyncReport) -> Iterator[Finding]:
    matched, fetch = report.matched, "`reverse-etl attribution` fetches it."
    if report.plan.sync.environment is Environment.SANDBOX:
        return
    if matched is None:
        if pushes(report):
            yield Finding(Level.NOTE, "The match rate is not known.", fetch)
        return
    stale = report.now - datetime.fromisoformat(matched.fetched_at) > STALE
    reported = matched.attributed + matched.unattributed
    yield Finding(
        Level.NOTE if stale else Level.GOOD,
        f"Match rate {percent(matched.match_rate)}: {matched.attributed:,} of {reported:,} attributed to a click, as "
        f"of {ago(report.now, matched.fetched_at)}.",
        fetch if stale else "",
    )


def _source(report: SyncReport) -> Iterator[Finding]:
    model = report.plan.sync.model
    if not report.newest:
        yield Finding(Level.ATTENTION, f"The source model {model} holds no conversion.", "Build it: `dbt build`.")
        return
    late = report.now - datetime.fromisoformat(report.newest) > timedelta(days=2)
    yield Finding(
        Level.NOTE if late else Level.GOOD,
        f"The newest conversion of the source is from {ago(report.now, report.newest)}.",
        "Where conversions come daily, see that the source is loaded and built." if late else "",
    )
