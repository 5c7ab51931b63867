"""Guards: each alone, with what it lets pass, what it refuses, and the way on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reverse_etl.core.errors import GuardError
from reverse_etl.core.guards import Facts, Guard, enforce, limits, look, restatements, retractions
from reverse_etl.core.plan import Money, Plan, PlanLine
from reverse_etl.core.ports import TestEvidence, Verdict
from reverse_etl.core.sync import Environment, RestatementLimit, RetractionLimit, Sync

SYNC = Sync("ads", "model.shop.ads", "microsoft_ads", Environment.PRODUCTION, "123", "456", targets=("prod",))
PASSED = TestEvidence(Verdict.PASSED, "3 tests passed or warned", at="2026-03-01T00:00:00Z")
FINE = Facts(target="prod", first_push=False, initial=False, tests=PASSED)


def refusals(sync: Sync, facts: Facts) -> dict[str, Guard]:
    guards = look(sync, facts)
    assert [guard.name for guard in guards] == [
        "enabled",
        "production_target",
        "first_push",
        "limited_build",
        "tests",
        "clocks",
        "max_age",
    ]
    for guard in guards:
        # Each says either why it lets pass or why not and how to go on.
        assert bool(guard.passes) is not bool(guard.refusal)
        assert bool(guard.hint) is bool(guard.refusal)
    return {guard.name: guard for guard in guards if guard.refusal}


def test_production_passes_when_all_is_right() -> None:
    """A named target, a sync that was pushed before and a full build: nothing refuses."""
    assert refusals(SYNC, FINE) == {}
    enforce(look(SYNC, FINE))


@pytest.mark.parametrize("target", ["dev", "PROD", "", "prod2"])
def test_only_named_targets_push_to_production(target: str) -> None:
    """A dbt target that the exposure does not name may not push; the message names it and those that may."""
    guard = refusals(SYNC, replace(FINE, target=target))["production_target"]
    assert "may not push" in guard.refusal
    assert guard.hint == f"Push with --target prod, or name {target} in the exposure's targets."


def test_a_paused_sync_is_not_pushed() -> None:
    """`enabled: false` refuses a push of that sync by name, wherever it goes."""
    guard = refusals(replace(SYNC, enabled=False, environment=Environment.LOCAL), FINE)["enabled"]
    assert "ads is paused" in guard.refusal


def test_no_target_at_all_refuses_production() -> None:
    """Without `targets` no dbt target may push to production."""
    guard = refusals(replace(SYNC, targets=()), FINE)["production_target"]
    assert "may not push" in guard.refusal


def test_the_first_push_to_production_needs_a_word() -> None:
    """A scope that was never pushed to needs --initial, and only in production."""
    first = replace(FINE, first_push=True)
    guard = refusals(SYNC, first)["first_push"]
    assert "account 123" in guard.refusal
    assert "--initial" in guard.hint
    assert refusals(SYNC, replace(first, initial=True)) == {}
    assert refusals(SYNC, replace(FINE, initial=True)) == {}


@pytest.mark.parametrize("environment", [Environment.LOCAL, Environment.SANDBOX])
def test_other_environments_need_neither(environment: Environment) -> None:
    """Away from production any target may push, also for the first time."""
    facts = Facts(target="dev", first_push=True, initial=False)
    assert refusals(replace(SYNC, environment=environment, targets=()), facts) == {}


@pytest.mark.parametrize("environment", Environment)
@pytest.mark.parametrize("flag", ["--empty", "--sample"])
def test_a_source_that_was_built_in_part_is_refused_everywhere(environment: Environment, flag: str) -> None:
    """A source without all its rows would look like rows that are gone; the way on is the command that builds it."""
    guard = refusals(replace(SYNC, environment=environment), replace(FINE, limited_build=flag))["limited_build"]
    assert flag in guard.refusal
    assert guard.hint.endswith("dbt build --select +ads")


def test_the_first_refusal_stops_the_push() -> None:
    """The error is the first guard's, with its hint and exit code 5."""
    guards = [one for one in look(replace(SYNC, targets=()), replace(FINE, first_push=True)) if one.refusal]
    with pytest.raises(GuardError) as caught:
        enforce(guards)
    assert (caught.value.message, caught.value.hint) == (guards[0].refusal, guards[0].hint)
    assert caught.value.exit_code == 5


FAILED = TestEvidence(Verdict.FAILED, failing=(("not_null_ads_name", 1_200), ("odd", 0)), at="2026-03-01T00:00:00Z")


