"""Text from outside stays text: whatever it says, the tables stand and it comes back as it was."""

import json

import pytest

from reverse_etl.commands.why import why
from reverse_etl.core.errors import ReverseEtlError
from reverse_etl.sandbox import LocalSandbox
from reverse_etl.session import Session, open_workspace
from reverse_etl.warehouse.dbt_calls import DbtOptions
from tests.support.engines import each_engine
from tests.support.faults import ask_for
from tests.support.hostile import JINJA, TABLES
from tests.support.shop import Shop, deal

# Each part breaks out of something: a literal, a comment, a template, a line.
NASTY = f"a\\' or ''='{TABLES} /* $$ \"b\" {JINJA} %s \\"
LINES = f"{NASTY}\n;drop table deals;\r\n-- \\\\n"
# A name has at most 100 characters.
NAME = "\\'; drop table deals; -- {{ 1 / 0 }}{% raw %} \"%s $$"
NAME_OF_LINES = f"{NAME}\n;drop table deals;\r\n-- \\"
KNOWN = "select count(*) from reverse_etl_ledger where record_key = ?"
HISTORY = ["reverse_etl_ledger", "reverse_etl_receipts", "reverse_etl_runs"]


def model(key: str) -> str:
    """A source model whose unique key has any name."""
    quoted = key.replace('"', '""')
    texts = ", ".join(
        f"cast(null as varchar) as {name}"
        for name in ("hashed_email_address", "hashed_phone_number", "external_attribution_model")
    )
    return (
        "{% raw %}"
        f'select deal_id as "{quoted}", conversion_name, conversion_time, md5(deal_id) as microsoft_click_id, '
        f"cast(7 as double precision) as conversion_value, 'USD' as conversion_currency_code, "
        f"cast(null as double precision) as external_attribution_credit, {texts}"
        "{% endraw %} from {{ source('crm', 'deals') }}"
    )


def fill(shop: Shop, *rows: tuple[str, str]) -> None:
    shop.sql("delete from deals")
    for row in rows:
        shop.sql(
            "insert into deals (deal_id, conversion_name, conversion_time) values (?, ?, now() - interval '2 days')",
            row,
        )


def counts(shop: Shop) -> list[int]:
    return [shop.sql(f"select count(*) from {table}")[0][0] for table in ["deals", *HISTORY]]


def as_literal(text: str) -> str:
    """A setting that dbt's Jinja leaves alone."""
    return "{% raw %}" + text.replace("{% raw %}", "") + "{% endraw %}"


@each_engine
def test_settings_data_keys_and_answers_are_texts(shop: Shop, sandbox: LocalSandbox) -> None:
    """Account, key column, keys, names, and what the service says: all are kept as they are, and nothing is run."""
    key = "id\"; drop table deals; --'"
    account = NASTY.replace(JINJA, "{{ 1 }}")
    (shop.folder / "models/offline_conversions.sql").write_text(model(key))
    shop.exposure(account_id=as_literal(account), unique_key=as_literal(key))
    fill(shop, (NASTY, NAME), (LINES, NAME_OF_LINES), ("plain", "Deal won"))
    build = shop.dbt("build", check=False)
    assert build.returncode == 0, build.stdout
    # XML reads a line break in text as one character, and the tool keeps words of the service in one line.
    said = {"code": 5606, "error_code": NASTY, "message": LINES}
    ask_for(sandbox, {"kind": "refuse", "row": NAME, **said})
    result = shop.push(endpoint=sandbox.url)
    assert result["source"] == {"accepted": 2, "rejected": 1}
    assert sorted(shop.sql("select record_key, conversion_name, account_id from reverse_etl_ledger")) == sorted(
        [(NASTY, NAME, account), (LINES, NAME_OF_LINES, account), ("plain", "Deal won", account)]
    )
    assert shop.sql("select error_code, message from reverse_etl_receipts where outcome = 'rejected'") == [
        (" ".join(NASTY.split()), " ".join(LINES.split()))
    ]
    for text, name in ((NASTY, NAME), (LINES, NAME_OF_LINES)):
        (row,) = json.loads(shop.run("why", text, "--json").stdout)["rows"]
        assert (row["record_key"], row["conversion_name"]) == (text, name)
    (row,) = json.loads(shop.run("rejected", "--json").stdout)["rejected"]
    assert (row["record_key"], row["error_code"]) == (NASTY, " ".join(NASTY.split()))
    before = counts(shop)
    for arguments in (["why", TABLES], ["retry", "--key", TABLES, "--yes"], ["retry", "--code", TABLES, "--yes"]):
        done = shop.run(*arguments)
        assert done.returncode in (0, 2), done.stderr
        assert "Traceback" not in done.stderr
        assert counts(shop) == before
    assert json.loads(shop.run("retry", "--key", NASTY, "--yes", "--json").stdout)["rows"] == 1
    fill(shop, ("plain", "Deal won"))
    forgotten = shop.run("forget", "--key", LINES, "--yes", "--json")
    assert json.loads(forgotten.stdout)["records"] == 1, forgotten.stderr
    assert shop.sql(KNOWN, [LINES]) == [(0,)]
    assert shop.sql(KNOWN, [NASTY]) == [(2,)]
    assert counts(shop)[0] == 1


