"""Rows that break one rule each, and rows beside them that do not."""

from tests.dbt.bed import COLUMNS

CLICK = "f894f652ea334e739002f7167ab8f8e3"
DASHED = "f894f652-ea33-4e73-9002-f7167ab8f8e3"
HASH = "ec81f3ac7b2b19675bab9d54cf416f9f18cff87c97da5cca82c0f0891bc40602"
GOOD: dict[str, str | None] = {
    **dict.fromkeys(COLUMNS),
    "conversion_name": "Lead",
    "conversion_time": "2026-11-20 10:00:00",
    "microsoft_click_id": CLICK,
}

Case = tuple[dict[str, str | None], set[str]]


def name(value: str | None, *rules: str) -> Case:
    return {"conversion_name": value}, set(rules)


def time(value: str | None, *rules: str) -> Case:
    return {"conversion_time": value}, set(rules)


def click(value: str | None, *rules: str, **others: str) -> Case:
    return {"microsoft_click_id": value, **others}, set(rules)


def value(text: str | None, *rules: str) -> Case:
    return {"conversion_value": text}, set(rules)


def currency(value: str | None, *rules: str) -> Case:
    return {"conversion_currency_code": value}, set(rules)


def credit(value: str | None, model: str | None, *rules: str) -> Case:
    return {"external_attribution_credit": value, "external_attribution_model": model}, set(rules)


FAR_PAST = ("conversion_time_out_of_range", "conversion_time_too_old")
FAR_FUTURE = ("conversion_time_out_of_range", "conversion_time_in_future")

# In columns of the types that the view has: text, timestamp without zone, double. Now is 2026-11-25 12:00:00.5.
TYPED: list[Case] = [
    ({}, set()),
    name(None, "conversion_name_missing"),
    name("", "conversion_name_missing"),
    name(" \t\r\n", "conversion_name_missing"),
    name("\x85\xa0\u2003\u2028\u3000", "conversion_name_missing"),
    name("\u200bLead"),
    name("x" * 100),
    name("x" * 101, "conversion_name_too_long"),
    name("é" * 100),
    name("\N{THUMBS UP SIGN}" * 100),
    name("\N{THUMBS UP SIGN}" * 101, "conversion_name_too_long"),
    name("Lead\twon\nagain"),
    name("Lead\x07", "conversion_name_forbidden_character"),
    name("\x1fLead", "conversion_name_forbidden_character"),
    name("\x0b", "conversion_name_missing", "conversion_name_forbidden_character"),
    name("Lead\x7f"),
    name("Lead\ufffe", "conversion_name_forbidden_character"),
    name("Lead\uffff", "conversion_name_forbidden_character"),
    name("Lead\ufffd"),
    name("\u202eReversed \u05e9\u05dc\u05d5\u05dd"),
    name("It's \"quoted\" \\' {{ 1 }} <&> ]]>"),
    time(None, "conversion_time_missing"),
    time("infinity", *FAR_FUTURE),
    time("-infinity", *FAR_PAST),
    time("0001-01-01 00:00:00", "conversion_time_too_old"),
    time("9999-12-31 23:59:59.999999", "conversion_time_in_future"),
    time("10000-01-01 00:00:00", *FAR_FUTURE),
    time("2026-08-27 12:00:00.999999", "conversion_time_too_old"),
    time("2026-08-27 12:00:01"),
    time("2026-11-25 12:00:00.999999"),
    time("2026-11-25 12:00:01", "conversion_time_in_future"),
    click(None, "click_id_or_hash_missing"),
    click(" ", "click_id_or_hash_missing", hashed_email_address="", hashed_phone_number="  "),
    click(None, hashed_email_address=HASH),
    click("", hashed_phone_number=HASH),
    click(CLICK.upper()),
    click(DASHED),
    click(DASHED.upper()),
    click(CLICK[1:], "click_id_malformed"),
    click(CLICK + "0", "click_id_malformed"),
    click("g" + CLICK[1:], "click_id_malformed"),
    click(CLICK + "\n", "click_id_malformed"),
    click(" " + CLICK, "click_id_malformed"),
    click(DASHED.replace("-", "", 1), "click_id_malformed"),
    click(CLICK[:-1] + "\N{ARABIC-INDIC DIGIT FIVE}", "click_id_malformed"),
    click(None, "hashed_email_address_malformed", hashed_email_address=HASH.upper()),
    click(None, "hashed_email_address_malformed", hashed_email_address="john@contoso.com"),
    click(None, "hashed_phone_number_malformed", hashed_phone_number=HASH[1:]),
    click(CLICK, "hashed_phone_number_malformed", hashed_phone_number=HASH + "\n"),
    value(None),
    value("0"),
    value("-0.0"),
    value("0.1"),
    value("1.001"),
    value("0.30000000000000004", "conversion_value_too_precise"),
    value("1.0005", "conversion_value_too_precise"),
    value("0.12345678901234567890", "conversion_value_too_precise"),
    value("1e-300", "conversion_value_too_precise"),
    value("-0.001", "conversion_value_out_of_range"),
    value("999999999999"),
    value("999999999998.999"),
    value("999999999998.9995", "conversion_value_too_precise"),
    value("999999999999.001", "conversion_value_out_of_range"),
    value("1e308", "conversion_value_out_of_range"),
    value("-1e308", "conversion_value_out_of_range"),
    value("NaN", "conversion_value_not_a_number"),
    value("Infinity", "conversion_value_not_a_number"),
    value("-Infinity", "conversion_value_not_a_number"),
    currency("USD"),
    currency(" "),
    currency("usd", "currency_code_malformed"),
    currency("USD ", "currency_code_malformed"),
    currency("EURO", "currency_code_malformed"),
    currency("\u20ac\u20ac\u20ac", "currency_code_malformed"),
    currency("\u0410\u0412\u0421", "currency_code_malformed"),
    currency("TRL"),
    currency("TRY", "currency_code_unlisted"),
    credit("0.5", "Own model"),
    credit("1", "Own model"),
    credit("1e-9", "Own model"),
    credit("0", "Own model", "attribution_credit_out_of_range"),
    credit("-0.5", "Own model", "attribution_credit_out_of_range"),
    credit("1.0000001", "Own model", "attribution_credit_out_of_range"),
    credit("NaN", "Own model", "attribution_credit_out_of_range"),
    credit("Infinity", "Own model", "attribution_credit_out_of_range"),
    credit("0.5", None, "attribution_credit_without_model"),
    credit("0.5", " ", "attribution_credit_without_model"),
    credit("0.5", "\t\xa0", "attribution_credit_without_model"),
    credit(None, "\t", "attribution_model_without_credit"),
    credit(None, "Own model", "attribution_model_without_credit"),
    credit("1", "Own\x01model", "attribution_model_forbidden_character"),
]

