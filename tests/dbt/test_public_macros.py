"""The public macros against known answers, and against implementations in Python that share nothing with them."""

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
from tests.dbt.nasty import CLICK, DASHED
from tests.dbt.test_rules import Compiled, fill, shape

JOHN = "ec81f3ac7b2b19675bab9d54cf416f9f18cff87c97da5cca82c0f0891bc40602"
PHONE = "c59475d96e9f01d7d18d06cfad84dd02333207f02c0c2c5663ef2782cda0390e"
PROPERTY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def answers(engine: Engine, sql: Sql, macro: str, given: Sequence[str | None], kind: str = "text") -> list[Any]:
    """What a macro makes of each value."""
    engine.table("given", {"row_id": "integer", "given": kind}, [[str(n), text] for n, text in enumerate(given)])
    return [answer for _, answer in sorted(engine.query(sql[f"answer_{macro}"]))]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


CLICK_IDS: list[tuple[str | None, str | None]] = [
    (f"https://www.example.com/?msclkid={CLICK}", CLICK),
    (f"https://www.example.com/?a=1&msclkid={CLICK}", CLICK),
    (f"https://www.example.com/?msclkid={CLICK}&a=1", CLICK),
    (f"https://www.example.com/a/b?a=1&msclkid={CLICK}#top", CLICK),
    (f"https://www.example.com/?MSCLKID={CLICK}", CLICK),
    (f"https://www.example.com/?MsClkId={CLICK.upper()}", CLICK.upper()),
    (f"https://www.example.com/?msclkid={DASHED}", DASHED),
    (f"https://www.example.com/?msclkid={DASHED.replace('-', '%2D')}", DASHED),
    (f"https://www.example.com/?msclkid={''.join(f'%{ord(c):02X}' for c in CLICK)}", CLICK),
    (f"https://www.example.com/?msclkid=%20{CLICK}+", CLICK),
    (f"https://app.example.com/#/signup?msclkid={CLICK}", CLICK),
    (f"https://app.example.com/#msclkid={CLICK}", CLICK),
    (f"msclkid={CLICK}&a=1", CLICK),
    (f"https://www.example.com/?a=1&amp;msclkid={CLICK}&amp;b=2", CLICK),
    (f"https://www.example.com/?a=1;msclkid={CLICK};b=2", CLICK),
    (f"https://www.example.com/?msclkid=&msclkid={CLICK}", CLICK),
    (f"https://www.example.com/?xmsclkid={CLICK}", None),
    (f"https://www.example.com/?msclkidx={CLICK}", None),
    (f"https://www.example.com/?q=msclkid={CLICK}", None),
    (f"https://www.example.com/msclkid={CLICK}", None),
    (f"https://www.example.com/?xmsclkid=no&msclkid={CLICK}", CLICK),
    ("https://www.example.com/?msclkid", None),
    ("https://www.example.com/?msclkid=", None),
    ("https://www.example.com/?msclkid=%20&a=1", None),
    ("https://www.example.com/?msclkid=cut", "cut"),
    ("https://www.example.com/?msclkid=it's", "it's"),
    ("https://www.example.com/?msclkid=100%", "100%"),
    ("https://www.example.com/", None),
    ("", None),
    (None, None),
]


def test_click_ids(compiled: Compiled) -> None:
    found = answers(*compiled, "click_id", [url for url, _ in CLICK_IDS])
    assert found == [click_id for _, click_id in CLICK_IDS]


@pytest.mark.parametrize("times", [1, 2, 3])
def test_click_id_of_a_url_inside_a_url(compiled: Compiled, times: int) -> None:
    inner = f"https://www.example.com/?a=1&msclkid={CLICK}&b=2"
    for _ in range(times):
        inner = quote(inner, safe="")
    assert answers(*compiled, "click_id", [f"https://go.example.com/?to={inner}&msclkidx=1"]) == [CLICK]


EMAILS: list[tuple[str | None, str | None]] = [
    ("john@contoso.com", JOHN),
    ("  John@Contoso.COM\t", JOHN),
    ("jo hn@contoso.com", JOHN),
    ("jo\N{NO-BREAK SPACE}hn@contoso.com", JOHN),
    ("jo\N{ZERO WIDTH SPACE}hn@\N{ZERO WIDTH NO-BREAK SPACE}contoso.com\N{IDEOGRAPHIC SPACE}", JOHN),
    ("j\N{SOFT HYPHEN}ohn@contoso.com\N{NARROW NO-BREAK SPACE}", JOHN),
    ("mailto:john@contoso.com", JOHN),
    ("<John@contoso.com>", JOHN),
    ("< mailto:john@contoso.com >", JOHN),
    ("john <john@contoso.com>", None),
    ("john@contoso.com,jane.contoso.com", None),
    ("john@contoso.com;", None),
    ("mailto:john@contoso.com?subject=x", None),
    ("j.o.h.n@contoso.com", JOHN),
    ("john+newsletter@contoso.com", JOHN),
    ("john+a+b.c@contoso.com", JOHN),
    ("J\N{LATIN SMALL LETTER O WITH DIAERESIS}hn@contoso.com", JOHN),
    ("JO\N{COMBINING DIAERESIS}HN@contoso.com", JOHN),
    (JOHN, JOHN),
    (f" {JOHN.upper()} ", JOHN),
    ("name+withplus@outlook.com", sha256("name@outlook.com")),
    ("ex.ample@outlook.com", sha256("example@outlook.com")),
    ("a@b+c.example.com", sha256("a@b+c.example.com")),
    ("\N{LATIN SMALL LETTER SHARP S}@example.com", sha256("\N{LATIN SMALL LETTER SHARP S}@example.com")),
    ("john", None),
    ("john@contoso", None),
    (".john@contoso.com", None),
    ("john@contoso.com.", None),
    ("@contoso.com", None),
    ("+tag@contoso.com", None),
    ("john@x@contoso.com", None),
    (JOHN[1:], None),
    ("", None),
    (None, None),
]


