"""Our service description says exactly what the service's own says of the same things."""

import copy
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zeep
from lxml import etree

OURS = Path(__file__).parents[2] / "reverse_etl" / "wsdl" / "campaign_management_v13.wsdl"
CAMPAIGN = "https://bingads.microsoft.com/CampaignManagement/v13"
BINDING = f"{{{CAMPAIGN}}}BasicHttpBinding_ICampaignManagementService"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
POLICY = "{http://schemas.xmlsoap.org/ws/2004/09/policy}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
XS = "{http://www.w3.org/2001/XMLSchema}"
# Attributes whose values are names with a prefix, to be compared by what the prefix stands for.
NAMES = ("type", "base", "ref", "element", "message", "binding")
# What a schema means when it says nothing.
DEFAULTS = {"minOccurs": "1", "maxOccurs": "1", "nillable": "false"}

Facts = dict[tuple[str, ...], Any]


def official_path() -> Path:
    """The description inside the official package; the package itself is never imported."""
    spec = importlib.util.find_spec("bingads")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "v13" / "proxies" / "production" / "campaignmanagement_service.xml"


@pytest.fixture(scope="module")
def official() -> etree._Element:
    return etree.parse(official_path()).getroot()


@pytest.fixture
def ours() -> etree._Element:
    return etree.parse(OURS).getroot()


def meaning(element: etree._Element) -> tuple[str, tuple[tuple[str, str], ...], tuple[Any, ...]]:
    """An element as tag, attributes with full names, and children in order; without notes and policies."""
    attributes = dict(DEFAULTS) if element.tag == f"{XS}element" else {}
    for key, value in element.attrib.items():
        if key in NAMES:
            prefix, _, local = value.rpartition(":")
            attributes[key] = f"{{{element.nsmap.get(prefix or None, '')}}}{local}"
        else:
            attributes[key] = value
    children = tuple(
        meaning(child)
        for child in element
        if isinstance(child.tag, str) and child.tag != f"{XS}annotation" and not child.tag.startswith(POLICY)
    )
    return element.tag, tuple(sorted(attributes.items())), children


def facts(root: etree._Element) -> Facts:
    """Everything that a description says, by where it says it."""
    found: Facts = {("definitions",): (root.get("name"), root.get("targetNamespace"))}
    for schema in root.iter(f"{XS}schema"):
        namespace = schema.get("targetNamespace", "")
        found["schema", namespace] = schema.get("elementFormDefault")
        for item in schema:
            if isinstance(item.tag, str) and item.get("name"):
                found["schema", namespace, item.tag, item.get("name", "")] = meaning(item)
    for kind in ("message", "service"):
        for item in root.findall(f"{WSDL}{kind}"):
            found[kind, item.get("name", "")] = meaning(item)
    for kind in ("portType", "binding"):
        for item in root.findall(f"{WSDL}{kind}"):
            tag, attributes, children = meaning(item)
            found[kind, item.get("name", "")] = (
                tag,
                attributes,
                [child for child in children if child[0] != f"{WSDL}operation"],
            )
            for operation in item.iterfind(f"{WSDL}operation"):
                found[kind, item.get("name", ""), operation.get("name", "")] = meaning(operation)
    return found


def differences(ours: etree._Element, official: etree._Element) -> list[str]:
    """What our description says otherwise than the official one, or says alone."""
    theirs = facts(official)
    return [
        f"{' '.join(key)}: {value} / {theirs.get(key, 'absent')}"
        for key, value in facts(ours).items()
        if theirs.get(key) != value
    ]


def test_every_fact_is_official(ours: etree._Element, official: etree._Element) -> None:
    """Each operation, type, element, header, action and fault of ours stands in the official file alike."""
    assert differences(ours, official) == []
    assert len(facts(ours)) > 60


def test_operations_are_whole(ours: etree._Element) -> None:
    """Ours holds the operations that are called, each with seven request headers, one answer header and two faults."""
    said = facts(ours)
    operations = {key[2] for key in said if key[0] == "binding" and len(key) == 3}
    assert operations == {
        "ApplyOfflineConversions",
        "ApplyOfflineConversionAdjustments",
        "GetConversionGoalsByIds",
        "GetAccountProperties",
        "SetAccountProperties",
        "GetOfflineConversionReportByGoalIds",
    }
    for operation in operations:
        text = str(said["binding", "BasicHttpBinding_ICampaignManagementService", operation])
        assert text.count("soap/}header'") == 8
        assert text.count("soap/}fault'") == 2


