"""Alerts of real pushes and of real reports: posted where a person is needed, and nowhere else."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reverse_etl.core.pace import Patience
from reverse_etl.sandbox import LocalSandbox
from tests.integration.test_attribution import books as books_of
from tests.support.faults import ask_for
from tests.support.schemas import validate
from tests.support.shop import SYNC, Shop, click, deal
from tests.unit.wire import RawServer, http

NOWHERE = "http://127.0.0.1:9"
PERSON = "a3f5" * 16


@pytest.fixture
def webhook() -> Iterator[RawServer]:
    with RawServer(http("ok")) as server:
        yield server


def posted(webhook: RawServer) -> list[dict[str, Any]]:
    """The documents that arrived, each as its schema says."""
    bodies = [request.partition(b"\r\n\r\n")[2] for request in webhook.requests]
    return [validate("alert", json.loads(body)) for body in bodies]


def run(shop: Shop, webhook: RawServer, *arguments: str, endpoint: str = NOWHERE) -> tuple[int, str]:
    """Run a command with the webhook; gives exit code and standard error."""
    more = {"MICROSOFT_ADS_ENDPOINT": endpoint, "REVERSE_ETL_WEBHOOK": f"{webhook.url}/secret-path"}
    done = shop.run(*arguments, **more)
    assert "secret-path" not in done.stdout + done.stderr
    return done.returncode, done.stderr


def test_a_push_posts_what_needs_a_person(
    shop: Shop, sandbox: LocalSandbox, webhook: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong name, a service that is away, a refused row, a guard: each is one document with its reason and exit code;
    a push that has done its work, or has nothing to do, posts nothing."""
    monkeypatch.setattr(Patience, "wait_before", lambda *_: 0.0)
    shop.fill([deal(1), deal(2, hashed_email_address=PERSON)])
    codes = [run(shop, webhook, "push", "no_such_sync")[0], run(shop, webhook, "push")[0]]
    ask_for(sandbox, {"kind": "html_502", "count": 99})
    codes += [run(shop, webhook, "push", endpoint=sandbox.url)[0]]
    ask_for(sandbox)
    # Done, and then nothing to do.
    codes += [run(shop, webhook, "push", endpoint=sandbox.url)[0] for _ in range(2)]
    shop.fill([deal(n, hashed_email_address=PERSON) for n in (3, 4)])
    ask_for(sandbox, {"kind": "poison", "row": click(3)})
    codes += [run(shop, webhook, "push", endpoint=sandbox.url)[0]]
    shop.exposure(enabled=False)
    codes += [run(shop, webhook, "push", SYNC, endpoint=sandbox.url)[0]]
    alerts = posted(webhook)
    assert codes == [2, 1, 1, 0, 0, 3, 5]
    assert [(one["reason"], one["exit_code"], one["run"]) for one in alerts] == [
        ("settings", 2, None),
        ("stopped", 1, None),
        ("stopped", 1, 1),
        ("rejected", 3, 4),
        ("guard", 5, None),
    ]
    assert [one["sync"] for one in alerts] == ["", *[SYNC] * 4]
    assert alerts[2]["sent"] == {"in_doubt": 2}
    assert (alerts[3]["sent"], sum(alerts[3]["refusals"].values())) == ({"accepted": 1, "rejected": 1}, 1)
    assert alerts[4]["message"].startswith(f"{SYNC} is paused")
    # Neither a person nor a record.
    shown = json.dumps(alerts)
    assert [word for word in (PERSON, click(3), "D3") if word in shown] == []


def test_a_push_that_meets_another_posts_nothing(shop: Shop, webhook: RawServer) -> None:
    """Whoever holds the file, or the sync, does the work."""
    holding = f"import duckdb; held = duckdb.connect({str(shop.database)!r}); print('held', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", holding], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        code, said = run(shop, webhook, "push")
        other.communicate(b"\n")
    assert code == 4, said
    assert webhook.requests == []


def test_a_webhook_that_fails_changes_no_exit_code(shop: Shop, sandbox: LocalSandbox) -> None:
    """What the push did stands, and a warning says what became of the alert; a wrong address refuses beforehand."""
    shop.fill([deal(1), deal(2)])
    ask_for(sandbox, {"kind": "poison", "row": click(1)})
    with RawServer(http("", "404 Not Found")) as webhook:
        code, said = run(shop, webhook, "push", endpoint=sandbox.url)
    assert code == 3
    assert "Warning: The alert did not reach the webhook of REVERSE_ETL_WEBHOOK: it answered HTTP 404." in said
    done = shop.run("push", REVERSE_ETL_WEBHOOK="http://hooks.example.com/secret-path")
    assert (done.returncode, "secret-path" in done.stderr) == (2, False)
    assert "REVERSE_ETL_WEBHOOK is no address that alerts may go to." in done.stderr


def test_a_match_rate_that_fell_is_posted(shop: Shop, sandbox: LocalSandbox, webhook: RawServer) -> None:
    """Of what Microsoft reports of two weeks; who only looks posts nothing."""
    count = 120
    shop.fill([deal(n) for n in range(count)])
    shop.push(endpoint=sandbox.url)
    # Half of them two weeks ago, and the others five days ago, of which no click is known.
    today = datetime.now(UTC).date()
    for back, first in ((14, 0), (5, count // 2)):
        at = f"{today - timedelta(days=back)} 12:00:00"
        clicks = [click(n) for n in range(first, first + count // 2)]
        marks = ", ".join("?" * len(clicks))
        shop.sql(f"update reverse_etl_ledger set recorded_at = '{at}' where click_id in ({marks})", clicks)
        with books_of(sandbox) as received:
            received.execute(f"update received set received_at = '{at}.000Z' where click_id in ({marks})", clicks)
            if first:
                received.execute(
                    "update received set outcome = 'ignored', reason = 'NoMatchingClickFound' "
                    f"where click_id in ({marks})",
                    clicks,
                )
    # Days before the newest three are what is compared with.
    for back in (4, 3):
        shop.fill([deal(1000 + back)])
        shop.push(endpoint=sandbox.url)
        at = f"{today - timedelta(days=back)} 12:00:00"
        shop.sql(f"update reverse_etl_ledger set recorded_at = '{at}' where click_id = '{click(1000 + back)}'")
        with books_of(sandbox) as received:
            received.execute(
                "update received set received_at = ? where click_id = ?", [f"{at}.000Z", click(1000 + back)]
            )
    code, said = run(shop, webhook, "attribution", endpoint=sandbox.url)
    assert code == 0, said
    (alert,) = posted(webhook)
    assert (alert["command"], alert["reason"], alert["exit_code"]) == ("attribution", "match_rate_fell", 0)
    (fell,) = alert["fell"]
    assert (fell["conversion_name"], fell["first_day"]) == ("Deal won", str(today - timedelta(days=5)))
    assert (fell["match_rate"], fell["before"]) == (pytest.approx(2 / 62), 1.0)
    assert run(shop, webhook, "attribution", "--no-fetch")[0] == 0
    assert len(posted(webhook)) == 1
    assert run(shop, webhook, "attribution")[0] == 1
    assert [one["reason"] for one in posted(webhook)] == ["match_rate_fell", "stopped"]
