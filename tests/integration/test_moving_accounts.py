"""Rows that change their accounts, clicks and keys: each conversion counts once, in one account, and is found there."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reverse_etl.sandbox import LocalSandbox
from reverse_etl.warehouse import lease
from tests.support.accounts import built_once, calls, push
from tests.support.engines import each_engine
from tests.support.faults import ask_for, release
from tests.support.shop import Shop, click, deal

NEWEST = "(select max(run_seq) from reverse_etl_receipts where account_id = '200')"


def days_ago(days: int) -> str:
    """A time as the deals have it."""
    return f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%d %H:%M:%S}"


@pytest.fixture(scope="module")
def kept() -> dict[str, Shop]:
    return {}


@pytest.fixture
def moving(shop: Shop, kept: dict[str, Shop]) -> Shop:
    """A table says which account each deal goes to."""
    return built_once(kept, shop, _route_by_table)


def _route_by_table(shop: Shop) -> None:
    shop.sql("create table accounts (deal_id varchar(50), account varchar(50))")
    (shop.folder / "models/offline_conversions.sql").write_text(
        "select deals.*, accounts.account from {{ source('crm', 'deals') }} as deals\n"
        "join {{ source('crm', 'deals').schema }}.accounts as accounts on accounts.deal_id = deals.deal_id\n"
    )
    shop.exposure(account_column="account")
    shop.dbt("build", "--quiet")


def route(shop: Shop, **accounts: str) -> None:
    """Let each deal name an account; one that is left out is not in the source."""
    shop.sql("delete from accounts")
    for deal_id, account in accounts.items():
        shop.sql("insert into accounts values (?, ?)", [deal_id, account])


@each_engine
@pytest.mark.parametrize("key", ["deal_id", None])
def test_a_row_that_changes_its_account_counts_where_it_is(
    moving: Shop, sandbox: LocalSandbox, key: str | None
) -> None:
    """It is taken back nowhere and sent nowhere else, also as the oldest of its goal, wherever it goes."""
    allowed = {"adjustments": ["restate", "retract"], "adjust_after": "0 hours"}
    moving.exposure(account_column="account", unique_key=key, **allowed)
    moving.fill([deal(1, conversion_time=days_ago(9)), deal(2), deal(3), deal(4)])
    route(moving, D1="100", D2="100", D3="200", D4="300")
    push(moving, sandbox)
    sent = calls(sandbox)
    for account in ("200", "300", " ", "400"):
        route(moving, D1=account, D2="100", D3="200", D4="300")
        done = moving.run("push", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
        results = {one["account_id"]: one for one in json.loads(done.stdout)}
        assert results.pop("100")["ledger"] == {"held": 1}, done.stderr
        assert [name for name, one in results.items() if one["source"].get("held")] == [account] * bool(account.strip())
        assert not any(one["ledger"] for one in results.values())
        assert calls(sandbox) == sent
    assert "other_account: Another account has it in a row, or has taken it" in moving.run("why", click(1)).stdout
    route(moving, D1="100", D2="100", D3="200", D4="300")
    assert ("100", {"unchanged": 2}) in push(moving, sandbox)


@pytest.mark.parametrize(
    "now",
    [
        {"microsoft_click_id": "no click id"},
        {"microsoft_click_id": click(9)},
        {"conversion_time": days_ago(2)},
        {"conversion_value": 11.0},
    ],
    ids=["broken", "another click", "another time", "another value"],
)
def test_its_key_says_that_a_row_changed_its_account(moving: Shop, sandbox: LocalSandbox, now: dict[str, Any]) -> None:
    """Whatever else changed of the row, and where it breaks a rule: nothing is retracted for it."""
    allowed = {"adjustments": ["restate", "retract"], "adjust_after": "0 hours"}
    moving.exposure(account_column="account", unique_key="deal_id", **allowed)
    moving.fill([deal(1, conversion_time=days_ago(9)), deal(2), deal(3)])
    route(moving, D1="100", D2="100", D3="200")
    push(moving, sandbox)
    sent = calls(sandbox)
    moving.fill([deal(1, conversion_time=days_ago(9)) | now, deal(2), deal(3)])
    route(moving, D1="200", D2="100", D3="200")
    done = moving.run("push", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    left, entered = json.loads(done.stdout)
    assert (left["source"], left["ledger"]) == ({"unchanged": 1}, {"held": 1})
    assert entered["source"] == {"unchanged": 1, "invalid" if "no click id" in now.values() else "held": 1}
    assert calls(sandbox) == sent


@each_engine
def test_a_row_that_was_away_for_a_push_goes_to_its_new_account(moving: Shop, sandbox: LocalSandbox) -> None:
    """What is in no row is gone: it is retracted, whatever other rows lack, and a row of it is new afterwards."""
    allowed = {"adjustments": ["restate", "retract"], "adjust_after": "0 hours"}
    moving.exposure(account_column="account", unique_key="deal_id", **allowed)
    moving.fill([deal(number) for number in (1, 2, 3, 4)])
    route(moving, D1="100", D2="100", D3="200", D4=" ")
    push(moving, sandbox)
    route(moving, D2="100", D3="200", D4=" ")
    pushed = json.loads(moving.run("push", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url).stdout)
    assert [one["ledger"] for one in pushed] == [{"retracted": 1}, {}]
    route(moving, D1="200", D2="100", D3="200", D4=" ")
    assert push(moving, sandbox) == [("100", {"unchanged": 1}), ("200", {"accepted": 1, "unchanged": 1})]


@each_engine
@pytest.mark.parametrize("lost", ["microsoft_click_id", "conversion_time"])
def test_a_row_that_lost_key_and_account_takes_nothing_back(moving: Shop, sandbox: LocalSandbox, lost: str) -> None:
    """As after a join that found nothing for one build: whose row it is is not known, and the next build says so."""
    moving.exposure(account_column="account", unique_key="deal_id", adjustments=["retract"], adjust_after="0 hours")
    deals = [deal(1, conversion_time=days_ago(9)), deal(2), deal(3)]
    moving.fill(deals)
    route(moving, D1="100", D2="100", D3="200")
    push(moving, sandbox)
    moving.sql(f"update deals set deal_id = ' ', {lost} = null where deal_id = 'D2'")
    route(moving, **{"D1": "100", " ": "", "D3": "200"})
    moving.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    moving.fill(deals)
    route(moving, D1="100", D2="100", D3="200")
    assert push(moving, sandbox) == [("100", {"unchanged": 2}), ("200", {"unchanged": 1})]


@each_engine
def test_what_stands_in_its_own_account_holds_no_row_of_another(moving: Shop, sandbox: LocalSandbox) -> None:
    """One click may count in two accounts by a row in each, and a key may go to the row of another conversion."""
    moving.exposure(account_column="account", unique_key="deal_id", adjustments=["retract"], adjust_after="0 hours")
    moving.fill([deal(1), deal(2), deal(3)])
    route(moving, D1="100", D2="200")
    push(moving, sandbox)
    moving.fill(
        [
            deal(1, microsoft_click_id=click(9)),
            deal(2),
            deal(3, microsoft_click_id=click(1)),
            deal(4) | deal(2, deal_id="D4"),
        ]
    )
    route(moving, D1="200", D2="200", D3="100", D4="100")
    assert push(moving, sandbox) == [
        ("100", {"accepted": 1, "unchanged": 1}),
        ("200", {"accepted": 1, "unchanged": 1}),
    ]


@each_engine
def test_a_key_that_counts_in_another_account_keeps_nothing_here(moving: Shop, sandbox: LocalSandbox) -> None:
    """What was sent under the key of a row that counts by itself elsewhere is gone once no row has its click."""
    moving.exposure(account_column="account", unique_key="deal_id", adjustments=["retract"], adjust_after="0 hours")
    moving.fill([deal(1), deal(2)])
    route(moving, D1="100", D2="200")
    push(moving, sandbox)
    moving.fill([deal(1, microsoft_click_id=click(8)), deal(9, microsoft_click_id=click(1)), deal(2)])
    route(moving, D1="200", D9="100", D2="200")
    assert push(moving, sandbox) == [("100", {"unchanged": 1}), ("200", {"accepted": 1, "unchanged": 1})]
    moving.fill([deal(1, microsoft_click_id=click(8)), deal(2)])
    route(moving, D1="200", D2="200")
    done = moving.run("push", "--json", "--max-retractions", "1", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert [one["ledger"] for one in json.loads(done.stdout)] == [{"retracted": 1}, {}], done.stderr


@each_engine
def test_a_click_that_went_to_a_row_of_another_account_holds_no_new_click(moving: Shop, sandbox: LocalSandbox) -> None:
    """One row has its old click in another account now, the other a new one: one is held, the other sent."""
    moving.exposure(account_column="account", unique_key="deal_id", adjustments=["retract"], adjust_after="0 hours")
    moving.fill([deal(1), deal(2), deal(3)])
    route(moving, D1="100", D2="200", D3="100")
    push(moving, sandbox)
    moving.fill([deal(1, microsoft_click_id=click(8)), deal(2), deal(3), deal(4, microsoft_click_id=click(1))])
    route(moving, D1="100", D2="200", D3="100", D4="200")
    assert push(moving, sandbox) == [
        ("100", {"accepted": 1, "unchanged": 1}),
        ("200", {"held": 1, "unchanged": 1}),
    ]


@each_engine
def test_a_click_that_went_to_a_row_of_a_third_account_holds_no_new_click(moving: Shop, sandbox: LocalSandbox) -> None:
    """A row has a new click and another account; its old click still counts, for a row of yet another account."""
    moving.exposure(account_column="account", unique_key="deal_id", adjustments=["retract"], adjust_after="0 hours")
    moving.fill([deal(1), deal(2), deal(3)])
    route(moving, D1="100", D2="200", D3="300")
    push(moving, sandbox)
    moving.fill([deal(1, microsoft_click_id=click(8)), deal(2), deal(3), deal(4, microsoft_click_id=click(1))])
    route(moving, D1="300", D2="200", D3="300", D4="200")
    assert push(moving, sandbox) == [
        ("100", {}),
        ("200", {"held": 1, "unchanged": 1}),
        ("300", {"accepted": 1, "unchanged": 1}),
    ]


@each_engine
@pytest.mark.parametrize("retracted", [False, True])
def test_a_click_that_another_account_took_takes_the_place_of_none(
    moving: Shop, sandbox: LocalSandbox, retracted: bool
) -> None:
    """A goal of both accounts would ignore it: the row with such a click is held, and its former one still counts."""
    moving.exposure(account_column="account", unique_key="deal_id", adjustments=["retract"], adjust_after="0 hours")
    moving.fill([deal(1), deal(2), deal(3), deal(4)])
    route(moving, D1="100", D2="200", D3="100", D4="200")
    push(moving, sandbox)
    if retracted:
        route(moving, D1="100", D3="100", D4="200")
        push(moving, sandbox, "--max-retractions", "1")
    kept = [] if retracted else [deal(2)]
    moving.fill([deal(1, microsoft_click_id=click(2)), *kept, deal(3), deal(4)])
    route(moving, D1="100", D2="200", D3="100", D4="200")
    done = moving.run("push", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    here, there = json.loads(done.stdout)
    assert (here["source"], here["ledger"]) == ({"held": 1, "unchanged": 1}, {"held": 1})
    assert there["source"] == {"unchanged": 1 if retracted else 2}
    moving.fill([deal(1), deal(3), deal(4)])
    assert push(moving, sandbox)[0] == ("100", {"unchanged": 2})


@each_engine
@pytest.mark.parametrize("there", ["100", "300"])
def test_a_click_that_counts_in_two_accounts_frees_no_row_that_moves(
    moving: Shop, sandbox: LocalSandbox, there: str
) -> None:
    """Of two rows with one click, one gets a new click and another account: its old click counts, and is its own."""
    moving.exposure(account_column="account", unique_key="deal_id", adjustments=["retract"], adjust_after="0 hours")
    moving.fill([deal(1), deal(2, microsoft_click_id=click(1)), deal(3), deal(4), deal(5)])
    route(moving, D1="200", D2=there, D3="100", D4="200", D5="300")
    push(moving, sandbox)
    again = deal(2, microsoft_click_id=click(1), conversion_value=11)
    moving.fill([deal(1, microsoft_click_id=click(9)), again, deal(3), deal(4), deal(5)])
    route(moving, D1="100", D2=there, D3="100", D4="200", D5="300")
    done = moving.run("push", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    results = {one["account_id"]: one for one in json.loads(done.stdout)}
    # The value of the other row changed, too.
    assert results["100"]["source"]["held"] == (2 if there == "100" else 1), done.stderr
    assert results["200"]["ledger"] == {"held": 1}


@each_engine
def test_a_click_of_a_row_that_is_still_to_be_sent_takes_the_place_of_none(moving: Shop, sandbox: LocalSandbox) -> None:
    """Whichever account is pushed first: the row of another account that has the click goes, and no other."""
    moving.exposure(account_column="account", unique_key="deal_id", adjustments=["retract"], adjust_after="0 hours")
    moving.fill([deal(1), deal(3), deal(4)])
    route(moving, D1="100", D3="100", D4="200")
    push(moving, sandbox)
    moving.fill([deal(1, microsoft_click_id=click(2)), deal(2), deal(3), deal(4)])
    route(moving, D1="100", D2="200", D3="100", D4="200")
    assert push(moving, sandbox) == [
        ("100", {"held": 1, "unchanged": 1}),
        ("200", {"accepted": 1, "unchanged": 1}),
    ]


@each_engine
def test_a_click_that_counts_in_two_accounts_gives_way_to_no_new_one(moving: Shop, sandbox: LocalSandbox) -> None:
    """What is not retracted, since another account's row has it, too, keeps the new click of its own row back."""
    moving.exposure(account_column="account", unique_key="deal_id", adjustments=["retract"], adjust_after="0 hours")
    moving.fill([deal(1), deal(2), deal(3, microsoft_click_id=click(1))])
    route(moving, D1="100", D2="100", D3="200")
    assert push(moving, sandbox) == [("100", {"accepted": 2}), ("200", {"accepted": 1})]
    moving.fill([deal(1, microsoft_click_id=click(9)), deal(2), deal(3, microsoft_click_id=click(1))])
    assert push(moving, sandbox) == [("100", {"held": 1, "unchanged": 1}), ("200", {"unchanged": 1})]


