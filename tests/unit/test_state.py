"""A sync of this project as another build has it, whose ledger a change is planned against."""

from dataclasses import replace

from reverse_etl.core.sync import Environment, Sync
from reverse_etl.warehouse.state import State

SYNC = Sync("ads", "model.shop.ads", "microsoft_ads", Environment.PRODUCTION, "123", "456")


def test_an_account_in_the_place_of_a_column_is_planned_against_itself() -> None:
    """Where the other build routed each row, the account that this project names is the one to look at there."""
    routed = replace(SYNC, account_id="", account_column="account")
    assert State(None, {"ads": routed}).as_there(SYNC).account_id == "123"
    assert State(None, {"ads": replace(SYNC, account_id="9")}).as_there(SYNC).account_id == "9"
    assert State(None, {"ads": SYNC}).as_there(routed).account_id == ""
