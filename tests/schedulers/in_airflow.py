"""Runs the DAG of the example once, and prints what became of its task. Runs where Airflow is installed."""

import json
from datetime import timedelta

from airflow.models.dagbag import DagBag

bag = DagBag()
dag = bag.dags["reverse_etl"]
# Between the tries are minutes.
dag.task_dict["push"].retry_delay = timedelta()
run = dag.test()
(task,) = run.get_task_instances()
returned = task.xcom_pull(task_ids="push")
print(json.dumps({"state": task.state, "tries": task.try_number, "returned": returned}))
