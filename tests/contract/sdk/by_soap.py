"""Microsoft's own SOAP client, in a process of its own: asked by standard input, answers in JSON."""

import json
import sys
import traceback
from datetime import datetime

from bingads.authorization import AuthorizationData, OAuthDesktopMobileAuthCodeGrant, OAuthTokens
from bingads.service_client import ServiceClient
from suds import WebFault

PATH = "/Api/Advertiser/CampaignManagement/v13/CampaignManagementService.svc"


def client(url, token="token"):
    tokens = OAuthTokens(access_token=token, access_token_expires_in_seconds=3600)
    authentication = OAuthDesktopMobileAuthCodeGrant("client", oauth_tokens=tokens)
    who = AuthorizationData(account_id=123, customer_id=456, developer_token="dev", authentication=authentication)
    service = ServiceClient("CampaignManagementService", 13, who, location=url + PATH)
    service.refresh_oauth_tokens_automatically = False
    return service


def listed(answer, name):
    """The items of a list, which this client gives as nothing where there are none, and without those that are null."""
    found = getattr(answer, name, None) or [] if answer else []
    return found if isinstance(found, list) else [found]


def errors(partial):
    return [[int(one.Index), int(one.Code), str(one.ErrorCode)] for one in listed(partial, "BatchError")]


def apply(service, operation, rows):
    """The errors of the rows, or the fault of the call, as this client reads them."""
    items = service.factory.create(f"ArrayOf{operation}")
    for row in rows:
        item = service.factory.create(operation)
        for name, value in row.items():
            setattr(item, name, datetime.fromisoformat(value) if name.endswith("Time") else value)
        getattr(items, operation).append(item)
    try:
        answer = getattr(service, f"Apply{operation}s")(**{f"{operation}s": items})
    except WebFault as error:
        detail = error.fault.detail
        fault = getattr(detail, "AdApiFaultDetail", None) or detail.ApiFaultDetail
        platform = getattr(fault, "Errors", None)
        (first,) = listed(platform, "AdApiError") if platform else listed(fault.OperationErrors, "OperationError")
        return {"status": 500, "code": int(first.Code), "name": str(first.ErrorCode), "traced": bool(fault.TrackingId)}
    return {"errors": errors(answer), "traced": bool(service.get_response_header()["TrackingId"])}


def goals(service, ids=None):
    answer = service.GetConversionGoalsByIds(
        ConversionGoalIds={"long": ids} if ids else None,
        ConversionGoalTypes="OfflineConversion",
        ReturnAdditionalFields="IsExternallyAttributed IsEnhancedConversionsEnabled",
    )
    found = [
        [
            int(one.Id),
            str(one.Name),
            str(one.CountType),
            int(one.ConversionWindowInMinutes),
            str(one.Status),
            None if one.Revenue.Value is None else float(one.Revenue.Value),
            bool(one.IsEnhancedConversionsEnabled),
            bool(one.IsExternallyAttributed),
        ]
        for one in listed(answer.ConversionGoals, "ConversionGoal")
    ]
    return {"goals": found, "errors": errors(answer.PartialErrors)}


def report(service, first, last, ids):
    answer = service.GetOfflineConversionReportByGoalIds(
        StartDateUtc=datetime.fromisoformat(first),
        EndDateUtc=datetime.fromisoformat(last),
        GoalIds={"long": ids},
        UploadChannelFilter="CampaignManagementAPI",
    )
    return {
        "goals": [
            [
                str(one.ConversionName),
                int(one.OverallSuccessCount),
                int(one.OverallUnattributedCount),
                float(one.OverallSuccessRate),
                [
                    [str(alert.UnattributedReason), int(alert.Count)]
                    for alert in listed(one.OverallAlerts, "OfflineConversionAlert")
                ],
                [
                    [f"{day.UploadDate:%Y-%m-%d}", int(day.SuccessCount), int(day.UnattributedCount)]
                    for day in listed(one.DailySummaries, "OfflineGoalDailySummary")
                ],
            ]
            for one in listed(answer.OfflineGoalConversionSummaries, "OfflineGoalConversionSummary")
            if one is not None
        ],
        "errors": errors(answer.PartialErrors),
    }


def main():
    for line in sys.stdin:
        action, url, token, *rest = json.loads(line)
        try:
            said = {"apply": apply, "goals": goals, "report": report}[action](client(url, token), *rest)
        except Exception:
            said = {"raised": traceback.format_exc()}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


main()
