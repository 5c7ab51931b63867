"""What a push takes the place of: a script that sends all rows of the view and remembers nothing.

Arguments: file, address.
"""

import json
import sys

import duckdb
import requests


def main() -> None:
    """Send."""
    database, url = sys.argv[1:]
    session = requests.Session()
    with duckdb.connect(database, read_only=True) as connection:
        found = connection.execute("select * from main.offline_conversions")
        names = [column[0] for column in found.description]
        while rows := found.fetchmany(1000):
            body = {"OfflineConversions": [dict(zip(names, row, strict=True)) for row in rows]}
            answer = session.post(f"{url}/OfflineConversions/Apply", data=json.dumps(body, default=str), timeout=60)
            answer.raise_for_status()


if __name__ == "__main__":
    main()
