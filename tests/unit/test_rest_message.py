"""What leaves by REST alone: paths, headers, and how JSON has what XML has types for."""

import json
from typing import Any

import pytest

from reverse_etl.destinations.microsoft_ads.wire.port import Processed
from tests.unit.dialects import DIALECTS
from tests.unit.wire import ACCESS_TOKEN, DEVELOPER_TOKEN, YESTERDAY, Sandbox, StartRaw, row

REST = DIALECTS["rest"]
NOWHERE = "http://127.0.0.1:1"


def asked(request: bytes) -> tuple[str, dict[str, str], bytes]:
    """Request line, headers by lower-case name, and body."""
    head, _, body = request.partition(b"\r\n\r\n")
    line, *headers = head.decode("latin-1").split("\r\n")
    return line, {name.lower(): text for name, _, text in (one.partition(": ") for one in headers)}, body


def test_the_request_has_the_headers_of_the_service(raw: StartRaw) -> None:
    """Four headers say who calls, and four what is spoken."""
    server = raw(REST.http(REST.empty_answer))
    REST.client(server.url).send([row()])
    line, headers, _ = asked(server.requests[0])
    assert line == "POST /CampaignManagement/v13/OfflineConversions/Apply HTTP/1.1"
    for of_http in ("host", "user-agent", "connection", "content-length"):
        del headers[of_http]
    assert headers == {
        "authorization": f"Bearer {ACCESS_TOKEN}",
        "developertoken": DEVELOPER_TOKEN,
        "customerid": "456",
        "customeraccountid": "123",
        "content-type": "application/json; charset=utf-8",
        "accept": "application/json",
        "accept-encoding": "gzip",
        "api-revision": "2026-10-12",
    }


@pytest.mark.parametrize(
    ("operation", "content", "path", "body"),
    [
        (
            "ApplyOfflineConversionAdjustments",
            {"OfflineConversionAdjustments": [{"AdjustmentType": "Retract"}]},
            "OfflineConversionAdjustments/Apply",
            {"OfflineConversionAdjustments": [{"AdjustmentType": "Retract"}]},
        ),
        (
            "GetConversionGoalsByIds",
            {
                "ConversionGoalIds": [1, 2**53 + 1],
                "ConversionGoalTypes": ["OfflineConversion", "Url"],
                "ReturnAdditionalFields": ["IsExternallyAttributed", "GoalCategory"],
            },
            "ConversionGoals/QueryByIds",
            {
                "ConversionGoalIds": ["1", "9007199254740993"],
                "ConversionGoalTypes": "OfflineConversion, Url",
                "ReturnAdditionalFields": "IsExternallyAttributed, GoalCategory",
            },
        ),
        (
            "GetAccountProperties",
            {"AccountPropertyNames": ["MSCLKIDAutoTaggingEnabled"]},
            "AccountProperties/Query",
            {"AccountPropertyNames": ["MSCLKIDAutoTaggingEnabled"]},
        ),
        (
            "SetAccountProperties",
            {"AccountProperties": [{"Name": "MSCLKIDAutoTaggingEnabled", "Value": "true"}]},
            "AccountProperties/Set",
            {"AccountProperties": [{"Name": "MSCLKIDAutoTaggingEnabled", "Value": "true"}]},
        ),
        (
            "GetOfflineConversionReportByGoalIds",
            {
                "StartDateUtc": "2026-11-01T00:00:00Z",
                "EndDateUtc": None,
                "GoalIds": [7],
                "UploadChannelFilter": ["CampaignManagementAPI"],
            },
            "OfflineConversionReport/QueryByGoalIds",
            {"StartDateUtc": "2026-11-01T00:00:00Z", "GoalIds": ["7"], "UploadChannelFilter": "CampaignManagementAPI"},
        ),
    ],
)
def test_each_operation_has_its_path_and_its_types(
    raw: StartRaw, operation: str, content: dict[str, Any], path: str, body: dict[str, Any]
) -> None:
    """Longs are texts and flags one text; what is None is left out."""
    server = raw(REST.http("{}"))
    REST.client(server.url).wire.call(operation, content)
    line, _, sent = asked(server.requests[0])
    assert line == f"POST /CampaignManagement/v13/{path} HTTP/1.1"
    assert json.loads(sent) == body


