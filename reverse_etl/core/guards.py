"""Guards: what keeps a push from starting, decided from facts before anything is planned or written."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from reverse_etl.core.errors import GuardError
from reverse_etl.core.plan import Plan, figure
from reverse_etl.core.ports import TestEvidence, Verdict
from reverse_etl.core.sync import Environment, RestatementLimit, RetractionLimit, Sync

NOT_LOOKED_AT = TestEvidence(Verdict.UNKNOWN, "not looked at")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the guards look at.

    `limited_build` says how the source was last built, where only a part was taken. `newest` is the time of the
    source's newest conversion that is not in the future, `newest_event` that of the newest event of any run, and `now`
    the warehouse's time, all UTC text; each is empty where it was not asked for. `service_ahead`: by how much the
    service's clock is ahead of the warehouse's, where that is known. `without_account`: rows of the source that name
    no account where each names its own. `unproved_engine`: the warehouse's type, where no proof of it is known.
    """

    target: str
    first_push: bool
    initial: bool
    limited_build: str = ""
    tests: TestEvidence = NOT_LOOKED_AT
    allow_failing_tests: bool = False
    without_account: int = 0
    newest: str = ""
    now: str = ""
    newest_event: str = ""
    service_ahead: timedelta | None = None
    unproved_engine: str = ""


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a user allows a push beyond what it may do by itself."""

    initial: bool = False
    allow_failing_tests: bool = False
    max_retractions: int | None = None
    max_restatements: int | None = None

    def retractions(self, sync: Sync) -> RetractionLimit:
        """How many conversions a push may take back."""
        if self.max_retractions is None:
            return sync.max_retractions
        return RetractionLimit(self.max_retractions, share=1.0, even_if_empty=True)

    def restatements(self, sync: Sync) -> RestatementLimit:
        """How many conversions a push may give another value."""
        if self.max_restatements is None:
            return sync.max_restatements
        return RestatementLimit(self.max_restatements, share=0.0)


@dataclass(frozen=True, slots=True)
class Guard:
    """What one guard found. `refusal` is empty where it lets the push pass; `warns`: it passes with a warning."""

    name: str
    passes: str
    refusal: str = ""
    hint: str = ""
    warns: bool = False


def of_sync(sync: Sync, target: str) -> list[Guard]:
    """The guards that need no warehouse and no credentials, by dbt's target."""
    return [_enabled(sync), _production_target(sync, target)]


def look(sync: Sync, facts: Facts) -> list[Guard]:
    """Every guard with what it would do."""
    enabled, production_target = of_sync(sync, facts.target)
    return [
        enabled,
        *([_warehouse(sync, facts)] if facts.unproved_engine else []),
        production_target,
        _first_push(sync, facts),
        *([_accounts(sync, facts)] if sync.account_column else []),
        _limited_build(sync, facts),
        _tests(sync, facts),
        _clocks(facts),
        _max_age(sync, facts),
    ]


def retractions(limit: RetractionLimit, plan: Plan, *, before: int = 0) -> Guard:
    """Does a plan take back so much that its source may have shrunk by mistake?

    `before`: what earlier rounds of the run took back. A retraction cannot be undone: Microsoft ignores what was
    retracted from then on.
    """
    name, planned = "max_retractions", plan.to_retract
    if not planned:
        return Guard(name, "nothing would be taken back")
    valid = any(line.side == "source" and line.class_ not in ("invalid", "expired") for line in plan.lines)
    # What has aged out is not the source's any more: what is left of it is what may be lost at once.
    known = plan.known + before - plan.counts("ledger").get("aged_out", 0)
    allowed = limit.allowed(known) if valid or limit.even_if_empty else 0
    of = f"{before + planned:,} of {known:,} conversions"
    if before + planned <= allowed:
        return Guard(name, f"{of} would be taken back, and {allowed:,} may be")
    empty = "no row of the source is valid" if plan.source_rows else "no source row is left"
    why = f"{allowed:,} may be" if valid else empty
    moved = sum(line.rows for line in plan.lines if line.class_ == "move")
    lost = "has the source lost rows that still count?"
    asks = "did the model change times, goals or click ids?" if valid and 2 * moved > planned else lost
    return Guard(
        name,
        "",
        f"{of} would be taken back at once, and {why}: {asks}",
        "A retraction is for good; the plan shows them. If they are right, push once with "
        f"--max-retractions {before + planned}, or set max_retractions in the exposure.",
    )


