"""Run the local sandbox in the foreground: python -m reverse_etl.sandbox."""

import argparse
import signal
import sys
from pathlib import Path

from reverse_etl.sandbox import LocalSandbox, SandboxError, parse_fault


def main(arguments: list[str] | None = None) -> int:
    """Serve until an interrupt or a termination signal; 0 when stopped, 2 when it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m reverse_etl.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8765, help="port on 127.0.0.1; 0 picks a free one")
    parser.add_argument("--books", type=Path, required=True, help="file that keeps what was received")
    parser.add_argument("--goals", type=Path, help="YAML file of goals and clicks; left out, goals are learnt")
    parser.add_argument("--fault", action="append", default=[], help="fault to play, as KIND[:KEY=VALUE,..]")
    parser.add_argument("--seed", type=int, default=0, help="what the chances of faults are drawn from")
    chosen = parser.parse_args(arguments)
    try:
        faults = [parse_fault(text) for text in chosen.fault]
        sandbox = LocalSandbox(chosen.books, port=chosen.port, goals=chosen.goals, faults=faults, seed=chosen.seed)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: sandbox.stop())
        with sandbox:
            print(f"The local sandbox is ready at {sandbox.url}", flush=True)
            sandbox.serve_forever()
    except SandboxError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
