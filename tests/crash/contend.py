"""Eight processes that claim the same scope again and again, and the answer that each gets in each round.

Run as a module with the folder of a project and the number of rounds.
"""

import json
import multiprocessing
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

CONTENDERS = 8
# Longer than any round takes. Seconds.
PATIENCE = 120


def main(folder: Path, rounds: int) -> None:
    """Load the project, fork, and write one line of JSON per round."""
    from reverse_etl.warehouse.dbt_calls import DbtOptions
    from reverse_etl.warehouse.project import Project

    os.chdir(folder)
    project = Project(DbtOptions(folder, folder))
    fork = multiprocessing.get_context("fork")
    barrier, holding = fork.Barrier(CONTENDERS + 1), fork.Value("i", 0)
    answers = fork.SimpleQueue()
    processes = [
        fork.Process(target=_contend, args=(project, rounds, barrier, holding, answers, number), daemon=True)
        for number in range(CONTENDERS)
    ]
    for process in processes:
        process.start()
    for _ in range(rounds):
        barrier.wait(PATIENCE)
        sys.stdout.write(json.dumps([answers.get() for _ in range(CONTENDERS)]) + "\n")
        sys.stdout.flush()
        barrier.wait(PATIENCE)
    for process in processes:
        process.join(PATIENCE)


def _contend(project: Any, rounds: int, barrier: Any, holding: Any, answers: Any, number: int) -> None:  # noqa: PLR0917
    from reverse_etl.core.errors import LeaseHeldError
    from reverse_etl.session import Workspace

    workspace = Workspace(project)
    ledger = workspace.open(workspace.syncs[0]).ledger
    draw = random.Random(number)
    # The winner keeps the lease until all have tried in every other round, and only for a moment in the rest.
    for round_ in range(rounds):
        barrier.wait(PATIENCE)
        time.sleep(draw.choice([0, 0, 0.01, 0.05]))
        lease = None
        try:
            lease = ledger.claim()
        except LeaseHeldError as error:
            answers.put({"held": error.message})
        else:
            with holding.get_lock():
                holding.value += 1
                answers.put({"token": lease.run_seq, "holders": holding.value})
            if round_ % 2:
                _give_back(lease, holding)
                lease = None
        barrier.wait(PATIENCE)
        if lease is not None:
            _give_back(lease, holding)
    project.close()


def check(printed: str, rounds: int) -> None:
    """Never two hold the lease, one always gets it, tokens rise, and the losers' error names the holder."""
    last = 0
    lines = [json.loads(line) for line in printed.splitlines()]
    for number, answers in enumerate(lines):
        won = [one for one in answers if "token" in one]
        # Where the winner keeps it, it is the only one.
        assert len(won) == 1 or (won and number % 2), answers
        assert {one["holders"] for one in won} == {1}, answers
        tokens = sorted(one["token"] for one in won)
        assert len(set(tokens)) == len(tokens), answers
        assert tokens[0] > last, (last, answers)
        last = tokens[-1]
        assert all("Another push of this sync is running: run" in one["held"] for one in answers if "held" in one), (
            answers
        )
    assert len(lines) == rounds


def _give_back(lease: Any, holding: Any) -> None:
    with holding.get_lock():
        holding.value -= 1
    lease.close("done", {})


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
