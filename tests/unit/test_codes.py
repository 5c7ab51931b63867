"""The table of Microsoft's codes against a list of them that was written down by hand from its documents."""

import pytest

from reverse_etl.core.receipt import RowOutcome
from reverse_etl.destinations.microsoft_ads.codes import CODES, OnCall, advice, find

# Number, name, and what delivery promises of it where it names a row: does it settle earlier tries?
SETTLING = [
    (5602, "OfflineConversionIsNull"),
    (5603, "OfflineConversionMicrosoftClickIdNullOrEmpty"),
    (5604, "OfflineConversionMicrosoftClickIdInvalid"),
    (5605, "OfflineConversionNameNullOrEmpty"),
    (5607, "OfflineConversionTimeInvalid"),
    (5608, "OfflineConversionTimeNullOrEmpty"),
    (5610, "OfflineConversionValueInvalid"),
    (5611, "OfflineConversionCurrencyCodeInvalid"),
    (5614, "FutureConversionTimeCannotBeSet"),
    (5615, "OfflineConversionNotAcceptedForGoal"),
    (5616, "ConversionTimeEarlierThanClickTime"),
    (5618, "OfflineConversionInvalidAdjustmentType"),
    (5619, "OfflineConversionAdjustmentTimeNullOrEmpty"),
    (5620, "OfflineConversionAdjustmentTimeEarlierThanConversionTime"),
    (5621, "OfflineConversionAdjustmentTimeInvalid"),
    (5622, "OfflineConversionFutureAdjustmentTimeCannotBeSet"),
    (5624, "OfflineConversionAdjustmentValueNotExpected"),
    (5625, "OfflineConversionAdjustmentValueRequired"),
    (5626, "OfflineConversionCurrencyValueRequired"),
    (8004, "EmailMustBeHashed"),
    (None, "ConversionEmailAddressIsNotHashed"),
    (None, "ConversionPhoneNumberIsNotHashed"),
    (None, "ConversionAlreadyRetracted"),
    (None, "AdjustmentOriginalNotFound"),
    # Other names of 5603 and 5604.
    (None, "OfflineConversionMSClickIdNullOrEmpty"),
    (None, "OfflineConversionMSClickIdInvalid"),
]
NOT_SETTLING = [
    (5606, "OfflineConversionNameInvalid"),
    (5609, "OfflineConversionTimeOutOfWindow"),
    (5612, "OfflineConversionsApplyFailed"),
    (5613, "OfflineConversionPilotNotEnabledForCustomer"),
    (5617, "ClickIdDateTimeOutsideGoalConversionWindow"),
    (5623, "OfflineConversionAdjustmentTimeOutOfWindow"),
    (5627, "OfflineConversionRestateRetractNotSupported"),
    (None, "NotEligibleForEnhancedConversions"),
    (None, "GoalNotEligibleForExternalAttribution"),
    (None, "ExternalAttributionRequiredFieldEmpty"),
    (None, "ExternalAttributionModelTooLong"),
    (None, "ExternalAttributionCreditValueInvalid"),
    (None, "OfflineConversionGoalTooRecent"),
]
# Codes of a whole call. Those of bulk files (4204) and of goals (5314 to 5356) answer other operations.
CALLS = [
    (0, "InternalError", OnCall.RETRY),
    (100, "NullRequest", OnCall.STOP),
    (105, "InvalidCredentials", OnCall.STOP),
    (106, "UserIsNotAuthorized", OnCall.STOP),
    (108, "UserCompromised", OnCall.STOP),
    (109, "AuthenticationTokenExpired", OnCall.STOP),
    (113, "InvalidDateObject", OnCall.BISECT),
    (116, "RequestMissingHeaders", OnCall.STOP),
    (117, "CallRateExceeded", OnCall.THROTTLE),
    (120, "UserLoginAccessDenied", OnCall.STOP),
    (122, "PersonalIdentityNotAvailable", OnCall.STOP),
    (123, "WorkIdentityNotAvailable", OnCall.STOP),
    (124, "PersonalIdentityMigratedToWork", OnCall.STOP),
    (125, "PersonalIdentityNotAllowedByCustomer", OnCall.STOP),
    (126, "IdentityTypeMismatch", OnCall.STOP),
    (201, "ApiInputValidationError", OnCall.BISECT),
    (202, "ApiExecutionError", OnCall.RETRY),
    (203, "NullParameter", OnCall.STOP),
    (204, "OperationNotSupported", OnCall.STOP),
    (206, "NullArrayArgument", OnCall.STOP),
    (208, "InvalidAccount", OnCall.STOP),
    (210, "EntityNotExistent", OnCall.STOP),
    (303, "ApiVersionNoLongerSupported", OnCall.STOP),
    (1029, "CampaignServiceCustomerIdHasToBeSpecified", OnCall.STOP),
    (1030, "CampaignServiceAccountIdHasToBeSpecified", OnCall.STOP),
    (5600, "OfflineConversionsNullOrEmpty", OnCall.STOP),
    (5601, "OfflineConversionsLimitExceeded", OnCall.BISECT),
    (5612, "OfflineConversionsApplyFailed", OnCall.RETRY),
    (5613, "OfflineConversionPilotNotEnabledForCustomer", OnCall.STOP),
    (4204, "BulkServiceNoMoreCallsPermittedForTheTimePeriod", OnCall.RETRY),
    (5314, "InvalidConversionGoalId", OnCall.STOP),
    (5317, "ConversionGoalNameAlreadyExists", OnCall.STOP),
    (5337, "InvalidConversionGoalConversionWindow", OnCall.STOP),
    (5356, "GoalTypeCannotBeChanged", OnCall.STOP),
    (None, "OfflineConversionBatchSizeExceedsLimit", OnCall.BISECT),
]
BEFORE_PROCESSING = {105, 106, 109, 116, 117, 1029, 1030, 5600, 5601}
DEFERRED = {5614, 5615, 5622, 117}