def test_every_message_leaves_as_it_is(raw: StartRaw) -> None:
    """Microsoft's own clients pack no message, so a gateway on the way may read none that is: a thousand rows leave
    plain, and a fault is answered to a message that cannot be any plainer."""
    server = raw(REST.http(REST.platform_fault(0, "InternalError"), "500 No"), REST.http(REST.empty_answer))
    client = REST.client(server.url)
    many = [row(n) for n in range(1, 1001)]
    for _ in range(2):
        client.send(many)
    for _, headers, body in map(asked, server.requests):
        assert ("content-encoding" in headers, body) == (False, client.message(many))
    assert len(server.requests) == 2


def test_times_and_texts_stand_as_they_are() -> None:
    """A time is text in UTC, and texts are not escaped beyond what JSON needs."""
    (item,) = json.loads(REST.client(NOWHERE).message([row(conversion_name="Größe 🛒")]))["OfflineConversions"]
    assert item["ConversionTime"] == YESTERDAY
    assert "Größe 🛒".encode() in REST.client(NOWHERE).message([row(conversion_name="Größe 🛒")])


def test_an_address_with_a_slash_at_its_end_is_the_same(raw: StartRaw) -> None:
    """Paths are put behind what the settings say, with one slash between."""
    server = raw(REST.http(REST.empty_answer))
    client = REST.client(server.url)
    object.__setattr__(client.wire._settings, "endpoint", f"{server.url}/own/")
    client.send([row()])
    assert asked(server.requests[0])[0] == "POST /own/OfflineConversions/Apply HTTP/1.1"


GOALS = {"ConversionGoalTypes": ["OfflineConversion"], "ReturnAdditionalFields": ["IsExternallyAttributed"]}


def test_an_answer_has_the_same_body_by_both(sandbox: Sandbox) -> None:
    """Ids, flags, numbers and texts of a goal are the same values, whichever protocol was spoken."""
    REST.client(sandbox.url).send([row()])
    by_soap, by_rest = (
        one.client(sandbox.url).wire.call("GetConversionGoalsByIds", GOALS) for one in DIALECTS.values()
    )
    assert isinstance(by_soap, Processed)
    assert isinstance(by_rest, Processed)
    (one,), (other,) = by_soap.body["ConversionGoals"], by_rest.body["ConversionGoals"]
    # XML's reader names what is absent, too.
    assert {name: value for name, value in one.items() if value is not None} == other
    assert isinstance(other["Id"], int)
    assert other["Type"] == ["OfflineConversion"]


def test_values_that_json_has_no_type_for_are_read(raw: StartRaw) -> None:
    """Longs become whole numbers, rates exact decimals and days times, also deep inside."""
    summary = {
        "GoalId": "9007199254740993",
        "OverallSuccessRate": 0.333333,
        "OverallAlerts": [{"UnattributedReason": "AccountMismatch", "Count": "2"}],
        "DailySummaries": [{"UploadDate": "2026-11-20T00:00:00", "SuccessCount": 1, "Alerts": None}],
    }
    answer = json.dumps({"OfflineGoalConversionSummaries": [summary], "PartialErrors": None})
    reply = REST.client(raw(REST.http(answer)).url).wire.call("GetOfflineConversionReportByGoalIds", {"GoalIds": [1]})
    assert isinstance(reply, Processed)
    (found,) = reply.body["OfflineGoalConversionSummaries"]
    assert found["GoalId"] == 2**53 + 1
    assert str(found["OverallSuccessRate"]) == "0.333333"
    assert found["OverallAlerts"] == [{"UnattributedReason": "AccountMismatch", "Count": 2}]
    (day,) = found["DailySummaries"]
    assert (day["UploadDate"].isoformat(), day["SuccessCount"], day["Alerts"]) == ("2026-11-20T00:00:00", 1, None)