def restatements(
    limit: RestatementLimit, plan: Plan, *, before: int = 0, changed: Mapping[str, float] = MappingProxyType({})
) -> Guard:
    """Does a plan change so many values, or their sum by so much, that the model may compute them wrongly?

    `before`, `changed`: how many values earlier rounds of the run changed, and by how much their sum in each currency.
    """
    name, planned = "max_restatements", plan.to_restate
    if not planned:
        return Guard(name, "no value would be changed")
    planned += before
    allowed = limit.allowed(plan.known)
    of = f"{planned:,} of {plan.known:,} conversions"
    now = plan.change("restate")
    sum_by = {currency: now.get(currency, 0.0) + changed.get(currency, 0.0) for currency in sorted({*now, *changed})}
    change = {currency: by for currency, by in sum_by.items() if by}
    by = f" (in all {sums(change)})" if change else ""
    hint = (
        f"The plan shows them, old and new. If they are right, push once with --max-restatements {planned}, "
        "or set max_restatements in the exposure."
    )
    if planned > allowed:
        found = f"The value of {of} would be changed at once{by}, and {allowed:,} may be"
        return Guard(name, "", f"{found}: did the model change how it computes values?", hint)
    if limit.change is not None and any(abs(amount) > limit.change for amount in change.values()):
        found = f"The value of {of} would be changed{by}, and the sum of a currency by {figure(limit.change)} at most"
        return Guard(name, "", f"{found}.", hint)
    return Guard(name, f"the value of {of} would be changed{by}, and {allowed:,} may be")


def limits(sync: Sync) -> list[Guard]:
    """What one push may correct at most, of the corrections that the sync may send; only a plan says how much."""
    found = []
    if "retract" in sync.adjustments:
        limit = sync.max_retractions
        words = f"{limit.share:.1%} of the conversions that count"
        words = f"{limit.rows:,} or {words}, whichever is less" if limit.rows < sys.maxsize else words
        found.append(Guard("max_retractions", f"one push may take back {words}"))
    if "restate" in sync.adjustments:
        restate = sync.max_restatements
        words = f"{restate.rows:,} or {restate.share:.1%} of the conversions that count, whichever is more"
        words += f", and their sum by {figure(restate.change)}" if restate.change is not None else ""
        found.append(Guard("max_restatements", f"one push may change the value of {words}"))
    return found


def sums(amounts: Mapping[str, float]) -> str:
    """Signed sums by currency, in words."""
    named = ((currency or "in the currency of the goal", amount) for currency, amount in amounts.items())
    return ", ".join(f"{figure(amount, '+')} {currency}" for currency, amount in named)


def enforce(guards: Sequence[Guard]) -> None:
    """Raise GuardError for the first guard that refuses."""
    for guard in guards:
        if guard.refusal:
            raise GuardError(guard.refusal, hint=guard.hint)


def _enabled(sync: Sync) -> Guard:
    name = "enabled"
    if sync.enabled:
        return Guard(name, "the sync is not paused")
    return Guard(name, "", f"{sync.name} is paused: its exposure says enabled: false.", "Remove that line to push.")


def _warehouse(sync: Sync, facts: Facts) -> Guard:
    found = f"That this {facts.unproved_engine} warehouse does what this version needs is not proved yet."
    hint = "Run `reverse-etl check --warehouse`: it asks for known answers, and lets claims race for the lease."
    if sync.environment is Environment.LOCAL:
        return Guard("warehouse", f"{found} {hint}", warns=True)
    return Guard("warehouse", "", found, hint)


def _production_target(sync: Sync, target: str) -> Guard:
    name = "production_target"
    if sync.environment is not Environment.PRODUCTION:
        return Guard(name, f"environment is {sync.environment.value}, so any dbt target may push")
    if target in sync.targets:
        return Guard(name, f"dbt target {target} may push to production")
    if not sync.targets:
        hint = "The exposure names no target that may: add, for example, targets: [prod]."
    else:
        hint = f"Push with --target {sync.targets[0]}, or name {target} in the exposure's targets."
    return Guard(name, "", f"dbt target {target} may not push {sync.name} to production.", hint)


def _first_push(sync: Sync, facts: Facts) -> Guard:
    name = "first_push"
    if sync.environment is not Environment.PRODUCTION:
        return Guard(name, f"environment is {sync.environment.value}, so a first push needs no --initial")
    if not facts.first_push:
        return Guard(name, "the account accepted conversions of this sync before")
    if facts.initial:
        return Guard(name, "first push to this account, and --initial says so")
    return Guard(
        name,
        "",
        f"Nothing of {sync.name} was accepted yet by production account {sync.account_id}: all of it would be sent.",
        "Read `reverse-etl plan`, then push once with --initial.",
    )


def _accounts(sync: Sync, facts: Facts) -> Guard:
    name, rows = "accounts", facts.without_account
    if not rows:
        return Guard(name, f"every row of the source names an account in {sync.account_column}")
    some = f"{rows:,} {'row of the source names' if rows == 1 else 'rows of the source name'}"
    return Guard(
        name,
        f"{some} no account in {sync.account_column}: not planned, and sent to none.",
        hint=f"Fill {sync.account_column} in the model; a not_null test of dbt finds them.",
        warns=True,
    )


def _limited_build(sync: Sync, facts: Facts) -> Guard:
    name = "limited_build"
    if not facts.limited_build:
        return Guard(
            name, "the source was not last built with --empty or --sample, by what dbt left in its target folder"
        )
    model = sync.model
    return Guard(
        name,
        "",
        f"The source model {model} was last built with {facts.limited_build}: rows are missing from it.",
        f"Build it in full: dbt build --select +{model}",
    )


