"""What needs a person becomes an alert, in each form, and reaches a webhook whose address nothing shows."""

import json
import logging
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from unittest import mock

import pytest
from microsoft_teams.cards import AdaptiveCard, RichTextBlock, TextRun
from slack_sdk.models.blocks import Block

from reverse_etl.cli.alerts import ADDRESS, FORM, Webhook, alerting
from reverse_etl.core.alert import Alert, AlertReason, Fall, of_error, of_report, of_result
from reverse_etl.core.attribution import AttributedDay, AttributedGoal, AttributionReport, Counts
from reverse_etl.core.errors import DestinationError, GuardError, LeaseHeldError, SettingsError, WarehouseError
from reverse_etl.core.results import RunResult
from reverse_etl.core.sync import Environment, Sync
from reverse_etl.report.alert import FORMS, alert_json, alert_slack, alert_teams
from tests.support.schemas import validate
from tests.unit.wire import RawServer, http

SYNC = Sync("ads", "model.shop.ads", "microsoft_ads", Environment.PRODUCTION, "123", "456")
DONE = RunResult(run_seq=7, source={"accepted": 9}, ledger={}, refusals={}, sent={"accepted": 9})
SECRET = "T000-B000-x9k2"
HOSTILE = "1\n<!channel> [click](http://evil.example) &\x1b[2J"

RESULTS = {
    "done": (DONE, None),
    "stopped": (replace(DONE, stopped=DestinationError("No token.", hint="Sign in.")), ("stopped", 1, "No token.")),
    "off": (replace(DONE, unbalanced=("source rows: 1, 2",)), ("stopped", 1, "A sum is off: source rows: 1, 2.")),
    "in doubt": (
        replace(DONE, source={"in_doubt": 2}, in_doubt_because="HTTP 502"),
        ("in_doubt", 1, "2 rows in doubt: HTTP 502."),
    ),
    "interrupted": (replace(DONE, interrupted=True), ("stopped", 1, "The push was interrupted.")),
    "refused": (replace(DONE, refusals={"A (1)": 1}), ("rejected", 3, "The destination refused 1 row.")),
    "strict": (
        replace(DONE, source={"invalid": 1}, strict=True),
        ("rejected", 3, "Rows are invalid, held or without an account."),
    ),
    "invalid": (replace(DONE, source={"invalid": 1}), None),
}


@pytest.mark.parametrize("name", RESULTS)
def test_a_push_that_left_something_to_do_is_an_alert(name: str) -> None:
    """Exactly where its exit code is not 0, with the reason that weighs most."""
    result, expected = RESULTS[name]
    alert = of_result(SYNC, result)
    assert (alert and (alert.reason, alert.exit_code, alert.message)) == expected
    assert bool(alert) is bool(result.exit_code)


def test_an_error_is_an_alert_unless_another_run_does_the_work() -> None:
    """Settings, guards and stops differ; of the warehouse's own words, which may quote a row, none is used."""
    assert of_error("push", SYNC, LeaseHeldError("Run 3 holds it.")) is None
    reasons = {
        error: (alert.reason.value, alert.exit_code, alert.message)
        for error in (
            SettingsError("a"),
            GuardError("b"),
            DestinationError("c"),
            WarehouseError("anna@x"),
            KeyError("anna@x"),
        )
        if (alert := of_error("push", None, error))
    }
    assert list(reasons.values()) == [
        ("settings", 2, "a"),
        ("guard", 5, "b"),
        ("stopped", 1, "c"),
        ("stopped", 1, "The warehouse refused a statement or went away."),
        ("stopped", 1, "The program failed (KeyError)."),
    ]


TODAY = date(2026, 11, 27)


def days(*rates: tuple[int, int], settled: bool = True) -> tuple[AttributedDay, ...]:
    """Days of upload up to three days ago, each of so many conversions attributed and not."""
    made = []
    for back, (attributed, unattributed) in enumerate(reversed(rates), start=3):
        day = TODAY - timedelta(days=back)
        fetched = f"{TODAY if settled else day + timedelta(days=1)}T23:00:00Z"
        counts = Counts(sent=attributed + unattributed, attributed=attributed, unattributed=unattributed)
        made.append(AttributedDay(day, counts, fetched))
    return tuple(reversed(made))


def report(*goals: tuple[AttributedDay, ...]) -> AttributionReport:
    named = tuple(AttributedGoal(f"Goal {n}", goal) for n, goal in enumerate(goals))
    return AttributionReport(SYNC, TODAY, named)