def test_emails(compiled: Compiled) -> None:
    assert answers(*compiled, "email", [email for email, _ in EMAILS]) == [hashed for _, hashed in EMAILS]


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


GERMAN = sha256("+491713920012")
PHONES: list[tuple[str, str | None, str | None]] = [
    ("phone", "+14255551234", PHONE),
    ("phone", " +1 (425) 555-1234 ", PHONE),
    ("phone", "+1.425.555.1234", PHONE),
    ("phone", "001 425 555 1234", PHONE),
    ("phone", "+1\N{NO-BREAK SPACE}425/5551234", PHONE),
    ("phone", "4255551234", None),
    ("phone", "+49 (0)171 392 00 12", GERMAN),
    ("phone", "0049 (0)171 392 00 12", GERMAN),
    ("phone", PHONE, PHONE),
    ("phone", PHONE.upper(), PHONE),
    ("phone", "+1 425 555 1234 ext. 5", None),
    ("phone", "+1425555CALL", None),
    ("phone", "++14255551234", None),
    ("phone", "+04255551234", None),
    ("phone", "+123456", None),
    ("phone", "+1234567", sha256("+1234567")),
    ("phone", "+123456789012345", sha256("+123456789012345")),
    ("phone", "+1234567890123456", None),
    ("phone", "+\N{ARABIC-INDIC DIGIT ONE}4255551234", None),
    ("phone", "", None),
    ("phone", None, None),
    ("phone_us", "(425) 555-1234", PHONE),
    ("phone_us", "1-425-555-1234", PHONE),
    ("phone_us", "+14255551234", PHONE),
    ("phone_us", "+491713920012", GERMAN),
    ("phone_us", PHONE, PHONE),
    ("phone_de", "0171 392 00 12", GERMAN),
    ("phone_de", "171 3920012", GERMAN),
    ("phone_de", "0049 171 3920012", GERMAN),
    ("phone_de", "+14255551234", PHONE),
    ("phone_de", "n/a", None),
    ("phone_it", "06 1234567", sha256("+39061234567")),
]


@pytest.mark.parametrize("macro", ["phone", "phone_us", "phone_de", "phone_it"])
def test_phones(compiled: Compiled, macro: str) -> None:
    mine = [(phone, hashed) for name, phone, hashed in PHONES if name == macro]
    assert answers(*compiled, macro, [phone for phone, _ in mine]) == [hashed for _, hashed in mine]


TIMES = [
    ("berlin", "2026-10-25 01:59:59", "2026-10-24 23:59:59", "before the hour that comes twice"),
    ("berlin", "2026-10-25 02:00:00", "2026-10-25 01:00:00", "the later of two"),
    ("berlin", "2026-10-25 02:59:59", "2026-10-25 01:59:59", "the later of two"),
    ("berlin", "2026-10-25 03:00:00", "2026-10-25 02:00:00", "after it"),
    ("berlin", "2026-03-29 01:59:59", "2026-03-29 00:59:59", "before the missing hour"),
    ("berlin", "2026-03-29 02:00:00", "2026-03-29 01:00:00", "moved forward, 03:00 there"),
    ("berlin", "2026-03-29 02:30:00", "2026-03-29 01:30:00", "moved forward, 03:30 there"),
    ("berlin", "2026-03-29 03:00:00", "2026-03-29 01:00:00", "after it"),
    ("new_york", "2026-11-01 00:59:59", "2026-11-01 04:59:59", "before the hour that comes twice"),
    ("new_york", "2026-11-01 01:30:00", "2026-11-01 06:30:00", "the later of two"),
    ("new_york", "2026-11-01 02:00:00", "2026-11-01 07:00:00", "after it"),
    ("new_york", "2026-03-08 01:59:59", "2026-03-08 06:59:59", "before the missing hour"),
    ("new_york", "2026-03-08 02:30:00", "2026-03-08 07:30:00", "moved forward, 03:30 there"),
    ("new_york", "2026-03-08 03:00:00", "2026-03-08 07:00:00", "after it"),
]


@pytest.mark.parametrize("kind", ["timestamp", "text"])
@pytest.mark.parametrize("zone", ["berlin", "new_york"])
def test_changes_of_the_clock(compiled: Compiled, zone: str, kind: str) -> None:
    mine = [(local, utc) for name, local, utc, _ in TIMES if name == zone]
    found = answers(*compiled, zone, [local for local, _ in mine], kind)
    assert [str(time) for time in found] == [utc for _, utc in mine]


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


def test_times_that_say_their_zone_themselves_or_none(compiled: Compiled) -> None:
    given = ["2026-07-01 12:00:00+05:30", "2026-07-01T12:00:00Z", "tomorrow", "", None]
    expected = [
        datetime.fromisoformat("2026-07-01 06:30:00"),
        datetime.fromisoformat("2026-07-01 12:00:00"),
        None,
        None,
        None,
    ]
    assert answers(*compiled, "berlin", given) == expected
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
