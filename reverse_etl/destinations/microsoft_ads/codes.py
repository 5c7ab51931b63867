"""Microsoft's error codes: what each means for a row or a call, whether it settles an earlier try, and what to do.

Codes and meanings: Microsoft Advertising, operation error codes (page of 2026-08-10) and the page on the daily summary
of offline conversions. Which of them settle is inferred from their meaning: a code does when the service can only
have given it by looking at the row itself, so that the same row cannot have been taken before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum


class OnRow(StrEnum):
    """What a code means that names a row."""

    REJECT = "reject"
    DEFER = "defer"
    DOUBT = "doubt"


class OnCall(StrEnum):
    """What a code means for a whole call."""

    STOP = "stop"  # refused, and so will be the next
    THROTTLE = "throttle"  # turned away before processing; wait
    RETRY = "retry"  # unknown whether it was processed; try again
    BISECT = "bisect"  # its data is to blame; find the row


@dataclass(frozen=True, slots=True)
class Code:
    """One code. `number` is None where Microsoft documents only the name.

    `settles` is what it proves of earlier tries where it names a row; `unprocessed` says whether a call that it
    refuses was provably turned away before any of its rows was looked at. `flaw`: it names what is wrong with a row.
    Codes of a call do not, such as 113, 201, a message that cannot be read, and every code that is not known: where
    one of them meets all rows of a call alike, it is no row's fault.
    """

    number: int | None
    name: str
    row: OnRow
    settles: bool
    call: OnCall
    advice: str
    unprocessed: bool = False
    flaw: bool = False


def _row(number: int | None, name: str, advice: str, *, settles: bool, row: OnRow = OnRow.REJECT) -> Code:
    return Code(number, name, row, settles, OnCall.BISECT, advice, flaw=True)


def _call(number: int | None, name: str, advice: str, call: OnCall = OnCall.STOP) -> Code:
    # Named for a row, such a code says nothing of the row's own data.
    row = {OnCall.RETRY: OnRow.DOUBT, OnCall.THROTTLE: OnRow.DEFER}.get(call, OnRow.REJECT)
    return Code(number, name, row, False, call, advice, number in _UNPROCESSED)


def _status(status: int, call: OnCall, advice: str, *, unprocessed: bool = True) -> Code:
    return Code(None, f"HTTP {status}", OnRow.REJECT, False, call, advice, unprocessed)


# Of the codes of a whole call, those that can only be given before processing. The others leave its rows in doubt.
_UNPROCESSED = (105, 106, 109, 116, 117, 1029, 1030, 5600, 5601)
_ACCESS = "Check the access token, the developer token and that this user may manage the account."
_HASHES = "Hash with reverse_etl.hashed_email or reverse_etl.hashed_phone: 64 lower-case hexadecimal digits."
_EXTERNAL = "Give credit (above 0, up to 1) and model together, and only for goals with external attribution."
_ADJUSTMENT = "This is about a correction: see `reverse-etl why` for what was sent and when."
_NOT_BY_REST = (
    "The service does not offer this operation by REST at this address. Set `protocol: soap` in the exposure as long "
    "as SOAP lives, and look at MICROSOFT_ADS_ENDPOINT if you set it."
)

_ELSEWHERE = "Report it: this code answers another operation than this tool calls."

CODES: tuple[Code, ...] = (
    _row(5602, "OfflineConversionIsNull", "Report it: an empty record was sent.", settles=True),
    _row(
        5603,
        "OfflineConversionMicrosoftClickIdNullOrEmpty",
        "Give the click id, or a hashed e-mail or phone.",
        settles=True,
    ),
    _row(
        5604,
        "OfflineConversionMicrosoftClickIdInvalid",
        "Correct the click id: 32 hexadecimal digits.",
        settles=True,
    ),
    _row(5605, "OfflineConversionNameNullOrEmpty", "Give the name of an offline conversion goal.", settles=True),
    _row(
        5606,
        "OfflineConversionNameInvalid",
        "Create an offline conversion goal of exactly this name, or correct the name.",
        settles=False,
    ),
    _row(5607, "OfflineConversionTimeInvalid", "Correct the conversion time.", settles=True),
    _row(5608, "OfflineConversionTimeNullOrEmpty", "Give the conversion time.", settles=True),
    _row(
        5609,
        "OfflineConversionTimeOutOfWindow",
        "Nothing can be done: the conversion is older than 90 days.",
        settles=False,
    ),
    _row(5610, "OfflineConversionValueInvalid", "Correct the value: 0 to 999,999,999,999.", settles=True),
    _row(
        5611,
        "OfflineConversionCurrencyCodeInvalid",
        "Correct the currency code, for example USD.",
        settles=True,
    ),
    _call(5612, "OfflineConversionsApplyFailed", "Nothing: the next push tries again.", OnCall.RETRY),
    _call(
        5613,
        "OfflineConversionPilotNotEnabledForCustomer",
        "Ask Microsoft to enable the feature for this customer.",
    ),
    _row(
        5614,
        "FutureConversionTimeCannotBeSet",
        "Nothing if clocks differ a little; else look for a time zone mistake.",
        settles=True,
        row=OnRow.DEFER,
    ),
    _row(
        5615,
        "OfflineConversionNotAcceptedForGoal",
        "Nothing: a goal takes conversions two hours after it was created.",
        settles=True,
        row=OnRow.DEFER,
    ),
    _row(
        5616,
        "ConversionTimeEarlierThanClickTime",
        "Look for a time zone mistake: times must be UTC.",
        settles=True,
    ),
    _row(
        5617,
        "ClickIdDateTimeOutsideGoalConversionWindow",
        "Widen the goal's conversion window, if such late conversions should count.",
        settles=False,
    ),
    _row(5618, "OfflineConversionInvalidAdjustmentType", _ADJUSTMENT, settles=True),
    _row(5619, "OfflineConversionAdjustmentTimeNullOrEmpty", _ADJUSTMENT, settles=True),
    _row(5620, "OfflineConversionAdjustmentTimeEarlierThanConversionTime", _ADJUSTMENT, settles=True),
    _row(5621, "OfflineConversionAdjustmentTimeInvalid", _ADJUSTMENT, settles=True),
    _row(5622, "OfflineConversionFutureAdjustmentTimeCannotBeSet", _ADJUSTMENT, settles=True, row=OnRow.DEFER),
    _row(5623, "OfflineConversionAdjustmentTimeOutOfWindow", _ADJUSTMENT, settles=False),
    _row(5624, "OfflineConversionAdjustmentValueNotExpected", _ADJUSTMENT, settles=True),
    _row(5625, "OfflineConversionAdjustmentValueRequired", _ADJUSTMENT, settles=True),
    _row(5626, "OfflineConversionCurrencyValueRequired", _ADJUSTMENT, settles=True),
    _row(5627, "OfflineConversionRestateRetractNotSupported", _ADJUSTMENT, settles=False),
    _row(
        None,
        "AdjustmentOriginalNotFound",
        "Microsoft found no such conversion. Soon after it was sent, try again later with `reverse-etl retry`.",
        # Had an earlier try of the correction been taken, its conversion would have been found.
        settles=True,
    ),
    _row(None, "ConversionAlreadyRetracted", "Nothing: what was retracted cannot be restated.", settles=True),
    _row(
        None,
        "NotEligibleForEnhancedConversions",
        "Turn on enhanced conversions for the goal, or give a click id.",
        settles=False,
    ),
    _row(None, "ConversionEmailAddressIsNotHashed", _HASHES, settles=True),
    _row(None, "ConversionPhoneNumberIsNotHashed", _HASHES, settles=True),
    _row(8004, "EmailMustBeHashed", _HASHES, settles=True),
    _row(None, "GoalNotEligibleForExternalAttribution", _EXTERNAL, settles=False),
    _row(None, "ExternalAttributionRequiredFieldEmpty", _EXTERNAL, settles=False),
    _row(None, "ExternalAttributionModelTooLong", "Shorten the name of the attribution model.", settles=False),
    _row(None, "ExternalAttributionCreditValueInvalid", _EXTERNAL, settles=False),
    _row(
        None,
        "OfflineConversionGoalTooRecent",
        "Nothing: a goal takes conversions two hours after it was created.",
        settles=False,
        row=OnRow.DEFER,
    ),
    _row(
        None,
        "OfflineConversionMSClickIdNullOrEmpty",
        "Give the click id, or a hashed e-mail or phone.",
        settles=True,
    ),
    _row(
        None,
        "OfflineConversionMSClickIdInvalid",
        "Correct the click id: 32 hexadecimal digits.",
        settles=True,
    ),
    _call(
        0,
        "InternalError",
        "Nothing: the next push tries again. If it lasts, ask Microsoft's support.",
        OnCall.RETRY,
    ),
    _call(202, "ApiExecutionError", "Nothing: the next push tries again.", OnCall.RETRY),
    _call(117, "CallRateExceeded", "Nothing: the push waits a minute and goes on.", OnCall.THROTTLE),
    _call(5600, "OfflineConversionsNullOrEmpty", "Report it: an empty call was sent."),
    _call(5601, "OfflineConversionsLimitExceeded", "Nothing: the batch is split.", OnCall.BISECT),
    _call(
        None,
        "OfflineConversionBatchSizeExceedsLimit",
        "Nothing: the batch is split.",
        OnCall.BISECT,
    ),
    _call(100, "NullRequest", "Report it: an empty call was sent."),
    _call(105, "InvalidCredentials", _ACCESS),
    _call(106, "UserIsNotAuthorized", _ACCESS),
    _call(108, "UserCompromised", "Sign in at ads.microsoft.com and follow what it asks for."),
    _call(109, "AuthenticationTokenExpired", "Run `reverse-etl login`, or set a new MICROSOFT_ADS_ACCESS_TOKEN."),
    _call(113, "InvalidDateObject", "Report it: a date was sent that the service cannot read.", OnCall.BISECT),
    _call(
        116,
        "RequestMissingHeaders",
        "Set the developer token, the access token, the customer id and the account id.",
    ),
    _call(120, "UserLoginAccessDenied", _ACCESS),
    _call(122, "PersonalIdentityNotAvailable", _ACCESS),
    _call(123, "WorkIdentityNotAvailable", _ACCESS),
    _call(124, "PersonalIdentityMigratedToWork", _ACCESS),
    _call(125, "PersonalIdentityNotAllowedByCustomer", _ACCESS),
    _call(126, "IdentityTypeMismatch", _ACCESS),
    _call(
        201,
        "ApiInputValidationError",
        "Look at the message: the call's data is not as the service wants it.",
        OnCall.BISECT,
    ),
    _call(203, "NullParameter", "Report it: a part of the call was empty."),
    _call(204, "OperationNotSupported", "The service does not offer this operation for your account."),
    _call(206, "NullArrayArgument", "Report it: an empty list was sent."),
    _call(208, "InvalidAccount", "Check the account id."),
    _call(210, "EntityNotExistent", "Check the account id and the customer id."),
    _call(
        303,
        "ApiVersionNoLongerSupported",
        "Microsoft has ended this version of its service. Upgrade this tool.",
    ),
    _call(
        1029,
        "CampaignServiceCustomerIdHasToBeSpecified",
        "Set customer_id in the exposure, or MICROSOFT_ADS_CUSTOMER_ID.",
    ),
    _call(
        1030,
        "CampaignServiceAccountIdHasToBeSpecified",
        "Set account_id in the exposure, or MICROSOFT_ADS_ACCOUNT_ID.",
    ),
    # Documented for bulk files and for goals; should one come all the same, it is not taken for a row's fault.
    _call(4204, "BulkServiceNoMoreCallsPermittedForTheTimePeriod", "Nothing: try again later.", OnCall.RETRY),
    _call(5314, "InvalidConversionGoalId", _ELSEWHERE),
    _call(5317, "ConversionGoalNameAlreadyExists", _ELSEWHERE),
    _call(5337, "InvalidConversionGoalConversionWindow", _ELSEWHERE),
    _call(5356, "GoalTypeCannotBeChanged", _ELSEWHERE),
)

# What an HTTP status means that comes with nothing to read, where it means something of its own. By REST alone: of SOAP
# no status is documented. 401 and 429 say by their definition that the call was not carried out, as 404, 415 and 501
# say that no server was there to do so; 403 may be said by a proxy or a firewall of a call that has passed it, too.
STATUSES: tuple[Code, ...] = (
    _status(401, OnCall.STOP, f"Get a new access token. {_ACCESS}"),
    _status(403, OnCall.STOP, f"{_ACCESS} A proxy or firewall on the way may say this, too.", unprocessed=False),
    _status(404, OnCall.STOP, _NOT_BY_REST),
    _status(415, OnCall.STOP, "Report it: the service does not take JSON."),
    _status(429, OnCall.THROTTLE, "Nothing: the push waits and goes on."),
    _status(501, OnCall.STOP, _NOT_BY_REST),
)

_BY_NAME = {code.name: code for code in (*CODES, *STATUSES)}
_BY_NUMBER = {code.number: code for code in CODES if code.number is not None}


# How old a goal must be before it takes conversions, and the codes that say that one is younger.
GOAL_REST = timedelta(hours=2)
_GOAL_TOO_YOUNG = ("OfflineConversionNotAcceptedForGoal", "OfflineConversionGoalTooRecent")


def goes_at(number: int | None, name: str, refused_at: str) -> str:
    """From when on at the latest the goal of a row is old enough that was put off at this time; both UTC text.

    Blank where the code says nothing of a goal's age. When the goal was created the service does not tell.
    """
    code = find(number, name)
    if code is None or code.name not in _GOAL_TOO_YOUNG or not refused_at:
        return ""
    refused = datetime.strptime(refused_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return (refused + GOAL_REST).strftime("%Y-%m-%dT%H:%M:%SZ")


def find(number: int | None, name: str) -> Code | None:
    """The code of that name, else of that number (numbers are used twice by different services), else None."""
    return _BY_NAME.get(name) or (None if number is None else _BY_NUMBER.get(number))


def advice(number: int | None, name: str) -> str:
    """What a user can do about a refusal, in a sentence."""
    code = find(number, name)
    return code.advice if code else "See the message; the code is not among those that Microsoft documents."
