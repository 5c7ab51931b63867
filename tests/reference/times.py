"""Reckon with times, which are UTC text to the second."""

from datetime import UTC, datetime, timedelta

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def days_before(now: str, days: float) -> str:
    return _shifted(now, timedelta(days=-days))


def hours_before(now: str, hours: float) -> str:
    return _shifted(now, timedelta(hours=-hours))


def second_after(time: str) -> str:
    return _shifted(time, timedelta(seconds=1))


def _shifted(time: str, by: timedelta) -> str:
    moment = datetime.strptime(time, TIME_FORMAT).replace(tzinfo=UTC) + by
    return moment.strftime(TIME_FORMAT)
