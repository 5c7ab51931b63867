"""What other programs read of a sync: its log and its metrics, of real pushes."""

import json
import time
from typing import Any

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from reverse_etl.sandbox import LocalSandbox
from tests.support.faults import ask_for
from tests.support.shop import SYNC, Shop, click, deal


def log_of(said: str) -> list[dict[str, Any]]:
    """The objects that were logged; each line is one."""
    lines = [json.loads(line) for line in said.splitlines()]
    assert all({"time", "level", "message"} <= set(line) for line in lines)
    return lines


def test_a_push_with_its_build_is_a_log_of_objects(shop: Shop, sandbox: LocalSandbox) -> None:
    """dbt's lines among them, and the last one says run, exit code and what left; the result stays as it was."""
    shop.fill([deal(1), deal(2)])
    ask_for(sandbox, {"kind": "poison", "row": click(2)})
    more = {"MICROSOFT_ADS_ENDPOINT": sandbox.url, "REVERSE_ETL_LOG_FORMAT": "json"}
    done = shop.run("push", "--build", "-v", "--json", **more)
    assert json.loads(done.stdout)["exit_code"] == done.returncode == 3
    lines = log_of(done.stderr)
    assert "LogModelResult" in {line.get("dbt") for line in lines}
    batches = [line for line in lines if line["message"].startswith("Batch ")]
    assert {line["sync"] for line in batches} == {SYNC}
    last = {name: value for name, value in lines[-1].items() if name != "time"}
    ends = {"exit_code": 3, "accepted": 1, "rejected": 1}
    assert last == {"level": "warning", "message": "Run 1: done", "sync": SYNC, "run": 1, **ends}


def test_what_ends_a_command_is_an_object_too(shop: Shop) -> None:
    """With what to do and the exit code, whatever command it is."""
    for arguments in (["push", "none"], ["status", "none"]):
        done = shop.run(*arguments, "--log-format", "json")
        (line,) = log_of(done.stderr)
        assert (done.returncode, line["level"], line["exit_code"]) == (2, "error", 2)
        assert line["what_to_do"]


def test_metrics_are_what_the_ledger_knows(shop: Shop, sandbox: LocalSandbox) -> None:
    """Conversions by status, the newest push with its time, result and rows; a retry is no push."""
    began = int(time.time())
    shop.fill([deal(1), deal(2), deal(3, microsoft_click_id="broken")])
    ask_for(sandbox, {"kind": "poison", "row": click(2)})
    shop.push(endpoint=sandbox.url)
    shop.run("retry", "--yes")
    done = shop.run("status", "--format", "openmetrics")
    assert done.returncode == 0, done.stderr
    samples = [one for family in text_string_to_metric_families(done.stdout) for one in family.samples]
    assert {one.labels["sync"] for one in samples} == {SYNC}
    values = {(one.name, one.labels.get("status") or one.labels.get("result")): one.value for one in samples}
    assert values["reverse_etl_conversions", "accepted"] == 1
    assert values["reverse_etl_push_result", "done"] == 1
    rows = {
        (one.labels["side"], one.labels["standing"]): one.value for one in samples if one.name.endswith("push_rows")
    }
    assert rows == {
        **{("source", "accepted"): 1, ("source", "rejected"): 1, ("source", "invalid"): 1},
        **{("sent", "accepted"): 1, ("sent", "rejected"): 1},
    }
    start, end = (values[f"reverse_etl_push_{name}_timestamp_seconds", None] for name in ("start", "end"))
    assert began - 60 <= start <= end <= time.time() + 60


def test_a_status_has_one_format(shop: Shop) -> None:
    """--format json is --json, and both at once only where they agree."""
    asked = (["--format", "json"], ["--json"], ["--json", "--format", "json"])
    assert len({shop.run("status", *words).stdout for words in asked}) == 1
    refused = shop.run("status", "--json", "--format", "openmetrics")
    assert (refused.returncode, refused.stdout) == (2, "")
