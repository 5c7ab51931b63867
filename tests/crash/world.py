"""A source that changes between pushes, and what judge and ledger must say of it in the end."""

import json
import random
import time
from collections.abc import Iterator
from typing import Any

from reverse_etl.sandbox import LocalSandbox
from tests.crash.moments import Order
from tests.crash.warm import Push, Warm
from tests.support.faults import held, release, truth, wait_for
from tests.support.shop import click, deal

BOTH = {"adjustments": ["restate", "retract"], "max_retractions": 1000}
# The code that tests let the judge refuse rows with: that of a goal which is not there.
REFUSAL = 5606
# Pushes without faults that are enough to settle whatever was left behind.
SETTLING = 6


class World:
    """One shop, its judge and the deals in it, with the history of both for whoever has to read a failure."""

    def __init__(self, warm: Warm, sandbox: LocalSandbox, seed: int = 0) -> None:
        self.random = random.Random(seed)
        self.history = [f"seed {seed} on {'postgres' if warm.shop.host else 'duckdb'}"]
        self.warm = warm
        self.sandbox = sandbox
        self.kills = 0
        # By unique key: click id and value.
        self.rows: dict[str, tuple[str, float]] = {}
        self._gone: list[tuple[str, tuple[str, float]]] = []
        self._made = 0
        for _ in range(11):
            self.add()

    def add(self) -> None:
        """A new deal."""
        self._made += 1
        self.rows[f"D{self._made}"] = (click(self._made), 10.0)

    def correct(self, key: str) -> None:
        """A deal is worth more than it was."""
        clicked, value = self.rows[key]
        self.rows[key] = (clicked, value + 1)

    def lose(self, key: str) -> None:
        """A deal is gone."""
        self._gone.append((key, self.rows.pop(key)))

    def move(self, key: str) -> None:
        """A deal's click id was wrong."""
        self._made += 1
        self.rows[key] = (click(self._made), self.rows[key][1])

    def _swap(self, one: str) -> None:
        other = self.random.choice(sorted(self.rows))
        self.rows[one], self.rows[other] = self.rows[other], self.rows[one]

    def _bring_back(self, _: str) -> None:
        if self._gone:
            key, row = self._gone.pop(self.random.randrange(len(self._gone)))
            # Its click id may stand under another key by now, and its key for another click id.
            if key not in self.rows and row[0] not in {clicked for clicked, _ in self.rows.values()}:
                self.rows[key] = row

    def change(self) -> None:
        """One to four changes at random."""
        changes = [self.correct, self.correct, self.lose, self.move, self._swap, self._bring_back]
        for _ in range(self.random.randint(1, 4)):
            if len(self.rows) < 8 or self.random.random() < 0.3:
                self.add()
            else:
                self.random.choice(changes)(self.random.choice(sorted(self.rows)))

    def change_all_ways(self) -> None:
        """One deal new, one corrected, one gone and one moved."""
        lost, corrected, moved = self.random.sample(sorted(self.rows), 3)
        self.add()
        self.add()
        self.lose(lost)
        self.correct(corrected)
        self.move(moved)

    def fill(self) -> None:
        """Write the deals into the warehouse."""
        self.tell("source " + " ".join(f"{key}={int(c, 16)}:{v:g}" for key, (c, v) in sorted(self.rows.items())))
        self.warm.shop.fill(
            [deal(0, deal_id=key, microsoft_click_id=c, conversion_value=v) for key, (c, v) in self.rows.items()]
        )

    def tell(self, text: str) -> None:
        """Keep a line of the history."""
        self.history.append(text)

    def start(self, *, order: Order | None = None, workers: int = 2) -> Push:
        """Start a push."""
        arguments = ("push", "--json", "--workers", str(workers))
        return self.warm.start(*arguments, order=order, MICROSOFT_ADS_ENDPOINT=self.sandbox.url)

    def finish(self, push: Push) -> int:
        """Wait for a push, and keep what became of it."""
        code = push.wait()
        self.kills += code == -9
        last = push.moments[-1] if push.moments else "no moment"
        self.tell(f"push {push.pid} ended with {code} at {len(push.moments)}: {last}")
        balanced = '"unbalanced": []' in push.out
        self.check(balanced or code in (-9, 4) or "It sent nothing more" in push.err, push.out + push.err)
        return code

    def settle(self) -> None:
        """Push without faults until nothing is left open, and hold judge and ledger against the source."""
        # What is still to land, lands now.
        release(self.sandbox)
        wait_for(lambda: not held(self.sandbox))
        for _ in range(SETTLING):
            push = self.start()
            code = self.finish(push)
            deferred = '"deferred":' in push.out
            if code == 0 and not deferred:
                break
            # Corrections that follow one another within a second are dated ahead of the clock, and put off for that.
            # Each try is dated a second later than the one before it, so the clock must gain on them.
            time.sleep(3 if deferred else 0)
        else:
            self.check(False, f"not settled after {SETTLING} pushes: {push.out}{push.err}")
        found = list(self._complaints())
        self.check(not found, "\n".join(found))

    def check(self, holds: bool, words: str) -> None:
        """Fail with seed and history."""
        assert holds, words + "\n" + "\n".join(self.history)

    def _complaints(self) -> Iterator[str]:
        judged = {one["click_id"]: one for one in truth(self.sandbox)["identities"]}
        by_click = {clicked: (key, value) for key, (clicked, value) in self.rows.items()}
        said = _Said(self)
        for clicked, (key, value) in by_click.items():
            one = judged.get(clicked)
            if one and one["counts"] and float(one["value"]) == value:
                continue
            if not said.excuses(key, one, judged):
                yield f"{key} does not count as {value:g}: {one}, {said.lines('source', key)}"
        for clicked, one in judged.items():
            if one["counts"] and clicked not in by_click and not said.stays(clicked, judged):
                yield f"{clicked} is gone and still counts: {one}, {said.lines('ledger', said.keys[clicked])}"
        yield from self._disagreements(judged)

    def _disagreements(self, judged: dict[str, dict[str, Any]]) -> Iterator[str]:
        """Where ledger and judge say different things of one record."""
        records = self.warm.shop.sql(
            "select click_id, status, value, restate_in_doubt, retract_in_doubt from reverse_etl_records"
        )
        for clicked, status, value, *doubts in records:
            one = judged.pop(clicked, None)
            counts, retracted = (one["counts"], one["retracted"]) if one else (False, False)
            agrees = {
                "accepted": counts and float(one["value"]) == value if one else False,
                "retracted": retracted,
                "rejected": not counts,
                "deferred": not counts,
                "none": not counts,
                "maybe_taken": True,
            }
            if any(doubts) or not agrees.get(status, False):
                yield f"the ledger says {status} {value} {doubts} of {clicked}, the judge {one}"
        for clicked, one in judged.items():
            if one["counts"] or one["retracted"]:
                yield f"the ledger does not know {clicked}: {one}"


