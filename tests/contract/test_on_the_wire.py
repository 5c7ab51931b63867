"""SOAP on the wire, held against the schemas inside Microsoft's own service description: requests, answers, faults."""

import copy
from typing import Any

import pytest
import requests
from lxml import etree

from reverse_etl.core.sync import Environment, WireProtocol
from reverse_etl.destinations.microsoft_ads.settings import SERVICE_PATH, MicrosoftAdsSettings
from reverse_etl.destinations.microsoft_ads.sign_in.tokens import FixedToken
from reverse_etl.destinations.microsoft_ads.wire.soap import SoapWire
from reverse_etl.sandbox import LocalSandbox
from tests.contract.test_official_clients import CONVERSION, NOW, RESTATEMENT, sandbox
from tests.contract.test_wsdl import CAMPAIGN, XS, official_path

__all__ = ["sandbox"]
ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"
HEADERS = {"AuthenticationToken": "t", "DeveloperToken": "d", "CustomerId": "1", "CustomerAccountId": "2"}
TODAY = f"{NOW:%Y-%m-%d}"
PROPERTY = "MSCLKIDAutoTaggingEnabled"
SPAN = {"StartDateUtc": f"{TODAY}T00:00:00Z", "EndDateUtc": f"{TODAY}T23:59:59Z"}


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> etree.XMLSchema:
    """The schemas of the official description, one file each, since only files may import one another."""
    folder = tmp_path_factory.mktemp("official")
    found = list(etree.parse(official_path()).getroot().iter(f"{XS}schema"))
    names = {one.get("targetNamespace", ""): f"{number}.xsd" for number, one in enumerate(found)}
    for one in found:
        # A copy by itself would forget the names that only attributes use.
        written = etree.Element(one.tag, dict(one.attrib), nsmap=one.nsmap)
        written.extend(copy.deepcopy(list(one)))
        for imported in written.iter(f"{XS}import"):
            imported.set("schemaLocation", names[imported.get("namespace", "")])
        (folder / names[one.get("targetNamespace", "")]).write_bytes(etree.tostring(written))
    return etree.XMLSchema(file=str(folder / names[CAMPAIGN]))


@pytest.fixture
def wire(sandbox: LocalSandbox) -> SoapWire:
    endpoint = sandbox.url + SERVICE_PATH
    token = FixedToken("token")
    return SoapWire(MicrosoftAdsSettings(Environment.LOCAL, WireProtocol.SOAP, endpoint, "1", "2", "d", token))


def spoken(wire: SoapWire, sandbox: LocalSandbox, operation: str, content: dict[str, Any]) -> tuple[Any, Any]:
    """The body of a request as we write it, and of the answer as the local sandbox writes it."""
    request = etree.fromstring(wire.message(operation, content))
    header = etree.Element(f"{ENVELOPE}Header")
    for name, text in HEADERS.items():
        etree.SubElement(header, f"{{{CAMPAIGN}}}{name}").text = text
    request.insert(0, header)
    answer = requests.post(
        sandbox.url + SERVICE_PATH,
        data=etree.tostring(request),
        headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": operation},
        timeout=60,
    )
    return request.find(f"{ENVELOPE}Body")[0], etree.fromstring(answer.content).find(f"{ENVELOPE}Body")[0]


def goal_ids(wire: SoapWire) -> list[int]:
    reply = wire.call("GetConversionGoalsByIds", {"ConversionGoalTypes": ["OfflineConversion"]})
    return [goal["Id"] for goal in reply.body["ConversionGoals"]]  # type: ignore[union-attr]


CALLS: dict[str, dict[str, Any]] = {
    "ApplyOfflineConversions": {"OfflineConversions": [CONVERSION, CONVERSION | {"MicrosoftClickId": "x"}]},
    "ApplyOfflineConversionAdjustments": {"OfflineConversionAdjustments": [RESTATEMENT]},
    "GetConversionGoalsByIds": {
        "ConversionGoalIds": [5],
        "ConversionGoalTypes": ["OfflineConversion"],
        "ReturnAdditionalFields": ["IsExternallyAttributed", "IsEnhancedConversionsEnabled", "GoalCategory"],
    },
    "GetAccountProperties": {"AccountPropertyNames": [PROPERTY, "TrackingUrlTemplate"]},
    "SetAccountProperties": {"AccountProperties": [{"Name": PROPERTY, "Value": "true"}]},
    "GetOfflineConversionReportByGoalIds": SPAN | {"GoalIds": [5], "UploadChannelFilter": ["CampaignManagementAPI"]},
}


@pytest.mark.parametrize("operation", CALLS)
def test_requests_and_answers_are_valid(
    schema: etree.XMLSchema, wire: SoapWire, sandbox: LocalSandbox, operation: str
) -> None:
    """Each message of each operation, with rows, refusals and numbers in it, is one by Microsoft's own schema."""
    content = dict(CALLS[operation])
    # Something to tell: a conversion that counts, one that is repeated, and goals that are there.
    wire.call("ApplyOfflineConversions", {"OfflineConversions": [CONVERSION]})
    wire.call("ApplyOfflineConversions", {"OfflineConversions": [CONVERSION]})
    for name in ("ConversionGoalIds", "GoalIds"):
        if name in content:
            content[name] = [*goal_ids(wire), *content[name]]
    request, answer = spoken(wire, sandbox, operation, content)
    schema.assertValid(request)
    assert answer.tag == f"{{{CAMPAIGN}}}{operation}Response"
    schema.assertValid(answer)


@pytest.mark.parametrize("kind", ["fault_117", "fault_105", "fault_5601", "fault_5612", "fault_0"])
def test_faults_are_valid(schema: etree.XMLSchema, wire: SoapWire, sandbox: LocalSandbox, kind: str) -> None:
    """The detail of a fault of either shape is one by Microsoft's own schema."""
    requests.post(f"{sandbox.url}/control/faults", json=[{"kind": kind}], timeout=60).raise_for_status()
    _, fault = spoken(wire, sandbox, "ApplyOfflineConversions", CALLS["ApplyOfflineConversions"])
    (detail,) = fault.find("detail")
    schema.assertValid(detail)


def test_what_is_not_valid_is_seen(schema: etree.XMLSchema, wire: SoapWire, sandbox: LocalSandbox) -> None:
    """An element at another place, a word for a number, and a goal of a kind that there is not are refused."""
    request, answer = spoken(wire, sandbox, "ApplyOfflineConversions", CALLS["ApplyOfflineConversions"])
    row = request[0][0]
    row.append(row[0])
    assert not schema.validate(request)
    next(answer.iter(f"{{{CAMPAIGN}}}Index")).text = "first"
    assert not schema.validate(answer)