def test_every_documented_code_has_exactly_one_entry() -> None:
    """The table holds what the documents list, under the same numbers and names, and nothing else."""
    documented = {*SETTLING, *NOT_SETTLING, *((number, name) for number, name, _ in CALLS)}
    assert {(code.number, code.name) for code in CODES} == documented
    assert len(CODES) == len(documented)
    numbers = [code.number for code in CODES if code.number is not None]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize(("number", "name"), SETTLING)
def test_codes_that_prove_that_nothing_was_taken(number: int | None, name: str) -> None:
    """These can only be given by looking at the row itself, so an earlier try of it was refused too."""
    code = find(number, name)
    assert code is not None
    assert code.settles
    assert code.row is not RowOutcome.IN_DOUBT


@pytest.mark.parametrize(("number", "name"), [*NOT_SETTLING, *((number, name) for number, name, _ in CALLS)])
def test_codes_that_prove_nothing_of_earlier_tries(number: int | None, name: str) -> None:
    """These depend on goals, windows, time or the call, so an earlier try may have been taken."""
    code = find(number, name)
    assert code is not None
    assert not code.settles


def test_what_a_code_means_for_its_row() -> None:
    """5612, 0, 202 and 4204 leave their row in doubt, a few are tried again later, all others reject it."""
    assert {code.number for code in CODES if code.row is RowOutcome.IN_DOUBT} == {5612, 0, 202, 4204}
    deferred = {code.number or code.name for code in CODES if code.row is RowOutcome.DEFERRED}
    assert deferred == DEFERRED | {"OfflineConversionGoalTooRecent"}


@pytest.mark.parametrize(("number", "name", "on_call"), CALLS)
def test_what_a_code_means_for_its_call(number: int | None, name: str, on_call: OnCall) -> None:
    """A whole call that is refused is stopped, slowed down, tried again or split, by its code."""
    code = find(number, name)
    assert code is not None
    assert code.call is on_call


def test_only_some_faults_come_before_processing() -> None:
    """The codes that prove that no row of a call was looked at are these and no others."""
    assert {code.number for code in CODES if code.unprocessed} == BEFORE_PROCESSING


def test_a_row_s_code_that_refuses_a_call_makes_it_split() -> None:
    """A code of a row that comes as a fault blames the data of the call, so the row is looked for."""
    others = {name for _, name, _ in CALLS}
    assert {code.call for code in CODES if code.name not in others} == {OnCall.BISECT}


def test_the_name_goes_before_the_number() -> None:
    """Numbers are used twice by different services, so a known name decides; without one the number does."""
    by_name = find(5604, "ConversionEmailAddressIsNotHashed")
    assert by_name is not None
    assert by_name.name == "ConversionEmailAddressIsNotHashed"
    by_number = find(5604, "")
    assert by_number is not None
    assert by_number.number == 5604
    assert find(987654, "ConversionEmailAddressIsNotHashed") == by_name
    assert find(987654, "Whatever") is None
    assert find(None, "") is None


def test_every_code_has_advice() -> None:
    """Each refusal says in one or two sentences what to do; unknown ones point at the service's own words."""
    for code in CODES:
        assert code.advice.endswith(".")
        assert advice(code.number, code.name) == code.advice
    assert "message" in advice(987654, "Whatever")