class _Said:
    """What the plan says of rows that do not stand as the source has them; asked for only where there are any."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lines: list[dict[str, Any]] | None = None
        records = world.warm.shop.sql("select click_id, record_key, status from reverse_etl_records")
        self.keys = {clicked: key for clicked, key, _ in records}
        self.statuses = {clicked: status for clicked, _, status in records}

    def lines(self, side: str, key: str) -> list[dict[str, Any]]:
        """The lines of a key."""
        if self._lines is None:
            path = self._world.warm.shop.folder / "plan.jsonl"
            path.unlink(missing_ok=True)
            push = self._world.warm.start("plan", "--output", str(path))
            assert push.wait() == 0, push.err
            self._lines = [json.loads(line) for line in path.read_text().splitlines()]
        return [line for line in self._lines if line["side"] == side and line["record_key"] == key]

    def excuses(self, key: str, one: dict[str, Any] | None, judged: dict[str, dict[str, Any]]) -> bool:
        """Does the plan say of a source row why it does not count, and is that so?"""
        reasons = {reason for line in self.lines("source", key) for reason in _reasons(line)}
        retracted = one is not None and bool(one["retracted"])
        return (
            ("retracted" in reasons and retracted)
            or ("maybe_taken" in reasons and _refused(one))
            or ("key_sent_before" in reasons and any(self._binds(c, judged) for c in self._clicks_of(key)))
        )

    def _clicks_of(self, key: str) -> list[str]:
        """The conversions that were sent under a key."""
        return [clicked for clicked, known in self.keys.items() if known == key]

    def _binds(self, clicked: str, judged: dict[str, dict[str, Any]]) -> bool:
        """Does a conversion keep its key to itself: it may have been taken, or its retraction was refused?"""
        return self.statuses[clicked] == "maybe_taken" or _refused(judged.get(clicked), "X")

    def stays(self, clicked: str, judged: dict[str, dict[str, Any]]) -> bool:
        """Does the plan say of a conversion that left the source why it still counts, and is that so?"""
        key = self.keys[clicked]
        reasons = {reason for line in self.lines("ledger", key) for reason in _reasons(line)}
        replacement = self._world.rows.get(key, ("", 0.0))[0]
        # What is dead replaces nothing, so what it would have replaced stays.
        dead = bool(judged.get(replacement, {}).get("retracted"))
        return ("moved" in reasons and dead) or ("retract_refused" in reasons and _refused(judged[clicked], "X"))


def _refused(one: dict[str, Any] | None, operation: str = "SRX") -> bool:
    """Did the judge ever refuse it for good, as it was asked to, in one of these operations?"""
    return one is not None and any(c["code"] == REFUSAL and c["operation"] in operation for c in one["calls"])


def _reasons(line: dict[str, Any]) -> list[str]:
    if line["class"] != "held":
        return []
    found = line["reasons"]
    return found if isinstance(found, list) else str(found).split(",")
