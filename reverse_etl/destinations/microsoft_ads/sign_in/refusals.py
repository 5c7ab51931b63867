"""What Microsoft's sign-in says when it refuses, in a sentence of our own, with the command to run.

Its own texts are never shown: they may name a person. Its AADSTS numbers may change, so no decision but one more try
rests on them; where a number is unknown, the OAuth word decides. Both are in tables/refusals.csv; of a code that was
given for tokens, some numbers mean something else than of a refresh token.
"""

from __future__ import annotations

import re

from reverse_etl.core.errors import DestinationError
from reverse_etl.destinations.microsoft_ads.values import read_table

# A good refresh token is refused with this one now and then; the next try works.
FLAKY = 70000
_NUMBER = re.compile(r"AADSTS(\d{4,8})", re.ASCII)
_WORD = re.compile(r"[a-z_]{1,40}", re.ASCII)


class SignInError(DestinationError):
    """Microsoft's sign-in refused, or did not answer.

    `number`: of its AADSTS code, if it said one. `again`: the same request may succeed.
    """

    def __init__(self, message: str, *, hint: str, number: int | None = None, again: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.number = number
        self.again = again


def refused(word: object, description: object, command: str, *, of_a_code: bool = False) -> SignInError:
    """The error for an OAuth error word and its description; `command`: what signs in again.

    `of_a_code`: what was refused was a code, and no refresh token.
    """
    word = str(word) if _WORD.fullmatch(str(word)) else "error"
    found = _NUMBER.search(str(description))
    number = int(found[1]) if found else None
    known = {(entry["said"], entry["of_a_code"]): entry for entry in read_table("refusals")}
    ways = [(str(number), "yes"), (str(number), ""), (word, "")] if of_a_code else [(str(number), ""), (word, "")]
    entry = next((known[way] for way in ways if way in known), None)
    message = entry["message"] if entry else "Microsoft refused the sign-in."
    hint = entry["hint"] if entry else "Sign in again: {command}"
    said = f"{word}, AADSTS{number}" if number else word
    again = number == FLAKY or word in ("temporarily_unavailable", "server_error")
    return SignInError(f"{message} [{said}]", hint=hint.format(command=command), number=number, again=again)
