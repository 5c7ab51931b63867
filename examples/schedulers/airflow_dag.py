"""Each day: build, test and push, as a task of Airflow 3. What each exit code means: docs/scheduling.md.

dbt and Airflow pin versions of the same libraries, so the tool has an environment of its own beside Airflow's, and is
called as a command. Secrets are in the connection `reverse_etl`: its extra is a JSON object of environment variables.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
from datetime import timedelta

import pendulum
from airflow.sdk import Connection, dag, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

REVERSE_ETL = os.environ.get("REVERSE_ETL", "/opt/reverse-etl/bin/reverse-etl")
PROJECT = os.environ.get("DBT_PROJECT_DIR", "/opt/analytics")


# A push sends what is new, whatever the date of the run: there are no intervals to catch up with.
@dag(schedule="15 5 * * *", start_date=pendulum.datetime(2026, 1, 1, tz="UTC"), catchup=False, max_active_runs=1)
def reverse_etl() -> None:
    # A task that is killed leaves rows in doubt, and its next try settles them: it is safe to repeat.
    @task(retries=3, retry_delay=timedelta(minutes=10), execution_timeout=timedelta(hours=1))
    def push() -> list[dict[str, int]]:
        """What left in this run, by outcome, for each account."""
        # A worker may forget target/ between two tasks; --build makes it, and tests.
        command = [REVERSE_ETL, "push", "--build", "--json", "--project-dir", PROJECT, "--target", "prod"]
        secrets = Connection.get("reverse_etl").extra_dejson
        done = subprocess.run(command, env=os.environ | secrets, stdout=subprocess.PIPE, text=True, check=False)
        match done.returncode:
            case 0:
                pass
            case 3:
                logging.getLogger(__name__).warning("Rows were refused: `reverse-etl rejected` says which and why.")
            case 4:
                raise AirflowSkipException("Another push is under way, and does the work.")
            case 1:
                raise AirflowException("The push stopped; the next try goes on.")
            case code:
                raise AirflowFailException(f"Exit code {code}: somebody has to change something first.")
        results = json.loads(done.stdout)
        return [one["sent"] for one in (results if isinstance(results, list) else [results])]

    push()


reverse_etl()
