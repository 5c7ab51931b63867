"""Syncs as the project's dbt exposures declare them, under `config.meta.reverse_etl`."""

import difflib
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.kinds import KINDS
from reverse_etl.core.sync import Environment, RestatementLimit, RetractionLimit, Sync, WireProtocol

KEYS = {
    "destination": f"the system that receives: {', '.join(KINDS)}",
    "enabled": "false pauses the sync",
    "environment": "local, sandbox or production",
    "max_age": "how old the newest conversion may be: 3 days, or {warn_after: 2 days, error_after: 7 days}",
    "targets": "dbt targets that may push to production",
    "account_id": "the advertising account",
    "account_column": "the column that holds each row's advertising account, instead of account_id",
    "customer_id": "the customer (manager account) that the account belongs to",
    "unique_key": "the column that stays the same when a record is corrected",
    "adjustments": "corrections that may be sent: restate, retract",
    "max_retractions": "how many conversions one push may take back: 100, 5%, or {rows: 100, share: 5%} (the default)",
    "max_restatements": "how many values one push may change: 100, 20%, or {rows: 100, share: 20%}, whichever is more "
    "(the default); with change: 5000, by how much their sum may change",
    "adjust_after": "how long an accepted conversion waits for its first correction: 6 hours (default in production)",
    "hold_refusable": "true holds rows that their goal would refuse; plan, push and why then ask for the goals",
    "protocol": "soap or rest; left out, SOAP before 2027-01-31 and REST from that day on (UTC)",
}
META_KEY = "reverse_etl"
ADJUSTMENTS = ("restate", "retract")
PERCENT = re.compile(r"(100(?:\.0+)?|\d{1,2}(?:\.\d+)?) *%")
SPAN = re.compile(r"(?P<count>\d{1,4}) *(?P<unit>minute|hour|day|week)s?")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Declaration:
    """A sync as an exposure declares it, with all that is wrong there.

    `sync` is None where source, destination or environment is not known; any other wrong setting is left out of it.
    `settings`: the keys that the exposure sets itself. `source` is empty where it is wrong.
    """

    name: str
    sync: Sync | None
    source: str
    unique_key: str | None
    settings: frozenset[str]
    problems: tuple[SettingsError, ...]


def find_syncs(manifest: Any, name: str | None = None) -> list[Sync]:
    """All syncs of a project in the order of their names.

    Raises SettingsError for a declaration that is wrong. `name`: of the only one that this is asked of.
    """
    found = declarations(manifest)
    for declaration in found:
        if declaration.problems and name in (None, declaration.name):
            raise declaration.problems[0]
    return [declaration.sync for declaration in found if declaration.sync]


def declarations(manifest: Any) -> list[Declaration]:
    """All declarations of a project in the order of their names, the wrong ones among them."""
    found = []
    for exposure in manifest.exposures.values():
        meta = exposure.config.meta or exposure.meta
        misspelt = [
            SettingsError(
                f"Exposure {exposure.name} has config.meta.{key}. Did you mean {META_KEY!r}?",
                hint="The settings of a sync stand under config.meta.reverse_etl.",
            )
            for key in meta
            if key != META_KEY and difflib.get_close_matches(str(key), [META_KEY], n=1, cutoff=0.8)
        ]
        if META_KEY in meta:
            found.append(_read(exposure.name, meta[META_KEY], list(exposure.depends_on.nodes), manifest, misspelt))
        elif misspelt:
            found.append(Declaration(exposure.name, None, "", None, frozenset(), tuple(misspelt)))
    return sorted(found, key=lambda declaration: declaration.name)


def settings_of(manifest: Any, name: str) -> Mapping[str, Any]:
    """The settings that an exposure gives its sync, as it writes them; none where there is no such sync."""
    for exposure in manifest.exposures.values():
        settings = (exposure.config.meta or exposure.meta).get(META_KEY)
        if exposure.name == name and isinstance(settings, Mapping):
            return settings
    return {}


def no_sync() -> SettingsError:
    """The error of a project without a sync."""
    return SettingsError(
        "This project declares no sync.",
        hint="Run `reverse-etl init`, which writes one, or add config.meta.reverse_etl to an exposure.",
    )


def unknown_sync(name: str, known: Iterable[str]) -> SettingsError:
    """What is said of a name that no sync has."""
    names = list(known)
    return SettingsError(f"There is no sync named {name!r}.{_nearest(name, names)}", hint="Known: " + ", ".join(names))


def pick_sync(syncs: Iterable[Sync], given: str | None) -> Sync:
    """The sync of that name, or the only enabled one; raises SettingsError with the nearest name.

    `given`: its name, and where its rows go to several accounts, @ and one of these behind it.
    """
    name, at, account_id = (given or "").partition("@")
    sync = _pick_by_name(syncs, name if given else None)
    if not at:
        return sync
    if not sync.account_column:
        raise SettingsError(
            f"{sync.name} has one account, so {given!r} is not its name.", hint=f"Leave out @{account_id}."
        )
    if not account_id.strip():
        raise SettingsError(f"{given!r} names no account.", hint="Write its number behind @; without @ all are meant.")
    return replace(sync, account_id=account_id.strip())