BEFORE = [(60, 40)] * 7
FALLS = {
    "by half": (days(*BEFORE, *[(30, 70)] * 3), True),
    "to nothing": (days(*BEFORE, *[(0, 100)] * 3), True),
    "a little": (days(*BEFORE, *[(52, 48)] * 3), False),
    "as chance has it": (days(*BEFORE, *[(8, 9)] * 3), False),
    "of few": (days(*BEFORE, *[(0, 16)] * 3), False),
    "of few before": (days((25, 20), *[(0, 100)] * 3), False),
    "a rise": (days(*BEFORE, *[(90, 10)] * 3), False),
    "not settled": (days(*BEFORE, *[(0, 100)] * 3, settled=False), False),
    "one day": (days(*BEFORE, (60, 40), (60, 40), (0, 100)), True),
    "days without a report": (days(*BEFORE, *[(0, 100)] * 3, *[(0, 0)] * 5), True),
    "nothing known": ((), False),
}


@pytest.mark.parametrize("name", FALLS)
def test_a_match_rate_falls_where_chance_does_not_explain_it(name: str) -> None:
    """The newest three days that have settled against those before, by ten points and three standard errors."""
    goal, fell = FALLS[name]
    alert = of_report(report(days(*[(5, 5)] * 20), goal))
    assert bool(alert) is fell
    if alert:
        assert [one.conversion_name for one in alert.fell] == ["Goal 1"]
        assert alert.fell[0].before == pytest.approx(0.6)


def every_alert() -> Iterator[Alert]:
    for result, _ in RESULTS.values():
        if alert := of_result(SYNC, result):
            yield alert
    yield Alert("push", AlertReason.SETTINGS, 2, "There is no dbt project.", "")
    fall = Fall(HOSTILE, TODAY, 0.123, 0.6)
    hostile = replace(SYNC, account_id=HOSTILE)
    yield Alert("attribution", AlertReason.MATCH_RATE_FELL, 0, HOSTILE * 300, "Look.", hostile, fell=(fall,) * 90)


@pytest.mark.parametrize("alert", list(every_alert()), ids=lambda alert: alert.reason)
def test_each_form_is_what_its_reader_takes(alert: Alert) -> None:
    """Our document keeps to its schema, Slack's own library takes its blocks, and Microsoft's the card of Teams."""
    validate("alert", json.loads(json.dumps(alert_json(alert))))
    message = json.loads(json.dumps(alert_slack(alert)))
    for block in Block.parse_all(message["blocks"]):
        block.validate_json()
        assert block.text.type == "plain_text"
    header, section = (len(block["text"]["text"]) for block in message["blocks"])
    assert 0 < header <= 150
    assert 0 < section <= 3000
    (attachment,) = json.loads(json.dumps(alert_teams(alert)))["attachments"]
    blocks = attachment["content"]["body"]
    parts = [AdaptiveCard.model_validate(attachment["content"]), *map(RichTextBlock.model_validate, blocks)]
    parts += [TextRun.model_validate(run) for block in blocks for run in block["inlines"]]
    # What the models do not know they take for an extra.
    assert [part.model_extra for part in parts if set(part.model_extra) - {"$schema"}] == []
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"


def test_text_from_outside_makes_no_link_and_calls_no_channel() -> None:
    """An account that a row named, or a goal, may hold what Slack or Teams would act on."""
    *_, alert = every_alert()
    slack, teams = alert_slack(alert), alert_teams(alert)
    assert "<" not in str(slack["text"])
    assert "&lt;!channel&gt;" in str(slack["text"])
    # Plain text and text runs are shown as they are.
    assert {block["text"]["type"] for block in slack["blocks"]} == {"plain_text"}  # type: ignore[attr-defined]
    shown = json.dumps(teams)
    assert "TextBlock" not in shown.replace("RichTextBlock", "")
    assert "\\u001b" not in shown + json.dumps(slack)


def environ(url: str, form: str = "json") -> dict[str, str]:
    return {ADDRESS: f"{url}/services/{SECRET}", FORM: form}


ALERT = Alert("push", AlertReason.GUARD, 5, "Refused.", "Do it.", SYNC)


