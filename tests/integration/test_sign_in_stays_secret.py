"""What a sign-in brings stays in its store: a day with one is searched for codes, verifiers, tokens and the secret."""

import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import pytest

from reverse_etl.core.pace import Patience
from reverse_etl.destinations.microsoft_ads.sign_in import protocol
from reverse_etl.destinations.microsoft_ads.sign_in import tokens as tokens_module
from reverse_etl.destinations.microsoft_ads.sign_in.protocol import Question
from reverse_etl.destinations.microsoft_ads.sign_in.stores import Login
from tests.integration.test_secrets_stay_secret import Listener, listener  # noqa: F401 - a fixture
from tests.support.shop import Shop, copy_of, deal
from tests.support.sign_in import World, control, counts, sign_in_world

SECRET = "client-s3cret-c0ffee"
# A user's name at Microsoft: shown where it is asked for, and nowhere else.
WHO = "someone@sandbox.example"


@dataclass(frozen=True)
class Day:
    """What was said, logged and written, and the secrets that were used meanwhile, each with its kind."""

    folder: Path
    database: Path
    store: Path
    said: str
    logged: str
    secrets: dict[str, str]
    kept: set[str]


@pytest.fixture(scope="module")
def day(shop_template: Shop, tmp_path_factory: pytest.TempPathFactory, listener: Listener) -> Iterator[Day]:  # noqa: F811
    """Sign in, push with a token that ends, be refused, push as CI does, and sign out; all of it as loud as it gets."""
    folder = tmp_path_factory.mktemp("sign_in_secrets")
    shop = Shop(copy_of(shop_template, folder / "project").folder)
    shop.fill([deal(1), deal(2), deal(3)])
    secrets: dict[str, str] = {SECRET: "client secret"}
    asked, redeemed, renewed = protocol.ask, protocol.redeem, protocol.renew

    def keep(granted: Login) -> Login:
        secrets.update({granted.access_token: "access token", granted.refresh_token: "refresh token"})
        return granted

    def ask(*arguments: Any) -> Question:
        question = asked(*arguments)
        secrets[question.verifier] = "verifier"
        return question

    def redeem(identity: Any, question: Question, code: str) -> Login:
        secrets[code] = "code"
        return keep(redeemed(identity, question, code))

    loud = {"DBT_LOG_LEVEL": "debug", "DBT_LOG_LEVEL_FILE": "debug", "DBT_DEBUG": "true", "TMPDIR": str(folder)}
    with (
        sign_in_world(folder) as world,
        mock.patch.object(protocol, "ask", ask),
        mock.patch.object(protocol, "redeem", redeem),
        mock.patch.object(tokens_module, "renew", lambda *given, **more: keep(renewed(*given, **more))),
        mock.patch.object(Patience, "wait_before", return_value=0.0),
    ):
        web = {"MICROSOFT_ADS_CLIENT_ID": "web-1", "MICROSOFT_ADS_CLIENT_SECRET": SECRET}
        environ = world.environ | web | loud | {"MICROSOFT_ADS_ENDPOINT": world.sandbox.url}
        own = World(world.sandbox, world.folder, web)
        said = [_text(own.run("login", "--environment", "local", browser=_unheard))]
        control(world.sandbox, expire=True)
        said += [
            _text(shop.run(*words, **environ)) for words in (["check"], ["push", "--build", "-v"], ["push", "--json"])
        ]
        ci = environ | {"MICROSOFT_ADS_REFRESH_TOKEN": own.kept.refresh_token}
        shop.fill([deal(4)])
        said.append(_text(shop.run("push", "-v", **ci)))
        control(world.sandbox, expire=True, faults=[{"kind": "invalid_grant", "code": 50173}])
        shop.fill([deal(5)])
        said.append(_text(shop.run("push", "-v", **environ)))
        said.append(
            _text(own.run("login", "--environment", "local", "--paste", stdin="http://localhost/?code=x&state=y"))
        )
        assert [text.split()[0] for text in said] == ["0", "0", "0", "0", "0", "1", "1"], "\n".join(said)
        assert counts(world.sandbox)["renewals"] == 2
        kept = {own.kept.refresh_token, own.kept.access_token}
        yield Day(folder, shop.database, own.store.file, "\n".join(said), "\n".join(listener.lines), secrets, kept)


def _unheard(address: str) -> None:
    """A browser that tells no logger of ours where it goes."""
    urllib.request.urlopen(address, timeout=60).close()


def _text(done: Any) -> str:
    return f"{done.returncode}\n{done.stdout}\n{done.stderr}"


def found_in(day: Day, text: str) -> list[str]:
    return sorted({kind for secret, kind in day.secrets.items() if secret in text})


def test_every_kind_of_secret_was_used(day: Day) -> None:
    """The search would find something: three access and refresh tokens, a code, two verifiers, the secret."""
    kinds = sorted(day.secrets.values())
    assert [kinds.count(kind) for kind in ("access token", "refresh token", "code", "client secret")] == [3, 3, 1, 1]
    assert kinds.count("verifier") == 2
    assert "urllib3" in day.logged
    assert day.kept <= set(day.secrets)


def test_nothing_that_was_said_or_logged_holds_one(day: Day) -> None:
    """Neither commands nor loggers at their lowest level; nor was the user named but by `login`."""
    assert found_in(day, day.said) == []
    assert found_in(day, day.logged) == []
    assert WHO not in day.logged
    assert day.said.count(WHO) == 1


def test_no_file_but_the_store_holds_one(day: Day) -> None:
    """The store has the newest refresh and access token alone; no artifact, log or forgotten file has any."""
    files = [path for path in day.folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert {"manifest.json", "dbt.log", "books.sqlite", "shop.duckdb", "sign_in.json"} <= {path.name for path in files}
    leaks = {str(path): found_in(day, path.read_bytes().decode("latin-1")) for path in files}
    leaks = {path: kinds for path, kinds in leaks.items() if kinds}
    assert leaks == {str(day.store): ["access token", "refresh token"]}
    store = day.store.read_text()
    assert {secret for secret in day.secrets if secret in store} == day.kept


def test_no_table_holds_one(day: Day) -> None:
    """Every column of every table and view, read as text; the user's name is in none."""
    with duckdb.connect(str(day.database), read_only=True) as connection:
        tables = connection.execute("select table_schema, table_name from information_schema.tables").fetchall()
        assert {"reverse_etl_ledger", "reverse_etl_receipts", "reverse_etl_runs"} <= {name for _, name in tables}
        for schema, name in tables:
            text = repr(connection.execute(f'select * from "{schema}"."{name}"').fetchall())
            assert found_in(day, text) == [], name
            assert WHO not in text, name
