"""An alert as a webhook gets it: our own document, and the forms that Slack and Teams show."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, cast

from typing_extensions import TypedDict

from reverse_etl.core.alert import Alert
from reverse_etl.report.attribution import percent
from reverse_etl.report.documents import Count, Date, Says, Time
from reverse_etl.report.text import safe, sent_words, title

Rate = Annotated[float, Says(minimum=0, maximum=1)]
# Slack takes 150 characters of a header and 3,000 of a section: two sentences, and details of 200 or so each.
_HEADER, _SENTENCE = 150, 500
_DETAILS = 8


class FellJson(TypedDict):
    """One goal whose match rate fell."""

    conversion_name: str
    first_day: Annotated[Date, Says("The first of the newest days that are compared, in UTC.")]
    match_rate: Annotated[Rate, Says("From that day on.")]
    before: Annotated[Rate, Says("Of the days before it.")]


class AlertJson(TypedDict):
    """What a webhook gets when a push or a fetch of attribution needs a person. It holds no row and no personal data.
    `version` rises when a field changes its meaning.
    """

    version: Literal[1]
    at: Annotated[Time, Says("When it was posted, UTC.")]
    command: Literal["push", "attribution"]
    reason: Literal["stopped", "in_doubt", "rejected", "guard", "settings", "match_rate_fell"]
    exit_code: Annotated[Literal[0, 1, 2, 3, 5], Says("What the command leaves with for this sync.")]
    sync: Annotated[str, Says("Blank, as are the next three, where the command ended before it had chosen a sync.")]
    destination: str
    environment: Literal["", "local", "sandbox", "production"]
    account_id: str
    run: Annotated[int | None, Says("The run's number; null where none began.", minimum=1)]
    message: Annotated[str, Says("What happened.")]
    what_to_do: str
    sent: Annotated[dict[str, Count], Says("Records that left in this run, by outcome.")]
    refusals: Annotated[dict[str, Count], Says("Refused records by the destination's code.")]
    fell: Annotated[list[FellJson], Says("Goals whose match rate fell.")]


def alert_json(alert: Alert) -> AlertJson:
    sync = alert.sync
    return {
        "version": 1,
        "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": cast(Any, alert.command),
        "reason": alert.reason.value,
        "exit_code": cast(Any, alert.exit_code),
        "sync": sync.name if sync else "",
        "destination": sync.destination if sync else "",
        "environment": sync.environment.value if sync else "",
        "account_id": sync.account_id if sync else "",
        "run": alert.run_seq,
        "message": alert.message,
        "what_to_do": alert.what_to_do,
        "sent": dict(alert.sent),
        "refusals": dict(alert.refusals),
        "fell": [
            {
                "conversion_name": one.conversion_name,
                "first_day": one.first_day.isoformat(),
                "match_rate": one.match_rate,
                "before": one.before,
            }
            for one in alert.fell
        ],
    }


def alert_slack(alert: Alert) -> Mapping[str, object]:
    """For an incoming webhook of Slack. Plain text: what comes from outside makes no link and calls no channel."""
    headline = _headline(alert)
    shown = "".join({"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(letter, letter) for letter in headline)
    blocks = [("header", safe(headline, _HEADER)), ("section", "\n".join(_lines(alert)))]
    plain = {"type": "plain_text", "emoji": False}
    return {"text": shown, "blocks": [{"type": type_, "text": plain | {"text": text}} for type_, text in blocks]}


def alert_teams(alert: Alert) -> Mapping[str, object]:
    """For a webhook of Teams' Workflows: an Adaptive Card, of text runs, which know no Markdown."""
    runs: list[dict[str, str]] = [{"text": _headline(alert), "weight": "Bolder", "size": "Medium"}]
    runs += [{"text": line} for line in _lines(alert)]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [{"type": "RichTextBlock", "inlines": [{"type": "TextRun"} | run]} for run in runs],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


FORMS: dict[str, Callable[[Alert], Mapping[str, object]]] = {
    "json": alert_json,
    "slack": alert_slack,
    "teams": alert_teams,
}


def _headline(alert: Alert) -> str:
    whose = f" of {title(alert.sync)}" if alert.sync else ""
    return f"reverse-etl {alert.command}{whose}: {alert.reason.value.replace('_', ' ')}"


def _lines(alert: Alert) -> Iterator[str]:
    yield safe(alert.message, _SENTENCE)
    if alert.what_to_do:
        yield safe(alert.what_to_do, _SENTENCE)
    details = [
        f"{safe(one.conversion_name)}: {percent(one.match_rate)} since {one.first_day}, {percent(one.before)} before"
        for one in alert.fell
    ]
    details += [f"{safe(code)}: {rows:,}" for code, rows in sorted(alert.refusals.items())]
    yield from details[:_DETAILS]
    if len(details) > _DETAILS:
        yield f"and {len(details) - _DETAILS} more"
    if alert.run_seq is not None:
        yield f"Run {alert.run_seq}, exit code {alert.exit_code}. Sent: {sent_words(alert.sent)}."