@pytest.mark.parametrize("environment", Environment)
def test_failing_tests_refuse_everywhere_and_are_named(environment: Environment) -> None:
    """The refusal names each failing test with its rows; --allow-failing-tests turns it into a warning."""
    sync = replace(SYNC, environment=environment)
    guard = refusals(sync, replace(FINE, tests=FAILED))["tests"]
    assert "not_null_ads_name (1,200 rows), odd" in guard.refusal
    allowed = look(sync, replace(FINE, tests=FAILED, allow_failing_tests=True))
    assert [(one.name, one.passes) for one in allowed if one.warns] == [
        ("tests", "--allow-failing-tests: not_null_ads_name (1,200 rows), odd")
    ]


def test_a_model_that_was_not_built_is_refused_whatever_is_allowed() -> None:
    """--allow-failing-tests is about tests: a model that dbt could not build holds no rows of today."""
    facts = replace(FINE, tests=replace(FAILED, model_failed=True), allow_failing_tests=True)
    assert "dbt did not build ads" in refusals(SYNC, facts)["tests"].refusal


def test_unknown_tests_refuse_in_production_and_warn_elsewhere() -> None:
    """Where it is unknown, production refuses with the ways on, and the other environments warn."""
    facts = replace(FINE, tests=TestEvidence(Verdict.UNKNOWN, "the last dbt command here was `dbt compile`"))
    guard = refusals(SYNC, facts)["tests"]
    assert "`dbt compile`" in guard.refusal
    assert "--build" in guard.hint
    assert refusals(SYNC, replace(facts, allow_failing_tests=True)) == {}
    elsewhere = look(replace(SYNC, environment=Environment.SANDBOX), facts)
    assert [one.name for one in elsewhere if one.warns] == ["tests"]


@pytest.mark.parametrize(
    ("newest", "warns", "refuses"),
    [
        ("2026-03-09T13:00:00Z", False, False),
        ("2026-03-09T11:59:59Z", True, False),
        ("2026-03-05T11:59:59Z", False, True),
        ("", False, True),
    ],
)
def test_max_age_goes_by_the_newest_conversion(newest: str, *, warns: bool, refuses: bool) -> None:
    """Older than warn_after warns, older than error_after or nothing at all refuses."""
    sync = replace(SYNC, warn_after=timedelta(days=1), error_after=timedelta(days=5))
    guards = {one.name: one for one in look(sync, replace(FINE, newest=newest, now="2026-03-10T12:00:00Z"))}
    assert (guards["max_age"].warns, bool(guards["max_age"].refusal)) == (warns, refuses)


@pytest.mark.parametrize(
    ("newest_event", "service_ahead", "warns", "refusal"),
    [
        ("", None, False, ""),
        ("2026-03-10T23:00:00Z", None, False, ""),
        ("2026-03-13T12:00:00Z", None, False, "A run is recorded 3.0 days in the future of the warehouse's clock"),
        ("2026-03-13T12:00:00Z", 60, True, ""),  # it was wrong then, and is not now
        ("", 13 * 3600, False, "The service's clock is 13.0 hours ahead of the warehouse's"),
        ("", -100 * 86400, False, "The service's clock is 100.0 days behind the warehouse's"),
        ("", 11 * 3600, False, ""),
    ],
)
def test_a_clock_that_is_off_by_half_a_day_refuses(
    newest_event: str, service_ahead: float | None, *, warns: bool, refusal: str
) -> None:
    """No row is called too old or too new by such a clock; where the service's is known, it is the judge."""
    ahead = None if service_ahead is None else timedelta(seconds=service_ahead)
    facts = replace(FINE, now="2026-03-10T12:00:00Z", newest_event=newest_event, service_ahead=ahead)
    (guard,) = (one for one in look(SYNC, facts) if one.name == "clocks")
    assert (guard.warns, bool(guard.refusal)) == (warns, bool(refusal))
    assert refusal in guard.refusal


@pytest.mark.parametrize(
    ("limit", "planned", "known", "before", "refused"),
    [
        (RetractionLimit(), 0, 0, 0, False),
        (RetractionLimit(), 1, 10, 0, False),  # one is always allowed
        (RetractionLimit(), 2, 39, 0, True),
        (RetractionLimit(), 2, 40, 0, False),
        (RetractionLimit(), 101, 10_000, 0, True),
        (RetractionLimit(), 50, 10_000, 51, True),  # what earlier rounds took back counts
        (RetractionLimit(0, 1.0), 1, 10_000, 0, True),
        (RetractionLimit(5, 1.0), 5, 5, 0, False),
    ],
)
def test_a_push_takes_back_no_more_than_the_limit(
    limit: RetractionLimit, planned: int, known: int, before: int, *, refused: bool
) -> None:
    """The smaller of number and share counts, with the numbers in the message and the option that lets it pass."""
    lines = (PlanLine("source", "unchanged", (), "", 9), PlanLine("ledger", "retract", ("gone",), "retract", planned))
    guard = retractions(limit, Plan("now", lines if planned else lines[:1], known), before=before)
    assert bool(guard.refusal) is refused
    if refused:
        assert f"{before + planned:,} of {known + before:,} conversions" in guard.refusal
        assert f"--max-retractions {before + planned}" in guard.hint


