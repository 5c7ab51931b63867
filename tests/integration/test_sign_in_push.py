"""Pushes with a sign-in: tokens that end on the way, a sign-in that has ended, and what the commands say of both."""

import json
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from reverse_etl.core.sync import WireProtocol
from reverse_etl.destinations.microsoft_ads.sign_in import protocol as sign_in_protocol
from reverse_etl.sandbox import summary
from tests.support.bench import Bench, counting, opened
from tests.support.shop import Shop, copy_of, deal
from tests.support.sign_in import World, control, counts, sign_in_world
from tests.unit.wire import RawServer, http

BATCHES, ROWS = 5, 5000


@pytest.fixture(scope="module")
def open_bench(shop_template: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    shop = copy_of(shop_template, tmp_path_factory.mktemp("sign_in") / "project")
    with opened(shop) as bench:
        yield bench


@pytest.fixture
def bench(open_bench: Bench) -> Bench:
    open_bench.protocol = WireProtocol.SOAP
    open_bench.clear()
    open_bench.fill(ROWS)
    return open_bench


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with sign_in_world(tmp_path) as made, mock.patch.dict("os.environ", {"XDG_CONFIG_HOME": str(tmp_path / "config")}):
        yield made


@pytest.mark.parametrize("protocol", WireProtocol)
def test_a_token_that_ended_is_renewed_once_for_all_workers(bench: Bench, world: World, protocol: WireProtocol) -> None:
    """Four workers are refused with 109 at once: one renewal, each batch is taken once, and the ledger says so."""
    bench.protocol = protocol
    before = world.signed_in()
    # Good by this machine's clock, and ended at the other side.
    control(world.sandbox, expire=True)
    result = bench.push(world.sandbox, workers=4, environ=world.environ)
    assert (result.source, result.exit_code, result.stopped) == ({"accepted": ROWS}, 0, None)
    done = counts(world.sandbox)
    assert done["calls_with_expired_token"] >= 2
    assert (done["renewals"], done["calls"]) == (1, BATCHES)
    books = summary(world.sandbox._path)
    assert (books.received, books.counted) == (ROWS, ROWS)
    assert set(counting(world.sandbox).values()) == {10.0}
    assert bench.statuses() == {"accepted": ROWS}
    assert world.kept.refresh_token != before.refresh_token
    (intents,) = bench.rows("select count(*) from main.reverse_etl_ledger")[0]
    assert intents == ROWS


def test_a_token_that_ends_in_the_midst(bench: Bench, world: World) -> None:
    """After the first answer the token ends: what is under way is made once more, and what was taken is not."""
    world.signed_in()
    result = bench.push(
        world.sandbox, workers=1, environ=world.environ, after_call=lambda: control(world.sandbox, expire=True)
    )
    assert (result.source, result.exit_code) == ({"accepted": ROWS}, 0)
    done = counts(world.sandbox)
    assert (done["renewals"], done["calls_with_expired_token"], done["calls"]) == (1, 1, BATCHES)
    assert summary(world.sandbox._path).counted == ROWS


def test_a_renewal_that_is_refused_stops_the_run_and_leaves_no_doubt(bench: Bench, world: World) -> None:
    """What was taken stays taken, the rest was not reached; after a new sign-in the next push sends just that."""
    world.signed_in()
    result = bench.push(
        world.sandbox,
        workers=1,
        environ=world.environ,
        after_call=lambda: control(world.sandbox, expire=True, revoke=True),
    )
    assert (result.source, result.exit_code) == ({"accepted": 1000, "not_reached": ROWS - 1000}, 1)
    assert result.stopped is not None
    assert result.stopped.message.startswith("The sign-in has expired, for it was not used for too long.")
    assert result.stopped.hint == "Sign in again: reverse-etl login --environment local"
    assert bench.statuses() == {"accepted": 1000}
    # Refused for all workers by one request.
    assert counts(world.sandbox)["refused"] == 1
    world.signed_in()
    again = bench.push(world.sandbox, environ=world.environ)
    assert (again.source, again.exit_code) == ({"accepted": ROWS - 1000, "unchanged": 1000}, 0)
    assert summary(world.sandbox._path).received == ROWS


@pytest.mark.parametrize("protocol", WireProtocol)
def test_a_renewal_that_cannot_be_read_leaves_no_doubt(bench: Bench, world: World, protocol: WireProtocol) -> None:
    """A lifetime without an end is no answer: what was refused with 109 was not reached, and the next push sends it."""
    bench.protocol = protocol
    world.signed_in()
    endless = http('{"access_token": "secret-a", "expires_in": 1e999}', content_type="application/json")
    with RawServer(endless) as server, mock.patch.object(sign_in_protocol, "_WAITS", (0.05, 0.05)):
        result = bench.push(
            world.sandbox,
            workers=1,
            environ=world.environ | {"MICROSOFT_ADS_LOGIN_ENDPOINT": server.url},
            after_call=lambda: control(world.sandbox, expire=True),
        )
    assert (result.source, result.exit_code) == ({"accepted": 1000, "not_reached": ROWS - 1000}, 1)
    assert result.stopped is not None
    assert "gave an answer that cannot be read" in result.stopped.message
    assert bench.statuses() == {"accepted": 1000}
    again = bench.push(world.sandbox, environ=world.environ)
    assert (again.source, again.exit_code) == ({"accepted": ROWS - 1000, "unchanged": 1000}, 0)
    assert summary(world.sandbox._path).received == ROWS


def _commands(shop: Shop, world: World) -> tuple[Shop, dict[str, str]]:
    shop.fill([deal(1), deal(2)])
    return shop, world.environ | {"MICROSOFT_ADS_ENDPOINT": world.sandbox.url}


def test_without_a_sign_in_nothing_is_sent(shop: Shop, world: World) -> None:
    """A push and a check say which command is needed; the push leaves with 2."""
    shop, environ = _commands(shop, world)
    pushed = shop.run("push", **environ)
    assert pushed.returncode == 2
    assert "a sign-in of this app and tenant (`reverse-etl login --environment local`)" in pushed.stderr
    checked = shop.run("check", "--json", **environ)
    (line,) = [one for one in json.loads(checked.stdout)["lines"] if one["name"] == "credentials"]
    assert (line["mark"], line["text"]) == ("failed", "missing")


def test_a_sign_in_that_has_ended_stops_before_anything_is_written(shop: Shop, world: World) -> None:
    """No token to begin with: one sentence, exit code 1, and neither a run nor an intent in the warehouse."""
    shop, environ = _commands(shop, world)
    control(world.sandbox, expires_in=0.01)
    world.signed_in()
    control(world.sandbox, revoke=True)
    done = shop.run("push", **environ)
    assert done.returncode == 1
    sentence = "The sign-in has expired, for it was not used for too long."
    assert f"Error: {sentence} [invalid_grant, AADSTS700082]\n" in done.stderr
    assert "Sign in again: reverse-etl login --environment local" in done.stderr
    assert "Traceback" not in done.stderr
    assert shop.sql("select count(*) from reverse_etl_ledger") == shop.sql("select count(*) from reverse_etl_runs")
    assert shop.sql("select count(*) from reverse_etl_runs") == [(0,)]


def test_check_tells_the_source_and_the_end(shop: Shop, world: World) -> None:
    """Where the credentials come from and until when: the store, the environment, or not needed."""
    shop, environ = _commands(shop, world)
    kept = world.signed_in()

    def line(**more: str) -> str:
        checked = shop.run("check", "--json", **environ | more)
        (found,) = [one for one in json.loads(checked.stdout)["lines"] if one["name"] == "credentials"]
        assert found["mark"] == "ok"
        assert kept.access_token not in checked.stdout
        return str(found["text"])

    assert line().startswith(f"a sign-in (from {world.store.file}); an access token until 20")
    said = line(MICROSOFT_ADS_REFRESH_TOKEN="r3fresh")
    assert said.startswith("a sign-in (from MICROSOFT_ADS_REFRESH_TOKEN in the environment); no access token yet")
    assert line(MICROSOFT_ADS_LOGIN_ENDPOINT="") == "not needed here"
    assert "renewals" not in counts(world.sandbox)


def test_a_refresh_token_of_the_environment_pushes(shop: Shop, world: World) -> None:
    """CI's way: an access token is fetched for the run."""
    shop, environ = _commands(shop, world)
    first = world.signed_in()
    world.store.remove(world.identity.key)
    done = shop.run("push", "--json", MICROSOFT_ADS_REFRESH_TOKEN=first.refresh_token, **environ)
    assert (done.returncode, json.loads(done.stdout)["source"]) == (0, {"accepted": 2})
    assert first.refresh_token not in done.stdout + done.stderr
    assert (counts(world.sandbox)["renewals"], counts(world.sandbox)["calls"]) == (1, 1)
    control(world.sandbox, revoke=True)
    done = shop.run("push", MICROSOFT_ADS_REFRESH_TOKEN=first.refresh_token, **environ)
    assert done.returncode == 1
    assert "Give MICROSOFT_ADS_REFRESH_TOKEN a new token; or unset it, and sign in: reverse-etl login" in done.stderr
