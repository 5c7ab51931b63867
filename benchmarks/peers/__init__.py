"""Others that send rows from a warehouse to an address, each in an environment of its own under .venv/peers.

None of them keeps a ledger of rows. Each is set up to send all rows of the view, 1,000 a call, and as fast as it can.
"""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PLACE = HERE.parents[1] / ".venv" / "peers"


@dataclass(frozen=True)
class Peer:
    """What is installed, and what runs in its environment; `script` takes the file, the address and a folder."""

    packages: tuple[str, ...]
    script: str

    @property
    def python(self) -> Path:
        """Its interpreter; the environment is made where there is none yet."""
        folder = PLACE / self.script.removesuffix(".py")
        if not (folder / ".ready").exists():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            subprocess.run([str(folder / "bin/pip"), "install", "--quiet", *self.packages], check=True)
            (folder / ".ready").touch()
        return folder / "bin/python"

    def command(self, folder: Path, database: Path) -> Callable[[str], list[str]]:
        """What sends all rows to an address."""
        python = str(self.python)
        return lambda url: [python, str(HERE / self.script), str(database), url, str(folder / "peers")]


PEERS = {
    "dlt": Peer(("dlt[duckdb,parquet]==1.31.0", "requests"), "send_by_dlt.py"),
    "drt": Peer(("drt-core[duckdb]==1.2.1",), "send_by_drt.py"),
}
