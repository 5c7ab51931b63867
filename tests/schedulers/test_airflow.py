"""The example for Airflow, in a real Airflow with a database of its own: `make test-schedulers`."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.schedulers.conftest import EXAMPLES, Leaving, environment
from tests.support.faults import ask_for
from tests.support.scale import scaled
from tests.support.shop import Shop, click, deal

pytestmark = pytest.mark.skipif(scaled(True, long=False), reason="make test-schedulers")

SCRIPT = Path(__file__).with_name("in_airflow.py")


@dataclass(frozen=True)
class Airflow:
    """An Airflow with the example's DAG and nothing else. `programs`: of its environment."""

    programs: Path
    home: Path

    def run(self, *command: str | Path, **more: str) -> str:
        """The standard output of a command of Airflow's environment."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("AIRFLOW", "REVERSE", "DBT_"))}
        own = {
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.home / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "PATH": f"{self.programs}:{os.environ['PATH']}",
        }
        done = subprocess.run(
            [self.programs / command[0], *command[1:]],
            env=kept | own | more,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def test(self, **more: str) -> dict[str, object]:
        """Run the DAG once, and give state and tries of its task, and what it returned."""
        found: dict[str, object] = json.loads(self.run("python", SCRIPT, **more).splitlines()[-1])
        return found


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Airflow:
    home = tmp_path_factory.mktemp("airflow")
    made = Airflow(environment(home / "venv", "apache-airflow>=3,<4"), home)
    (home / "dags").mkdir()
    shutil.copy(EXAMPLES / "airflow_dag.py", home / "dags")
    made.run("airflow", "db", "migrate")
    return made


def connection(**secrets: str) -> str:
    return json.dumps({"conn_type": "generic", "extra": secrets})


def test_it_parses(airflow: Airflow) -> None:
    """Airflow finds one DAG and no error."""
    assert "No data found" in airflow.run("airflow", "dags", "list-import-errors", "--local")
    dags = json.loads(airflow.run("airflow", "dags", "list", "--local", "--output", "json").splitlines()[-1])
    assert [one["dag_id"] for one in dags] == ["reverse_etl"]


def test_its_task_pushes(airflow: Airflow, shop: Shop, sandbox: LocalSandbox) -> None:
    """The tool runs in its own environment, with the secrets of the connection, and a refused row is no failure."""
    shop.fill([deal(1), deal(2)])
    ask_for(sandbox, {"kind": "poison", "row": click(2)})
    shutil.rmtree(shop.folder / "target")
    secrets = {"MICROSOFT_ADS_ENDPOINT": sandbox.url, "DBT_PROFILES_DIR": str(shop.folder)}
    found = airflow.test(
        AIRFLOW_CONN_REVERSE_ETL=connection(**secrets),
        REVERSE_ETL=str(Path(sys.executable).parent / "reverse-etl"),
        DBT_PROJECT_DIR=str(shop.folder),
    )
    assert found == {"state": "success", "tries": 1, "returned": [{"accepted": 1, "rejected": 1}]}


@pytest.mark.parametrize(
    ("code", "state", "tries"),
    [(0, "success", 1), (1, "failed", 4), (2, "failed", 1), (3, "success", 1), (4, "skipped", 1), (5, "failed", 1)],
)
def test_each_exit_code_has_its_end(airflow: Airflow, leaving: Leaving, code: int, state: str, tries: int) -> None:
    """Only 1 is tried again, three times; 3 is no failure, and 4 is skipped."""
    found = airflow.test(AIRFLOW_CONN_REVERSE_ETL=connection(), REVERSE_ETL=str(leaving(code) / "reverse-etl"))
    assert (found["state"], found["tries"]) == (state, tries)
