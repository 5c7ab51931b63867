"""The public macros against implementations in Python that share nothing with them."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.dbt.bed import COLUMNS, Engine, Sql, run_dbt
from tests.dbt.nasty import CLICK
from tests.dbt.test_rules import Compiled, fill, shape

JOHN = "ec81f3ac7b2b19675bab9d54cf416f9f18cff87c97da5cca82c0f0891bc40602"
PROPERTY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def answers(engine: Engine, sql: Sql, macro: str, given: Sequence[str | None], kind: str = "text") -> list[Any]:
    """What a macro makes of each value."""
    engine.table("given", {"row_id": "integer", "given": kind}, [[str(n), text] for n, text in enumerate(given)])
    return [answer for _, answer in sorted(engine.query(sql[f"answer_{macro}"]))]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("times", [1, 2, 3])
def test_click_id_of_a_url_inside_a_url(compiled: Compiled, times: int) -> None:
    inner = f"https://www.example.com/?a=1&msclkid={CLICK}&b=2"
    for _ in range(times):
        inner = quote(inner, safe="")
    assert answers(*compiled, "click_id", [f"https://go.example.com/?to={inner}&msclkidx=1"]) == [CLICK]


def hashed_email(email: str) -> str | None:
    """Microsoft's rules once more, step by step."""
    text = email.strip(" ")
    if re.fullmatch("[0-9a-fA-F]{64}", text):
        return text.lower()
    apart = unicodedata.normalize("NFD", "".join(c for c in text if c not in " \t\n\r\f\v\u00a0"))
    text = unicodedata.normalize("NFC", "".join(c for c in apart if not "\u0300" <= c <= "\u036f")).lower()
    if text.count("@") != 1 or text.startswith(".") or text.endswith("."):
        return None
    name, domain = text.split("@")
    name = name.split("+")[0].replace(".", "")
    return sha256(f"{name}@{domain}") if name and "." in domain else None


# Letters whose upper and lower case are one character each, in every engine's tables.
LETTERS = "abcxyzABCXYZ0189.+ \t@-_\u00e9\u00c9\u00fc\u00e7\u00a0\u00f8\u0142"
EMAIL_TEXTS = st.text(LETTERS, max_size=25) | st.builds(
    "{}@{}.{}".format,
    st.text(LETTERS, max_size=12),
    st.text("abc.+-\u00e9", max_size=8),
    st.sampled_from(["com", "de.", "c om"]),
)


@given(emails=st.lists(EMAIL_TEXTS, min_size=1, max_size=20))
@example(emails=["a+b@c.de", "a.@b.c", "..a@b.c"])
@PROPERTY
def test_emails_as_python_hashes_them(compiled: Compiled, emails: list[str]) -> None:
    assert answers(*compiled, "email", emails) == [hashed_email(email) for email in emails]


@given(
    times=st.lists(
        st.datetimes(datetime.fromisoformat("1990-01-01 00:00:00"), datetime.fromisoformat("2036-01-01 00:00:00")),
        min_size=1,
        max_size=20,
    ),
    zone=st.sampled_from(
        [("berlin", "Europe/Berlin"), ("new_york", "America/New_York"), ("lord_howe", "Australia/Lord_Howe")]
    ),
)
@PROPERTY
def test_utc_as_python_has_it(compiled: Compiled, times: list[datetime], zone: tuple[str, str]) -> None:
    """The later of the two instants that Python knows for a time, which are one at most times."""
    macro, name = zone
    both = [[time.replace(tzinfo=ZoneInfo(name), fold=fold).astimezone(UTC) for fold in (0, 1)] for time in times]
    assert answers(*compiled, macro, [str(time) for time in times], "timestamp") == [
        max(pair).replace(tzinfo=None) for pair in both
    ]


def test_a_type_with_zone_is_converted_by_that(compiled: Compiled) -> None:
    zoned = answers(*compiled, "berlin", ["2026-07-01 12:00:00+00"], "timestamp with time zone")
    assert zoned == [datetime.fromisoformat("2026-07-01 12:00:00")]


def test_infinite_times_stay_so(compiled: Compiled) -> None:
    engine, sql = compiled
    times = ["infinity", "-infinity", "294247-01-10 04:00:00"]
    engine.table("given", {"row_id": "integer", "given": "timestamp"}, [[str(n), time] for n, time in enumerate(times)])
    found = engine.query(f"select cast(answer as text) from ({sql['answer_new_york']}) as answers order by row_id")
    assert [text for (text,) in found] == times


def test_the_view_has_fixed_names_types_and_blanks(compiled: Compiled) -> None:
    engine, sql = compiled
    blank: dict[str, str | None] = dict.fromkeys(COLUMNS, " ")
    messy = {
        "conversion_name": " Lead ",
        "conversion_time": "2026-11-20T10:00:00+01:00",
        "microsoft_click_id": f" {CLICK} ",
        "hashed_email_address": JOHN.upper(),
        "conversion_value": "12.5",
        "conversion_currency_code": " eur ",
    }
    fill(engine, shape("text", numbers=False), [(blank, set()), (messy, set())])
    first, second = engine.query(sql["shaped"])
    assert first == (0, *[None] * 9)
    assert second == (
        1, "Lead", datetime.fromisoformat("2026-11-20 09:00:00"), CLICK, JOHN, None, 12.5, "EUR", None, None,
    )  # fmt: skip
    names = engine.query(
        f"select * from ({sql['sparse']}) as sparse where microsoft_click_id is null and conversion_value is null"
        " and conversion_currency_code is null and external_attribution_credit is null"
    )
    assert [row[0] for row in names] == ["Lead", "Lead"]


def test_a_click_time_is_a_column_of_the_view_where_it_is_given(compiled: Compiled) -> None:
    """It is a timestamp in UTC, null where it is no time; left out, the view has no such column."""
    engine, sql = compiled
    columns = {"row_id": "integer", **dict.fromkeys(COLUMNS, "text")}
    clicks = ["2026-11-20T10:00:00+01:00", "2026-11-20 10:00:00", "soon", None]
    rows = [dict.fromkeys(COLUMNS) | {"external_attribution_model": click} for click in clicks]
    engine.table("conversions", columns, [[str(number), *row.values()] for number, row in enumerate(rows)])
    found = engine.query(f"select click_time from ({sql['clicked']}) as clicked order by row_id")
    nine, ten = (datetime.fromisoformat(f"2026-11-20 {hour}:00:00") for hour in ("09", "10"))
    assert [row[0] for row in found] == [nine, ten, None, None]
    assert "click_time" not in sql["sparse"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("to_utc('x', 'Europe/Berlin; drop')", "needs the name of a time zone"),
        ("to_utc('x', 'Europe/Berlim')", "'Europe/Berlim', which does not exist"),
        ("hashed_phone('x', default_country_code='DE')", "is a country code of 1 to 3 digits"),
        ("test_known_goal_name('x', 'y', [])", "needs goal_names"),
    ],
)
def test_wrong_use_stops_with_a_sentence(bed: Path, call: str, message: str) -> None:
    done = run_dbt("compile", "--inline", f"select {{{{ reverse_etl.{call} }}}}", "--profiles-dir", ".", folder=bed)
    assert done.returncode != 0
    assert message in " ".join(done.stdout.split())