@each_engine
def test_a_refused_row_that_counts_in_another_account_waits_for_no_retry(moving: Shop, sandbox: LocalSandbox) -> None:
    """It was refused in one account, went to another, counts there, and names the first again: nothing can be sent."""
    moving.exposure(account_column="account", unique_key="deal_id")
    moving.fill([deal(1), deal(2), deal(3)])
    route(moving, D1="100", D2="100", D3="200")
    ask_for(sandbox, {"kind": "refuse", "row": click(1), "code": 5617})
    refused = moving.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert refused.returncode == 3, refused.stderr
    release(sandbox)
    route(moving, D1="200", D2="100", D3="200")
    assert push(moving, sandbox) == [("100", {"unchanged": 1}), ("200", {"accepted": 1, "unchanged": 1})]
    route(moving, D1="100", D2="100", D3="200")
    done = moving.run("retry", "shop_conversions@100", "--all", "--yes")
    assert "no row stands refused that this would make sendable" in done.stdout, done.stdout + done.stderr
    assert push(moving, sandbox)[0] == ("100", {"held": 1, "unchanged": 1})


def test_no_account_is_blanked_while_another_is_pushed(
    moving: Shop, sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was blanked in one could lead to nothing in the other any more."""
    moving.exposure(account_column="account", unique_key="deal_id", adjust_after="0 hours")
    moving.fill([deal(1), deal(2)])
    route(moving, D1="100", D2="200")
    push(moving, sandbox)
    moving.sql("delete from deals where deal_id = 'D1'")
    # A run of another machine: on DuckDB none can live beside this process.
    monkeypatch.setattr(lease, "_is_dead", lambda claim, *_: False)
    moving.sql("delete from reverse_etl_runs where account_id = '200' and event = 'close'")
    done = moving.run("forget", "--all", "--key", "D1", "--yes")
    assert done.returncode == 4
    assert done.stderr.count("A run of shop_conversions@200 is under way.") == 2
    assert moving.sql("select count(*) from reverse_etl_ledger where record_key = 'D1'") == [(1,)]


@each_engine
def test_a_list_of_several_accounts_is_marked_in_one(moving: Shop) -> None:
    """What stands in the source for another account, or none, is listed with a row, and not marked here."""
    moving.exposure(account_column="account", unique_key="deal_id")
    moving.fill([deal(1), deal(2), deal(3), deal(4)])
    route(moving, D1="100", D2="100", D3="200", D4="")
    moving.sql("create table listed as select conversion_name, conversion_time, microsoft_click_id from deals")
    shown = moving.run("baseline", "shop_conversions@100", "--from", "main.listed", "--yes").stdout
    assert "2 rows are marked" in shown
    assert "Listed without a source row: 0 rows." in shown
    assert "(counted, invalid, expired or held, or of another account): 2 rows." in shown


@each_engine
def test_what_leads_to_a_person_leads_on_into_other_accounts(moving: Shop, sandbox: LocalSandbox) -> None:
    """The key of a click that one account took leads to a later click in another, and both are blanked, or neither."""
    moving.exposure(account_column="account", unique_key="deal_id", adjustments=["retract"], adjust_after="0 hours")
    moving.fill([deal(1), deal(2), deal(3)])
    route(moving, D1="100", D2="100", D3="200")
    push(moving, sandbox)
    route(moving, D2="100", D3="200")
    push(moving, sandbox)
    moving.fill([deal(1, microsoft_click_id=click(8)), deal(2), deal(3)])
    route(moving, D1="200", D2="100", D3="200")
    assert push(moving, sandbox) == [("100", {"unchanged": 1}), ("200", {"accepted": 1, "unchanged": 1})]
    moving.sql(f"delete from reverse_etl_receipts where seq_to = 1 and account_id = '200' and run_seq = {NEWEST}")
    route(moving, D2="100", D3="200")
    asked = ("forget", "--all", "--key", click(1), "--yes")
    refused = moving.run(*asked)
    assert refused.returncode == 5, refused.stderr
    assert refused.stderr.count("may have arrived") == 2
    push(moving, sandbox)
    done = moving.run(*asked, "--json")
    assert [one["records"] for one in json.loads(done.stdout)] == [1, 1], done.stderr
    named = "select count(*) from reverse_etl_ledger where record_key = 'D1' or click_id in ("
    assert moving.sql(f"{named}'{click(1)}', '{click(8)}')") == [(0,)]


def test_a_person_whom_a_row_of_another_account_names_is_not_forgotten(moving: Shop, sandbox: LocalSandbox) -> None:
    """Blanked where it counts, the conversion of the row would be new in the account that it names now."""
    moving.exposure(account_column="account", unique_key="deal_id")
    moving.fill([deal(1), deal(2), deal(3)])
    route(moving, D1="100", D2="100", D3="200")
    push(moving, sandbox)
    route(moving, D1="200", D2="100", D3="200")
    for which in (["shop_conversions@100"], ["--all"]):
        done = moving.run("forget", *which, "--key", "D1", "--yes")
        assert done.returncode == 5
        assert "The source model still holds this person in 1 row" in done.stderr
    planned = json.loads(moving.run("plan", "--json").stdout)
    assert [one["to_send"] for one in planned] == [0, 0]


def test_an_account_without_rows_is_no_stale_source(moving: Shop, sandbox: LocalSandbox) -> None:
    """`max_age` is about the source: what is in doubt in an account that no row names any more is settled."""
    moving.exposure(account_column="account", max_age="30 days")
    moving.fill([deal(1), deal(2)])
    route(moving, D1="100", D2="200")
    push(moving, sandbox)
    route(moving, D1="200", D2="200")
    left, entered = json.loads(moving.run("push", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url).stdout)
    assert (left["exit_code"], left["ledger"]) == (0, {"held": 1})
    assert entered["source"] == {"held": 1, "unchanged": 1}