@pytest.mark.parametrize("name", ["OfflineConversion", "OfflineConversionAdjustment"])
def test_rows_have_all_elements(official: etree._Element, ours: etree._Element, name: str) -> None:
    """A conversion and an adjustment have the nine official elements each, in the official order."""
    path = f".//{XS}complexType[@name='{name}']//{XS}element"
    names = [element.get("name") for element in ours.iterfind(path)]
    assert names == [element.get("name") for element in official.iterfind(path)]
    assert len(names) == 9


def _conversion(root: etree._Element) -> etree._Element:
    found = root.find(f".//{XS}complexType[@name='OfflineConversion']/{XS}sequence")
    assert found is not None
    return found


def _first(root: etree._Element, path: str) -> etree._Element:
    found = root.find(path)
    assert found is not None
    return found


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


CHANGES: dict[str, Callable[[etree._Element], object]] = {
    "the order": lambda root: _conversion(root).insert(0, _conversion(root)[1]),
    "may be nil": lambda root: _conversion(root)[0].attrib.pop("nillable"),
    "an element less": lambda root: _remove(_conversion(root)[-1]),
    "a required element": lambda root: _conversion(root)[0].set("minOccurs", "1"),
    "a type": lambda root: _conversion(root)[3].set("type", "xs:decimal"),
    "an action": lambda root: _first(root, f".//{SOAP}operation").set("soapAction", "Apply"),
    "a header less": lambda root: _remove(_first(root, f".//{SOAP}header")),
    "a fault less": lambda root: _remove(_first(root, f"{WSDL}portType/{WSDL}operation")[-1]),
    "a limit": lambda root: _first(root, f".//{XS}complexType[@name='ArrayOfBatchError']//{XS}element").set(
        "maxOccurs", "1"
    ),
    "a type elsewhere": lambda root: [
        one.set("type", "tns:ArrayOfBatchError")
        for one in root.iterfind(f".//{XS}element[@name='ForwardCompatibilityMap']")
    ],
}


@pytest.mark.parametrize("change", CHANGES)
def test_comparison_sees_a_change(change: str, ours: etree._Element, official: etree._Element) -> None:
    """A change of order, nillability, occurrence, type, action, header or fault is reported, and it alone."""
    changed = copy.deepcopy(ours)
    CHANGES[change](changed)
    assert len(differences(changed, official)) == 1


CONVERSION = {
    "ConversionName": "Lead & sons",
    "ConversionTime": "2026-11-20T10:00:00Z",
    "ConversionValue": 12.5,
    "ConversionCurrencyCode": "EUR",
    "ExternalAttributionCredit": 0.5,
    "ExternalAttributionModel": "linear",
    "HashedEmailAddress": "a" * 64,
    "HashedPhoneNumber": "b" * 64,
    "MicrosoftClickId": "f894f652ea334e739002f7167ab8f8e3",
}
ADJUSTMENT = {
    "AdjustmentCurrencyCode": "EUR",
    "AdjustmentTime": "2026-11-21T10:00:00Z",
    "AdjustmentType": "Restate",
    "AdjustmentValue": 10,
    "ConversionName": "Lead & sons",
    "ConversionTime": "2026-11-20T10:00:00Z",
    "HashedEmailAddress": "a" * 64,
    "HashedPhoneNumber": "b" * 64,
    "MicrosoftClickId": "f894f652ea334e739002f7167ab8f8e3",
}


@pytest.mark.parametrize(
    ("operation", "row"), [("OfflineConversion", CONVERSION), ("OfflineConversionAdjustment", ADJUSTMENT)]
)
def test_zeep_writes_the_same_xml(operation: str, row: dict[str, Any]) -> None:
    """A call built from our description is, byte for byte, the call built from the official one."""
    headers = {"AuthenticationToken": "token", "CustomerAccountId": "1", "CustomerId": "2", "DeveloperToken": "dev"}
    rows = [row, zeep.xsd.Nil, {"ConversionTime": "x"}]
    written = []
    for path in (OURS, official_path()):
        client = zeep.Client(str(path))
        for one in client.service._binding._operations.values():
            one.abstract.wsa_action = None  # its message id would differ from call to call
        service = client.create_service(BINDING, "http://127.0.0.1/")
        message = client.create_message(
            service, f"Apply{operation}s", **{f"{operation}s": {operation: rows}}, _soapheaders=headers
        )
        written.append(etree.tostring(message))
    assert written[0] == written[1]


def test_zeep_reads_both_faults() -> None:
    """zeep finds both fault types, with the tracking id of the platform's namespace in front."""
    client = zeep.Client(str(OURS))
    ours = client.get_type(f"{{{CAMPAIGN}}}ApiFaultDetail")
    shared = client.get_type("{https://adapi.microsoft.com}AdApiFaultDetail")
    assert [name for name, _ in ours.elements] == ["TrackingId", "BatchErrors", "OperationErrors"]
    assert [name for name, _ in shared.elements] == ["TrackingId", "Errors"]
