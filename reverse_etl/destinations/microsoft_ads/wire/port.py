"""A call and what comes back of it, the same by every protocol; a wire makes the calls."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reverse_etl.core.receipt import Reason

# Click ids and hashes, should the service repeat them in its words.
IDENTIFIER = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{32}){1,2}(?![0-9A-Za-z])")
# An address is looked for from the beginning of a word alone: from within it, too, a long word would take for ever.
E_MAIL = re.compile(r"(?<![^\s@<>()\"',;:])[^\s@<>()\"',;:]+@[^\s@<>()\"',;:]+")
# Characters that XML has no way to write, and some warehouses none to keep.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
SHORTEST_SECRET = 8
# Characters that are kept of a text of the service.
LONGEST_TEXT = 1_000
# A call has 1,000 rows at most, and each may break several rules. An answer with more errors is none.
MOST_ERRORS = 20_000
# What a column for codes holds; a longer number is no code.
_NUMBER = re.compile(r"-?[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ServiceError:
    """One error in the service's words. `index` counts from 0 where it names an item of the call, else it is None."""

    number: int | None
    name: str
    message: str
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Processed:
    """The call was processed. `partial_errors` are the items that it refused.

    `body` has the service's names and the same values by every protocol: ids and other longs are whole numbers, times
    datetimes, decimals Decimals, flags lists of words. What is absent is None or not there, and an item that is null
    is None or has nothing but None in it.
    """

    body: Mapping[str, Any]
    tracking_id: str
    partial_errors: tuple[ServiceError, ...] = ()


@dataclass(frozen=True, slots=True)
class Faulted:
    """The whole call was refused, for the first of `errors`.

    `unread`: the service could not read the message, and so processed none of it. `retry_after`: the seconds that it
    asks to wait, where it does.
    """

    errors: tuple[ServiceError, ...]
    tracking_id: str
    unread: bool = False
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Withheld(Faulted):
    """The call was not processed, for lack of an access token; `advice` says what to do."""

    advice: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer that can be read: it is unknown whether the call was processed.

    `unsent`: it was not, since no connection came about and nothing of it left.
    """

    reason: Reason
    unsent: bool = False


Reply = Processed | Faulted | Lost


def number(code: object) -> int | None:
    """An error's code, or None where it is none."""
    text = str(code)
    return int(text) if _NUMBER.fullmatch(text) else None


def clean(text: object) -> str:
    """A text in one line, of characters that can be kept everywhere; of a long one the beginning.

    It is cut before anything else looks at it, and at a blank: half of a secret, of an address or of a hash would not
    be known for what it is.
    """
    cleaned = "" if text is None else str(text)
    if len(cleaned) > LONGEST_TEXT:
        *whole, _ = cleaned[:LONGEST_TEXT].rsplit(maxsplit=1) or [""]
        cleaned = " ".join([*whole, "..."])
    return UNWRITABLE.sub("?", " ".join(cleaned.split()))


def words(*texts: object) -> str:
    """Words of the service in one line, without the identifiers of a person."""
    joined = clean(" ".join(str(text) for text in texts if text not in (None, "")))
    return E_MAIL.sub("(e-mail address)", IDENTIFIER.sub("(identifier)", joined))


def service_error(code: object, name: object, *texts: object, index: int | None = None) -> ServiceError:
    """An error as the service says it, cleaned."""
    return ServiceError(number(clean(code)), words(name), words(*texts), index)


def counted(errors: Sequence[Any]) -> Sequence[Any]:
    """The errors of an answer, before they are looked at; raises ValueError where there are more than one has."""
    if len(errors) > MOST_ERRORS:
        raise ValueError("more errors than an answer has")
    return errors


def without_secrets(reply: Reply, secrets: Iterable[str]) -> Reply:
    """A reply whose words hold none of these, should the service repeat what it was sent."""

    # The words that the local sandbox is given in their place are none.
    secret_ones = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]

    def mask(text: str) -> str:
        for secret in secret_ones:
            text = text.replace(secret, "(secret)")
        return text

    def masked(errors: Iterable[ServiceError]) -> tuple[ServiceError, ...]:
        return tuple(replace(error, name=mask(error.name), message=mask(error.message)) for error in errors)

    if isinstance(reply, Lost):
        return replace(reply, reason=replace(reply.reason, message=mask(reply.reason.message)))
    if isinstance(reply, Faulted):
        return replace(reply, errors=masked(reply.errors), tracking_id=mask(reply.tracking_id))
    return replace(reply, partial_errors=masked(reply.partial_errors), tracking_id=mask(reply.tracking_id))
