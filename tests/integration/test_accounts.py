"""A source whose rows name their own advertising accounts: each account is planned, sent and reported by itself."""

import json
from datetime import UTC, datetime

import pytest

import reverse_etl
from reverse_etl.sandbox import LocalSandbox
from tests.support.accounts import built_once, calls, push
from tests.support.engines import each_engine
from tests.support.schemas import validate
from tests.support.shop import SYNC, Shop, deal

_MODEL = """
select
    deals.*,
    case
        when deal_id in ('D1', 'D2') then ' 100 '
        when deal_id = 'D3' then '200'
        when deal_id = 'D4' then ' '
    end as account
from {{ source('crm', 'deals') }} as deals
"""


@pytest.fixture(scope="module")
def kept() -> dict[str, Shop]:
    return {}


@pytest.fixture
def routed(shop: Shop, kept: dict[str, Shop]) -> Shop:
    """Two deals of account 100, one of 200, and one that names none."""
    return built_once(kept, shop, _route)


def _route(shop: Shop) -> None:
    (shop.folder / "models/offline_conversions.sql").write_text(_MODEL)
    shop.exposure(account_column="account")
    shop.dbt("build", "--quiet")
    shop.fill([deal(number) for number in (1, 2, 3, 4)])


@each_engine
def test_each_row_goes_to_the_account_that_it_names(routed: Shop, sandbox: LocalSandbox) -> None:
    """Every account gets its rows in calls of its own and has its own ledger; a second push sends nothing."""
    assert push(routed, sandbox) == [("100", {"accepted": 2}), ("200", {"accepted": 1})]
    assert calls(sandbox) == [("100", 2), ("200", 1)]
    assert push(routed, sandbox) == [("100", {"unchanged": 2}), ("200", {"unchanged": 1})]
    shown = routed.run("status", "--json")
    assert [(one["account_id"], one["statuses"]) for one in json.loads(shown.stdout)] == [
        ("100", {"accepted": 2}),
        ("200", {"accepted": 1}),
    ]