# In columns that are all text, as a source model without casts would have them.
TEXTS: list[Case] = [
    ({}, set()),
    time("2026-11-20T10:00:00Z"),
    time(" 2026-11-20 "),
    time("2026-11-20 10:00"),
    time("2026-11-20 10:00:00.123456789 UTC"),
    time("2026-11-20 10:00:00+00:00"),
    time("2026-11-25T13:30:00+02:00", "conversion_time_not_utc"),
    time("2026-11-25T13:30:00-01", "conversion_time_in_future", "conversion_time_not_utc"),
    time("2026-11-20T10:00:00-0930", "conversion_time_not_utc"),
    time("", "conversion_time_missing"),
    time("yesterday", "conversion_time_missing"),
    time("infinity", "conversion_time_missing"),
    time("11/20/2026", "conversion_time_missing"),
    time("2026-02-29", "conversion_time_missing"),
    time("2024-02-29", "conversion_time_too_old"),
    time("1900-02-29", "conversion_time_missing"),
    time("2000-02-29", "conversion_time_too_old"),
    time("2026-11-31", "conversion_time_missing"),
    time("2026-13-01", "conversion_time_missing"),
    time("0000-01-01", "conversion_time_missing"),
    time("10000-01-01", "conversion_time_missing"),
    time("2026-11-20 24:00:00", "conversion_time_missing"),
    time("2026-11-20 10:00:60", "conversion_time_missing"),
    time("2026-11-20 10:00:00 Europe/Berlin", "conversion_time_missing"),
    time("2026-11-20 10:00:00 +99:00", "conversion_time_missing", "conversion_time_not_utc"),
    time("0001-01-01 00:00:00+14", *FAR_PAST, "conversion_time_not_utc"),
    value(" 12.5 "),
    value(""),
    value("1."),
    value(".5"),
    value("1e3"),
    value("12,50", "conversion_value_not_a_number"),
    value("12 EUR", "conversion_value_not_a_number"),
    value("1e999", "conversion_value_not_a_number"),
    value("-1e9999", "conversion_value_not_a_number"),
    value("nan", "conversion_value_not_a_number"),
    value("1e-400"),
    # Postgres reads short plain numbers by a way of their own, of up to 100 characters.
    value("0" * 99 + "5"),
    value("0" * 100 + "5"),
    value("9" * 100, "conversion_value_out_of_range"),
    value("9" * 101, "conversion_value_out_of_range"),
    value("0." + "0" * 97 + "1", "conversion_value_too_precise"),
    value("0." + "0" * 98 + "1", "conversion_value_too_precise"),
    value("\u0663", "conversion_value_not_a_number"),
    value("9" * 300, "conversion_value_out_of_range"),
    value("0." + "0" * 250 + "1", "conversion_value_too_precise"),
    credit("half", "Own model", "attribution_credit_out_of_range"),
    credit("", ""),
    credit("half", None, "attribution_credit_out_of_range", "attribution_credit_without_model"),
]

# A time column with zone: each value is an instant, and is converted.
ZONED: list[Case] = [
    time("2026-11-20 10:00:00+00", "conversion_time_not_utc"),
    time("2026-11-25 14:00:00+02", "conversion_time_not_utc"),
    time("2026-11-25 13:00:00+00", "conversion_time_in_future", "conversion_time_not_utc"),
    time("2026-08-27 14:00:00+02", "conversion_time_too_old", "conversion_time_not_utc"),
    time("infinity", *FAR_FUTURE, "conversion_time_not_utc"),
    time(None, "conversion_time_missing"),
]


def full(changes: dict[str, str | None]) -> list[str | None]:
    """A row's values in the order of the columns."""
    return [{**GOOD, **changes}[column] for column in COLUMNS]
