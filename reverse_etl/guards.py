"""Guards: what keeps a push from starting, decided from facts before anything is planned or written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reverse_etl.errors import GuardError
from reverse_etl.sync import Environment, Sync


@dataclass(frozen=True, slots=True)
class Facts:
    """What the guards look at. `limited_build` says how the source was last built, where only a part was taken."""

    target: str
    first_push: bool
    initial: bool
    limited_build: str = ""


@dataclass(frozen=True, slots=True)
class Guard:
    """What one guard found. `refusal` is empty where it lets the push pass."""

    name: str
    passes: str
    refusal: str = ""
    hint: str = ""


def look(sync: Sync, facts: Facts) -> list[Guard]:
    """Every guard with what it would do."""
    return [_enabled(sync), _production_target(sync, facts), _first_push(sync, facts), _limited_build(sync, facts)]


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


def _production_target(sync: Sync, facts: Facts) -> Guard:
    name = "production_target"
    if sync.environment is not Environment.PRODUCTION:
        return Guard(name, f"environment is {sync.environment.value}, so any dbt target may push")
    if facts.target in sync.targets:
        return Guard(name, f"dbt target {facts.target} may push to production")
    if not sync.targets:
        hint = "The exposure names no target that may: add, for example, targets: [prod]."
    else:
        hint = f"Push with --target {sync.targets[0]}."
    return Guard(name, "", f"dbt target {facts.target} may not push {sync.name} to production.", hint)


def _first_push(sync: Sync, facts: Facts) -> Guard:
    name = "first_push"
    if sync.environment is not Environment.PRODUCTION:
        return Guard(name, f"environment is {sync.environment.value}, so a first push needs no --initial")
    if not facts.first_push:
        return Guard(name, "this sync was pushed to this account before")
    if facts.initial:
        return Guard(name, "first push to this account, and --initial says so")
    return Guard(
        name,
        "",
        f"{sync.name} was never pushed to production account {sync.account_id}: its whole source would be sent.",
        "Read `reverse-etl plan`, then push once with --initial.",
    )


def _limited_build(sync: Sync, facts: Facts) -> Guard:
    name = "limited_build"
    if not facts.limited_build:
        return Guard(
            name, "the source was not last built with --empty or --sample, by what dbt left in its target folder"
        )
    model = sync.source.rsplit(".", 1)[-1]
    return Guard(
        name,
        "",
        f"The source model {model} was last built with {facts.limited_build}: rows are missing from it.",
        f"Build it in full: dbt build --select +{model}",
    )