def _tests(sync: Sync, facts: Facts) -> Guard:
    """dbt's tests: a push of rows that failed them, or were not tested, would teach the bidding what is wrong."""
    name, tests, model = "tests", facts.tests, sync.model
    when = f" ({'push --build' if tests.by == 'build' else 'dbt'}, {tests.at})" if tests.at else ""
    if tests.verdict is Verdict.PASSED:
        return Guard(name, f"{tests.text or f'{model} was built, and has no test'}{when}", warns=not tests.text)
    build = "Push with --build, which builds and tests first"
    if tests.verdict is Verdict.UNKNOWN:
        return _unknown_tests(sync, facts, Guard(name, "", hint=f"{build}, or run `dbt build --select +{model}`."))
    if tests.model_failed:
        why = f"; what failed: {tests.text}" if tests.text else ""
        return Guard(name, "", f"dbt did not build {model}{when}{why}.", "Correct that, and push with --build.")
    failing = ", ".join(
        f"{test} ({rows:,} {'row' if rows == 1 else 'rows'})" if rows else test for test, rows in tests.failing
    )
    if facts.allow_failing_tests:
        return Guard(name, f"--allow-failing-tests: {failing}", warns=True)
    return Guard(
        name,
        "",
        f"dbt tests of {model} failed{when}: {failing}.",
        _MEND_ROWS if any(rows for _, rows in tests.failing) else _MEND_TESTS,
    )


_MEND_ROWS = (
    "Correct the rows and push with --build. Where the plan holds such rows back anyway, the test may have `severity: "
    "warn`; --allow-failing-tests pushes this once."
)
_MEND_TESTS = (
    "They could not run, or were skipped since what they need failed; dbt's own output says why. Correct that and push "
    "with --build; --allow-failing-tests pushes this once."
)


def _unknown_tests(sync: Sync, facts: Facts, guard: Guard) -> Guard:
    model = sync.model
    why = f"it is not known whether {model} passed its dbt tests: {facts.tests.text}"
    if facts.allow_failing_tests:
        return Guard(guard.name, f"--allow-failing-tests: {why}", warns=True)
    if sync.environment is not Environment.PRODUCTION:
        return Guard(guard.name, f"{why}. {guard.hint}", warns=True)
    return Guard(guard.name, "", why[0].upper() + why[1:] + ".", guard.hint)


def _clocks(facts: Facts) -> Guard:
    """By a clock that is wrong by days good rows expire or wait. Where the service's is known, that is the judge."""
    name, ahead = "clocks", facts.service_ahead
    if ahead is not None and abs(ahead) > CLOCKS_APART:
        side = "ahead of" if ahead > timedelta() else "behind"
        found = f"The service's clock is {_words(abs(ahead))} {side} the warehouse's: good rows would expire or wait."
        return Guard(name, "", found, _SET_CLOCK)
    back = _moment(facts.newest_event) - _moment(facts.now) if facts.newest_event else timedelta()
    if back <= CLOCKS_APART:
        return Guard(name, "no run is recorded in the future of the warehouse's clock")
    found = f"a run is recorded {_words(back)} in the future of the warehouse's clock, which says {facts.now}"
    if ahead is not None:
        return Guard(name, f"{found}; the service's clock agrees with it", warns=True)
    return Guard(
        name,
        "",
        f"{found[0].upper()}{found[1:]}: was it set back? Rows would wait that are due.",
        f"{_SET_CLOCK} Where it was wrong only then, a push asks the service for its time and passes.",
    )


# What clocks may differ by: less shifts a little which rows are due, and the push says so.
CLOCKS_APART = timedelta(hours=12)
_SET_CLOCK = "Set the clock that is wrong; on DuckDB the warehouse's is this machine's."


def _max_age(sync: Sync, facts: Facts) -> Guard:
    """A source that stands still looks healthy: everything in it was sent."""
    name = "max_age"
    limits = [limit for limit in (sync.warn_after, sync.error_after) if limit is not None]
    if not limits:
        return Guard(name, "the exposure sets no max_age")
    if not facts.newest:
        return Guard(name, "", "The source holds no conversion up to now, and max_age is set.", _REFRESH)
    age = _moment(facts.now) - _moment(facts.newest)
    found = f"the newest conversion is {_words(age)} old"
    if sync.error_after is not None and age > sync.error_after:
        return Guard(name, "", f"{found[0].upper() + found[1:]}, over max_age ({_words(sync.error_after)}).", _REFRESH)
    if sync.warn_after is not None and age > sync.warn_after:
        return Guard(name, f"{found}, over warn_after ({_words(sync.warn_after)})", warns=True)
    return Guard(name, found)


_REFRESH = "Load new rows and build the source again; or raise max_age in the exposure."


def _moment(utc_text: str) -> datetime:
    return datetime.fromisoformat(utc_text)


def _words(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours / 24:,.1f} days" if hours >= 48 else f"{hours:,.1f} hours"
