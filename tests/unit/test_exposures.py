"""Syncs as exposures declare them: each mistake gets its own sentence, with the nearest name where one was meant."""

import json
import sys
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from docs import exposures
from reverse_etl.core.errors import SettingsError
from reverse_etl.core.sync import Environment, RestatementLimit, RetractionLimit, WireProtocol
from reverse_etl.warehouse.exposures import KEYS, find_syncs, pick_sync

GOOD = {"destination": "microsoft_ads", "environment": "local", "account_id": "123", "customer_id": "456"}


def exposure(settings: Any, *, name: str = "ads", nodes: tuple[str, ...] = ("model.shop.ads",)) -> SimpleNamespace:
    """An exposure as dbt's manifest has it."""
    return SimpleNamespace(
        name=name,
        config=SimpleNamespace(meta={"reverse_etl": settings}),
        meta={},
        depends_on=SimpleNamespace(nodes=list(nodes)),
    )


def manifest(*exposures: SimpleNamespace) -> SimpleNamespace:
    return SimpleNamespace(
        exposures={one.name: one for one in exposures}, nodes={"model.shop.ads": None, "model.shop.other": None}
    )


def read(settings: Any, **options: Any) -> Any:
    (sync,) = find_syncs(manifest(exposure(settings, **options)))
    return sync


def mistake(settings: Any, **options: Any) -> str:
    """The sentences that a declaration gets."""
    with pytest.raises(SettingsError) as caught:
        read(settings, **options)
    assert caught.value.exit_code == 2
    return f"{caught.value.message} {caught.value.hint}"


def test_a_declaration_becomes_a_sync() -> None:
    """All settings are read; what is left out has its default."""
    sync = read(GOOD | {"unique_key": "Deal_Id", "targets": ["prod"], "adjustments": ["restate", "retract"]})
    assert (sync.name, sync.source, sync.destination) == ("ads", "model.shop.ads", "microsoft_ads")
    assert (sync.environment, sync.account_id, sync.customer_id) == (Environment.LOCAL, "123", "456")
    assert (sync.unique_key, sync.targets, sync.adjustments) == ("Deal_Id", ("prod",), ("restate", "retract"))
    bare = read({"destination": "microsoft_ads", "environment": "sandbox"})
    assert (bare.account_id, bare.unique_key, bare.targets, bare.adjustments) == ("", None, (), ())


def test_the_protocol_may_be_declared() -> None:
    """`protocol` is soap or rest; left out, or none by Jinja, the day decides; anything else is named."""
    declared = [read(GOOD | {"protocol": value}).protocol for value in ("soap", "rest", None)]
    assert declared == [WireProtocol.SOAP, WireProtocol.REST, None]
    assert read(GOOD).protocol is None
    assert "Did you mean 'rest'?" in mistake(GOOD | {"protocol": "rst"})
    assert "soap, rest" in mistake(GOOD | {"protocol": True})


@pytest.mark.parametrize(("value", "enabled"), [(True, True), (False, False), ("False", False), ("true", True)])
def test_a_sync_can_be_paused(value: Any, *, enabled: bool) -> None:
    """`enabled` is true or false, also as the text that Jinja leaves."""
    assert read(GOOD | {"enabled": value}).enabled is enabled


def test_what_is_paused_is_not_picked_by_itself() -> None:
    """A name left out means the only enabled sync; a paused one is found by its name."""
    syncs = find_syncs(manifest(exposure(GOOD, name="a"), exposure(GOOD | {"enabled": False}, name="b")))
    assert pick_sync(syncs, None).name == "a"
    assert pick_sync(syncs, "b").name == "b"
    with pytest.raises(SettingsError, match="Every sync of this project is paused: b"):
        pick_sync(syncs[1:], None)


@pytest.mark.parametrize(
    ("value", "warn_after", "error_after"),
    [
        ("3 days", None, timedelta(days=3)),
        ("36 hours", None, timedelta(hours=36)),
        ({"warn_after": "1 week"}, timedelta(weeks=1), None),
        ({"warn_after": "90 minutes", "error_after": "1 day"}, timedelta(minutes=90), timedelta(days=1)),
    ],
)
def test_max_age_is_a_span_or_two(value: Any, warn_after: timedelta | None, error_after: timedelta | None) -> None:
    """One span refuses; warn_after and error_after stand for themselves."""
    sync = read(GOOD | {"max_age": value})
    assert (sync.warn_after, sync.error_after) == (warn_after, error_after)


@pytest.mark.parametrize("value", [3, "3", "soon", "-1 days", "1.5 days", {"warn": "1 day"}, {"warn_after": 1}, [], {}])
def test_what_is_no_span_is_said(value: Any) -> None:
    """The message shows the value and how to write one."""
    assert "which is no span of time. Write max_age: 3 days" in mistake(GOOD | {"max_age": value})