@pytest.mark.parametrize("name", ["sync'; drop table deals; --", "a\\'b\n{{ 1 / 0 }}"])
def test_what_dbt_takes_as_a_name_is_a_text(shop: Shop, sandbox: LocalSandbox, name: str) -> None:
    """An exposure's name is refused by dbt with a sentence, or is a text like any other."""
    path = shop.folder / "models/exposures.yml"
    document = json.loads(path.read_text())
    document["exposures"][0]["name"] = name
    path.write_text(json.dumps(document))
    shop.fill([deal(1)])
    done = shop.run("push", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 2), done.stderr
    names = [one for (one,) in shop.sql("select sync from reverse_etl_ledger")]
    assert names == ([] if done.returncode else [name])
    assert shop.sql("select count(*) from deals") == [(1,)]


@pytest.mark.parametrize("value", [NASTY, LINES])
def test_variables_are_texts(shop: Shop, sandbox: LocalSandbox, value: str) -> None:
    """A value of `--vars` that the exposure reads reaches the ledger as it is."""
    shop.exposure(account_id="{{ var('account', 'none') }}")
    shop.fill([deal(1)])
    given = json.dumps({"account": value})
    done = shop.run("push", "--json", "--vars", given, MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert "Traceback" not in done.stderr
    kept = shop.sql("select account_id from reverse_etl_ledger")
    # A header holds no line break; that is said before anything is written.
    assert (done.returncode, kept) == ((2, []) if "\n" in value else (0, [(value.strip(),)])), done.stderr
    assert shop.sql("select count(*) from deals") == [(1,)]


def rows_named(session: Session, key: str) -> int:
    """How many rows a key names; an error of ours is as good as none, but it may not repeat the key."""
    try:
        return why(session, key).rows_in_all
    except ReverseEtlError as error:
        return int(key in error.message)


@each_engine
def test_a_key_that_no_text_holds_names_nothing(shop: Shop, sandbox: LocalSandbox) -> None:
    """What an engine cannot hold, and what a pattern would match, names no row, and the connection goes on."""
    fill(shop, ("plain", "Deal won"))
    (shop.folder / "models/offline_conversions.sql").write_text(model("deal_id"))
    shop.dbt("build", "--quiet")
    shop.push(endpoint=sandbox.url)
    before = counts(shop)
    keys = ["\x00", "a\x00'; drop table deals; --", "\ud800", "\ufffe\x1b[2J", "%", "_", "\\", "''", TABLES]
    with pytest.MonkeyPatch.context() as patch, open_workspace(DbtOptions(shop.folder, shop.folder)) as workspace:
        patch.chdir(shop.folder)
        session = workspace.open(workspace.pick(None))
        assert {key: rows_named(session, key) for key in keys} == dict.fromkeys(keys, 0)
        assert why(session, "plain").rows_in_all == 1
    assert counts(shop) == before
