"""What leaves by SOAP alone: the order of the schema, the headers, and the characters that XML can carry."""

from typing import Any

from lxml import etree

from reverse_etl.core.receipt import Blamed
from tests.unit.dialects import DIALECTS
from tests.unit.wire import ACCESS_TOKEN, CAMPAIGN, DEVELOPER_TOKEN, EMPTY_ANSWER, SOAP, YESTERDAY, StartRaw, http, row

wire = DIALECTS["soap"].client


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
