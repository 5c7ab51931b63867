"""Keeps the calls of a push in a folder, so that a user can show what Microsoft said: no secret and no person in it."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from reverse_etl import clocks
from reverse_etl.destinations.microsoft_ads.http import USER_AGENT, HttpAnswer, UnreadableError
from reverse_etl.destinations.microsoft_ads.wire import E_MAIL, IDENTIFIER, SHORTEST_SECRET
from reverse_etl.errors import SettingsError

# Characters that are kept of a body.
LONGEST_BODY = 1_000_000
# Elements of a request that say who a person is.
_PERSONS = ("MicrosoftClickId", "HashedEmailAddress", "HashedPhoneNumber")
# Headers of a request that may be shown; the others say who calls.
_SHOWN = ("Content-Type", "Accept", "Accept-Encoding", "Api-Revision", "SOAPAction")
# A shorter text that is no identifier by its look is not looked for in answers, where it stands for many things.
_SHORTEST_ODD = 5
_COOKIES = ("Set-Cookie", "Set-Cookie2")
_GUID = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])")
# What is cut is cut before the beginning of the last word, of which only a part may be left.
_LAST_WORD = re.compile(r"[^\s\"'<>]*\Z")


class Recording:
    """One file for each call, with its answer. Used by several threads at once.

    The same identifier always gets the same mask. Never raises once it is made: what cannot be kept is not, and `note`
    is told so once.
    """

    def __init__(self, folder: Path, note: Callable[[str], None]) -> None:
        """Make the folder; raises SettingsError where it cannot be written, or has something in it."""
        self._folder, self._note = folder, note
        self._lock = threading.Lock()
        self._calls = 0
        self._failed = False
        self._masks: dict[str, str] = {}
        # Identifiers that do not look like any, as they may stand in an answer.
        self._odd: dict[str, str] = {}
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            full = any(folder.iterdir())
            if not full:
                folder.chmod(0o700)
                self._write("about.json", {"version": 1, "tool": USER_AGENT, "made_at": _now()})
        except OSError as error:
            raise SettingsError(
                f"The folder to record in, {folder}, cannot be written: {error.strerror}.",
                hint="Name one that is new, where you may write.",
            ) from None
        if full:
            raise SettingsError(
                f"The folder to record in, {folder}, is not empty.",
                hint="Name one that is new: an identifier has the same mask within one recording alone.",
            )

    def keep(
        self,
        operation: str,
        address: str,
        headers: Mapping[str, str],
        body: Callable[[], bytes],
        answer: HttpAnswer | Exception,
        *,
        secrets: Sequence[str],
        owners: Sequence[str],
    ) -> None:
        """Keep a call. `body` gives the request with masked content; `owners` are the numbers of who calls."""
        try:
            for owner in filter(str.isdigit, owners):
                self._mask(owner)
            request = {
                "method": "POST",
                "address": address,
                "headers": {name: text if name in _SHOWN else "(masked)" for name, text in headers.items()},
                "body": body().decode()[:LONGEST_BODY],
            }
            call = {"operation": operation, "answered_at": _now(), "request": request}
            with self._lock:
                self._calls += 1
                number = self._calls
            self._write(f"{number:05}-{operation}.json", call | {"answer": self._answer(answer, secrets)})
        except Exception as error:
            with self._lock:
                first, self._failed = not self._failed, True
            if first:
                why = type(error).__name__
                self._note(f"A call could not be recorded in {self._folder} ({why}); the push goes on.")

    def masked(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """What a call says, without persons."""
        return {
            name: [self._without_persons(item) if isinstance(item, Mapping) else item for item in value]
            if isinstance(value, list)
            else value
            for name, value in content.items()
        }

    def masked_text(self, text: str, secrets: Sequence[str]) -> str:
        """What an answer says, without secrets and persons; of a long one the beginning."""
        if len(text) > LONGEST_BODY:
            text = _LAST_WORD.sub("", text[:LONGEST_BODY]) + " ..."
        for secret in secrets:
            if len(secret) >= SHORTEST_SECRET:
                text = text.replace(secret, "(secret)")
        with self._lock:
            odd = sorted(self._odd.items(), key=lambda one: len(one[0]), reverse=True)
        for written, mask in odd:
            if written in text:
                text = re.sub(rf"(?<![0-9A-Za-z]){re.escape(written)}(?![0-9A-Za-z])", mask, text)
        text = E_MAIL.sub(lambda found: self._mask(found[0]), text)
        text = IDENTIFIER.sub(lambda found: self._mask(found[0]), text)
        # Tracking ids look like click ids with dashes: these are masked where a call named one.
        return _GUID.sub(lambda found: self._masks.get(_same(found[0]), found[0]), text)

    def _without_persons(self, item: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._mask(value) if name in _PERSONS and value else value for name, value in item.items()}

    def _mask(self, value: str) -> str:
        with self._lock:
            mask = self._masks.setdefault(_same(value), f"id-{len(self._masks) + 1}")
            if len(value) >= _SHORTEST_ODD and not (IDENTIFIER.fullmatch(value) or _GUID.fullmatch(value)):
                self._odd |= dict.fromkeys((value, json.dumps(value)[1:-1], escape(value), escape(value, False)), mask)
            return mask

    def _answer(self, answer: HttpAnswer | Exception, secrets: Sequence[str]) -> dict[str, Any]:
        if isinstance(answer, UnreadableError):
            answer = HttpAnswer(answer.status, answer.headers, answer.beginning)
        if isinstance(answer, Exception):
            return {"error": type(answer).__name__}
        headers = {
            name: "(masked)" if name.title() in _COOKIES else self.masked_text(text, secrets)
            for name, text in answer.headers.items()
        }
        body = self.masked_text(answer.content.decode(errors="replace"), secrets)
        return {"status": answer.status_code, "headers": headers, "body": body}

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        file = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as opened:
            json.dump(content, opened, indent=1, ensure_ascii=False)


def _same(value: str) -> str:
    """What two writings of one identifier have in common."""
    return value.lower().replace("-", "")


def _now() -> str:
    return clocks.now().strftime("%Y-%m-%dT%H:%M:%SZ")