def test_max_age_warns_before_it_refuses() -> None:
    """A warning that could never be given is a mistake in the exposure."""
    wrong = {"warn_after": "2 days", "error_after": "1 day"}
    assert "it would refuse before it warns" in mistake(GOOD | {"max_age": wrong})


def test_numbers_are_texts_in_the_end() -> None:
    """dbt renders an account from Jinja as a number; it is the same account."""
    assert read(GOOD | {"account_id": 123}).account_id == "123"
    assert read(GOOD | {"account_id": " 123 "}).account_id == "123"


def test_other_exposures_are_passed_over() -> None:
    """An exposure without the setting is no sync, and syncs come in the order of their names."""
    other = exposure(GOOD, name="dashboard")
    other.config.meta = {"owner": "me"}
    found = find_syncs(manifest(exposure(GOOD, name="b"), other, exposure(GOOD, name="a")))
    assert [sync.name for sync in found] == ["a", "b"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (None, ["must hold settings, not None"]),
        ("microsoft_ads", ["must hold settings, not 'microsoft_ads'"]),
        ([GOOD], ["must hold settings"]),
        (GOOD | {"enviroment": "local"}, ["unknown key 'enviroment'", "Did you mean 'environment'?", "Known: "]),
        (GOOD | {"acount_id": 1}, ["unknown key 'acount_id'", "Did you mean 'account_id'?"]),
        (GOOD | {"zzz": 1}, ["unknown key 'zzz'", "Known: destination"]),
        (GOOD | {7: 1}, ["unknown key 7"]),
        ({"environment": "local"}, ["has no destination", "microsoft_ads"]),
        ({"destination": "microsoft_ads"}, ["has no environment", "local, sandbox, production"]),
        (GOOD | {"environment": ""}, ["has no environment"]),
        (GOOD | {"environment": "prod"}, ["environment is 'prod'", "local, sandbox, production"]),
        (GOOD | {"environment": "productoin"}, ["Did you mean 'production'?"]),
        (GOOD | {"environment": True}, ["environment is 'True'"]),
        (GOOD | {"destination": "microsoft-ads"}, ["Did you mean 'microsoft_ads'?"]),
        (GOOD | {"destination": "google_ads"}, ["destination is 'google_ads'"]),
        (GOOD | {"targets": "prod"}, ["targets must be a list of names, not 'prod'"]),
        (GOOD | {"targets": [1]}, ["targets must be a list of names"]),
        (GOOD | {"targets": {"prod": 1}}, ["targets must be a list of names"]),
        (GOOD | {"adjustments": "restate"}, ["adjustments must be a list"]),
        (GOOD | {"adjustments": ["restated"]}, ["adjustments has 'restated'", "Did you mean 'restate'?"]),
        (GOOD | {"account_id": ["123"]}, ["account_id must be a text or a whole number"]),
        (GOOD | {"account_id": 1.5}, ["account_id must be a text or a whole number"]),
        (GOOD | {"customer_id": True}, ["customer_id must be a text or a whole number"]),
        (GOOD | {"unique_key": ["a", "b"]}, ["unique_key must be a text"]),
    ],
)
def test_each_mistake_has_its_sentence(settings: Any, words: list[str]) -> None:
    """Whatever is wrong is named together with the exposure and what would be right."""
    said = mistake(settings)
    assert "ads" in said
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ((), "depends on nothing"),
        (("model.shop.ads", "model.shop.other"), "model.shop.ads, model.shop.other"),
        (("source.shop.raw.ads",), "source.shop.raw.ads"),
        (("seed.shop.ads",), "seed.shop.ads"),
        (("model.shop.gone",), "model.shop.gone, which is disabled"),
    ],
)
def test_a_sync_reads_exactly_one_model(nodes: tuple[str, ...], words: str) -> None:
    """None, two, a source or a model that is disabled: each is reported, with how to write it."""
    assert words in mistake(GOOD, nodes=nodes)


def test_a_sync_is_picked_by_name() -> None:
    """The only sync needs no name; of several one must be named, and a near miss is offered."""
    one = find_syncs(manifest(exposure(GOOD)))
    two = find_syncs(manifest(exposure(GOOD), exposure(GOOD, name="newsletter")))
    assert pick_sync(one, None).name == "ads"
    assert pick_sync(two, "newsletter").name == "newsletter"
    with pytest.raises(SettingsError, match="several syncs: ads, newsletter"):
        pick_sync(two, None)
    with pytest.raises(SettingsError, match=r"no sync named 'newsleter'\. Did you mean 'newsletter'\?"):
        pick_sync(two, "newsleter")
    with pytest.raises(SettingsError, match=r"no sync named 'zzz'\.\n") as caught:
        pick_sync(two, "zzz")
    assert caught.value.hint == "Known: ads, newsletter"
    with pytest.raises(SettingsError, match="declares no sync") as caught:
        pick_sync([], None)
    assert "config.meta.reverse_etl" in caught.value.hint


