"""dbt's models and the push as assets of Dagster: `dagster dev -f definitions.py`, with DBT_PROJECT_DIR set.

dagster-dbt, dbt and the tool share one environment. Secrets are read from the environment of the code location.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets, get_asset_key_for_model

import reverse_etl
from reverse_etl.core.errors import ReverseEtlError

PROJECT = DbtProject(project_dir=os.environ["DBT_PROJECT_DIR"], target=os.environ.get("DBT_TARGET", "prod"))
PROJECT.prepare_if_dev()
SYNC = "microsoft_ads_offline_conversions"


@dbt_assets(manifest=PROJECT.manifest_path)
def models(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[object]:
    # dagster-dbt gives each call a target folder of its own. A push looks for what the tests said in the project's.
    target = Path(PROJECT.project_dir, PROJECT.target_path)
    yield from dbt.cli(["build"], context=context, target_path=target).stream()


@dg.asset(
    name=SYNC,
    deps=[get_asset_key_for_model([models], "offline_conversions")],
    check_specs=[dg.AssetCheckSpec("nothing_refused", asset=SYNC)],
    retry_policy=dg.RetryPolicy(max_retries=3, delay=600),
)
def push(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Send what is new to Microsoft Advertising."""
    try:
        result = reverse_etl.push(SYNC, project_dir=PROJECT.project_dir, target=PROJECT.target or "")
    except ReverseEtlError as error:
        # 1 stopped, 4 another push: try again. 2 settings, 5 a guard: somebody has to change something first.
        raise dg.Failure(f"{error.message} {error.hint}", allow_retries=error.exit_code in (1, 4)) from error
    if result.exit_code == 1:
        # Some of it may be sent. What is in doubt is settled by the next try, which counts nothing twice.
        raise dg.Failure(result.stopped.message if result.stopped else "Rows are in doubt.")
    refused = sum(result.refusals.values())
    check = dg.AssetCheckResult(passed=not refused, severity=dg.AssetCheckSeverity.WARN, metadata={"rows": refused})
    return dg.MaterializeResult(metadata={"run": result.run_seq, **result.sent}, check_results=[check])


defs = dg.Definitions(
    assets=[models, push],
    resources={"dbt": DbtCliResource(project_dir=PROJECT)},
    schedules=[dg.ScheduleDefinition("daily", target=dg.AssetSelection.all(), cron_schedule="15 5 * * *")],
)
