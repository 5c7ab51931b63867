"""Materializes the assets of the example, and prints what became of them. Runs where Dagster is installed."""

import json
from collections import Counter
from typing import Any

import definitions

result = definitions.defs.resolve_implicit_global_asset_job_def().execute_in_process(raise_on_error=False)
events: Any = result.all_events
found = {
    "success": result.success,
    "materialized": sorted(
        one.asset_key.to_user_string() for one in events if one.event_type_value == "ASSET_MATERIALIZATION"
    ),
    "metadata": {
        name: value.value
        for one in events
        if one.event_type_value == "ASSET_MATERIALIZATION" and one.asset_key.to_user_string() == definitions.SYNC
        for name, value in one.step_materialization_data.materialization.metadata.items()
    },
    "checks": {
        one.event_specific_data.check_name: one.event_specific_data.passed
        for one in events
        if one.event_type_value == "ASSET_CHECK_EVALUATION" and one.event_specific_data.check_name == "nothing_refused"
    },
    "steps": Counter(f"{one.step_key}: {one.event_type_value}" for one in events if one.is_step_event),
    "failures": [
        one.event_specific_data.error.cause.message
        if one.event_specific_data.error.cause
        else one.event_specific_data.error.message
        for one in events
        if one.event_type_value == "STEP_FAILURE"
    ],
}
print(json.dumps(found))
