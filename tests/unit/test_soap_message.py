"""What leaves: the message that zeep writes for records, and the records that must not be written."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from reverse_etl.receipts import Answered, Blamed
from tests.unit.scripted import record
from tests.unit.wire import (
    ACCESS_TOKEN,
    CAMPAIGN,
    DEVELOPER_TOKEN,
    EMPTY_ANSWER,
    SOAP,
    YESTERDAY,
    Sandbox,
    StartRaw,
    http,
    row,
    wire,
)

ORDER = [
    "ConversionCurrencyCode",
    "ConversionName",
    "ConversionTime",
    "ConversionValue",
    "ExternalAttributionCredit",
    "ExternalAttributionModel",
    "HashedEmailAddress",
    "HashedPhoneNumber",
    "MicrosoftClickId",
]


def written(*records: Any) -> list[dict[str, str]]:
    """The conversions of a message, each as its elements in order."""
    envelope = etree.fromstring(wire("http://127.0.0.1:1").message(records))
    return [
        {etree.QName(child).localname: child.text or "" for child in item}
        for item in envelope.iter(f"{{{CAMPAIGN}}}OfflineConversion")
    ]


def test_fields_stand_in_the_order_of_the_schema() -> None:
    """The service may ignore what stands out of order, so the order is the schema's."""
    full = row(
        value=12.5, attribution_credit=0.5, attribution_model="linear", hashed_email="e" * 64, hashed_phone="f" * 64
    )
    (fields,) = written(full)
    assert list(fields) == ORDER
    assert fields["ConversionTime"] == YESTERDAY


def test_absent_fields_are_left_out() -> None:
    """A blank text or an absent number gives no element at all, not an empty one."""
    bare = row(value=None, currency="", attribution_credit=None, attribution_model="")
    (fields,) = written(bare)
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
def test_values_are_written_as_they_are(value: float, text: str, sandbox: Sandbox) -> None:
    """Every value that a plan lets through arrives as the same number."""
    assert written(row(value=value))[0]["ConversionValue"] == text
    assert wire(sandbox.url).send([row(value=value)]) == Answered((), sandbox.received()[0].tracking_id)
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
def test_names_arrive_as_they_are(name: str, sandbox: Sandbox) -> None:
    """Markup, emoji, right-to-left text and the like arrive unchanged."""
    answer = wire(sandbox.url).send([row(conversion_name=name)])
    assert isinstance(answer, Answered)
    assert answer.refusals == ()
    assert [received.conversion_name for received in sandbox.received()] == [name]


def test_the_request_has_four_headers_and_nothing_else(raw: StartRaw) -> None:
    """The four headers of the service, no WS-Addressing, the bare action, and plain XML in UTF-8."""
    server = raw(http(EMPTY_ANSWER))
    wire(server.url).send([row()])
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    header = etree.fromstring(body).find(f"{{{SOAP}}}Header")
    assert header is not None
    assert [(child.tag, child.text) for child in header] == [
        (f"{{{CAMPAIGN}}}AuthenticationToken", ACCESS_TOKEN),
        (f"{{{CAMPAIGN}}}CustomerAccountId", "123"),
        (f"{{{CAMPAIGN}}}CustomerId", "456"),
        (f"{{{CAMPAIGN}}}DeveloperToken", DEVELOPER_TOKEN),
    ]
    assert b"addressing" not in body
    assert b'soapaction: "applyofflineconversions"' in head.lower()
    assert b"content-type: text/xml; charset=utf-8" in head.lower()
    assert b"authorization" not in head.lower()


def test_the_same_records_give_the_same_bytes() -> None:
    """A repeat of a call is byte for byte the first one."""
    records = [row(n) for n in range(1, 4)]
    client = wire("http://127.0.0.1:1")
    assert client.message(records) == client.message(records) == wire("http://127.0.0.1:2").message(records)


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
def test_what_cannot_be_written_right_does_not_leave(changes: dict[str, Any], words: str, raw: StartRaw) -> None:
    """zeep writes what it is given, so a record that has no right form is named by its number, and no call is made."""
    server = raw(http(EMPTY_ANSWER))
    answer = wire(server.url).send([row(1), replace(row(41), **changes), row(3)])
    assert isinstance(answer, Blamed)
    assert answer.unprocessed
    assert "record 41" in answer.reason.message
    assert words in answer.reason.message
    assert "nan" not in answer.reason.message
    assert server.requests == []


def test_the_courier_finds_the_record_that_cannot_be_written(sandbox: Sandbox) -> None:
    """One such record of a batch is refused with its own words; the others are delivered."""
    from tests.unit.scripted import deliver, outcomes

    batch = [row(n, value=float("nan") if n == 5 else 1.0) for n in range(1, 20)]
    delivery = deliver(wire(sandbox.url), [batch])  # type: ignore[arg-type]
    assert outcomes(delivery, [batch]) == {"accepted": 18, "rejected": 1}
    (refused,) = [r for r in delivery.receipts if r.settles]
    assert (refused.seq_from, refused.error_code) == (5, "RecordCannotBeSent")
    assert len(sandbox.received()) == 18


def test_the_check_agrees_with_the_xml_library() -> None:
    """Every character that the XML library refuses is refused before, and no other."""
    client = wire("http://127.0.0.1:1")
    for code in [*range(0x100), 0xD7FF, 0xD800, 0xDFFF, 0xE000, 0xFFFD, 0xFFFE, 0xFFFF, 0x10000, 0x1FFFE, 0x10FFFF]:
        one = row(conversion_name=f"a{chr(code)}b")
        try:
            client.message([one])
            writable = True
        except ValueError:
            writable = False
        assert isinstance(client.send([one]), Blamed) is not writable, hex(code)


def test_records_do_not_show_personal_data() -> None:
    """A record in a traceback or a log shows neither click id nor hashes."""
    shown = repr(replace(record(1), click_id="c" * 32, hashed_email="e" * 64, hashed_phone="f" * 64))
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


def adjustments(*records: Any) -> list[dict[str, str]]:
    envelope = etree.fromstring(wire("http://127.0.0.1:1").message(records))
    assert next(envelope.iter(f"{{{CAMPAIGN}}}ApplyOfflineConversionAdjustmentsRequest")) is not None
    return [
        {etree.QName(child).localname: child.text or "" for child in item}
        for item in envelope.iter(f"{{{CAMPAIGN}}}OfflineConversionAdjustment")
    ]


def test_corrections_leave_by_their_own_operation() -> None:
    """A restatement has its value and currency, a retraction neither; both name the conversion as it was sent."""
    full = row(hashed_email="e" * 64, hashed_phone="f" * 64, value=20.0, adjustment_time=YESTERDAY)
    (restated,) = adjustments(replace(full, operation="restate"))
    assert list(restated) == ADJUSTMENT_ORDER
    assert (restated["AdjustmentType"], restated["AdjustmentValue"], restated["AdjustmentTime"]) == (
        "Restate",
        "20.0",
        YESTERDAY,
    )
    (retracted,) = adjustments(row(operation="retract", value=None, currency="", adjustment_time=YESTERDAY))
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
def test_a_correction_that_cannot_be_written_right_does_not_leave(changes: dict[str, Any], words: str) -> None:
    """Its call is blamed before anything is sent."""
    answer = wire("http://127.0.0.1:1").send([row(**changes)])
    assert isinstance(answer, Blamed)
    assert words in answer.reason.message
