"""Several syncs in one project: all, some, a paused one, and the worst exit code."""

import json
from pathlib import Path

import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.support.schemas import validate
from tests.support.shop import Shop, deal


def declare(shop: Shop, **settings: dict[str, object]) -> None:
    """One exposure for each name, all on the same source."""
    exposures = [
        {
            "name": name,
            "type": "application",
            "owner": {"name": "Growth", "email": "growth@example.com"},
            "depends_on": ["ref('offline_conversions')"],
            "config": {
                "tags": [f"tag_{name}"],
                "meta": {
                    "reverse_etl": {"destination": "microsoft_ads", "environment": "local", "unique_key": "deal_id"}
                    | more
                },
            },
        }
        for name, more in settings.items()
    ]
    (shop.folder / "models/exposures.yml").write_text(json.dumps({"exposures": exposures}))


def test_one_whose_rows_name_no_account_stops_no_other(shop: Shop, sandbox: LocalSandbox) -> None:
    """A push of all and an erasure everywhere fail for that sync alone, with what to do, and leave with its code."""
    shop.fill([deal(1)])
    declare(shop, calls={"account_id": "1"}, routed={"account_column": "hashed_email_address"})
    done = shop.run("push", "--all", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert done.returncode == 2
    assert "No row of the source of routed has an account in hashed_email_address." in done.stderr
    assert [one["source"] for one in json.loads(done.stdout) if one["sync"] == "calls"] == [{"accepted": 1}]
    shop.fill([])
    shop.fill([deal(2)])
    forgotten = shop.run("forget", "--all", "--key", "D1", "--yes", "--json")
    assert forgotten.returncode == 2
    assert [one["records"] for one in json.loads(forgotten.stdout) if one["sync"] == "calls"] == [1]


@pytest.fixture
def several(shop: Shop) -> Shop:
    shop.fill([deal(1), deal(2)])
    declare(shop, calls={"account_id": "1"}, forms={"account_id": "2"}, old={"account_id": "3", "enabled": False})
    return shop


def test_plan_and_status_show_all_and_push_wants_a_word(several: Shop) -> None:
    """Without a name the reading commands show every enabled sync; a push names them and sends nothing."""
    planned = several.run("plan", "--json")
    assert [one["sync"] for one in json.loads(planned.stdout)] == ["calls", "forms"]
    shown = several.run("status")
    assert "calls -> microsoft_ads" in shown.stdout
    assert "forms -> microsoft_ads" in shown.stdout
    assert "Paused, and shown only when named: old." in shown.stderr
    refused = several.run("push")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "several syncs: calls, forms" in refused.stderr
    assert "Name one of them, for example calls." in refused.stderr


def test_all_pushes_each_as_its_own_run(several: Shop, sandbox: LocalSandbox) -> None:
    """--all pushes every enabled sync into its own ledger; --select picks by dbt's syntax."""
    some = several.run("push", "--select", "tag:tag_forms", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert [(one["sync"], one["source"]) for one in json.loads(some.stdout)] == [("forms", {"accepted": 2})]
    done = several.run("push", "--all", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert done.returncode == 0, done.stderr
    # The account is another one, and so is the conversion there.
    assert [(one["sync"], one["run"]) for one in json.loads(done.stdout)] == [("calls", 1), ("forms", 2)]


def test_a_key_is_explained_though_another_sync_cannot_be_looked_at(several: Shop) -> None:
    """`why` answers for the syncs that it can read, says what keeps it from the others, and leaves with their code."""
    declare(several, calls={"account_id": "1"}, forms={"account_id": "2", "unique_key": "no_such_column"})
    done = several.run("why", "D1")
    assert done.returncode == 2
    assert "calls -> microsoft_ads" in done.stdout
    assert "Error in forms: " in done.stderr


def test_the_only_one_of_all_that_fails_has_a_document(several: Shop) -> None:
    """A program that pushes all gets a list with the error, not an empty one."""
    declare(several, calls={"account_id": "1", "unique_key": "no_such_column"})
    done = several.run("push", "--all", "--json")
    assert done.returncode == 2
    (failed,) = json.loads(done.stdout)
    validate("error", failed)
    assert failed["sync"] == "calls"


def test_the_worst_exit_code_wins_and_the_others_are_pushed(several: Shop, sandbox: LocalSandbox) -> None:
    """A sync whose guard refuses stops only itself, is named, and its exit code is the command's."""
    declare(several, calls={"account_id": "1", "max_age": "1 minute"}, forms={"account_id": "2"})
    done = several.run("push", "--all", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert done.returncode == 5
    assert "Error in calls: The newest conversion is" in done.stderr
    assert "Run 1 of forms" in done.stdout
    results = json.loads(several.run("push", "--all", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url).stdout)
    assert [(one["sync"], one["exit_code"]) for one in results] == [("calls", 5), ("forms", 0)]
    validate("error", results[0])


def test_a_wrong_declaration_is_no_matter_of_a_sync_that_is_named(several: Shop, sandbox: LocalSandbox) -> None:
    """Who asks for all of them learns of it before anything is sent."""
    declare(several, calls={"account_id": "1"}, forms={"account_id": "2", "acount_column": "account"})
    for command in (
        ["push", "calls"],
        ["status", "calls"],
        ["push", "--select", "calls"],
        ["push", "--all"],
        ["push", "forms"],
    ):
        done = several.run(*command, MICROSOFT_ADS_ENDPOINT=sandbox.url)
        assert done.returncode == (0 if command[-1] == "calls" and len(command) == 2 else 2), done.stderr
        assert ("unknown key 'acount_column'" in done.stderr) == bool(done.returncode)
    assert several.sql("select sync, count(*) from reverse_etl_ledger group by sync") == [("calls", 2)]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["old"], 5, "old is paused: its exposure says enabled: false."),
        (["olt"], 2, "Did you mean 'old'?"),
        (["calls", "--all"], 2, "only one of them"),
        (["--select", "old"], 2, "picks no enabled sync"),
        (["--select", ""], 2, "--select is empty"),
        (["--select", "tag:nothing"], 2, "picks no enabled sync"),
    ],
)
def test_what_cannot_be_pushed_is_said(several: Shop, arguments: list[str], code: int, words: str) -> None:
    """A paused sync by name, a wrong name, two ways at once, a selection of nothing."""
    done = several.run("push", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_detailed_exitcode_tells_whether_there_is_something_to_push(several: Shop, sandbox: LocalSandbox) -> None:
    """plan --detailed-exitcode leaves with 6 where a push would send, 5 where a guard would refuse, 0 where nothing."""
    assert several.run("plan", "forms", "--detailed-exitcode").returncode == 6
    several.push("forms", endpoint=sandbox.url)
    assert several.run("plan", "forms", "--detailed-exitcode").returncode == 0
    assert several.run("plan", "--detailed-exitcode").returncode == 6, "the other sync has something"
    declare(several, calls={"account_id": "1", "max_age": "1 minute"}, forms={"account_id": "2"})
    assert several.run("plan", "calls", "--detailed-exitcode").returncode == 5


def test_a_run_is_shown_of_the_syncs_that_have_one_of_that_number(several: Shop, sandbox: LocalSandbox) -> None:
    """Each sync numbers its own runs: of several, those without that number say nothing; none at all is an error."""
    several.push("forms", endpoint=sandbox.url)
    done = several.run("runs", "1", "--json")
    assert [one["sync"] for one in json.loads(done.stdout)] == ["forms"], done.stderr
    assert (done.returncode, done.stderr) == (0, "")
    missing = several.run("runs", "9")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "has no run 9" in missing.stderr


def test_strict_counts_what_was_not_sent(shop: Shop, sandbox: LocalSandbox, tmp_path: Path) -> None:
    """--strict leaves with 3 while a row is invalid or held; without it the same push leaves with 0."""
    shop.fill([deal(1), deal(2, microsoft_click_id="broken")])
    assert shop.push("--strict", endpoint=sandbox.url)["exit_code"] == 3
    assert shop.push(endpoint=sandbox.url)["exit_code"] == 0