@pytest.mark.parametrize(
    ("value", "rows", "share"),
    [
        (None, 100, 0.05),
        (20, 20, 1.0),
        ("20", 20, 1.0),
        ("5%", sys.maxsize, 0.05),
        ("2.5 %", sys.maxsize, 0.025),
        ({"rows": 7}, 7, 1.0),
        ({"rows": 7, "share": "10%"}, 7, 0.1),
        (0, 0, 1.0),
    ],
)
def test_how_much_may_be_taken_back(value: Any, rows: int, share: float) -> None:
    """A number of rows, a share in percent, or both; what is not given does not limit beside the other."""
    assert read(GOOD | {"max_retractions": value}).max_retractions == RetractionLimit(rows, share)


@pytest.mark.parametrize(
    ("value", "limit"),
    [
        (None, RestatementLimit(100, 0.2)),
        (20, RestatementLimit(20, 0.0)),
        ("5%", RestatementLimit(0, 0.05)),
        ({"rows": 7, "share": "10%"}, RestatementLimit(7, 0.1)),
        ({"change": 5000}, RestatementLimit(100, 0.2, 5000)),
        ({"rows": 7, "change": "5000"}, RestatementLimit(7, 0.0, 5000)),
    ],
)
def test_how_many_values_may_change(value: Any, limit: RestatementLimit) -> None:
    """Whichever of number and share is more; what is not given allows nothing beside the other."""
    assert read(GOOD | {"max_restatements": value}).max_restatements == limit


@pytest.mark.parametrize("key", ["max_retractions", "max_restatements"])
@pytest.mark.parametrize("value", ["many", -1, "101%", {}, {"row": 3}, 0.5, "5 rows", [3], True])
def test_what_is_no_limit_is_refused(key: str, value: Any) -> None:
    """The message shows how to write it."""
    assert f"{key}: {{rows: 100, share: " in mistake(GOOD | {key: value})


# Of each key what is right, and what is not.
VALUES: dict[str, tuple[list[Any], list[Any]]] = {
    "destination": (["microsoft_ads"], ["google_ads", 1]),
    "enabled": ([True, False], ["yes", 1]),
    "hold_refusable": ([True, False], ["yes", 1]),
    "environment": (["local", "sandbox", "production"], ["prod", True]),
    "max_age": (["3 days", "1 hour", {"warn_after": "36 hours"}], ["soon", 3, {}, {"after": "1 day"}, "3 dayz"]),
    "targets": ([["prod"], []], ["prod", [1]]),
    "account_id": (["123", 123], [True, [1], 1.5]),
    "customer_id": (["123", 123], [True, {}]),
    "unique_key": (["deal_id"], [["deal_id"], False]),
    "adjustments": ([["restate"], []], [["restated"], "restate"]),
    "max_retractions": (
        [5, "5", "5%", "2.5 %", "100%", {"rows": 1, "share": "5%"}],
        [-1, 0.5, "101%", {}, {"row": 1}, True],
    ),
    "max_restatements": (
        [5, "20%", {"change": 5}, {"rows": 1, "change": "5"}],
        [-1, {"change": -1}, {"changes": 1}, [1]],
    ),
    "adjust_after": (["6 hours", "2 weeks"], [6, "six hours"]),
    "protocol": (["soap", "rest"], ["grpc", 1]),
}


@pytest.mark.parametrize("key", sorted(set(KEYS) - {"account_column"}))
def test_editors_and_the_program_agree_on_a_setting(key: str) -> None:
    """What the schema for editors takes the program takes, and what it refuses the program refuses."""
    good, bad = VALUES[key]
    checked = Draft202012Validator(exposures.schema())

    def is_valid(value: Any) -> bool:
        meta = {"reverse_etl": GOOD | {key: value}}
        return checked.is_valid({"version": 2, "exposures": [{"name": "any", "config": {"meta": meta}}]})

    assert exposures.FILE.read_text() == json.dumps(exposures.schema(), indent=2) + "\n", "run `make docs`"
    assert is_valid("{{ var('any') }}")
    for value in good:
        assert is_valid(value), value
        read(GOOD | {key: value})
    for value in bad:
        assert not is_valid(value), value
        assert mistake(GOOD | {key: value})


def test_corrections_wait_in_production_alone_unless_the_exposure_says_so() -> None:
    """Six hours where Microsoft's reports lag by as much, none elsewhere; a span of time wins."""
    production = GOOD | {"environment": "production", "targets": ["prod"]}
    assert read(production).adjustment_delay == timedelta(hours=6)
    assert read(GOOD).adjustment_delay == timedelta()
    assert read(GOOD | {"adjust_after": "90 minutes"}).adjustment_delay == timedelta(minutes=90)
    assert "adjust_after: 6 hours" in mistake(GOOD | {"adjust_after": "soon"})
