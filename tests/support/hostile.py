"""Rows as a CRM may hold them at its worst, each with what becomes of it: where it stands, or what arrives."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.shop import COLUMNS, click

HASH = "ec81f3ac7b2b19675bab9d54cf416f9f18cff87c97da5cca82c0f0891bc40602"
DAY = f"{datetime.now(UTC) - timedelta(days=2):%Y-%m-%d}"
NOON = f"{DAY}T12:00:00Z"
# One of each kind that XML 1.0 cannot write: the ends of the ranges, and the two that are no characters at all.
FORBIDDEN = ("\x00", "\x01", "\x08", "\x0b", "\x0c", "\x0e", "\x1b", "\x1f", "\ufffe", "\uffff")
JINJA = "{{ 1 / 0 }}{% raw %}{# #}"
TABLES = "'; drop table deals; drop table reverse_etl_ledger; --"
TEXTS = {
    "emoji": "Won \N{PARTY POPPER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{ROCKET}",
    "right to left": "\u202e\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "not composed": "Cafe\u0301",
    "quotes": "It's \"won\" `so` ''twice''",
    "backslashes": "\\' \\\\ \\n \\",
    "jinja": JINJA,
    "statement": TABLES,
    "markup": '<a b="c">&amp; ]]> <!-- x --> <![CDATA[',
    "lines": "Won\r\nagain\n\tthen\r",
    "delete": "Won\x7f\x80\x9f",
    "replacement": "Won\ufffd",
    "ends in a space": "Won ",
    "percent": "100 %s %(name)s %%",
    "dollar": "$1 $$ ${HOME} :name ?",
}


@dataclass(frozen=True)
class Case:
    """A row's own columns, the class and reasons that a plan gives it, and the fields that arrive changed.

    `at`: its time as it is compared and sent, where that is not noon two days ago; None where engines differ.
    """

    row: dict[str, Any]
    class_: str = "new"
    reasons: tuple[str, ...] = ()
    arrives: dict[str, str | None] = field(default_factory=dict)
    at: str | None = NOON


def _sent(arrives: dict[str, str | None] | None = None, at: str = NOON, **row: Any) -> Case:
    return Case(row, arrives=arrives or {}, at=at)


def _invalid(*reasons: str, at: str | None = NOON, **row: Any) -> Case:
    return Case(row, "invalid", reasons, at=at)


def _credit(credit: Any, model: str | None, *reasons: str) -> Case:
    row = {"external_attribution_credit": credit, "external_attribution_model": model}
    row["conversion_name"] = "Attributed"
    return Case(row, "invalid" if reasons else "new", reasons)


_MALFORMED = {
    "conversion_name": "conversion_name_forbidden_character",
    "microsoft_click_id": "click_id_malformed",
    "hashed_email_address": "hashed_email_address_malformed",
    "hashed_phone_number": "hashed_phone_number_malformed",
    "conversion_currency_code": "currency_code_malformed",
    "external_attribution_model": "attribution_model_forbidden_character",
}


def _forbidden(column: str, character: str) -> Case:
    text = {"microsoft_click_id": click(1), "conversion_currency_code": "USD"}.get(column, "Linear")
    text = HASH if column.startswith("hashed") else text
    row: dict[str, Any] = {column: text[:2] + character + text[2:], "conversion_name": "Attributed"}
    if column == "conversion_name":
        row = {column: f"Attr{character}ibuted"}
    if column == "external_attribution_model":
        row["external_attribution_credit"] = 0.5
    return Case(row, "invalid", (_MALFORMED[column],))


_PRECISE, _RANGE = "conversion_value_too_precise", "conversion_value_out_of_range"
_NO_NUMBER = "conversion_value_not_a_number"

# In columns of the view's own types.
TYPED: dict[str, Case] = {
    "plain": _sent(),
    **{f"name, {name}": _sent(conversion_name=text) for name, text in TEXTS.items()},
    **{f"key, {name}": _sent(deal_id=text) for name, text in TEXTS.items()},
    **{f"model, {name}": _credit(0.5, text) for name, text in TEXTS.items()},
    **{
        f"U+{ord(character):04X} in {column}": _forbidden(column, character)
        for column in _MALFORMED
        for character in FORBIDDEN
    },
    "name of 100 emoji": _sent(conversion_name="\N{ROCKET}" * 100),
    "name of 10,000": _invalid("conversion_name_too_long", conversion_name="\N{ROCKET}" * 10_000),
    "key of 10,000": _sent(deal_id="\N{ROCKET}'" * 5_000),
    "key of controls": _sent(deal_id="\x01\x1b[31m\ufffe"),
    "no key": _sent(deal_id=None),
    "no identifier": _invalid("click_id_or_hash_missing", microsoft_click_id=" ", hashed_email_address=""),
    "click id in capitals": _sent(microsoft_click_id="ABCDEF0123456789ABCDEF0123456789"),
    "hash alone": _sent(microsoft_click_id=None, hashed_email_address=HASH, conversion_name="Deal won"),
    "raw address as a hash": _invalid("hashed_email_address_malformed", hashed_email_address="anna@example.com"),
    "currency blank": _sent({"currency": None}, conversion_currency_code=" "),
    "value 0": _sent(conversion_value=0.0),
    "value at its limit": _sent(conversion_value=999_999_999_999.0),
    "value of many digits": _sent(conversion_value=999_999_999_998.999),
    "value NaN": _invalid(_NO_NUMBER, conversion_value=float("nan")),
    "value 1e308": _invalid(_RANGE, conversion_value=1e308),
    "value 1e308 again": _invalid(_RANGE, conversion_value=1e308),
    "value negative": _invalid(_RANGE, conversion_value=-0.01),
    "value almost nothing": _invalid(_PRECISE, conversion_value=2.3e-308),
    "credit NaN": _credit(float("nan"), "Linear", "attribution_credit_out_of_range"),
    "credit small": _credit(1e-9, "Linear"),
    "model of 10,000": _credit(0.5, "\N{ROCKET}" * 10_000),
    "model of white space": _credit(0.5, "\t\xa0\n", "attribution_credit_without_model"),
    "time null": _invalid("conversion_time_missing", conversion_time=None, at=""),
    "time of microseconds": _sent(conversion_time=f"{DAY} 23:59:59.999999", at=f"{DAY}T23:59:59Z"),
    "time of an hour that Berlin skips": Case(
        {"conversion_time": "2025-03-30 02:30:00"}, "expired", ("conversion_time_too_old",), at="2025-03-30T02:30:00Z"
    ),
    "time of an hour that Berlin has twice": Case(
        {"conversion_time": "2025-10-26 02:30:00"}, "expired", ("conversion_time_too_old",), at="2025-10-26T02:30:00Z"
    ),
    "time on a leap day": Case(
        {"conversion_time": "2024-02-29 23:59:59"}, "expired", ("conversion_time_too_old",), at="2024-02-29T23:59:59Z"
    ),
    "time in the year 1": Case(
        {"conversion_time": "0001-01-01 00:00:00"}, "expired", ("conversion_time_too_old",), at="0001-01-01T00:00:00Z"
    ),
    "time in the year 9999": Case(
        {"conversion_time": "9999-12-31 23:59:59.999999"},
        "waiting",
        ("conversion_time_in_future",),
        at="9999-12-31T23:59:59Z",
    ),
    "time before all others": _invalid("conversion_time_out_of_range", conversion_time="-infinity", at=None),
    "time after all others": _invalid("conversion_time_out_of_range", conversion_time="infinity", at=None),
    "twin, first": _sent(microsoft_click_id=click(900_000), conversion_value=1.0, deal_id="twin 1"),
    "twin, another value": Case(
        {"microsoft_click_id": click(900_000), "conversion_value": 2.0, "deal_id": "twin 2"},
        "duplicate",
        ("same_identity",),
    ),
    "twin, microseconds later": Case(
        {
            "microsoft_click_id": click(900_000),
            "conversion_time": f"{DAY} 12:00:00.000001",
            "conversion_value": 3.0,
            "deal_id": "twin 3",
        },
        "duplicate",
        ("same_identity",),
    ),
    "no twin, a second later": _sent(
        microsoft_click_id=click(900_000), conversion_time=f"{DAY} 12:00:01", deal_id="twin 4", at=f"{DAY}T12:00:01Z"
    ),
    "no twin, another name": _sent(microsoft_click_id=click(900_000), conversion_name="deal won", deal_id="twin 5"),
}

# In columns that are all text.
UNTYPED: dict[str, Case] = {
    "plain": _sent(),
    "time in UTC": _sent(conversion_time=f"{DAY}T10:00:00Z", at=f"{DAY}T10:00:00Z"),
    "time of summer": _sent(conversion_time=f"{DAY} 02:30:00+02:00", at=f"{DAY}T00:30:00Z"),
    "time of winter": _sent(conversion_time=f"{DAY} 02:30:00+01:00", at=f"{DAY}T01:30:00Z"),
    "time of half an hour": _sent(conversion_time=f"{DAY}T10:00:00-0930", at=f"{DAY}T19:30:00Z"),
    "time at the end of the world": _sent(conversion_time=f"{DAY}T14:00:00+14", at=f"{DAY}T00:00:00Z"),
    "time of nanoseconds": _sent(conversion_time=f"{DAY} 10:00:00.999999999 UTC", at=f"{DAY}T10:00:00Z"),
    "time of a day": _sent(conversion_time=f" {DAY} ", at=f"{DAY}T00:00:00Z"),
    "time with an offset on a leap day": Case(
        {"conversion_time": "2024-03-01 00:30:00+01:00"},
        "expired",
        ("conversion_time_too_old",),
        at="2024-02-29T23:30:00Z",
    ),
    "time before the year 1": _invalid(
        "conversion_time_out_of_range", conversion_time="0001-01-01 00:00:00+14", at=None
    ),
    "time after the year 9999": _invalid(
        "conversion_time_out_of_range", conversion_time="9999-12-31 23:59:59-14", at=None
    ),
    **{
        f"time, {text!r}": _invalid("conversion_time_missing", conversion_time=text, at="")
        for text in ("", "yesterday", "infinity", "02/29/2024", "2026-02-29", "2026-11-20 24:00:00", TABLES, JINJA)
    },
    "time of a named zone": _invalid("conversion_time_missing", conversion_time=f"{DAY} 10:00:00 Europe/Berlin", at=""),
    **{
        f"value, {text[:20]!r}": _sent({"conversion_value": sent}, conversion_value=text)
        for text, sent in {
            " 12.5 ": "12.5",
            "1e3": "1000.0",
            ".5": "0.5",
            "": None,
            "1.100000000000": "1.1",
            "1." + "0" * 199 + "1": "1.0",
        }.items()
    },
    **{
        f"value, {text[:20]!r}": _invalid(reason, conversion_value=text)
        for text, reason in {
            "12,50": _NO_NUMBER,
            "12 EUR": _NO_NUMBER,
            "nan": _NO_NUMBER,
            "-Infinity": _NO_NUMBER,
            "1e999": _NO_NUMBER,
            "0x10": _NO_NUMBER,
            "\u0661\u0662": _NO_NUMBER,
            TABLES: _NO_NUMBER,
            "1e308": _RANGE,
            "-1": _RANGE,
            "9" * 300: _RANGE,
            "0.12345678901234567890": _PRECISE,
        }.items()
    },
    **{
        f"credit, {text!r}": _credit(text, "Linear", "attribution_credit_out_of_range")
        for text in ("half", "nan", "1e999", "0", "1.01")
    },
}


def rows_of(cases: dict[str, Case]) -> list[dict[str, Any]]:
    """The rows of the cases; what a case does not say is plain, and a click id of its own."""
    plain = dict.fromkeys(COLUMNS) | {"conversion_name": "Deal won", "conversion_time": f"{DAY} 12:00:00"}
    plain |= {"conversion_value": 10.0, "conversion_currency_code": "USD"}
    return [
        plain | {"deal_id": name, "microsoft_click_id": click(1000 + number)} | case.row
        for number, (name, case) in enumerate(cases.items())
    ]
