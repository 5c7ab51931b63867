"""All rows of the view by dlt: parquet load files, four loads at once. Arguments: file, address, folder."""

import json
import os
import shutil
import sys
import threading

import dlt
import duckdb
import requests

database, url, folder = sys.argv[1:]
os.environ |= {"LOAD__WORKERS": "4", "RUNTIME__DLTHUB_TELEMETRY": "false"}
local = threading.local()


@dlt.destination(batch_size=1000, loader_file_format="parquet", name="sink", max_parallel_load_jobs=4)
def sink(items, table):
    if not hasattr(local, "session"):
        local.session = requests.Session()
    rows = items.to_pylist() if hasattr(items, "to_pylist") else items
    body = json.dumps({"OfflineConversions": rows}, default=str)
    local.session.post(f"{url}/OfflineConversions/Apply", data=body, timeout=60).raise_for_status()


def rows():
    with duckdb.connect(database, read_only=True) as connection:
        yield from connection.execute("select * from main.offline_conversions").to_arrow_reader(50_000)


shutil.rmtree(folder, ignore_errors=True)
dlt.pipeline("peer", destination=sink, pipelines_dir=folder).run(dlt.resource(rows, name="conversions"))