def test_rows_without_an_account_are_reported(routed: Shop, sandbox: LocalSandbox) -> None:
    """A row that names no account is sent to none, and plan and push say how many there are."""
    words = "1 row of the source names no account in account: not planned, and sent to none."
    pushed = routed.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert pushed.returncode == 0
    assert words in pushed.stderr
    assert words in routed.run("plan").stdout
    strict = routed.run("push", "--strict", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert strict.returncode == 3
    assert [validate("push", result)["without_account"] for result in json.loads(strict.stdout)] == [1, 1]
    assert sum(rows for _, rows in calls(sandbox)) == 3


def test_one_account_is_named_behind_the_sync(routed: Shop, sandbox: LocalSandbox) -> None:
    """NAME@ACCOUNT picks one account for any command; a command that can work on one only asks for it."""
    one = routed.run("push", "shop_conversions@200", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert one.returncode == 0, one.stderr
    assert calls(sandbox) == [("200", 1)]
    assert "account 200" in routed.run("runs", "--sync", "shop_conversions@200").stdout
    asked = routed.run("unlock")
    assert asked.returncode == 2
    assert "shop_conversions has several accounts: 100, 200." in asked.stderr
    assert "Name one of them, for example shop_conversions@100." in asked.stderr
    unknown = routed.run("status", "shop_conversions@7")
    assert unknown.returncode == 2
    assert "no account 7" in unknown.stderr
    assert "Known: 100, 200" in unknown.stderr
    blank = routed.run("push", "shop_conversions@", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert (blank.returncode, calls(sandbox)) == (2, [("200", 1)])
    assert "'shop_conversions@' names no account." in blank.stderr
    today = f"{datetime.now(UTC):%Y-%m-%dT00:00:00Z}"
    marked = routed.run("baseline", "shop_conversions@100", "--before", today, "--yes")
    assert "`reverse-etl baseline --undo 1 shop_conversions@100` takes it back" in marked.stdout


def test_a_program_gets_a_result_of_each_account(
    routed: Shop, sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`syncs` gives the name of each account's part, which the other functions take; a result says whose it is."""
    monkeypatch.setenv("MICROSOFT_ADS_ENDPOINT", sandbox.url)
    where = {"project_dir": routed.folder, "profiles_dir": routed.folder}
    names = reverse_etl.syncs(**where)
    assert names == [f"{SYNC}@100", f"{SYNC}@200"]
    results = [reverse_etl.push(name, **where) for name in names]
    assert [(one.sync, one.account_id, one.source) for one in results] == [
        (SYNC, "100", {"accepted": 2}),
        (SYNC, "200", {"accepted": 1}),
    ]
    assert reverse_etl.plan(names[1], **where).sync.account_id == "200"
    assert reverse_etl.rejected(names[0], **where) == []


def test_an_account_whose_rows_all_left_is_still_planned(routed: Shop, sandbox: LocalSandbox) -> None:
    """What the ledger has of an account keeps its place in the books, although no source row names it any more."""
    push(routed, sandbox)
    routed.fill([deal(number) for number in (1, 2)])
    planned = json.loads(routed.run("plan", "--json").stdout)
    assert [one["account_id"] for one in planned] == ["100", "200"]
    assert push(routed, sandbox) == [("100", {"unchanged": 2}), ("200", {})]
    shown = routed.run("plan", "shop_conversions@200").stdout
    assert "No row of the source model offline_conversions names this account." in shown


def test_what_was_sent_before_rows_had_accounts_stops_nothing(routed: Shop, sandbox: LocalSandbox) -> None:
    """Without an account the local sandbox takes a name that is none: no row of the source goes to it any more."""
    routed.exposure()
    assert routed.push(endpoint=sandbox.url)["source"] == {"accepted": 4}
    routed.exposure(account_column="account")
    assert push(routed, sandbox) == [("100", {"accepted": 2}), ("200", {"accepted": 1})]


def test_a_row_is_explained_in_its_account(routed: Shop, sandbox: LocalSandbox) -> None:
    """A key is looked for in every account, and the account that has it is named."""
    push(routed, sandbox)
    shown = routed.run("why", "D3")
    assert shown.returncode == 0, shown.stderr
    assert "account 200" in shown.stdout
    assert "account 100" not in shown.stdout
    nowhere = routed.run("why", "D4")
    assert nowhere.returncode == 2
    assert "The row of this key names no account in account: shop_conversions sends it to none." in nowhere.stderr


@each_engine
def test_white_space_around_an_account_is_none_of_it(routed: Shop, sandbox: LocalSandbox) -> None:
    """Tabs, line breaks and no-break spaces are passed over as blanks are, and an account of such alone is none."""
    accounts = ["\t100\r\n", "\u00a0\u2009100\u3000\u2028", " \t\u00a0\n", "1\u00a000"]
    routed.sql("create table accounts (deal_id varchar(50), account varchar(50))")
    for number, account in enumerate(accounts, 1):
        routed.sql("insert into accounts values (?, ?)", [f"D{number}", account])
    (routed.folder / "models/offline_conversions.sql").write_text(
        "select deals.*, accounts.account from {{ source('crm', 'deals') }} as deals\n"
        "join {{ source('crm', 'deals').schema }}.accounts as accounts on accounts.deal_id = deals.deal_id\n"
    )
    routed.dbt("run", "--quiet", "--select", "offline_conversions")
    done = routed.run("push", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    pushed = {one["account_id"]: one.get("source") for one in json.loads(done.stdout)}
    assert pushed == {"1\u00a000": None, "100": {"accepted": 2}}
    assert "1 row of the source names no account in account" in done.stderr


def test_an_account_that_push_refuses_is_a_cross_of_check(routed: Shop, sandbox: LocalSandbox) -> None:
    """Both refuse what no account id can be in the same words, and keeps no other account from being looked at."""
    model = routed.folder / "models/offline_conversions.sql"
    model.write_text(_MODEL.replace("'200'", "'\u00fc1\nx'"))
    routed.dbt("run", "--quiet", "--select", "offline_conversions")
    checked = routed.run("check", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert checked.returncode == 2
    lines = [line for line in validate("check", json.loads(checked.stdout))["lines"] if line["sync"].count("@")]
    failed = [(line["sync"], line["name"], line["text"]) for line in lines if line["mark"] == "failed"]
    words = "The account id holds a line break or another character that no such value has."
    assert failed == [("shop_conversions@\u00fc1\nx", "account_id", words)]
    assert ("shop_conversions@100", "account", "ok") in {(line["sync"], line["name"], line["mark"]) for line in lines}
    pushed = routed.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert pushed.returncode == 2
    assert f"Error in shop_conversions@\u00fc1?x: {words}" in pushed.stderr
    assert "\nshop_conversions@\u00fc1 x\n" in routed.run("check", MICROSOFT_ADS_ENDPOINT=sandbox.url).stdout
    assert "account \u00fc1?x\n" in routed.run("status").stdout


def test_a_row_whose_account_can_be_none_is_not_promised(routed: Shop, sandbox: LocalSandbox) -> None:
    """`why` says of the row what a push would, and a number with a zero before it is no other account."""
    model = routed.folder / "models/offline_conversions.sql"
    for account in ("X12", "0200"):
        model.write_text(_MODEL.replace("'200'", f"'{account}'"))
        routed.dbt("run", "--quiet", "--select", "offline_conversions")
        done = routed.run("why", "D3")
        assert (done.returncode, done.stdout) == (2, "")
        words = f"Error in shop_conversions@{account}: The account id '{account}' is none: it is a whole number."
        assert words in done.stderr
        assert words in routed.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url).stderr


def test_check_looks_at_every_account(routed: Shop, sandbox: LocalSandbox) -> None:
    """The check names the accounts and where they come from, and looks at the history of each."""
    push(routed, sandbox)
    checked = routed.run("check", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert checked.returncode == 0, checked.stdout
    assert "100, 200 (from account in the source)" in checked.stdout
    assert "2 records accepted so far" in checked.stdout
    assert "1 record accepted so far" in checked.stdout


def test_an_account_column_that_cannot_be_is_refused(routed: Shop) -> None:
    """Beside account_id, and where the source has no such column, the message says what to change."""
    routed.exposure(account_column="account", account_id="1")
    both = routed.run("plan")
    assert both.returncode == 2
    assert "has account_id and account_column" in both.stderr
    routed.exposure(account_column="acount")
    missing = routed.run("plan")
    assert missing.returncode == 2
    assert "has no column acount. It has account." in missing.stderr
