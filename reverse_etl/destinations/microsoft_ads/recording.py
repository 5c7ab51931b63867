"""Keeps the calls of a push in a folder, so that a user can show what Microsoft said: no secret and no person in it."""

import json
import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from reverse_etl.core import clocks
from reverse_etl.core.errors import SettingsError
from reverse_etl.destinations.microsoft_ads.wire.http import USER_AGENT, HttpAnswer, UnreadableError
from reverse_etl.destinations.microsoft_ads.wire.port import SHORTEST_SECRET, UNWRITABLE, clean

# Bytes of an answer that are read, and characters that are kept of a request.
LONGEST_BODY = 1_000_000
NOT_KEPT = "(not kept: cannot be read)"
MASKED = "(masked)"
# Elements of a request that say who a person is.
_PERSONS = ("MicrosoftClickId", "HashedEmailAddress", "HashedPhoneNumber")
# Headers that may be shown: of a request, where the others say who calls, and of an answer.
_SHOWN = ("Content-Type", "Accept", "Accept-Encoding", "Api-Revision", "SOAPAction")
_KEPT = ("content-type", "date", "retry-after", "trackingid", "requestid", "via", "server")
# A shorter text that is no identifier by its look is not looked for in answers, where it stands for many things.
_SHORTEST_ODD = 5
# What an escape begins with, and an address has: a word with one of these is masked whole.
_MAY_HIDE = re.compile(r"[@\\]|%[0-9a-z]|&[#a-z]", re.IGNORECASE)
# Without a look at what stands around them, and shorter than any: something may stand close to one.
_HEX = re.compile(r"[0-9A-Fa-f]{16,}")
_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
# Other charsets write an address in other letters.
_OTHER_CHARSET = re.compile(r"charset\s*=\s*[\"']?(?!utf-(?:8|16|32)|us-ascii|iso-8859-1|windows-1252)")


class Recording:
    """One file for each call, with its answer. Used by several threads at once.

    The same identifier always gets the same mask. Never raises once it is made: what cannot be kept is not, and `note`
    is noted once.
    """

    def __init__(self, folder: Path, note: Callable[[str], None]) -> None:
        """Make the folder; raises SettingsError where it cannot be made, or is there already."""
        self._folder, self._note = folder, note
        self._lock = threading.Lock()
        self._calls = 0
        self._failed = False
        self._masks: dict[str, str] = {}
        # Identifiers that do not look like any, as they stand in a text that is in one line.
        self._odd: dict[str, str] = {}
        try:
            folder.mkdir(mode=0o700, parents=True)
            folder.chmod(0o700)
            self._write("about.json", {"version": 1, "tool": USER_AGENT, "made_at": _now()})
        except OSError as error:
            raise SettingsError(
                f"The folder to record in, {folder}, cannot be made: {error.strerror}.",
                hint="Name one that is new, where you may write: an identifier has the same mask within one recording "
                "alone.",
            ) from None

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
                self._know(owner)
            request = {
                "method": "POST",
                "address": address,
                "headers": {name: text if name in _SHOWN else MASKED for name, text in headers.items()},
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
        """A text in one line without secrets and persons, and without words that may hide one; the beginning of it."""
        if UNWRITABLE.search(text) or "\ufffd" in text:
            return NOT_KEPT
        text = clean(text)
        # Tracking ids look like click ids with dashes: these are masked where a call named one.
        for pattern in (_GUID, _HEX):
            text = pattern.sub(lambda found: self._masks.get(_same(found[0]), found[0]), text)
        with self._lock:
            known = dict(self._odd)
        known |= {secret: "(secret)" for secret in secrets if len(secret) >= SHORTEST_SECRET}
        for value in sorted(known, key=len, reverse=True):
            text = re.sub(re.escape(value), known[value], text, flags=re.IGNORECASE)
        words = (MASKED if _MAY_HIDE.search(word) else word for word in text.split(" "))
        return _HEX.sub(lambda found: self._mask(found[0]), " ".join(words))

    def _without_persons(self, item: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._know(value) if name in _PERSONS and value else value for name, value in item.items()}

    def _know(self, value: str) -> str:
        mask = self._mask(value)
        if len(value) >= _SHORTEST_ODD and not (_HEX.fullmatch(value) or _GUID.fullmatch(value)):
            with self._lock:
                self._odd[clean(value)] = mask
        return mask

    def _mask(self, value: str) -> str:
        with self._lock:
            return self._masks.setdefault(_same(value), f"id-{len(self._masks) + 1}")

    def _answer(self, answer: HttpAnswer | Exception, secrets: Sequence[str]) -> dict[str, Any]:
        if isinstance(answer, UnreadableError):
            answer = HttpAnswer(answer.status, answer.headers, answer.content)
        if isinstance(answer, Exception):
            return {"error": type(answer).__name__}
        headers = {
            name: self.masked_text(text, secrets) for name, text in answer.headers.items() if name.lower() in _KEPT
        }
        body = self._masked_tree(_read(answer), secrets)
        return {"status": answer.status_code, "headers": headers, "body": body}

    def _masked_tree(self, tree: Any, secrets: Sequence[str]) -> Any:
        if isinstance(tree, dict):
            return {self.masked_text(name, secrets): self._masked_tree(part, secrets) for name, part in tree.items()}
        if isinstance(tree, list):
            return [self._masked_tree(part, secrets) for part in tree]
        if tree is None or isinstance(tree, bool):
            return tree
        text = self.masked_text(str(tree), secrets)
        return tree if text == str(tree) else text

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        file = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as opened:
            json.dump(content, opened, indent=1, ensure_ascii=False)


def _read(answer: HttpAnswer) -> Any:
    """What an answer says, decoded: its structure, or the beginning of its text where it has none that can be read."""
    content, media_type = answer.content[:LONGEST_BODY], ""
    for name, text in answer.headers.items():
        media_type = text.lower() if name.lower() == "content-type" else media_type
    if _OTHER_CHARSET.search(media_type):
        return NOT_KEPT
    try:
        return _elements(content) if "xml" in media_type else json.loads(content)
    except (ValueError, RecursionError, etree.XMLSyntaxError):
        # A character that was cut through is in no part of the text that is kept.
        return content.decode(json.detect_encoding(content), "ignore" if len(content) == LONGEST_BODY else "replace")


def _elements(content: bytes) -> dict[str, Any]:
    parser = etree.XMLParser(resolve_entities=False, remove_comments=True, remove_pis=True)
    root = etree.fromstring(content, parser)
    document: Any = root.getroottree().docinfo
    if document.doctype:
        raise ValueError("a document with a DTD")
    return _element(root)


def _element(node: Any) -> dict[str, Any]:
    """An element by its name, with its elements or its text; attributes, and texts beside elements, are left out."""
    return {node.tag: [_element(child) for child in node] or node.text}


def _same(value: str) -> str:
    """What two writings of one identifier have in common."""
    return value.lower().replace("-", "")


def _now() -> str:
    return clocks.now().strftime("%Y-%m-%dT%H:%M:%SZ")
