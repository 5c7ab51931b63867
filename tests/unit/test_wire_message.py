"""What leaves by either protocol: the message for records, and the records that must not be written."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reverse_etl.core.plan import Record
from reverse_etl.core.receipt import Answered, Blamed
from reverse_etl.core.version import __version__
from reverse_etl.destinations.microsoft_ads.destination import call_of
from reverse_etl.destinations.microsoft_ads.wire.port import UNWRITABLE
from tests.unit.dialects import DIALECTS, Dialect
from tests.unit.scripted import record
from tests.unit.wire import YESTERDAY, Sandbox, StartRaw, row

NOWHERE = "http://127.0.0.1:1"


def written(dialect: Dialect, *records: Any) -> list[dict[str, str]]:
    """The items of a message, each as its elements in order."""
    return dialect.items(dialect.client(NOWHERE).message(records))


def test_every_call_says_who_makes_it_and_what_it_was_built_for(dialect: Dialect, raw: StartRaw) -> None:
    """The tool with its version, and the revision of the service that Microsoft's own clients name."""
    server = raw(dialect.http(dialect.empty_answer))
    dialect.client(server.url).send([row()])
    head = server.requests[0].partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert {line for line in head if line.startswith(("User-Agent:", "Api-Revision:"))} == {
        f"User-Agent: reverse-etl/{__version__}",
        "Api-Revision: 2026-10-12",
    }


def test_absent_fields_are_left_out(dialect: Dialect) -> None:
    """A blank text or an absent number gives no element at all, not an empty one."""
    bare = row(value=None, currency="", attribution_credit=None, attribution_model="")
    (fields,) = written(dialect, bare)
    assert list(fields) == ["ConversionName", "ConversionTime", "MicrosoftClickId"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0"),
        (0.001, "0.001"),
        (12.5, "12.5"),
        (999_999_999_999.0, "999999999999.0"),
        (999_999_999_998.999, "999999999998.999"),
        (7, "7"),
    ],
)
def test_values_are_written_as_they_are(dialect: Dialect, value: float, text: str, sandbox: Sandbox) -> None:
    """Every value that a plan lets through arrives as the same number."""
    assert written(dialect, row(value=value))[0]["ConversionValue"] == text
    assert dialect.client(sandbox.url).send([row(value=value)]) == Answered((), sandbox.received()[0].tracking_id)
    assert float(sandbox.received()[0].conversion_value or "nan") == value


@pytest.mark.parametrize(
    "name",
    [
        "Lead <b>&amp; \"quote\" 'quote'",
        "]]> <!-- not a comment -->",
        "Purchase 🛒👩‍👩‍👧",
        "שלום עולם \u202eabc\u202c",
        "Ωmega ﬁ é e\u0301",
        "tab\tinside",
        "{{ jinja }} \\' %s",
        "\U0001d518\U0001d52b",
    ],
)
def test_names_arrive_as_they_are(dialect: Dialect, name: str, sandbox: Sandbox) -> None:
    """Markup, emoji, right-to-left text and the like arrive unchanged."""
    answer = dialect.client(sandbox.url).send([row(conversion_name=name)])
    assert isinstance(answer, Answered)
    assert answer.refusals == ()
    assert [received.conversion_name for received in sandbox.received()] == [name]


def test_the_same_records_give_the_same_bytes(
    dialect: Dialect,
) -> None:
    """A repeat of a call is byte for byte the first one."""
    records = [row(n) for n in range(1, 4)]
    client = dialect.client("http://127.0.0.1:1")
    assert client.message(records) == client.message(records) == dialect.client("http://127.0.0.1:2").message(records)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).filter(lambda text: not UNWRITABLE.search(text))
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)


@given(
    st.lists(
        st.builds(lambda **given: row(1, **given), conversion_name=TEXTS, currency=TEXTS, value=NUMBERS),
        min_size=1,
        max_size=5,
    )
)
@settings(deadline=None)
def test_json_is_that_of_the_standard_library(records: list[Record]) -> None:
    """The fast library writes the bytes of the plain one, but for the form of an exponent, and the same numbers."""
    operation, content = call_of(records)
    body = DIALECTS["rest"].client(NOWHERE).message(records)
    plain = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    assert operation == "ApplyOfflineConversions"
    assert json.loads(body) == json.loads(plain)
    if not any("e" in repr(record.value) for record in records if record.value is not None):
        assert body == plain