@pytest.mark.parametrize("form", FORMS)
def test_an_alert_is_posted_in_the_form_that_is_asked_for(form: str) -> None:
    """One POST of JSON to the address, and nothing is said of it."""
    with RawServer(http("ok")) as server:
        webhook = Webhook.find(environ(server.url, form))
        assert webhook is not None
        assert webhook.post(ALERT) == ""
    (request,) = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(f"POST /services/{SECRET} HTTP/1.1".encode())
    assert b"content-type: application/json" in head.lower()
    expected = json.loads(json.dumps(FORMS[form](ALERT)))
    assert json.loads(body) | {"at": ""} == expected | {"at": ""}


ANSWERS = {
    "at once": ([http("ok")], "", 1),
    "at the third": ([http("", "503 Busy"), http("", "429 Slow"), http("ok")], "", 3),
    "never": ([http("", "500 No")], "it answered HTTP 500", 3),
    "unknown": ([http("no_service", "404 Not Found")], "it answered HTTP 404", 1),
    "elsewhere": ([http("", "302 Found", extra="Location: http://127.0.0.1:9/\r\n")], "it answered HTTP 302", 1),
    "no answer": ([b""], "ConnectionError", 3),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_webhook_that_fails_is_tried_again_where_that_may_help(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three times at most, and not where it was refused or led elsewhere; what is said names no address."""
    answers, why, tries = ANSWERS[name]
    monkeypatch.setattr(time, "sleep", lambda _: None)
    with RawServer(*answers) as server:
        webhook = Webhook.find(environ(server.url))
        assert webhook is not None
        assert (webhook.post(ALERT), len(server.requests)) == (why, tries)


@pytest.mark.parametrize("fails", [True, False])
def test_nothing_shows_the_address(
    fails: bool, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither a log at its lowest level, nor what is printed, nor the webhook's own repr; the command's error stays."""
    monkeypatch.setattr(time, "sleep", lambda _: None)
    logging.getLogger("urllib3").setLevel(logging.DEBUG)
    lines: list[str] = []
    handler = logging.Handler()
    monkeypatch.setattr(handler, "emit", lambda record: lines.append(record.getMessage()))
    logging.root.addHandler(handler)
    try:
        with RawServer(http("", "500 No") if fails else http("")) as server:
            with (
                mock.patch.dict("os.environ", environ(server.url)),
                pytest.raises(GuardError),
                alerting("push") as alerts,
                alerts.watch(SYNC),
            ):
                raise GuardError("Refused.", hint="Do it.")
            webhook = Webhook.find(environ(server.url))
    finally:
        logging.root.removeHandler(handler)
        logging.getLogger("urllib3").setLevel(logging.NOTSET)
    # Not twice, though the error ends two blocks.
    assert len(server.requests) == (3 if fails else 1)
    said = capfd.readouterr()
    warning = "Warning: The alert did not reach the webhook of REVERSE_ETL_WEBHOOK: it answered HTTP 500.\n"
    assert (said.out, said.err) == ("", warning if fails else "")
    port = server.url.rpartition(":")[2]
    shown = " ".join([*lines, said.err, repr(webhook)])
    assert SECRET not in shown
    assert port not in said.err + repr(webhook)


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("https://hooks.example.com/x9k2", True),
        ("http://127.0.0.1:8080/x9k2", True),
        ("http://localhost/x9k2", True),
        ("http://hooks.example.com/x9k2", False),
        ("http://127.0.0.1.evil.example/x9k2", False),
        ("http://127.0.0.1@evil.example/x9k2", False),
        ("ftp://hooks.example.com/x9k2", False),
        ("hooks.example.com/x9k2", False),
        ("https:///x9k2", False),
        ("https://[x9k2", False),
        ("https://hooks.example.com:x9k2", False),
    ],
)
def test_alerts_go_by_https_or_stay_on_this_machine(address: str, taken: bool) -> None:
    """Another address is a wrong setting, and its message does not hold it."""
    if taken:
        assert Webhook.find({ADDRESS: address}) is not None
        return
    with pytest.raises(SettingsError, match=re.escape(ADDRESS)) as refused:
        Webhook.find({ADDRESS: address})
    assert "x9k2" not in refused.value.message + refused.value.hint


def test_a_form_that_is_none_is_refused() -> None:
    """With the forms that there are, and without what was given, which may be the address by mistake."""
    with pytest.raises(SettingsError, match="REVERSE_ETL_WEBHOOK_FORMAT is none of json, slack, teams") as refused:
        Webhook.find(environ("https://hooks.example.com", SECRET))
    assert SECRET not in refused.value.message
    assert Webhook.find({FORM: "nonsense"}) is None
