"""The error codes that the local sandbox answers with, each with the service's name for it and our words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """One error as the service numbers and names it."""

    number: int
    name: str
    message: str


# Faults of the platform: answered as AdApiFaultDetail.
INTERNAL_ERROR = Code(0, "InternalError", "The service met an internal error.")
INVALID_CREDENTIALS = Code(105, "InvalidCredentials", "The authentication token is not valid.")
USER_NOT_AUTHORIZED = Code(106, "UserIsNotAuthorized", "The user may not use this account.")
TOKEN_EXPIRED = Code(109, "AuthenticationTokenExpired", "The authentication token has expired.")
MISSING_HEADERS = Code(116, "RequestMissingHeaders", "A header is missing.")
CALL_RATE_EXCEEDED = Code(117, "CallRateExceeded", "Too many calls in the last 60 seconds.")
INPUT_INVALID = Code(201, "ApiInputValidationError", "A part of the call is not what it may be.")
EXECUTION_ERROR = Code(202, "ApiExecutionError", "The service could not carry the call out.")

# Faults of the request: answered as ApiFaultDetail with OperationErrors.
CUSTOMER_ID_MISSING = Code(1029, "CampaignServiceCustomerIdHasToBeSpecified", "There is no CustomerId.")
ACCOUNT_ID_MISSING = Code(1030, "CampaignServiceAccountIdHasToBeSpecified", "There is no CustomerAccountId.")
NULL_OR_EMPTY = Code(5600, "OfflineConversionsNullOrEmpty", "The request holds no offline conversion.")
LIMIT_EXCEEDED = Code(5601, "OfflineConversionsLimitExceeded", "The request holds more than 1,000 offline conversions.")

# Errors of one row: answered in PartialErrors.
ROW_IS_NULL = Code(5602, "OfflineConversionIsNull", "The offline conversion is null.")
CLICK_ID_EMPTY = Code(5603, "OfflineConversionMicrosoftClickIdNullOrEmpty", "There is no click id and no hash.")
CLICK_ID_INVALID = Code(5604, "OfflineConversionMicrosoftClickIdInvalid", "The click id is not a GUID.")
NAME_EMPTY = Code(5605, "OfflineConversionNameNullOrEmpty", "The conversion name is empty.")
GOAL_ID_INVALID = Code(5314, "InvalidConversionGoalId", "No conversion goal of this account has this id.")
NAME_INVALID = Code(5606, "OfflineConversionNameInvalid", "No offline conversion goal has this name.")
TIME_INVALID = Code(5607, "OfflineConversionTimeInvalid", "The conversion time lies before the year 1900.")
TIME_EMPTY = Code(5608, "OfflineConversionTimeNullOrEmpty", "The conversion time is empty.")
TIME_OUT_OF_WINDOW = Code(5609, "OfflineConversionTimeOutOfWindow", "The conversion time is more than 90 days ago.")
VALUE_INVALID = Code(5610, "OfflineConversionValueInvalid", "The value is negative, too large, or not a number.")
CURRENCY_INVALID = Code(5611, "OfflineConversionCurrencyCodeInvalid", "The currency code is not known.")
APPLY_FAILED = Code(5612, "OfflineConversionsApplyFailed", "The conversions could not be passed on.")
TIME_IN_FUTURE = Code(5614, "FutureConversionTimeCannotBeSet", "The conversion time lies in the future.")
GOAL_TOO_YOUNG = Code(5615, "OfflineConversionNotAcceptedForGoal", "The goal was created less than two hours ago.")
EARLIER_THAN_CLICK = Code(5616, "ConversionTimeEarlierThanClickTime", "The conversion time is earlier than the click.")
OUTSIDE_GOAL_WINDOW = Code(
    5617, "ClickIdDateTimeOutsideGoalConversionWindow", "The click is older than the goal's window allows."
)
ADJUSTMENT_TYPE_INVALID = Code(5618, "OfflineConversionInvalidAdjustmentType", "It is neither Restate nor Retract.")
ADJUSTMENT_TIME_EMPTY = Code(5619, "OfflineConversionAdjustmentTimeNullOrEmpty", "The adjustment time is empty.")
ADJUSTMENT_TIME_EARLY = Code(
    5620,
    "OfflineConversionAdjustmentTimeEarlierThanConversionTime",
    "The adjustment time is earlier than the conversion time.",
)
ADJUSTMENT_TIME_INVALID = Code(
    5621, "OfflineConversionAdjustmentTimeInvalid", "The adjustment time lies before the year 1900."
)
ADJUSTMENT_IN_FUTURE = Code(
    5622, "OfflineConversionFutureAdjustmentTimeCannotBeSet", "The adjustment time lies in the future."
)
ADJUSTMENT_OUT_OF_WINDOW = Code(
    5623, "OfflineConversionAdjustmentTimeOutOfWindow", "The adjustment time is more than 90 days ago."
)
VALUE_NOT_EXPECTED = Code(5624, "OfflineConversionAdjustmentValueNotExpected", "A retraction has no value.")
VALUE_REQUIRED = Code(5625, "OfflineConversionAdjustmentValueRequired", "A restatement needs a value.")
CURRENCY_REQUIRED = Code(5626, "OfflineConversionCurrencyValueRequired", "Neither it nor its goal has a currency.")

# The service documents these by name only. The numbers are ours, chosen far outside its own
# ranges and kept stable, so that a caller has to go by the name as with the real service.
EMAIL_NOT_HASHED = Code(990001, "ConversionEmailAddressIsNotHashed", "The e-mail is no SHA-256 hash in lower case.")
PHONE_NOT_HASHED = Code(990002, "ConversionPhoneNumberIsNotHashed", "The phone is no SHA-256 hash in lower case.")
NOT_ENHANCED = Code(990003, "NotEligibleForEnhancedConversions", "There is no click id, and the goal takes no hashes.")
NOT_EXTERNAL = Code(990004, "GoalNotEligibleForExternalAttribution", "The goal does not take attribution from outside.")
EXTERNAL_FIELD_EMPTY = Code(990005, "ExternalAttributionRequiredFieldEmpty", "Credit or model is empty.")
EXTERNAL_CREDIT_INVALID = Code(990006, "ExternalAttributionCreditValueInvalid", "It is not above 0 and at most 1.")
ORIGINAL_NOT_FOUND = Code(990007, "AdjustmentOriginalNotFound", "No conversion counted with this whole identity.")
ALREADY_RETRACTED = Code(990008, "ConversionAlreadyRetracted", "The conversion was retracted before.")

# A code that no document names, for faults that a test asks for.
UNKNOWN = Code(777777, "NeverHeardOf", "The service says something new.")
BY_NUMBER = {code.number: code for code in list(globals().values()) if isinstance(code, Code)}

# The list of currencies that the service takes. It holds retired codes and lacks some current ones
# (TRL, but not TRY), just as the service publishes it.
# fmt: off
CURRENCIES = frozenset((
    "AED", "ALL", "AMD", "ARS", "AUD", "AZN", "BDT", "BGN", "BHD", "BND", "BOB", "BRL",
    "BWP", "BZD", "CAD", "CHF", "CLP", "CNY", "COP", "CRC", "CZK", "DKK", "DOP", "DZD",
    "EGP", "ETB", "EUR", "FJD", "GBP", "GEL", "GHS", "GTQ", "HKD", "HNL", "HRK", "HUF",
    "IDR", "ILS", "INR", "IQD", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KRW", "KWD",
    "KZT", "LBP", "LKR", "LYD", "MAD", "MKD", "MNT", "MOP", "MUR", "MVR", "MWK", "MXN",
    "MYR", "NGN", "NIO", "NOK", "NZD", "OMR", "PAB", "PEN", "PHP", "PKR", "PLN", "PYG",
    "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SEK", "SGD", "THB", "TND", "TOP", "TRL",
    "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VEF", "VND", "XAF", "XCD",
    "XOF", "YER", "ZAR", "ZMW",
))
# fmt: on
