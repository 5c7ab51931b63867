"""Microsoft's own REST client and its models, in a process of their own: asked by standard input, answers in JSON.

Run with the packages of msads.lock and nothing else; this repository is not on its path.
"""

import importlib
import json
import re
import sys
import traceback

from bingads.authorization import AuthorizationData, OAuthDesktopMobileAuthCodeGrant, OAuthTokens
from bingads.service_client import ServiceClient
from openapi_client.exceptions import ApiException
from openapi_client.models.campaign.conversion_goal_additional_field import ConversionGoalAdditionalField
from openapi_client.models.campaign.conversion_goal_type import ConversionGoalType
from openapi_client.models.campaign.get_conversion_goals_by_ids_request import GetConversionGoalsByIdsRequest


def snake(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def model(name):
    return getattr(importlib.import_module(f"openapi_client.models.campaign.{snake(name)}"), name)


def client(url, token="token"):
    tokens = OAuthTokens(access_token=token)
    authentication = OAuthDesktopMobileAuthCodeGrant("client", oauth_tokens=tokens)
    who = AuthorizationData(account_id=123, customer_id=456, developer_token="dev", authentication=authentication)
    return ServiceClient("CampaignManagementService", 13, who, location=url)


def errors(answer):
    return [[one.index, one.code, one.error_code] for one in answer.partial_errors]


def apply(service, operation, rows):
    """The errors of the rows, or the fault of the call, as this client reads them."""
    request = model(f"Apply{operation}sRequest").from_dict({f"{operation}s": rows})
    method = getattr(service, f"apply_{snake(operation)}s_with_http_info")
    try:
        answer = method(request)
    except ApiException as error:
        # It has read this itself, but with the model of another of the services, which knows no errors.
        fault = model("ApplicationFault").from_json(error.body)
        (first,) = getattr(fault, "errors", None) or fault.operation_errors
        return {"status": error.status, "code": first.code, "name": first.error_code, "traced": bool(fault.tracking_id)}
    return {"errors": errors(answer.data), "traced": bool(answer.headers["TrackingId"])}


def goals(service, ids=None):
    fields = ConversionGoalAdditionalField.ISEXTERNALLYATTRIBUTED
    fields |= ConversionGoalAdditionalField.ISENHANCEDCONVERSIONSENABLED
    answer = service.get_conversion_goals_by_ids(
        GetConversionGoalsByIdsRequest(
            ConversionGoalIds=ids,
            ConversionGoalTypes=ConversionGoalType.OFFLINECONVERSION,
            ReturnAdditionalFields=fields,
        )
    )
    found = [
        None
        if one is None
        else [
            int(one.id),
            one.name,
            one.count_type.value,
            one.conversion_window_in_minutes,
            one.status.value,
            one.revenue.value,
            one.is_enhanced_conversions_enabled,
            one.is_externally_attributed,
        ]
        for one in answer.conversion_goals
    ]
    return {"goals": found, "errors": errors(answer)}


def report(service, first, last, ids):
    request = model("GetOfflineConversionReportByGoalIdsRequest").from_dict(
        {"StartDateUtc": first, "EndDateUtc": last, "GoalIds": ids, "UploadChannelFilter": "CampaignManagementAPI"}
    )
    answer = service.get_offline_conversion_report_by_goal_ids(request)
    return {
        "goals": [
            [
                one.conversion_name,
                int(one.overall_success_count),
                int(one.overall_unattributed_count),
                float(one.overall_success_rate),
                [[alert.unattributed_reason.value, int(alert.count)] for alert in one.overall_alerts],
                [
                    [f"{day.upload_date:%Y-%m-%d}", int(day.success_count), int(day.unattributed_count)]
                    for day in one.daily_summaries
                ],
            ]
            for one in answer.offline_goal_conversion_summaries
            if one is not None
        ],
        "errors": errors(answer),
    }


def shape(operation):
    """Method, path, and headers with their values that this client calls an operation with."""
    api = client("http://nowhere.invalid")._api
    serialize = getattr(api, f"_{snake(operation)}_serialize")
    method, url, headers, *_ = serialize(None, _request_auth=None, _content_type=None, _headers=None, _host_index=0)
    return [method, url.removeprefix("http://nowhere.invalid"), dict(headers)]


def unknown(name, message):
    """What a message says that the model does not know, or knows with another type: nothing, where all is well."""
    known = model(name).from_dict(message).to_dict()
    return [] if as_json(known) == as_json(message) else [as_json(known), as_json(message)]


def as_json(value):
    """A value without what is null; enums and times as the client writes them, times to the second."""
    if isinstance(value, dict):
        return {key: as_json(part) for key, part in sorted(value.items()) if part is not None}
    if isinstance(value, list):
        return [as_json(part) for part in value]
    if hasattr(value, "isoformat"):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if hasattr(value, "to_json"):
        return value.to_json()
    return getattr(value, "value", value)


ACTIONS = {"apply": apply, "goals": goals, "report": report}


def reply(action, *rest):
    if action in ACTIONS:
        url, token, *rest = rest
        return ACTIONS[action](client(url, token), *rest)
    return {"shape": shape, "unknown": unknown}[action](*rest)


def main():
    for line in sys.stdin:
        try:
            said = reply(*json.loads(line))
        except Exception:
            said = {"raised": traceback.format_exc()}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


main()
