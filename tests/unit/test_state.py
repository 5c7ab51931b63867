"""A sync of this project as another build has it, whose ledger a change is planned against."""

from dataclasses import replace
from unittest import mock

from reverse_etl.core.sync import Environment, Sync
from reverse_etl.warehouse.state import State

SYNC = Sync("ads", "model.shop.ads", "microsoft_ads", Environment.PRODUCTION, "123", "456")


def test_an_account_in_the_place_of_a_column_is_planned_against_itself() -> None:
    """Where the other build routed each row, the account that this project names is the one to look at there."""
    routed = replace(SYNC, account_id="", account_column="account")
    assert State(None, {"ads": routed}).as_there(SYNC).account_id == "123"
    assert State(None, {"ads": replace(SYNC, account_id="9")}).as_there(SYNC).account_id == "9"
    assert State(None, {"ads": SYNC}).as_there(routed).account_id == ""


def test_one_account_of_several_was_nothing_while_all_went_to_another() -> None:
    """The rows that the other build sent to its one account are the before of that account alone."""
    state = State(mock.Mock(), {"ads": SYNC})
    routed = replace(SYNC, account_column="account")
    assert state.before(mock.Mock(), replace(routed, account_id="9")) is None
    before = state.before(mock.Mock(), routed)
    assert before is not None
    assert before[1].account_id == "123"
