"""The rules of the service for one conversion or adjustment: what it refuses, and what it takes without counting it.

These rules are written a second time here on purpose. The package keeps its own in SQL; a mistake
there shows up because this judge does not share it.
"""

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reverse_etl.sandbox import codes
from reverse_etl.sandbox.clock import Moment
from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.goals import MAX_VALUE, Goal, World, click_key
from reverse_etl.sandbox.request import Row

WINDOW = timedelta(days=90)
GOAL_REST = timedelta(hours=2)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_CLICK_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
# The time is left out, before 1900, in the future, too long ago.
_OF_CONVERSIONS = (codes.TIME_EMPTY, codes.TIME_INVALID, codes.TIME_IN_FUTURE, codes.TIME_OUT_OF_WINDOW)
_OF_ADJUSTMENTS = (
    codes.ADJUSTMENT_TIME_EMPTY,
    codes.ADJUSTMENT_TIME_INVALID,
    codes.ADJUSTMENT_IN_FUTURE,
    codes.ADJUSTMENT_OUT_OF_WINDOW,
)
_NO_TIME = datetime(1, 1, 1, tzinfo=UTC)  # what the service reads where the element is left out


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done with one row, before the books are asked whether it was there already.

    `errors` refuse it. Without errors, `ignored` is the reason why it does not count. `identity`
    and `unique_key` are what the books compare it by; a refused row has an identity, too, but null has none.
    """

    errors: tuple[Code, ...] = ()
    ignored: str = ""
    identity: bytes = b""
    unique_key: bytes | None = None
    value: float | None = None
    currency: str | None = None


def judge(row: Row | None, goal: Goal | None, world: World, now: datetime) -> Verdict:
    """Judge one row against its goal, None where no goal has its name.

    Of an adjustment by what it says itself: whether its conversion counted is for the books to say.
    """
    if row is None:
        return Verdict(errors=(codes.ROW_IS_NULL,))
    if row.operation == "S":
        own = (*_value_errors(row), *_attribution_errors(row, goal))
    else:
        own = tuple(_adjustment_errors(row, goal, now))
    errors = (*_name_errors(row, goal, now), *_time_errors(row.time, now), *own, *_identifier_errors(row, goal))
    if goal is None or errors:
        return Verdict(errors=errors, identity=identity(row))
    click = world.clicks.get(click_key(row.click_id)) if world.clicks and row.click_id else None
    if row.operation == "S" and (error := _click_error(row, goal, click)):
        return Verdict(errors=(error,), identity=identity(row))
    return Verdict(
        ignored=_ignored(row, goal, world, click, now),
        identity=identity(row),
        unique_key=_unique_key(row, goal),
        value=row.amount if row.amount is not None else goal.revenue.value,
        currency=row.currency or goal.revenue.currency,
    )


def _name_errors(row: Row, goal: Goal | None, now: datetime) -> Iterator[Code]:
    if not row.conversion_name:
        yield codes.NAME_EMPTY
    elif goal is None or goal.status == "Deleted":
        yield codes.NAME_INVALID
    elif goal.created_at is not None and now - goal.created_at < GOAL_REST:
        yield codes.GOAL_TOO_YOUNG


def _time_errors(moment: Moment | None, now: datetime, *, adjustment: bool = False) -> Iterator[Code]:
    empty, invalid, future, old = _OF_ADJUSTMENTS if adjustment else _OF_CONVERSIONS
    if moment is None or moment.at == _NO_TIME:
        yield empty
    elif moment.at < _EARLIEST:
        # The service does not say which readable times it calls invalid; this is our choice.
        yield invalid
    elif moment.at > now:
        yield future
    elif now - moment.at > WINDOW:
        # The length of this window is not said of adjustments; that of conversions is taken.
        yield old


def _value_errors(row: Row) -> Iterator[Code]:
    if row.amount is not None and not (math.isfinite(row.amount) and 0 <= row.amount <= MAX_VALUE):
        yield codes.VALUE_INVALID
    if row.currency and row.currency not in codes.CURRENCIES:
        yield codes.CURRENCY_INVALID


def _adjustment_errors(row: Row, goal: Goal | None, now: datetime) -> Iterator[Code]:
    wrong = tuple(_time_errors(row.adjusted, now, adjustment=True))
    yield from wrong
    if not wrong and row.adjusted and row.time and row.adjusted.at < row.time.at:
        yield codes.ADJUSTMENT_TIME_EARLY
    if row.operation == "X":
        # Its currency is not looked at, as documented.
        if row.amount is not None:
            yield codes.VALUE_NOT_EXPECTED
        return
    if row.adjustment_type != "Restate":
        yield codes.ADJUSTMENT_TYPE_INVALID
        return
    if row.amount is None:
        yield codes.VALUE_REQUIRED
    if not row.currency and (goal is None or goal.revenue.currency is None):
        # "Required" in one place, the goal's own by default in another: refused where neither has one.
        yield codes.CURRENCY_REQUIRED
    yield from _value_errors(row)


def _attribution_errors(row: Row, goal: Goal | None) -> Iterator[Code]:
    if row.credit is None and not row.attribution_model:
        return
    if goal is not None and not goal.external_attribution:
        yield codes.NOT_EXTERNAL
        return
    if row.credit is None or not row.attribution_model:
        yield codes.EXTERNAL_FIELD_EMPTY
    if row.credit is not None and not 0 < row.credit <= 1:
        yield codes.EXTERNAL_CREDIT_INVALID


def _identifier_errors(row: Row, goal: Goal | None) -> Iterator[Code]:
    if row.hashed_email and not _HASH.fullmatch(row.hashed_email):
        yield codes.EMAIL_NOT_HASHED
    if row.hashed_phone and not _HASH.fullmatch(row.hashed_phone):
        yield codes.PHONE_NOT_HASHED
    if row.click_id:
        if not _CLICK_ID.fullmatch(row.click_id):
            yield codes.CLICK_ID_INVALID
    elif not (row.hashed_email or row.hashed_phone):
        yield codes.CLICK_ID_EMPTY
    elif goal is not None and not goal.enhanced:
        yield codes.NOT_ENHANCED


def _click_error(row: Row, goal: Goal, click: datetime | None) -> Code | None:
    if click is None or row.time is None:
        return None
    if row.time.at < click:
        return codes.EARLIER_THAN_CLICK
    outside = row.time.at - click > timedelta(minutes=goal.window_minutes)
    return codes.OUTSIDE_GOAL_WINDOW if outside else None


def _ignored(row: Row, goal: Goal, world: World, click: datetime | None, now: datetime) -> str:
    """Why a row that is taken does not count, if so."""
    if goal.status == "Paused":
        # Nothing is said of adjustments for a goal that is paused; they are taken like its conversions.
        return "GoalNotFoundOrInactive"
    if row.operation != "S" or world.clicks is None or not row.click_id:
        return ""
    if click is None:
        return "NoMatchingClickFound"
    return "HistoricalClickDataExpired" if now - click > WINDOW else ""


def _unique_key(row: Row, goal: Goal) -> bytes | None:
    """What a goal that counts once knows a click by: without a click id, the hashes are what finds it."""
    if goal.count_type == "All":
        return None
    click = (click_key(row.click_id),) if row.click_id else ("", row.hashed_email, row.hashed_phone)
    return _digest(goal.name, *click)


def identity(row: Row) -> bytes:
    """What the books know a conversion by, whatever is set of its goal.

    Of the three keys that the service documents this is the newest and the fullest, so that a caller whose hashes
    wander is seen to count twice.
    """
    time = row.time.text if row.time else ""
    return _digest(click_key(row.click_id or ""), row.conversion_name, time, row.hashed_email, row.hashed_phone)


def _digest(*parts: str | None) -> bytes:
    # XML cannot carry the separator, so no text can imitate another split.
    return hashlib.blake2b("\x1f".join(part or "" for part in parts).encode(), digest_size=16).digest()
