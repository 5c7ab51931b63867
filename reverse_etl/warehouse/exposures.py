"""Syncs as the project's dbt exposures declare them, under `config.meta.reverse_etl`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from reverse_etl.errors import SettingsError
from reverse_etl.sync import Environment, Sync

KEYS = {
    "destination": "the system that receives: microsoft_ads",
    "enabled": "false pauses the sync",
    "environment": "local, sandbox or production",
    "targets": "dbt targets that may push to production",
    "account_id": "the advertising account",
    "customer_id": "the customer (manager account) that the account belongs to",
    "unique_key": "the column that stays the same when a record is corrected",
    "adjustments": "corrections that may be sent: restate, retract",
}
META_KEY = "reverse_etl"
DESTINATIONS = ("microsoft_ads",)
ADJUSTMENTS = ("restate", "retract")


def find_syncs(manifest: Any) -> list[Sync]:
    """All syncs of a project in the order of their names; raises SettingsError for a declaration that is wrong."""
    syncs = []
    for exposure in manifest.exposures.values():
        meta = exposure.config.meta or exposure.meta
        for key in meta:
            if key != META_KEY and difflib.get_close_matches(str(key), [META_KEY], n=1, cutoff=0.8):
                raise SettingsError(
                    f"Exposure {exposure.name} has config.meta.{key}. Did you mean {META_KEY!r}?",
                    hint="The settings of a sync stand under config.meta.reverse_etl.",
                )
        if META_KEY in meta:
            syncs.append(_sync(exposure.name, meta[META_KEY], list(exposure.depends_on.nodes), manifest))
    return sorted(syncs, key=lambda sync: sync.name)


def pick_sync(syncs: Iterable[Sync], name: str | None) -> Sync:
    """The sync of that name, or the only enabled one; raises SettingsError with the nearest name."""
    by_name = {sync.name: sync for sync in syncs}
    if not by_name:
        raise SettingsError(
            "This project declares no sync.",
            hint="Add an exposure with config.meta.reverse_etl; see 'Declare a sync' in the README.",
        )
    if name is None:
        enabled = [sync for sync in by_name.values() if sync.enabled]
        if not enabled:
            raise SettingsError(
                f"Every sync of this project is paused: {', '.join(by_name)}.",
                hint="Remove `enabled: false` from an exposure.",
            )
        if len(enabled) > 1:
            raise SettingsError(
                f"This project has several syncs: {', '.join(sync.name for sync in enabled)}.",
                hint=f"Name one ({enabled[0].name}), or take all with --all where the command has it.",
            )
        return enabled[0]
    if name not in by_name:
        raise SettingsError(
            f"There is no sync named {name!r}.{_nearest(name, by_name)}", hint="Known: " + ", ".join(by_name)
        )
    return by_name[name]


def _sync(name: str, settings: Any, nodes: list[str], manifest: Any) -> Sync:
    where = f"Exposure {name}, config.meta.reverse_etl"
    if not isinstance(settings, Mapping):
        raise SettingsError(f"{where} must hold settings, not {settings!r}.")
    for key in settings:
        if key not in KEYS:
            raise SettingsError(
                f"{where} has an unknown key {key!r}.{_nearest(str(key), KEYS)}",
                hint="Known: " + ", ".join(KEYS),
            )
    if len(nodes) != 1 or not nodes[0].startswith("model."):
        named = ", ".join(nodes) or "nothing"
        raise SettingsError(
            f"Exposure {name} must depend on exactly one model, its source model; it depends on {named}.",
            hint="Write depends_on: [ref('your_model')].",
        )
    if nodes[0] not in manifest.nodes:
        raise SettingsError(f"Exposure {name} depends on {nodes[0]}, which is disabled.", hint="Enable the model.")
    return Sync(
        name=name,
        source=nodes[0],
        destination=_one_of(where, settings, "destination", DESTINATIONS),
        environment=Environment(_one_of(where, settings, "environment", [e.value for e in Environment])),
        account_id=_text_of(where, settings, "account_id"),
        customer_id=_text_of(where, settings, "customer_id"),
        unique_key=_text_of(where, settings, "unique_key") or None,
        enabled=_switch_of(where, settings, "enabled"),
        targets=_list_of(where, settings, "targets", None),
        adjustments=_list_of(where, settings, "adjustments", ADJUSTMENTS),
    )


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


def _switch_of(where: str, settings: Mapping[str, Any], key: str) -> bool:
    value = settings.get(key, True)
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