MISTAKES = [
    ({"value": float("nan")}, "value is not a number"),
    ({"value": float("inf")}, "value is not a number"),
    ({"value": float("-inf")}, "value is not a number"),
    ({"value": "12,5"}, "value is not a number"),
    ({"attribution_credit": float("nan")}, "attribution credit is not a number"),
    ({"conversion_time": ""}, "not a UTC time"),
    ({"conversion_time": "2026-03-01 12:00:00"}, "not a UTC time"),
    ({"conversion_time": "2026-03-01T12:00:00"}, "not a UTC time"),
    ({"conversion_time": "2026-03-01T12:00:00+02:00"}, "not a UTC time"),
    ({"conversion_time": "2026-03-01T12:00:00.123Z"}, "not a UTC time"),
    ({"conversion_time": "2026-02-30T12:00:00Z"}, "not a UTC time"),
    ({"conversion_time": "2026-03-01T12:00:00Z\n"}, "not a UTC time"),
    ({"conversion_time": "\uff12026-03-01T12:00:00Z"}, "not a UTC time"),
    ({"conversion_name": "a\x00b"}, "character"),
    ({"conversion_name": "a\x1bb"}, "character"),
    ({"conversion_name": "\ufffe"}, "character"),
    ({"attribution_model": "\x0b"}, "character"),
    ({"click_id": "\ud800"}, "character"),
    ({"operation": "merge"}, "operation merge"),
]


@pytest.mark.parametrize(("changes", "words"), MISTAKES)
def test_what_cannot_be_written_right_does_not_leave(
    dialect: Dialect, changes: dict[str, Any], words: str, raw: StartRaw
) -> None:
    """A wire writes what it is given, so what has no right form is named by its number, and no call is made."""
    server = raw(dialect.http(dialect.empty_answer))
    answer = dialect.client(server.url).send([row(1), row(41)._replace(**changes), row(3)])
    assert isinstance(answer, Blamed)
    assert answer.unprocessed
    assert "record 41" in answer.reason.message
    assert words in answer.reason.message
    assert "nan" not in answer.reason.message
    assert server.requests == []


def test_the_courier_finds_the_record_that_cannot_be_written(dialect: Dialect, sandbox: Sandbox) -> None:
    """One such record of a batch is refused with its own words; the others are delivered."""
    from tests.unit.scripted import deliver, outcomes

    batch = [row(n, value=float("nan") if n == 5 else 1.0) for n in range(1, 20)]
    delivery = deliver(dialect.client(sandbox.url), [batch])  # type: ignore[arg-type]
    assert outcomes(delivery, [batch]) == {"accepted": 18, "rejected": 1}
    (refused,) = [r for r in delivery.receipts if r.settles]
    assert (refused.seq_from, refused.error_code) == (5, "RecordCannotBeSent")
    assert len(sandbox.received()) == 18


def test_records_do_not_show_personal_data() -> None:
    """A record in a traceback or a log shows neither click id nor hashes."""
    shown = repr(record(1)._replace(click_id="c" * 32, hashed_email="e" * 64, hashed_phone="f" * 64))
    assert re.search("c{32}|e{64}|f{64}", shown) is None


ADJUSTMENT_ORDER = [
    "AdjustmentCurrencyCode",
    "AdjustmentTime",
    "AdjustmentType",
    "AdjustmentValue",
    "ConversionName",
    "ConversionTime",
    "HashedEmailAddress",
    "HashedPhoneNumber",
    "MicrosoftClickId",
]


def test_corrections_leave_by_their_own_operation(dialect: Dialect) -> None:
    """A restatement has its value and currency, a retraction neither; both name the conversion as it was sent."""
    full = row(hashed_email="e" * 64, hashed_phone="f" * 64, value=20.0, adjustment_time=YESTERDAY)
    (restated,) = written(dialect, full._replace(operation="restate"))
    assert list(restated) == ADJUSTMENT_ORDER
    assert (restated["AdjustmentType"], restated["AdjustmentValue"], restated["AdjustmentTime"]) == (
        "Restate",
        "20.0",
        YESTERDAY,
    )
    (retracted,) = written(dialect, row(operation="retract", value=None, currency="", adjustment_time=YESTERDAY))
    assert list(retracted) == [
        "AdjustmentTime",
        "AdjustmentType",
        "ConversionName",
        "ConversionTime",
        "MicrosoftClickId",
    ]
    assert retracted["AdjustmentType"] == "Retract"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"operation": "restate", "value": None, "adjustment_time": YESTERDAY}, "a restatement without a value"),
        ({"operation": "retract", "adjustment_time": ""}, "not a UTC time"),
        ({"operation": "restate", "adjustment_time": "2026-03-01 12:00:00"}, "not a UTC time"),
    ],
)
def test_a_correction_that_cannot_be_written_right_does_not_leave(
    dialect: Dialect, changes: dict[str, Any], words: str
) -> None:
    """Its call is blamed before anything is sent."""
    answer = dialect.client("http://127.0.0.1:1").send([row(**changes)])
    assert isinstance(answer, Blamed)
    assert words in answer.reason.message
