"""All rows of the view by drt: batches of 1,000, its rate limit lifted. Arguments: file, address, folder."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

database, url, folder = sys.argv[1:]
home = Path(folder)
shutil.rmtree(home, ignore_errors=True)
# It cannot write a time as JSON.
TIME = "strftime(conversion_time, '%Y-%m-%dT%H:%M:%SZ') as conversion_time"
FILES = {
    ".drt/profiles.yml": {"local": {"type": "duckdb", "database": database}},
    "drt_project.yml": {"name": "peer", "version": "0.1", "profile": "local"},
    "syncs/conversions.yml": {
        "name": "conversions",
        "model": f"select * replace ({TIME}) from main.offline_conversions",
        "destination": {
            "type": "rest_api",
            "url": f"{url}/OfflineConversions/Apply",
            "method": "POST",
            "body_mode": "batch",
            "batch_template": '{"OfflineConversions": {{ rows | tojson }}}',
        },
        "sync": {"mode": "full", "batch_size": 1000, "rate_limit": {"requests_per_second": 1_000_000}},
    },
}
for name, content in FILES.items():
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
drt = Path(sys.executable).with_name("drt")
sys.exit(subprocess.run([str(drt), "run"], cwd=home, env=os.environ | {"HOME": str(home)}, check=False).returncode)
