"""The parts of a sync's report: what each says, its charts and its tables, as texts that a page only has to lay out."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reverse_etl.commands.rejected import MAYBE_TAKEN
from reverse_etl.core.guards import sums
from reverse_etl.core.plan import CLASSES, figure
from reverse_etl.core.report import Code, RowGroup, SyncReport
from reverse_etl.report import charts
from reverse_etl.report.attribution import percent
from reverse_etl.report.health import pushes
from reverse_etl.report.money import amount, amounts, by_currency
from reverse_etl.report.runs import done_words, duration, result_word, seconds
from reverse_etl.report.status import CORRECTION_WORDS
from reverse_etl.report.text import refusal, rows_of, safe
from reverse_etl.report.words import CLASS_WORDS, reason_words

# Lines that a table has at most, and names that a chart tells apart beside all others together.
LISTED, SHOWN = 25, charts.COLOURS - 1
# Currencies whose value is drawn, those of most conversions.
CURRENCIES = 3
_OTHERS = "all others"
_KEPT_BACK = ("held", "invalid", "expired", "waiting", "duplicate")
_HELD_FOR_REFUSAL = ("rejected_unchanged", "retract_refused", "maybe_taken")
_DONE = {"restate": "restated", "retract": "retracted"}


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts. `numbers`: the places of the columns that hold numbers; the first column names its row."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart, the names of its colours where it has several, and its numbers where no other table has them."""

    caption: str
    svg: str
    names: Sequence[str] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One part. `says`: sentences, in which a command stands between backticks."""

    title: str
    says: Sequence[str]
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = ()


def sections(report: SyncReport) -> list[Section]:
    """Every part, in the order in which people read them."""
    return [
        _funnel(report),
        _conversions(report),
        _attribution(report),
        _refusals(report),
        _corrections(report),
        _expiring(report),
        _runs(report),
    ]


def _minute(text: str) -> str:
    return text[:16].replace("T", " ")


def counted(number: float) -> str:
    return f"{number:,.0f}"


def _funnel(report: SyncReport) -> Section:
    classes: Counter[str] = Counter()
    for group in report.rows:
        classes["accepted" if group.accepted else group.class_] += group.rows
    in_all, accepted = sum(classes.values()), classes["accepted"]
    sendable = in_all - classes["invalid"] - classes["expired"] - classes["duplicate"]
    steps = [("Source rows", in_all), ("Could be sent", sendable), ("Accepted", accepted)]
    says = [
        f"{rows_of(in_all, 'source ')} now: {sendable:,} could be sent, and Microsoft accepted {accepted:,} of them."
    ]
    if report.plan.sync.hold_refusable:
        says.append("Rows that their goal would refuse are not shown by themselves: `reverse-etl plan` asks Microsoft.")
    counts = [goal.counts for goal in report.attribution.goals] if report.attribution else []
    if any(one.attributed is not None for one in counts) and report.attribution:
        attributed = sum(one.attributed or 0 for one in counts)
        reported = attributed + sum(one.unattributed or 0 for one in counts)
        steps += [("Reported uploads", reported), ("Attributed to a click", attributed)]
        says.append(
            f"Microsoft reports uploads by day and goal, and never says which rows: of {reported:,} that it reported "
            f"on since {report.attribution.first_day} it attributed {attributed:,} to a click."
        )
    standing = Table(
        "Where the source rows stand",
        ("Standing", "Rows", "Meaning"),
        [
            (name, counted(classes[name]), CLASS_WORDS[name])
            for name in sorted(classes, key=lambda name: (name != "accepted", CLASSES.index(name)))
        ],
        (1,),
    )
    kept = _by_reason(group for group in report.rows if group.reasons and group.class_ in _KEPT_BACK)
    back = Table(
        "What keeps rows back, and what to do",
        ("Reason", "Rows", "Value", "What to do"),
        [(", ".join(one.reasons), *_sums(groups), _what_to_do(report, one)) for groups in kept for one in groups[:1]],
        (1, 2),
    )
    caption = "Rows and conversions at each step"
    numbers = Table(caption, ("Step", "Number"), [(name, counted(number)) for name, number in steps], (1,))
    drawn = charts.across(steps, counted, "; ".join(f"{name} {number:,}" for name, number in steps)) if in_all else ""
    figures = [Figure(caption, drawn, (), numbers)] if drawn else []
    return Section("From source row to attributed click", says, figures, [standing, back])


def _by_reason(groups: Iterable[RowGroup]) -> list[list[RowGroup]]:
    """The groups of rows that stand back for the same, those of most rows first."""
    found: dict[tuple[str, tuple[str, ...], Code | None], list[RowGroup]] = defaultdict(list)
    for group in groups:
        found[group.class_, group.reasons, _refusal_of(group)].append(group)
    return sorted(found.values(), key=lambda alike: -sum(group.rows for group in alike))


def _refusal_of(group: RowGroup) -> Code | None:
    """The refusal that rows are held for; of others it is past."""
    return group.code if any(reason in _HELD_FOR_REFUSAL for reason in group.reasons) else None


def _sums(groups: Sequence[RowGroup]) -> tuple[str, str]:
    """How many rows groups are, and what these are worth."""
    worth = amounts((group.currency, group.value, group.valued) for group in groups)
    return counted(sum(group.rows for group in groups)), worth


def _what_to_do(report: SyncReport, group: RowGroup) -> str:
    """What its rows are kept back for, and what to do about it."""
    words, code = [reason_words(reason) for reason in group.reasons], _refusal_of(group)
    if code is not None:
        words.append(f"{refusal(*code)}: {report.advice[code]}")
    return " ".join(words) + (f" {MAYBE_TAKEN}" if "maybe_taken" in group.reasons else "")


def _conversions(report: SyncReport) -> Section:
    found = report.conversions
    if not found:
        return Section("Conversions and value", [f"No accepted conversion since {report.first_day}."])
    figures = [
        _daily(report, "Accepted conversions per day, by goal", "conversions", counted,
               [(one.conversion_name, one.day, one.conversions) for one in found])
    ]  # fmt: skip
    for currency in list(by_currency((one.currency, one.value, one.valued) for one in found))[:CURRENCIES]:
        unit = currency or "currency of the goal"
        cells = [(one.conversion_name, one.day, one.value) for one in found if one.currency == currency and one.valued]
        figures.append(_daily(report, f"Value per day in {unit}, by goal", unit, figure, cells))
    goals: dict[tuple[str, str], list[float]] = {}
    for one in found:
        sums_of = goals.setdefault((one.conversion_name, one.currency), [0, 0.0, 0])
        for place, number in enumerate((one.conversions, one.value, one.valued)):
            sums_of[place] += number
    table = Table(
        "Accepted conversions by goal and currency",
        ("Goal", "Conversions", "Value", "Without a value"),
        [
            (name, counted(count), amount(value, currency) if valued else "", counted(count - valued))
            for (name, currency), (count, value, valued) in sorted(goals.items(), key=lambda one: -one[1][0])
        ],
        (1, 2, 3),
    )
    says = f"What counts at Microsoft of the conversions since {report.first_day}, by the day of the conversion (UTC)."
    return Section(
        "Conversions and value", [f"{says} What was retracted is left out; without a value, that of the goal counts."],
        figures, [table],
    )  # fmt: skip


def _attribution(report: SyncReport) -> Section:
    title, found = "Attribution", report.attribution
    if found is None or not any(goal.counts.attributed is not None for goal in found.goals):
        return Section(title, ["Nothing is known of attribution yet: `reverse-etl attribution` fetches it."])
    cells, rows, reasons = [], [], []
    for goal in found.goals:
        for day in goal.days:
            attributed, unattributed = day.counts.attributed or 0, day.counts.unattributed or 0
            to_come = max(day.counts.accepted - attributed - unattributed, 0)
            cells += [
                (name, day.upload_date, number)
                for name, number in (("attributed", attributed), ("not attributed", unattributed), ("to come", to_come))
            ]
        sums_of = goal.counts
        numbers = (sums_of.sent, sums_of.accepted, sums_of.rejected, sums_of.attributed, sums_of.unattributed)
        known = ["" if number is None else counted(number) for number in numbers]
        rows.append((goal.conversion_name, *known, percent(sums_of.match_rate)))
        reasons += [
            (goal.conversion_name, why.name, counted(why.conversions), f"{why.meaning} {why.what_to_do}")
            for why in goal.reasons
        ]
    head = ("Goal", "Sent", "Accepted", "Refused", "Attributed", "Not attributed", "Match rate")
    return Section(
        title,
        ["What Microsoft attributed to a click, by the day of the upload (UTC). Its reports lag by some hours."],
        [_daily(report, "Uploads per day, by what became of them", "conversions", counted, cells, in_order=True)],
        [
            Table("Uploads by goal", head, rows, range(1, 7)),
            Table("Why not attributed, and what to do", ("Goal", "Reason", "Conversions", "What to do"), reasons, (2,)),
        ],
    )


def _refusals(report: SyncReport) -> Section:
    title = "Refusals"
    held: Counter[Code] = Counter()
    for group in report.rows:
        if (code := _refusal_of(group)) is not None:
            held[code] += group.rows
    tried: Counter[Code] = Counter()
    for one in report.refusals:
        tried[one.code] += one.attempts
    if not tried and not held:
        return Section(
            title, [f"Microsoft refused nothing since {report.first_day}, and no row is held for a refusal."]
        )
    table = Table(
        "Refusals by reason, and what to do",
        ("Reason", "Refused", "Held now", "What to do"),
        [
            (refusal(*code), counted(tried[code]), counted(held[code]), report.advice[code])
            for code in sorted({*tried, *held}, key=lambda code: (-tried[code], -held[code], refusal(*code)))
        ],
        (1, 2),
    )
    cells = [(refusal(*one.code), one.day, one.attempts) for one in report.refusals]
    figures = [_daily(report, "Refusals per day, by reason", "refusals", counted, cells)] if cells else []
    says = (
        f"What Microsoft refused since {report.first_day}, each try counted. A refused row is held until it changes; "
        "`reverse-etl rejected` lists them, and `reverse-etl retry` makes them sendable as they are."
    )
    return Section(title, [says], figures, [table])


def _corrections(report: SyncReport) -> Section:
    rows = []
    changes: list[tuple[str, float, int]] = []
    for one in report.corrections:
        old = amount(one.before, one.currency_before) if one.valued_before else "not known"
        new = amount(one.value, one.currency) if one.valued else "none"
        rows.append((one.conversion_name, _DONE[one.operation], counted(one.conversions), old, new))
        changes += [(one.currency, one.value, one.valued), (one.currency_before, -one.before, one.valued_before)]
    says = []
    if rows:
        says.append(
            f"Corrections since {report.first_day} changed the sum by {sums(by_currency(changes)) or 'nothing'}."
        )
    else:
        says.append(f"No correction was accepted since {report.first_day}.")
    if change := report.plan.plan.change():
        says.append(f"The next push would change it by {sums(change)}, new conversions included.")
    says += [f"{count:,}: {CORRECTION_WORDS[name]}." for name, count in report.open_corrections.items()]
    head = ("Goal", "Correction", "Conversions", "Value before", "Value since")
    return Section("Corrections", says, (), [Table("Accepted corrections by goal", head, rows, (2, 3, 4))])


def _expiring(report: SyncReport) -> Section:
    title, age = "Value about to expire unsent", timedelta(days=report.max_age_days)
    unless = ", unless its goal would refuse it" if report.plan.sync.hold_refusable else ""
    rows = []
    for groups in _by_reason(group for group in report.rows if group.expiring):
        until = datetime.fromisoformat(min(group.oldest for group in groups)) + age
        todo = _what_to_do(report, groups[0]) or f"Push: the next push sends it{unless}."
        rows.append((f"{until:%Y-%m-%d %H:%M}", *_sums(groups), groups[0].class_, todo))
    if not rows:
        return Section(title, ["No conversion that was never accepted is about to become too old."])
    says = f"Microsoft takes no conversion that is older than {report.max_age_days} days. These were never accepted."
    head = ("First expires (UTC)", "Conversions", "Value", "Standing", "What to do")
    return Section(title, [says], (), [Table("About to expire", head, sorted(rows), (1, 2))])


def _runs(report: SyncReport) -> Section:
    if not report.runs:
        return Section("Runs", ["No push yet."])
    table = Table(
        "Newest runs",
        ("Run", "Started (UTC)", "Took", "Target", "Result", "Sent"),
        [
            (str(run.run_seq), _minute(run.started_at), duration(run), run.target, result_word(run), done_words(run))
            for run in report.runs
        ],
        (2,),
    )
    ended = [(run, took) for run in reversed(pushes(report)) if (took := seconds(run)) is not None]
    figures = []
    if len(ended) > 2:
        size, unit = (60, "minutes") if max(took for _, took in ended) >= 600 else (1, "seconds")
        bars = [took / size for _, took in ended]
        caption = f"Duration of pushes in {unit}, by run"
        names = [f"run {run.run_seq}" for run, _ in ended]
        figures.append(Figure(caption, charts.by_day(names, [("", bars)], counted, _says(caption, bars))))
    return Section("Runs", [], figures, [table])


def _daily(
    report: SyncReport,
    caption: str,
    unit: str,
    words: Callable[[float], str],
    cells: Iterable[tuple[str, date, float]],
    *,
    in_order: bool = False,
) -> Figure:
    """Numbers by day and name: those of the greatest names apart, and of all others together.

    `in_order`: the names are few, and keep their order.
    """
    start, end = report.first_day, report.now.date()
    sums_of: dict[str, Counter[date]] = defaultdict(Counter)
    for name, day, number in cells:
        sums_of[name][day] += number  # type: ignore[assignment]
    if (first := min(day for found in sums_of.values() for day in found)) < start:
        # The newest days of upload may lie long back.
        start, end = first, max(day for found in sums_of.values() for day in found)
    names = list(sums_of) if in_order else sorted(sums_of, key=lambda name: -sums_of[name].total())
    series = [(safe(name, 60), sums_of[name]) for name in names[:SHOWN]]
    if rest := names[SHOWN:]:
        series.append((_OTHERS, sum((sums_of[name] for name in rest), Counter())))
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    numbers = [(name, [found[day] for day in days]) for name, found in series]
    in_all = [sum(column) for column in zip(*(values for _, values in numbers), strict=True)]
    labels = [f"{day.day} {day:%b}" for day in days]
    rows = [
        (day.isoformat(), *(words(values[n]) for _, values in numbers))
        for n, day in reversed(list(enumerate(days)))
        if any(values[n] for _, values in numbers)
    ]
    legend = [name for name, _ in numbers]
    svg = charts.by_day(labels, numbers, words, f"{_says(caption, in_all)} {unit}")
    table = Table(caption, ("Day (UTC)", *legend), rows, range(1, len(legend) + 1))
    return Figure(f"{caption} (UTC)", svg, legend if len(legend) > 1 else (), table)


def _says(caption: str, values: Sequence[float]) -> str:
    """What a chart shows, for screen readers; a table has all its numbers."""
    return f"{caption}: {len(values)} bars, the highest {max(values):,.0f}, the last {values[-1]:,.0f}"
