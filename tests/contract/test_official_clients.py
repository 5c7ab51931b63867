"""What Microsoft ships against what we say: its clients call the local sandbox, its models read our messages."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from reverse_etl.core.sync import Environment, WireProtocol
from reverse_etl.destinations.microsoft_ads.settings import REST_PATH, MicrosoftAdsSettings
from reverse_etl.destinations.microsoft_ads.sign_in.tokens import FixedToken
from reverse_etl.destinations.microsoft_ads.wire.line import API_REVISION
from reverse_etl.destinations.microsoft_ads.wire.rest import OPERATIONS, RestWire
from reverse_etl.sandbox import LocalSandbox, read_adjustments, read_received
from reverse_etl.sandbox.lookups import goal_id

SDK = Path(__file__).parent / "sdk"
NOW = datetime.now(UTC).replace(microsecond=0)
YESTERDAY = (NOW - timedelta(days=1)).isoformat()
LATER = (NOW - timedelta(hours=1)).isoformat()
GOALS = """
goals:
  - {name: Lead, enhanced: true, revenue: {type: FixedValue, value: 7, currency: USD}}
  - {name: Once, count_type: Unique, window_minutes: 60, status: Paused, external_attribution: true}
"""
CONVERSION = {
    "ConversionCurrencyCode": "EUR",
    "ConversionName": "Lead",
    "ConversionTime": YESTERDAY,
    "ConversionValue": 12.5,
    "HashedEmailAddress": "a" * 64,
    "MicrosoftClickId": "f894f652ea334e739002f7167ab8f8e3",
}
RESTATEMENT = {
    "AdjustmentCurrencyCode": "EUR",
    "AdjustmentTime": LATER,
    "AdjustmentType": "Restate",
    "AdjustmentValue": 10.0,
    "ConversionName": "Lead",
    "ConversionTime": YESTERDAY,
    "HashedEmailAddress": "a" * 64,
    "MicrosoftClickId": "f894f652ea334e739002f7167ab8f8e3",
}


@dataclass
class Sdk:
    """One of Microsoft's clients, in a process of its own."""

    process: subprocess.Popen[str]

    def ask(self, *question: Any) -> Any:
        """What it says to a question."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "it died"
        said = json.loads(line)
        assert "raised" not in said, said["raised"]
        return said


def installed() -> Path:
    """A folder with what msads.lock names: beside it the other client would be overwritten. Made once, and kept."""
    locks = [SDK / "build.lock", SDK / "msads.lock"]
    digest = hashlib.sha256(b"".join(lock.read_bytes() for lock in locks) + sys.version.encode()).hexdigest()
    folder = Path(sys.prefix) / "sdk" / digest[:16]
    if not (folder / "ready").exists():
        for lock, options in zip(locks, ([], ["--no-build-isolation"]), strict=True):
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--no-compile"]
            target = folder / lock.stem
            environment = os.environ | {"PYTHONPATH": str(folder / "build")}
            command = [*pip, "--upgrade", "--target", str(target), *options, "-r", str(lock)]
            subprocess.run(command, env=environment, check=True, timeout=300)
        (folder / "ready").touch()
    return folder / "msads"


@contextmanager
def running(script: str, *options: str, path: Path | None = None) -> Iterator[Sdk]:
    environment = {name: text for name, text in os.environ.items() if "proxy" not in name.lower()}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    command = [sys.executable, "-W", "ignore", *options, str(SDK / script)]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Sdk(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(scope="module")
def msads() -> Iterator[Sdk]:
    """By REST, with nothing of this environment on its path."""
    with running("by_rest.py", "-S", path=installed()) as sdk:
        yield sdk


@pytest.fixture(scope="module")
def bingads() -> Iterator[Sdk]:
    """By SOAP."""
    with running("by_soap.py") as sdk:
        yield sdk


@pytest.fixture(params=["bingads", "msads"])
def sdk(request: pytest.FixtureRequest) -> Sdk:
    """Each of the two."""
    found: Sdk = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[LocalSandbox]:
    (tmp_path / "goals.yml").write_text(GOALS)
    with LocalSandbox(tmp_path / "books.sqlite", port=0, goals=tmp_path / "goals.yml") as running_one:
        yield running_one


def test_what_it_uploads_is_what_the_books_have(sdk: Sdk, sandbox: LocalSandbox, tmp_path: Path) -> None:
    """A row that is good is taken as it was meant, one that is not is refused by its place, and the call is traced."""
    bad = [CONVERSION | {"MicrosoftClickId": "not a click id"}, CONVERSION | {"ConversionName": "No such goal"}]
    said = sdk.ask("apply", sandbox.url, "token", "OfflineConversion", [CONVERSION, *bad])
    assert said == {
        "errors": [[1, 5604, "OfflineConversionMicrosoftClickIdInvalid"], [2, 5606, "OfflineConversionNameInvalid"]],
        "traced": True,
    }
    (taken,) = read_received(tmp_path / "books.sqlite", outcome="counted")
    assert (taken.conversion_name, taken.click_id) == ("Lead", CONVERSION["MicrosoftClickId"])
    assert (float(taken.conversion_value or 0), taken.currency, taken.hashed_email) == (12.5, "EUR", "a" * 64)
    assert datetime.fromisoformat(taken.conversion_time or "") == datetime.fromisoformat(YESTERDAY)
    assert sdk.ask("apply", sandbox.url, "token", "OfflineConversion", [CONVERSION]) == {"errors": [], "traced": True}


def test_what_it_corrects_is_corrected(sdk: Sdk, sandbox: LocalSandbox, tmp_path: Path) -> None:
    """A restatement is taken, and one without a value is refused."""
    sdk.ask("apply", sandbox.url, "token", "OfflineConversion", [CONVERSION])
    bare = {name: value for name, value in RESTATEMENT.items() if name != "AdjustmentValue"}
    said = sdk.ask("apply", sandbox.url, "token", "OfflineConversionAdjustment", [RESTATEMENT, bare])
    assert said == {"errors": [[1, 5625, "OfflineConversionAdjustmentValueRequired"]], "traced": True}
    assert [one.outcome for one in read_adjustments(tmp_path / "books.sqlite")] == ["restated", "refused"]


FAULTS = [
    ("expired", None, 401, 109, "AuthenticationTokenExpired"),
    ("invalid", None, 401, 105, "InvalidCredentials"),
    ("token", "fault_117", 429, 117, "CallRateExceeded"),
    ("token", "fault_106", 403, 106, "UserIsNotAuthorized"),
    ("token", "fault_5612", 500, 5612, "OfflineConversionsApplyFailed"),
    ("token", "fault_5601", 400, 5601, "OfflineConversionsLimitExceeded"),
    ("token", "fault_0", 500, 0, "InternalError"),
]


@pytest.mark.parametrize(("token", "kind", "status", "code", "name"), FAULTS)
def test_a_fault_is_read_as_it_was_meant(  # noqa: PLR0917
    sdk: Sdk, sandbox: LocalSandbox, token: str, kind: str | None, status: int, code: int, name: str
) -> None:
    """Code, name and tracking id of a fault arrive in either shape; by REST its status, too."""
    if kind:
        requests.post(f"{sandbox.url}/control/faults", json=[{"kind": kind}], timeout=60).raise_for_status()
    said = sdk.ask("apply", sandbox.url, token, "OfflineConversion", [CONVERSION])
    assert said.pop("status") in (status, 500)
    assert said == {"code": code, "name": name, "traced": True}


def test_goals_are_read_as_the_file_has_them(sdk: Sdk, sandbox: LocalSandbox) -> None:
    """Both goals with their settings; by id one, and null with an error for one that is not there."""
    said = sdk.ask("goals", sandbox.url, "token")
    lead, once = said["goals"]
    assert lead[1:] == ["Lead", "All", 43200, "Active", 7.0, True, False]
    assert once[1:] == ["Once", "Unique", 60, "Paused", None, False, True]
    assert said["errors"] == []
    ids = [5, lead[0]]
    by_id = sdk.ask("goals", sandbox.url, "token", [str(one) for one in ids])
    assert by_id["errors"] == [[0, 5314, "InvalidConversionGoalId"]]
    # The client by SOAP leaves out what is null.
    assert by_id["goals"] in ([None, lead], [lead])


def test_the_report_is_read_as_the_books_have_it(sdk: Sdk, sandbox: LocalSandbox) -> None:
    """What counted and what did not, with the reason, in sum and for the day; an id that is not there is an error."""
    for _ in range(2):
        sdk.ask("apply", sandbox.url, "token", "OfflineConversion", [CONVERSION])
    (lead, _) = sdk.ask("goals", sandbox.url, "token")["goals"]
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    span = (f"{today}T00:00:00Z", f"{today}T23:59:59Z")
    said = sdk.ask("report", sandbox.url, "token", *span, [str(lead[0]), "5"])
    assert said["goals"] == [["Lead", 1, 1, 0.5, [["DuplicateConversionKey", 1]], [[today, 1, 1]]]]
    assert said["errors"] == [[1, 5314, "InvalidConversionGoalId"]]


@pytest.fixture(scope="module")
def wire() -> RestWire:
    token = FixedToken("a")
    made = MicrosoftAdsSettings(Environment.LOCAL, WireProtocol.REST, "http://127.0.0.1:1", "1", "2", "d", token)
    return RestWire(made)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_paths_and_headers_are_those_of_the_client(msads: Sdk, wire: RestWire, operation: str) -> None:
    """Each operation is called where Microsoft's client calls it, by POST, and with the headers that it has: the same
    revision of the service among them."""
    method, path, headers = msads.ask("shape", operation)
    assert (method, path) == ("POST", f"{REST_PATH}/{OPERATIONS[operation].path}")
    assert headers.pop("Api-Revision") == API_REVISION
    assert set(headers) - set(wire._headers("token")) <= {"User-Agent"}


MESSAGES: list[tuple[str, dict[str, Any]]] = [
    (
        "ApplyOfflineConversions",
        {
            "OfflineConversions": [
                CONVERSION
                | {"ExternalAttributionCredit": 0.5, "ExternalAttributionModel": "x", "HashedPhoneNumber": "b" * 64}
                | {"ConversionTime": "2026-11-20T10:00:00Z"}
            ]
        },
    ),
    (
        "ApplyOfflineConversionAdjustments",
        {
            "OfflineConversionAdjustments": [
                RESTATEMENT
                | {"AdjustmentTime": "2026-11-21T10:00:00Z", "ConversionTime": "2026-11-20T10:00:00Z"}
                | {"HashedPhoneNumber": "b" * 64}
            ]
        },
    ),
    (
        "GetConversionGoalsByIds",
        {
            "ConversionGoalIds": [1, 2],
            "ConversionGoalTypes": ["OfflineConversion"],
            "ReturnAdditionalFields": ["IsExternallyAttributed"],
        },
    ),
    ("GetAccountProperties", {"AccountPropertyNames": ["MSCLKIDAutoTaggingEnabled"]}),
    ("SetAccountProperties", {"AccountProperties": [{"Name": "MSCLKIDAutoTaggingEnabled", "Value": "true"}]}),
    (
        "GetOfflineConversionReportByGoalIds",
        {
            "StartDateUtc": "2026-11-01T00:00:00Z",
            "EndDateUtc": "2026-11-07T00:00:00Z",
            "GoalIds": [1, 2],
            "UploadChannelFilter": ["CampaignManagementAPI"],
        },
    ),
]


@pytest.mark.parametrize(("operation", "content"), MESSAGES, ids=[operation for operation, _ in MESSAGES])
def test_our_messages_are_those_of_the_models(
    msads: Sdk, wire: RestWire, operation: str, content: dict[str, Any]
) -> None:
    """What we write is read by the model of the request, and written by it again as the same."""
    message = json.loads(wire.message(operation, content))
    assert msads.ask("unknown", f"{operation}Request", message) == []


@pytest.mark.parametrize(
    ("operation", "element", "wrong"),
    [
        ("ApplyOfflineConversions", "OfflineConversions", [{"ConversionNames": "Lead"}]),
        ("ApplyOfflineConversions", "Conversions", []),
    ],
)
def test_the_models_see_a_name_that_is_wrong(msads: Sdk, operation: str, element: str, wrong: Any) -> None:
    """A name that the service does not know is reported, whether inside an item or above it."""
    assert msads.ask("unknown", f"{operation}Request", {element: wrong}) != []


def test_the_answers_of_the_local_sandbox_are_those_of_the_models(msads: Sdk, sandbox: LocalSandbox) -> None:
    """What the local sandbox writes, with errors and goals in it, the models read and write again as the same."""
    headers = {"Authorization": "Bearer t", "DeveloperToken": "d", "CustomerId": "1", "CustomerAccountId": "2"}
    asked: dict[str, Any] = {
        "ApplyOfflineConversions": {"OfflineConversions": [CONVERSION, CONVERSION | {"MicrosoftClickId": "x"}]},
        "ApplyOfflineConversionAdjustments": {"OfflineConversionAdjustments": [RESTATEMENT | {"AdjustmentType": "X"}]},
        "GetConversionGoalsByIds": {
            "ConversionGoalTypes": "OfflineConversion",
            "ReturnAdditionalFields": "GoalCategory",
        },
        "GetAccountProperties": {"AccountPropertyNames": ["MSCLKIDAutoTaggingEnabled"]},
        # The answer to SetAccountProperties is empty, and there is no model of it.
        "GetOfflineConversionReportByGoalIds": {
            "StartDateUtc": f"{NOW:%Y-%m-%d}T00:00:00Z",
            "EndDateUtc": f"{NOW:%Y-%m-%d}T23:59:59Z",
            "GoalIds": [str(goal_id("Lead"))],
        },
    }
    for operation, content in asked.items():
        url = f"{sandbox.url}{REST_PATH}/{OPERATIONS[operation].path}"
        answer = requests.post(url, json=content, headers=headers, timeout=60)
        assert answer.status_code == 200
        assert msads.ask("unknown", f"{operation}Response", answer.json()) == []