@pytest.mark.parametrize(
    ("limit", "planned", "known", "before", "by", "refused"),
    [
        (RestatementLimit(), 0, 0, 0, 0.0, ""),
        (RestatementLimit(), 100, 100, 0, 1e6, ""),  # an ordinary day of a small account
        (RestatementLimit(), 101, 101, 0, 1.0, "100 may be"),
        (RestatementLimit(), 200, 1000, 0, 1.0, ""),
        (RestatementLimit(), 201, 1000, 0, 1.0, "200 may be"),
        (RestatementLimit(), 150, 900, 51, 1.0, "180 may be"),  # what earlier rounds changed counts
        (RestatementLimit(0, 0.0), 1, 10, 0, 1.0, "0 may be"),
        (RestatementLimit(change=50.0), 5, 10, 0, 50.0, ""),
        (RestatementLimit(change=50.0), 5, 10, 0, -51.0, "-51.00 USD"),
    ],
)
def test_a_push_changes_no_more_values_than_the_limit(  # noqa: PLR0917
    limit: RestatementLimit, planned: int, known: int, before: int, by: float, refused: str
) -> None:
    """The larger of number and share counts, and the change of the sum, which the message says."""
    money = Money("Deal won", planned, 1000.0 + by, "USD", planned, 1000.0, "USD", planned)
    lines = (
        PlanLine("source", "new", (), "send", 5, money=(Money("Deal won", 5, 1e9, "USD", 5),)),
        PlanLine("source", "restate", ("value_changed",), "restate", planned, money=(money,)),
    )
    guard = restatements(limit, Plan("now", lines if planned else lines[:1], known), before=before)
    assert bool(guard.refusal) is bool(refused)
    assert refused in guard.refusal
    if refused:
        assert f"The value of {before + planned:,} of {known:,} conversions" in guard.refusal
        assert f"--max-restatements {before + planned}" in guard.hint


def test_the_sum_counts_what_earlier_rounds_changed() -> None:
    """Rounds of one run share the limit on the change of the sum."""
    money = Money("Deal won", 1, 40.0, "USD", 1, 10.0, "USD", 1)
    plan = Plan("now", (PlanLine("source", "restate", ("value_changed",), "restate", 1, money=(money,)),), 10)
    limit = RestatementLimit(change=50.0)
    assert not restatements(limit, plan, before=1, changed={"USD": 20.0}).refusal
    assert "+51.00 USD" in restatements(limit, plan, before=1, changed={"USD": 21.0}).refusal


def test_check_shows_what_one_push_may_correct() -> None:
    """Only of the corrections that may be sent, and as the exposure says it."""
    assert limits(SYNC) == []
    both = replace(SYNC, adjustments=("restate", "retract"), max_restatements=RestatementLimit(change=5000))
    retract, restate = (guard.passes for guard in limits(both))
    assert retract == "one push may take back 100 or 5.0% of the conversions that count, whichever is less"
    assert restate.endswith("100 or 20.0% of the conversions that count, whichever is more, and their sum by 5,000.00")


def test_an_empty_source_takes_nothing_back() -> None:
    """Whatever the exposure allows, a source without a row is not believed; a number on the command line is."""
    empty = Plan("now", (PlanLine("ledger", "retract", ("gone",), "retract", 1),), 10)
    assert "no source row is left" in retractions(RetractionLimit(100, 1.0), empty).refusal
    assert not retractions(RetractionLimit(1, 1.0, even_if_empty=True), empty).refusal


def test_a_source_without_a_valid_row_takes_nothing_back() -> None:
    """Rows that are invalid or too old say as little of what left the source as none."""
    lines = [PlanLine("source", class_, (), "", 5) for class_ in ("invalid", "expired")]
    plan = Plan("now", (*lines, PlanLine("ledger", "retract", ("gone",), "retract", 1)), 10)
    assert "no row of the source is valid" in retractions(RetractionLimit(), plan).refusal


def test_the_share_is_of_what_has_not_aged_out() -> None:
    """A ledger that is much longer than the source lets no more of the source be lost at once."""
    source = PlanLine("source", "unchanged", (), "", 28)
    lines = (source, PlanLine("ledger", "aged_out", (), "", 70), PlanLine("ledger", "retract", ("gone",), "retract", 2))
    assert "2 of 30 conversions" in retractions(RetractionLimit(), Plan("now", lines, 100)).refusal
