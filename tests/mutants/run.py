"""Applies each mutation to a copy of the tree and runs the tests that must notice; fails where one survives.

`python -m tests.mutants.run` tries all of MUTATIONS; with words after it, those whose rule or file holds one of them.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.mutants.mutation import Mutation
from tests.mutants.of_delivery import OF_DELIVERY
from tests.mutants.of_plan import OF_THE_PLAN

MUTATIONS = (*OF_DELIVERY, *OF_THE_PLAN)
ROOT = Path(__file__).parents[2]
# A mutation that makes the product wait for ever is none for this list. Seconds.
LONGEST = 600
# What pytest leaves with, and what stands for a run that did not end.
PASSED, FAILED, ENDLESS = 0, 1, -1


def main(words: Sequence[str]) -> int:
    """Try the mutations; gives 1 where one survived or its text is not in the source as it was."""
    chosen = [one for one in MUTATIONS if not words or any(word in f"{one.rule} {one.file}" for word in words)]
    lost = [one for one in chosen if _mutated(one, ROOT) is None]
    for one in lost:
        print(f"Not found once: {one.rule} in {one.file}. Write its texts anew.")
    if lost or not chosen:
        return 1
    with tempfile.TemporaryDirectory() as folder:
        tree, environment = _copy(Path(folder))
        tests = list(dict.fromkeys(test for one in chosen for test in one.tests))
        print(f"{len(tests)} tests without a mutation", flush=True)
        code, said = _pytest(tests, tree, environment)
        if code != PASSED:
            print(said)
            return 1
        return min(sum(_survives(one, tree, environment) for one in chosen), 1)


def _mutated(one: Mutation, tree: Path) -> str | None:
    """The file with its mutation, or None where it does not hold each text once."""
    text = (tree / one.file).read_text()
    for old, new in one.changes:
        if text.count(old) != 1:
            return None
        text = text.replace(old, new)
    return text


def _copy(folder: Path) -> tuple[Path, dict[str, str]]:
    """The tree as it stands in the working directory, and an environment in which it goes before the installed one."""
    tree, shop = folder / "tree", folder / "shop"
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    # Compiled files differ from old ones by a time in seconds, within which a mutation comes and goes.
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1", "BUILT_SHOP": str(shop)}
    build = (
        f"from pathlib import Path; from tests.support.shop import build_template; build_template(Path({str(shop)!r}))"
    )
    subprocess.run([sys.executable, "-c", build], cwd=tree, env=environment, check=True)
    return tree, environment


def _pytest(tests: Sequence[str], tree: Path, environment: dict[str, str]) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        return ENDLESS, f"no end within {LONGEST} s"
    return done.returncode, done.stdout + done.stderr


def _survives(one: Mutation, tree: Path, environment: dict[str, str]) -> bool:
    """Does no test notice? Whatever else keeps tests from running counts as that."""
    whole, began = (tree / one.file).read_text(), time.monotonic()
    (tree / one.file).write_text(_mutated(one, tree) or "")
    code, said = _pytest(one.tests, tree, environment)
    (tree / one.file).write_text(whole)
    verdict = {FAILED: "noticed", PASSED: "SURVIVES"}.get(code, f"SURVIVES: {said[-2000:]}")
    print(f"{verdict} ({time.monotonic() - began:.0f} s): {one.rule} [{one.file}]", flush=True)
    return code != FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
