"""A plan in Markdown, as a reviewer of a change reads it under a pull request; no row in it names a person or a key."""

import html
import re
from collections.abc import Iterable, Sequence

from reverse_etl.core.guards import sums
from reverse_etl.core.plan import CLASSES, Plan
from reverse_etl.core.results import PlanReport
from reverse_etl.report.plan import MONEY_ROWS, NOT_THERE, about, by_class, in_two, money_sums
from reverse_etl.report.text import rows_of, safe, title
from reverse_etl.report.words import CLASS_WORDS

# What Markdown or the host of a pull request takes for more than text; HTML's name for it stays text.
_MARKS = re.compile(r"[\\`*\[\]#|@~]|(?<!\w)_|_(?!\w)")


def plan_markdown(report: PlanReport) -> str:
    """Rows and sums by class, what differs from the build of `--state`, examples of what is sent, and the guards."""
    plan, against = report.plan, report.against
    before = against.before if against else None
    out = [f"### {cell(title(report.sync))}", "", _summary(report), ""]
    if against and before is None:
        out += ["The other build has no sync of this name.", ""]
    if against and against.differences:
        rows = [(one.what, cell(one.name), *map(_or_not, (one.before, one.after))) for one in against.differences]
        out += _table(("differs", "name", "before", "with this change"), rows)
    out += _classes(plan, before)
    money = [
        (line.class_, cell(one.conversion_name), f"{one.rows:,}", *map(cell, money_sums(line, one)))
        for line in by_class(plan.lines)
        for one in line.money
    ]
    if money:
        out += _table(("sent as", "goal", "rows", "changes the sum by", ""), money[:MONEY_ROWS], right=(3, 4))
        if len(money) > MONEY_ROWS:
            out += [f"and {len(money) - MONEY_ROWS:,} more goals and currencies.", ""]
    samples = [
        (line.class_, cell(one.conversion_name), one.conversion_time, cell(about(line, one).strip()))
        for line in by_class(plan.lines)
        if line.sends or line.follows
        for one in line.samples
    ]
    if samples:
        out += ["<details><summary>Examples of what is sent</summary>", ""]
        out += [*_table(("sent as", "goal", "time", "value, or where it moves"), samples), "</details>", ""]
    refusing = [guard for guard in report.guards if guard.refusal or guard.warns]
    out += [f"- **{'refuses' if g.refusal else 'warns'}**: {g.name}: {cell(g.refusal or g.passes)}" for g in refusing]
    return "\n".join(out).rstrip()


def cell(text: str) -> str:
    """Text from outside that stays text: no mark of Markdown or HTML in it counts, and it notifies no one."""
    return _MARKS.sub(lambda mark: f"&#{ord(mark[0])};", html.escape(safe(text), quote=False))


def _or_not(text: str) -> str:
    return cell(text) or f"*{NOT_THERE}*"


def _summary(report: PlanReport) -> str:
    """What a push would do, beside what it would do without the change."""
    plan = report.plan
    sends = f"As of {plan.now} a push would send **{rows_of(plan.to_send + plan.to_follow)}**{in_two(plan)}"
    change = plan.change()
    sends += f", which changes the sums by {cell(sums(change))}" if change else ""
    before = report.against.before if report.against else None
    refusing = [guard for guard in report.guards if guard.refusal]
    if refusing:
        first = refusing[0]
        sends = f"**A push would be refused: {cell(first.refusal)}** {cell(first.hint)}\n\n{sends}"
    if before is None:
        return f"{sends}."
    if not report.changes:
        return f"{sends}. **This change makes no difference to it.**"
    return f"{sends}; without this change {rows_of(before.to_send + before.to_follow)}."


def _classes(plan: Plan, before: Plan | None) -> list[str]:
    out = []
    for side, head in (("source", "rows of the source"), ("ledger", "sent before, not in the source as sent")):
        now, was = plan.counts(side), before.counts(side) if before else {}
        shown = [name for name in CLASSES if now.get(name) or was.get(name)]
        if not shown:
            continue
        if before is None:
            rows: list[Sequence[str]] = [(name, f"{now[name]:,}", CLASS_WORDS[name]) for name in shown]
            out += _table((head, "rows", ""), rows, right=(2,))
            continue
        rows = [(name, f"{was.get(name, 0):,}", f"{now.get(name, 0):,}", CLASS_WORDS[name]) for name in shown]
        out += _table((head, "before", "with this change", ""), rows, right=(2, 3))
    return out


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Lines of a table; the columns counted `right` from 1 stand at the right. A line of its own follows."""
    sides = ["--:" if n in right else "---" for n in range(1, len(head) + 1)]
    return [*(f"| {' | '.join(cells)} |" for cells in (head, sides, *rows)), ""]