def _pick_by_name(syncs: Iterable[Sync], name: str | None) -> Sync:
    by_name = {sync.name: sync for sync in syncs}
    if not by_name:
        raise no_sync()
    if name is None:
        enabled = [sync for sync in by_name.values() if sync.enabled]
        if not enabled:
            raise SettingsError(
                f"Every sync of this project is paused: {', '.join(by_name)}.",
                hint="Name one to look at it; remove `enabled: false` from its exposure to push.",
            )
        if len(enabled) > 1:
            raise SettingsError(
                f"This project has several syncs: {', '.join(sync.name for sync in enabled)}.",
                hint=f"Name one of them, for example {enabled[0].name}.",
            )
        return enabled[0]
    if name not in by_name:
        raise unknown_sync(name, by_name)
    return by_name[name]


def _read(name: str, settings: Any, nodes: list[str], manifest: Any, misspelt: Iterable[SettingsError]) -> Declaration:
    where = f"Exposure {name}, config.meta.reverse_etl"
    problems = list(misspelt)

    def attempt(read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except SettingsError as error:
            problems.append(error)
            return otherwise

    if not isinstance(settings, Mapping):
        problems.append(SettingsError(f"{where} must hold settings, not {settings!r}."))
        source = attempt(lambda: _source_of(name, nodes, manifest), "")
        return Declaration(name, None, source, None, frozenset(), tuple(problems))
    problems += [
        SettingsError(
            f"{where} has an unknown key {key!r}.{_nearest(str(key), KEYS)}",
            hint="Known: " + ", ".join(KEYS),
        )
        for key in settings
        if key not in KEYS
    ]
    source = attempt(lambda: _source_of(name, nodes, manifest), "")
    destination = attempt(lambda: _one_of(where, settings, "destination", KINDS), "")
    environment = attempt(lambda: _one_of(where, settings, "environment", [e.value for e in Environment]), "")
    account_id = attempt(lambda: _text_of(where, settings, "account_id"), "")
    account_column = attempt(lambda: _text_of(where, settings, "account_column"), "")
    if account_id and account_column:
        problems.append(
            SettingsError(
                f"{where} has account_id and account_column.",
                hint="Keep account_id where all rows go to one account, account_column where each row names its own.",
            )
        )
    customer_id = attempt(lambda: _text_of(where, settings, "customer_id"), "")
    unique_key = attempt(lambda: _text_of(where, settings, "unique_key"), "")
    enabled = attempt(lambda: _switch_of(where, settings, "enabled", True), True)
    none: tuple[str, ...] = ()
    targets = attempt(lambda: _list_of(where, settings, "targets", None), none)
    adjustments = attempt(lambda: _list_of(where, settings, "adjustments", ADJUSTMENTS), none)
    no_ages: dict[str, timedelta] = {}
    ages = attempt(lambda: _ages_of(where, settings, "max_age"), no_ages)
    sync = None
    if source and destination and environment:
        sync = Sync(
            name=name,
            source=source,
            destination=destination,
            environment=Environment(environment),
            account_id=account_id,
            customer_id=customer_id,
            unique_key=unique_key or None,
            enabled=enabled,
            targets=targets,
            adjustments=adjustments,
            warn_after=ages.get("warn_after"),
            error_after=ages.get("error_after"),
            max_retractions=attempt(lambda: _retractions_of(where, settings, "max_retractions"), RetractionLimit()),
            max_restatements=attempt(lambda: _restatements_of(where, settings, "max_restatements"), RestatementLimit()),
            adjust_after=attempt(lambda: _span_of(where, settings, "adjust_after"), None),
            account_column=account_column,
            protocol=attempt(lambda: _protocol_of(where, settings, "protocol"), None),
            hold_refusable=attempt(lambda: _switch_of(where, settings, "hold_refusable", False), False),
        )
    return Declaration(name, sync, source, unique_key or None, frozenset(map(str, settings)), tuple(problems))


def _source_of(name: str, nodes: list[str], manifest: Any) -> str:
    if len(nodes) != 1 or not nodes[0].startswith("model."):
        named = ", ".join(nodes) or "nothing"
        raise SettingsError(
            f"Exposure {name} must depend on exactly one model, its source model; it depends on {named}.",
            hint="Write depends_on: [ref('your_model')].",
        )
    if nodes[0] not in manifest.nodes:
        raise SettingsError(f"Exposure {name} depends on {nodes[0]}, which is disabled.", hint="Enable the model.")
    return nodes[0]


def _one_of(where: str, settings: Mapping[str, Any], key: str, allowed: Iterable[str]) -> str:
    value = _text(settings.get(key))
    names = ", ".join(allowed)
    if not value:
        raise SettingsError(f"{where} has no {key}.", hint=f"Set {key} to one of: {names}.")
    if value not in allowed:
        raise SettingsError(
            f"{where}: {key} is {value!r}.{_nearest(value, allowed)}", hint=f"Set {key} to one of: {names}."
        )
    return value


def _protocol_of(where: str, settings: Mapping[str, Any], key: str) -> WireProtocol | None:
    if settings.get(key) is None:
        return None
    return WireProtocol(_one_of(where, settings, key, [one.value for one in WireProtocol]))


def _list_of(where: str, settings: Mapping[str, Any], key: str, allowed: Iterable[str] | None) -> tuple[str, ...]:
    value = settings.get(key) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise SettingsError(f"{where}: {key} must be a list of names, not {value!r}.")
    for item in value:
        if allowed is not None and item not in allowed:
            raise SettingsError(
                f"{where}: {key} has {item!r}.{_nearest(item, allowed)}", hint="Known: " + ", ".join(allowed)
            )
    return tuple(value)


def _span_of(where: str, settings: Mapping[str, Any], key: str) -> timedelta | None:
    value = settings.get(key)
    if value is None:
        return None
    found = SPAN.fullmatch(_text(value))
    if not found:
        raise SettingsError(f"{where}: {key} is {value!r}, which is no span of time.", hint=f"Write {key}: 6 hours.")
    return timedelta(**{f"{found['unit']}s": int(found["count"])})


def _retractions_of(where: str, settings: Mapping[str, Any], key: str) -> RetractionLimit:
    """A number of rows, a share in percent, or both; what is not given is no limit beside the other."""
    if settings.get(key) is None:
        return RetractionLimit()
    found = _limits_of(
        where, settings, key, ("rows", "share"), f"{key}: 100, {key}: 5%, or {key}: {{rows: 100, share: 5%}}"
    )
    return RetractionLimit(int(found.get("rows", sys.maxsize)), found.get("share", 1.0))


def _restatements_of(where: str, settings: Mapping[str, Any], key: str) -> RestatementLimit:
    """The same, and what is not given allows nothing beside the other; `change` alone leaves both as they are."""
    if settings.get(key) is None:
        return RestatementLimit()
    example = f"{key}: 100, {key}: 20%, or {key}: {{rows: 100, share: 20%, change: 5000}}"
    found = _limits_of(where, settings, key, ("rows", "share", "change"), example)
    if not {"rows", "share"} & set(found):
        return RestatementLimit(change=found["change"])
    return RestatementLimit(int(found.get("rows", 0)), found.get("share", 0.0), found.get("change"))


def _limits_of(
    where: str, settings: Mapping[str, Any], key: str, names: tuple[str, ...], example: str
) -> dict[str, float]:
    """The limits that a setting gives by these names; a bare one is of rows, or with a percent sign the share."""
    value = settings[key]
    parts = value if isinstance(value, Mapping) else {"share" if "%" in _text(value) else "rows": value}
    found = {name: _limit(name, _text(part)) for name, part in parts.items() if name in names}
    limits = {name: limit for name, limit in found.items() if limit is not None}
    if not parts or len(limits) < len(parts):
        raise SettingsError(
            f"{where}: {key} is {value!r}, which is no number of rows and no share.", hint=f"Write {example}."
        )
    return limits


def _limit(name: str, text: str) -> float | None:
    """One limit as a number, a share between 0 and 1; None where the text is none."""
    if name == "share":
        percent = PERCENT.fullmatch(text)
        return float(percent[1]) / 100 if percent else None
    return int(text) if text.isdecimal() else None


def _ages_of(where: str, settings: Mapping[str, Any], key: str) -> dict[str, timedelta]:
    """The limits of `max_age`: one span, which refuses, or warn_after and error_after."""
    value = settings.get(key)
    if value is None:
        return {}
    spans = value if isinstance(value, Mapping) else {"error_after": value}
    unknown = [name for name in spans if name not in ("warn_after", "error_after")]
    found = {name: SPAN.fullmatch(_text(span)) for name, span in spans.items()}
    if unknown or not found or not all(found.values()):
        raise SettingsError(
            f"{where}: {key} is {value!r}, which is no span of time.",
            hint="Write max_age: 3 days, or max_age: {warn_after: 36 hours, error_after: 7 days}.",
        )
    ages = {name: timedelta(**{f"{m['unit']}s": int(m["count"])}) for name, m in found.items() if m}
    if len(ages) > 1 and ages["warn_after"] >= ages["error_after"]:
        raise SettingsError(
            f"{where}: {key} is {value!r}: it would refuse before it warns.", hint="Make warn_after the shorter span."
        )
    return ages


def _switch_of(where: str, settings: Mapping[str, Any], key: str, default: bool) -> bool:
    value = settings.get(key, default)
    # Jinja that dbt does not render natively leaves its answer as text.
    word = _text(value).lower()
    if word not in ("true", "false"):
        raise SettingsError(f"{where}: {key} must be true or false, not {value!r}.")
    return word == "true"


def _text_of(where: str, settings: Mapping[str, Any], key: str) -> str:
    value = settings.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, (str, int))):
        raise SettingsError(f"{where}: {key} must be a text or a whole number, not {value!r}.")
    return _text(value)


def _text(value: Any) -> str:
    # dbt renders Jinja to native types, so an account number may arrive as a number.
    return "" if value is None else str(value).strip()


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
