"""`check --warehouse`: what it proves and keeps, and that an engine without a passed proof is not pushed from."""

import json
import re
from unittest import mock

import pytest

from reverse_etl.sandbox import LocalSandbox
from reverse_etl.warehouse import proving
from reverse_etl.warehouse.lease import WarehouseLease
from tests.support.engines import each_engine
from tests.support.schemas import validate
from tests.support.shop import Shop, deal

TABLES = "select count(*) from information_schema.tables where table_name like 'reverse_etl_check_%'"


def proof(shop: Shop, *, code: int = 0) -> dict[str, dict[str, str]]:
    """The lines of a proof by their names."""
    done = shop.run("check", "--warehouse", "--json")
    assert done.returncode == code, done.stdout + done.stderr
    return {line["name"]: line for line in validate("check", json.loads(done.stdout))["lines"]}


@pytest.fixture
def unproved() -> object:
    """Whatever the engine is, our tests prove none."""
    with mock.patch.object(proving, "PROVED", ()):
        yield


def refusal(shop: Shop) -> str:
    """What the guard says to a push to Microsoft."""
    shop.exposure(environment="sandbox", account_id="1", customer_id="2")
    guards = json.loads(shop.run("plan", "--json").stdout)["guards"]
    return "".join(guard["message"] for guard in guards if guard["name"] == "warehouse" and guard["refuses"])


@each_engine
@pytest.mark.usefixtures("unproved")
def test_an_engine_that_our_tests_do_not_prove_needs_a_proof(shop: Shop, sandbox: LocalSandbox) -> None:
    """Without one a push is refused, but to the local sandbox; a proof that passed lets it go, and leaves no table."""
    shop.fill([deal(1)])
    local = shop.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert (local.returncode, "reverse-etl check --warehouse" in local.stderr) == (0, True)
    assert "is not proved yet" in refusal(shop)
    found = proof(shop)
    assert {name: found[name]["mark"] for name in ("known_answers", "lease", "proof")} == dict.fromkeys(
        ("known_answers", "lease", "proof"), "ok"
    )
    assert found["lease"]["text"] == "8 claims at once, 3 times: one held it each time"
    assert shop.sql(TABLES) == [(0,)]
    assert refusal(shop) == ""
    with mock.patch.object(proving, "__version__", "99.0"):
        assert "is not proved yet" in refusal(shop)


@pytest.mark.usefixtures("unproved")
@pytest.mark.parametrize("function", ["md5", "no_such_function"])
def test_a_wrong_answer_is_named_and_no_push_goes(shop: Shop, function: str) -> None:
    """The question is shown with the answer and the right one, or with why it cannot be asked; the others are asked
    all the same. The failed proof replaces one that passed."""
    proof(shop)
    assert refusal(shop) == ""
    macro = f'{{% macro duckdb___sha256_hex(text) %}}{{{{- return("{function}(" ~ text ~ ")") -}}}}{{% endmacro %}}'
    (shop.folder / "macros/mine.sql").write_text(macro)
    done = shop.run("check", "--warehouse")
    assert done.returncode == 2
    assert "hash of a literal" in done.stdout
    assert ("no_such_function" in done.stdout) == (function == "no_such_function")
    assert "a number" not in done.stdout
    assert "failed" in done.stdout
    assert "is not proved yet" in refusal(shop)


@pytest.mark.usefixtures("unproved")
def test_a_lease_that_several_hold_fails_the_proof(shop: Shop) -> None:
    """Where a warehouse loses or hides inserts, several hold the lease at once: how many is said."""
    with mock.patch.object(WarehouseLease, "_settle"):
        found = proof(shop, code=2)
    assert re.fullmatch("8 claims at once, 3 times: it was held by [2-8], [2-8], [2-8].", found["lease"]["text"])
    assert shop.sql(TABLES) == [(0,)]


def test_it_looks_at_no_sync(shop: Shop) -> None:
    """A sync's name beside it is a mistake of usage."""
    done = shop.run("check", "shop_conversions", "--warehouse")
    assert (done.returncode, "leave out its name" in done.stderr) == (2, True)
