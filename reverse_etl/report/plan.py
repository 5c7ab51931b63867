"""A plan as text and as JSON."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any, Literal, cast

from typing_extensions import TypedDict

from reverse_etl.core.guards import Guard, sums
from reverse_etl.core.plan import CLASSES, Money, Plan, PlanLine, Sample, figure
from reverse_etl.core.results import Comparison, PlanReport
from reverse_etl.core.sync import Sync
from reverse_etl.report.documents import ClassName, Count, OfSync, Says, Side, Time, head, number
from reverse_etl.report.text import (
    LEDGER_SIDE,
    columns,
    rows_of,
    safe,
    title,
)
from reverse_etl.report.words import CLASS_WORDS, NEEDS, reason_words


class PlanCountsJson(TypedDict):
    source: Annotated[dict[str, Count], Says("Source rows by class.")]
    ledger: Annotated[
        dict[str, Count],
        Says("Identities by class that the ledger holds and that stand in no sendable source row."),
    ]


class SampleJson(TypedDict):
    """One row; it names no person."""

    record_key: str
    conversion_name: str
    conversion_time: str
    code: Annotated[int | None, Says("The destination's code of a refusal.")]
    error_code: str
    goes_at: Annotated[
        str,
        Says(
            "UTC. From when on a row that waits may go, or by when the goal of a deferred one is old enough; "
            "blank where that is not known.",
        ),
    ]
    refused_at: Annotated[str, Says("UTC. When a deferred row was put off, else blank.")]
    value: Annotated[float | None, Says("What would be sent; null: that of the goal, or nothing.")]
    currency: str
    counted_value: Annotated[float | None, Says("What counts now, as far as the ledger knows.")]
    counted_currency: str
    moves_to_name: Annotated[str, Says("The goal of the conversion that takes the place of a moved one, else blank.")]
    moves_to_time: Annotated[str, Says("UTC: its time, else blank.")]


class MoneyJson(TypedDict):
    """Rows of one goal and currency, and their sums."""

    conversion_name: str
    rows: Annotated[int, Says(minimum=1)]
    value: Annotated[float, Says("The sum of what would be sent.")]
    currency: str
    valued: Annotated[int, Says("Rows of that sum; the destination gives others the value of their goal.", minimum=0)]
    counted: Annotated[float, Says("The sum of what counts now of these rows, as far as the ledger knows.")]
    counted_currency: str
    counted_valued: Annotated[int, Says("Rows of that sum.", minimum=0)]


PlanLineJson = TypedDict(
    "PlanLineJson",
    {
        "side": Side,
        "class": ClassName,
        "reasons": Annotated[list[str], Says("Names of reasons; more may be added.")],
        "sends": Annotated[bool, Says("A push would send something of these rows, in its first round or a later one.")],
        "rows": Count,
        "money": Annotated[list[MoneyJson], Says("Sums by goal and currency; none of rows that no push would send.")],
        "samples": Annotated[list[SampleJson], Says("As many as --samples asks for.")],
    },
)


class GuardJson(TypedDict):
    name: Annotated[str, Says("The guard; more may be added.")]
    refuses: bool
    warns: bool
    message: str


class DifferenceJson(TypedDict):
    """One thing that differs between the two builds; blank where it is not there."""

    what: Literal["column", "setting", "goal"]
    name: str
    before: str
    after: str


class AgainstJson(TypedDict):
    """Beside the build that `--state` names."""

    before: Annotated[
        PlanCountsJson | None, Says("The plan of that build's own source, by class; null where it knows no such sync.")
    ]
    differences: Annotated[
        list[DifferenceJson], Says("Columns of the source model, settings of the exposure, names of goals.")
    ]


class PlanJson(OfSync):
    """What a push would do. Where several syncs are asked for at once, the output is an array of such documents.
    `version` rises when a field changes its meaning.
    """

    now: Annotated[Time, Says("UTC, as 2026-11-25T10:00:00Z; blank where it is not known.")]
    source_rows: Annotated[int, Says("Rows of the source model.", minimum=0)]
    to_send: Annotated[int, Says("Records that a push would send.", minimum=0)]
    to_follow: Annotated[
        int, Says("Those of them that go after what they replace is retracted, by the same push.", minimum=0)
    ]
    change: Annotated[
        dict[str, float],
        Says(
            "By currency, what the push would change of the sum of values that count. What is in doubt is left out, "
            "and so is what has no value of its own.",
        ),
    ]
    counts: PlanCountsJson
    lines: Annotated[list[PlanLineJson], Says("All rows of one side that share class and reasons.")]
    guards: list[GuardJson]
    against: Annotated[AgainstJson | None, Says("What differs from the build of --state; null without it.")]


def plan_text(report: PlanReport, *, changes: bool = False) -> str:
    """A plan: counts per class, reasons with examples, guards, and what a push would do next.

    `changes`: reasons of what a push would send alone, and of the guards those that refuse or warn.
    """
    plan, guards = report.plan, report.guards
    out = [
        f"Plan of {title(report.sync)}",
        f"As of {plan.now}, {rows_of(plan.source_rows, 'source ')}.",
        *_against(report),
        "",
    ]
    out += columns(_class_rows(plan, "source"), right=2) or [f"  {_no_rows(report.sync)}"]
    if plan.ledger_rows:
        out += ["", LEDGER_SIDE, *columns(_class_rows(plan, "ledger"), right=2)]
    out += _money(plan)
    for line in by_class(plan.lines):
        if changes and not (line.sends or line.follows):
            continue
        if line.reasons or (line.sends and line.samples):
            why = ", ".join(line.reasons) or "for example"
            out += ["", f"{line.class_}, {rows_of(line.rows)}{_ledger_side(line)}: {why}"]
            out += [f"  {reason_words(reason)}{_setting(line, reason, report.sync)}" for reason in line.reasons]
            out += _samples(line)
    refusing = [guard for guard in guards if guard.refusal]
    shown = [guard for guard in guards if guard.refusal or guard.warns or not changes]
    out += ["", "Guards" if shown else f"Guards: all {len(guards)} pass."]
    out += [f"  {_guard_word(g)}  {g.name}: {g.refusal or g.passes}" for g in shown]
    out += [""]
    if refusing:
        out += [f"A push would be refused (exit 5). {' '.join(guard.hint for guard in refusing)}"]
    elif plan.to_send:
        out += [f"A push would send {rows_of(plan.to_send + plan.to_follow)}, 1,000 a call{in_two(plan)}."]
    else:
        out += ["A push would send nothing."]
    return "\n".join(out)


def plan_json(report: PlanReport) -> PlanJson:
    """A plan with its guards."""
    plan = report.plan
    return {
        **head(report.sync),
        "now": plan.now,
        "source_rows": plan.source_rows,
        "to_send": plan.to_send + plan.to_follow,
        "to_follow": plan.to_follow,
        "change": plan.change(),
        "counts": _counts_json(plan),
        "lines": [
            {
                "side": cast(Any, line.side),
                "class": cast(Any, line.class_),
                "reasons": list(line.reasons),
                "sends": line.sends or line.follows,
                "rows": line.rows,
                "money": [cast(MoneyJson, asdict(money)) for money in line.money],
                "samples": [_sample_json(sample) for sample in line.samples],
            }
            for line in plan.lines
        ],
        "guards": [
            {"name": g.name, "refuses": bool(g.refusal), "warns": g.warns, "message": g.refusal or g.passes}
            for g in report.guards
        ],
        "against": _against_json(report.against) if report.against else None,
    }


def _sample_json(sample: Sample) -> SampleJson:
    values = {"value": number(sample.value), "counted_value": number(sample.counted_value)}
    return cast(SampleJson, asdict(sample) | values)


def _counts_json(plan: Plan) -> PlanCountsJson:
    return {"source": plan.counts("source"), "ledger": plan.counts("ledger")}


def _against_json(against: Comparison) -> AgainstJson:
    return {
        "before": None if against.before is None else _counts_json(against.before),
        "differences": [cast(DifferenceJson, asdict(one)) for one in against.differences],
    }


def _against(report: PlanReport) -> list[str]:
    """What differs from another build: rows by class, and what they are made of."""
    if report.against is None:
        return []
    before = report.against.before
    if before is None:
        return ["Against the ledger of another build, which has no sync of this name."]
    if not report.changes:
        return ["Against the ledger of another build: nothing differs."]
    was, now = before.counts(), report.plan.counts()
    rows = [
        ("rows", name, f"{was.get(name, 0):,} -> {now.get(name, 0):,}")
        for name in CLASSES
        if was.get(name) != now.get(name)
    ]
    things = [
        (one.what, safe(one.name), f"{safe(one.before) or NOT_THERE} -> {safe(one.after) or NOT_THERE}")
        for one in report.against.differences
    ]
    return ["", "Different from the other build", *columns([*things, *rows])]


def _class_rows(plan: Plan, side: str) -> Iterable[tuple[str, str, str]]:
    return ((name, f"{rows:,}", CLASS_WORDS[name]) for name, rows in plan.counts(side).items())


def by_class(lines: Iterable[PlanLine]) -> list[PlanLine]:
    return sorted(lines, key=lambda line: (CLASSES.index(line.class_), line.side == "ledger", -line.rows))


def in_two(plan: Plan) -> str:
    if not plan.to_follow:
        return ""
    return f": {plan.to_send:,} at once, and {plan.to_follow:,} when what they replace is retracted"


def _setting(line: PlanLine, reason: str, sync: Sync) -> str:
    """The setting that would correct rows which are held for this reason, where it is not set."""
    need = NEEDS.get(reason, "")
    if line.class_ != "held" or not need or need in sync.adjustments:
        return ""
    return f" With {need} in the exposure's `adjustments` a push corrects it."


# What stands in the place of what a build does not have.
NOT_THERE = "not there"
# Goals and currencies of a plan that are shown.
MONEY_ROWS = 20


def _no_rows(sync: Sync) -> str:
    if sync.account_column:
        return f"No row of the source model {sync.model} names this account."
    return f"The source model {sync.model} is empty."


def _money(plan: Plan) -> list[str]:
    """The sums of what a push would send by class and goal, and what it changes in all."""
    shown = [(line, money) for line in by_class(plan.lines) for money in line.money]
    if not shown:
        return []
    rows = [
        (line.class_, safe(money.conversion_name), rows_of(money.rows), *money_sums(line, money))
        for line, money in shown[:MONEY_ROWS]
    ]
    more = [f"  and {len(shown) - MONEY_ROWS:,} more goals and currencies"] if len(shown) > MONEY_ROWS else []
    change = plan.change()
    in_all = [f"  In all {sums(change)}."] if change else []
    return ["", "Value", *columns(rows, right=4), *more, *in_all]


def money_sums(line: PlanLine, money: Money) -> tuple[str, str]:
    """What a group changes, and from what to what; what may count already changes nothing that is known."""
    without = money.rows - max(money.valued, money.counted_valued)
    notes = [f"{rows_of(without)} without a value: that of the goal"] if without else []
    if line.class_ == "in_doubt":
        return _amount(money.value, money.currency, money.valued), "; ".join(["may count already", *notes])
    if line.operation == "restate":
        old = _amount(money.counted, money.counted_currency, money.counted_valued)
        notes = [f"{old} -> {_amount(money.value, money.currency, money.valued)}", *notes]
        if money.currency != money.counted_currency or not money.counted_valued:
            return "", "; ".join(notes)
    by = money.value - money.counted
    changed = f"{figure(by, '+')} {money.currency or money.counted_currency}" if by or not without else ""
    return changed, "; ".join(notes)


def _amount(value: float | None, currency: str, valued: int = 1) -> str:
    return f"{figure(value)} {currency}".rstrip() if value is not None and valued else "the goal's value"


def _samples(line: PlanLine) -> list[str]:
    return [
        safe(
            f"    {s.record_key or '(no key)'}  {s.conversion_name or '(no name)'}  {s.conversion_time or '(no time)'}"
        )
        + safe(about(line, s))
        for s in line.samples
    ]


def about(line: PlanLine, sample: Sample) -> str:
    """What is to be said of a sample beside its name: from what to what it changes, what it is worth, when it goes."""
    if line.class_ == "move":
        same = (sample.moves_to_name, sample.moves_to_time) == (sample.conversion_name, sample.conversion_time)
        to = "another click id or hash" if same else f"{sample.moves_to_name}  {sample.moves_to_time}"
        return f"  -> {to}"
    old = _amount(sample.counted_value, sample.counted_currency)
    if line.operation == "restate":
        return f"  {old} -> {_amount(sample.value, sample.currency)}"
    if line.operation == "retract":
        return f"  {old}"
    when = "its goal is old enough by" if line.class_ == "deferred" else "goes at"
    worth = f"  {_amount(sample.value, sample.currency)}" if line.sends or line.follows else ""
    return worth + (f"  {when} {sample.goes_at}" if sample.goes_at else "")


def _guard_word(guard: Guard) -> str:
    return "refuses" if guard.refusal else "warns  " if guard.warns else "passes "


def _ledger_side(line: PlanLine) -> str:
    return " of the ledger" if line.side == "ledger" else ""
