"""The protocol of delivery as a machine of small steps: source, ledger, runs, calls under way, and the service.

A world is a value. `steps` gives every world that may come next, with what happened. Fold and plan are the reference's.
"""

from collections.abc import Iterator
from functools import cache
from itertools import groupby

from .decide import plan
from .fold import State, fold
from .history import NOW
from .judge import Sent, Verdict, judged
from .nouns import Attempt, MatchKey, PlanRow, Receipt, RunEvent, SourceRow, match_key
from .rules import Rules
from .worlds import BOTH, LATER, OLD, YOUNG, Answer, Bounds, Event, Intent, Row, Run, World

ROUNDS = 3
Step = tuple[str, World]


class Protocol:
    """The steps of a world within bounds, by the rules that hold."""

    def __init__(self, bounds: Bounds, rules: Rules) -> None:
        self.bounds = bounds
        self.rules = rules
        self.keys = [f"k{number}" for number in range(len(bounds.source))]
        times = [OLD if number < bounds.expires else YOUNG for number in range(bounds.identities)]
        self.identities = [match_key("Lead", f"{number:032x}", "", "", time) for number, time in enumerate(times)]
        self.number = {identity: number for number, identity in enumerate(self.identities)}
        self.states = cache(self._states)
        self.planned = cache(self._planned)
        self._attempt = cache(self._as_attempt)

    # What the ledger says.

    def states_of(self, world: World) -> dict[MatchKey, State]:
        return self.states(world.attempts, world.answers, world.events)

    def _states(
        self, attempts: tuple[Intent, ...], answers: tuple[Answer, ...], events: tuple[Event, ...]
    ) -> dict[MatchKey, State]:
        # As the clocks of the hosts tell it, each of which is behind that of the run before.
        by_clock = sorted(attempts, key=lambda intent: (-intent.run, intent.seq))
        receipts = [Receipt(*answer) for answer in answers]
        return fold(map(self._attempt, by_clock), receipts, [RunEvent(*event) for event in events], self.rules)

    def _as_attempt(self, intent: Intent) -> Attempt:
        identity = self.identities[intent.sent.identity]
        return Attempt(
            *intent[:3],
            intent.sent.operation,
            identity.conversion_name,
            identity.click_id,
            "",
            "",
            identity.conversion_time,
            intent.sent.key,
            intent.sent.value,
            "USD" if intent.sent.value is not None else "",
            adjustment_time=intent.sent.adjustment_time,
        )

    def source_rows(self, source: tuple[Row | None, ...]) -> list[SourceRow]:
        rows = [(key, row, self.identities[row.identity]) for key, row in zip(self.keys, source, strict=True) if row]
        return [
            SourceRow(
                identity.conversion_name,
                identity.conversion_time,
                identity.click_id,
                conversion_value=row.value,
                conversion_currency_code="USD",
                key=key,
                reasons=() if row.valid else ("invalid",),
            )
            for key, row, identity in rows
        ]

    def plan_of(self, world: World, run: int | None) -> tuple[list[PlanRow], tuple[Sent, ...]]:
        ledger = world.attempts, world.answers, world.events
        quiet = frozenset(range(world.settled + 1, world.token + 1)) if self.bounds.harsh else frozenset[int]()
        return self.planned(ledger, world.source, world.allowed, later=world.later, run=run, quiet=quiet)

    def _planned(
        self,
        ledger: tuple[tuple[Intent, ...], tuple[Answer, ...], tuple[Event, ...]],
        source: tuple[Row | None, ...],
        allowed: frozenset[str],
        *,
        later: bool,
        run: int | None,
        quiet: frozenset[int],
    ) -> tuple[list[PlanRow], tuple[Sent, ...]]:
        states = self.states(*ledger)
        now = LATER if later else NOW
        rows = plan(
            self.source_rows(source), states, now, allowed, this_run_seq=run, quiet_runs=quiet, rules=self.rules
        )
        order = ["in_doubt", "send", "restate", "retract"]
        leaving = sorted(
            (row for row in rows if row.operation),
            key=lambda row: (order.index(row.class_ if row.class_ == "in_doubt" else row.operation), row.click_id),
        )
        intents = {(intent.run, intent.seq): intent for intent in ledger[0]}
        return rows, tuple(self._sent(row, states, source, intents) for row in leaving)

    def _sent(
        self,
        row: PlanRow,
        states: dict[MatchKey, State],
        source: tuple[Row | None, ...],
        intents: dict[tuple[int, int], Intent],
    ) -> Sent:
        identity = int(row.click_id, 16)
        state = states.get(self.identities[identity])
        planned, absent, successor = (0, 0), frozenset[int](), None
        match row.operation:
            case "send" if state is not None and state.status in ("in_doubt", "maybe_taken"):
                # A repeat means what the first try meant.
                first_try = intents[state.sent.run_seq, state.sent.seq].sent
                planned, absent, first = first_try.planned, first_try.absent, False
            case "send":
                present = {one.identity for one in source if one}
                absent, first = frozenset(range(self.bounds.identities)) - present, state is None
            case "restate":
                first = not state.restate_in_doubt
            case _:
                first = not state.retract_in_doubt
                stands = source[self.keys.index(row.record_key)]
                if first and stands and stands.valid and stands.identity != identity:
                    successor = stands.identity
        return Sent(
            row.operation, identity, row.record_key, row.value, row.adjustment_time, first, planned, absent, successor
        )

    # What may happen next.

    def steps(self, world: World) -> Iterator[Step]:
        yield from self._changes(world)
        yield from self._claims(world)
        yield from self._retries(world)
        for place, run in enumerate(world.runs):
            others = world.runs[:place] + world.runs[place + 1 :]
            aside = world._replace(runs=others)
            for said, after, goes_on in self.run_steps(aside, run):
                runs = tuple(sorted((*others, goes_on))) if goes_on else others
                yield f"run {run.token} {said}", after._replace(runs=runs)
            if world.left.kills and run.phase not in ("plan", "fence"):
                left = world.left._replace(kills=world.left.kills - 1)
                yield f"run {run.token} dies before {run.phase}", aside._replace(left=left)
        for place, call in enumerate(world.flying):
            rest = world._replace(flying=world.flying[:place] + world.flying[place + 1 :])
            yield f"a late call lands: {_shown(call)}", land(rest, call, self.bounds.harsh)

    def _claims(self, world: World) -> Iterator[Step]:
        if not world.left.runs or len(world.runs) > (1 if self.bounds.stalls else 0):
            return
        token = world.token + 1
        first = "fence" if self.rules.fence_before_plan else "plan"
        left = world.left._replace(runs=world.left.runs - 1)
        claimed = world._replace(token=token, left=left)
        run = Run(token, first)
        if not world.runs and self.rules.fence_before_plan:
            # Nothing can come between.
            _, claimed, run = next(self.run_steps(claimed, run))
        yield f"run {token} claims", claimed._replace(runs=tuple(sorted((*world.runs, run))))

    def _retries(self, world: World) -> Iterator[Step]:
        """Somebody lifts all refusals, in a run of its own."""
        states = self.states_of(world).values() if world.left.retries and not world.runs else ()
        refused = [state for state in states if state.may_be_retried]
        if refused:
            token = world.token + 1
            numbers = [int(state.sent.click_id, 16) for state in refused]
            lifted = [Sent("retry", number, "", None, "", first=False) for number in numbers]
            intents = [Intent(token, seq, 1, sent) for seq, sent in enumerate(lifted, start=1)]
            left = world.left._replace(retries=world.left.retries - 1)
            fenced = _fenced(world, Run(token, "fence"))
            attempts = (*world.attempts, *intents)
            yield "refusals are lifted", fenced._replace(token=token, attempts=attempts, left=left)

    def _changes(self, world: World) -> Iterator[Step]:
        # Only a plan reads the source, so what changes between two plans may as well change right before the second.
        if world.runs and not any(run.phase == "plan" for run in world.runs):
            return
        if world.left.changes:
            left = world.left._replace(changes=world.left.changes - 1)
            for said, source in self._changed_sources(world):
                stood, stand = ({row.identity for row in rows if row} for rows in (world.source, source))
                gone = world.gone | (stood - stand)
                yield said, world._replace(source=source, gone=frozenset(gone), left=left)
        if world.left.switches:
            left = world.left._replace(switches=world.left.switches - 1)
            allowed = frozenset() if world.allowed else BOTH
            yield f"adjustments: {sorted(allowed)}", world._replace(allowed=allowed, left=left)
        if self.bounds.harsh and world.settled < world.token and not world.runs:
            yield "all grows quiet", world._replace(flying=(), settled=world.token)
        if self.bounds.expires and not world.later:
            yield "time passes", world._replace(later=True)

    def _changed_sources(self, world: World) -> Iterator[tuple[str, tuple[Row | None, ...]]]:
        source, kinds, values = world.source, self.bounds.kinds, self.bounds.values
        standing = {row.identity for row in source if row}
        known = world.gone | {intent.sent.identity for intent in world.attempts}
        unknown = [number for number in range(self.bounds.identities) if number not in known | standing]
        # One not seen yet is like another that is as old.
        unseen = {self.identities[number].conversion_time: number for number in reversed(unknown)}
        free = sorted((known - standing) | set(unseen.values()))
        for place, row in enumerate(source):
            rows: list[Row | None] = []
            if row is None:
                rows += [Row(one, value) for one in free for value in values] if "back" in kinds else []
            else:
                rows += [row._replace(value=value) for value in values if value != row.value and "value" in kinds]
                rows += [row._replace(identity=one) for one in free if "move" in kinds]
                rows += [None] if "gone" in kinds else []
                rows += [row._replace(valid=not row.valid)] if "invalid" in kinds else []
            for changed in rows:
                yield f"{self.keys[place]} says {changed}", (*source[:place], changed, *source[place + 1 :])
        if "swap" in kinds and len(source) == 2 and source[0] != source[1]:
            yield "the keys swap", (source[1], source[0])

    def run_steps(self, world: World, run: Run) -> Iterator[tuple[str, World, Run | None]]:
        """What a run does next, in a world that holds the others; None where it has ended."""
        match run.phase:
            case "fence":
                after = "plan" if self.rules.fence_before_plan else "intents" if run.intents else "close"
                yield "fences", _fenced(world, run), run._replace(phase=after)
            case "plan":
                yield self._plan_step(world, run)
            case "intents":
                after = "lease" if self.rules.lease_after_intents else "call"
                attempts = tuple(sorted((*world.attempts, *run.intents)))
                yield "records its intents", world._replace(attempts=attempts), run._replace(phase=after)
            case "lease" if world.token > run.token:
                unsent = _ranges(run.intents, "not_sent")
                yield "has lost its lease", world._replace(answers=_together(world, unsent)), None
            case "lease":
                after = "call" if self.rules.lease_after_intents else "intents"
                yield "still holds its lease", world, run._replace(phase=after)
            case "call":
                yield from self._calls(world, run)
            case "first_receipts":
                refusals = [answer for answer in run.answers if answer.outcome != "accepted"]
                ranges = [answer for answer in run.answers if answer.outcome == "accepted"]
                now, rest = (refusals, ranges) if self.rules.refusals_first else (ranges, refusals)
                written = world._replace(answers=_together(world, now))
                yield f"records {now[0].outcome}", written, run._replace(phase="receipts", answers=tuple(rest))
            case "receipts":
                written = world._replace(answers=_together(world, run.answers))
                after = "plan" if run.round < ROUNDS else "close"
                yield "records its receipts", written, Run(run.token, after, run.round + 1)
            case "close":
                yield "closes", world._replace(events=(*world.events, Event(run.token, "close"))), None

    def _plan_step(self, world: World, run: Run) -> tuple[str, World, Run]:
        _, sent = self.plan_of(world, run.token)
        before = [intent for intent in world.attempts if intent.run == run.token]
        seq, batch = (max((intent[place] for intent in before), default=0) for place in (1, 2))
        intents: list[Intent] = []
        for _, alike in groupby(sent, key=lambda one: one.operation):
            for place, one in enumerate(alike):
                batch += place % self.bounds.batch == 0
                intents.append(Intent(run.token, seq + len(intents) + 1, batch, _as_planned(world, run, one)))
        after = "close"
        if intents:
            after = "intents" if self.rules.lease_after_intents else "lease"
        if not self.rules.fence_before_plan and run.round == 1:
            after = "fence"
        run = run._replace(phase=after, intents=tuple(intents), uncalled=tuple(intents))
        return f"plans {_shown(sent)}", world, run

    def _calls(self, world: World, run: Run) -> Iterator[tuple[str, World, Run]]:
        number = run.uncalled[0].batch
        batch = [intent for intent in run.uncalled if intent.batch == number]
        call, uncalled = tuple(intent.sent for intent in batch), run.uncalled[len(batch) :]
        shown = _shown(call)
        for answered, answers in self._answered(world, batch):
            outcomes = [answer.outcome + ("!" if answer.settles else "") for answer in answers]
            done = _after_call(run, uncalled, (*run.answers, *_narrowed(batch, answers)))
            yield f"calls {shown}: {outcomes}", answered, done
        if world.left.losses:
            lost = world._replace(left=world.left._replace(losses=world.left.losses - 1))
            done = _after_call(run, uncalled, run.answers)
            yield f"calls {shown}: lost", lost, done
            yield f"calls {shown}: taken, no answer", land(lost, call, self.bounds.harsh), done
            yield f"calls {shown}: late", lost._replace(flying=tuple(sorted((*lost.flying, call), key=str))), done

    def _answered(self, world: World, batch: list[Intent]) -> Iterator[tuple[World, list[Answer]]]:
        """The worlds after an answered call, each with an answer per row."""
        worlds: list[tuple[World, list[Answer]]] = [(world, [])]
        for intent in batch:
            worlds = [
                (after, [*answers, answer])
                for before, answers in worlds
                for after, answer in self._row_answers(before, intent)
            ]
        yield from worlds

    def _row_answers(self, world: World, intent: Intent) -> Iterator[tuple[World, Answer]]:
        sent = intent.sent
        taken, verdict = _taken(world, sent, self.bounds.harsh)
        proven = is_proven_untaken(world, sent)
        outcome = verdict.outcome
        if verdict.already_retracted and self.rules.already_retracted_is_dead:
            outcome = "accepted"
        settles = outcome == "rejected" and not verdict.already_retracted and proven
        yield taken, _answer(intent, outcome, settles)
        if world.left.refusals:
            refused = world._replace(left=world.left._replace(refusals=world.left.refusals - 1))
            if sent.first or proven:
                yield refused, _answer(intent, "rejected", True)
            if not sent.first:
                yield refused, _answer(intent, "rejected", False)
            if self.bounds.deferrals:
                yield refused, _answer(intent, "deferred", sent.first or proven)


def is_proven_untaken(world: World, sent: Sent) -> bool:
    """Whether a refusal can prove that no try of this operation was taken, nor will be."""
    waiting = [row for call in world.flying for row in call]
    waiting += [intent.sent for run in world.runs if run.phase in ("lease", "call") for intent in run.uncalled]
    if any((row.operation, row.identity) == (sent.operation, sent.identity) for row in waiting):
        return False
    standing = world.places[sent.identity].standing
    return {"send": standing == "unknown", "restate": sent.first, "retract": standing != "retracted"}[sent.operation]


def land(world: World, call: tuple[Sent, ...], harsh: bool) -> World:
    """The service takes a call, and the answer is lost."""
    for sent in call:
        world, _ = _taken(world, sent, harsh)
    return world


def _taken(world: World, sent: Sent, harsh: bool) -> tuple[World, Verdict]:
    place, verdict = judged(world.places[sent.identity], sent, harsh=harsh)
    places = (*world.places[: sent.identity], place, *world.places[sent.identity + 1 :])
    return world._replace(places=places), verdict


def _as_planned(world: World, run: Run, sent: Sent) -> Sent:
    """With what the laws ask for: when it was planned first, and whether its successor could count then."""
    planned = sent.planned if sent.planned != (0, 0) else (run.token, run.round)
    in_vain = sent.successor is not None and world.places[sent.successor].standing == "retracted"
    return sent._replace(planned=planned, in_vain=in_vain)


def _answer(intent: Intent, outcome: str, settles: bool) -> Answer:
    return Answer(intent.run, intent.batch, intent.seq, intent.seq, outcome, settles)


def _narrowed(batch: list[Intent], answers: list[Answer]) -> list[Answer]:
    """One receipt that accepts the range, and one for each row that was refused."""
    refused = [answer for answer in answers if answer.outcome != "accepted"]
    return refused if len(refused) == len(batch) else [*refused, *_ranges(batch, "accepted")]


def _ranges(intents: tuple[Intent, ...] | list[Intent], outcome: str) -> list[Answer]:
    batches = [list(batch) for _, batch in groupby(intents, key=lambda intent: intent.batch)]
    return [Answer(one[0].run, one[0].batch, one[0].seq, one[-1].seq, outcome) for one in batches]


def _together(world: World, answers: tuple[Answer, ...] | list[Answer]) -> tuple[Answer, ...]:
    return tuple(sorted((*world.answers, *answers)))


def _after_call(run: Run, uncalled: tuple[Intent, ...], answers: tuple[Answer, ...]) -> Run:
    phase = "call"
    if not uncalled:
        phase = "first_receipts" if len({answer.outcome == "accepted" for answer in answers}) > 1 else "receipts"
    return run._replace(phase=phase, uncalled=uncalled, answers=answers)


def _fenced(world: World, run: Run) -> World:
    """Every older run that neither closed nor was fenced, at the highest seq that is seen of it."""
    done = {event.run for event in world.events if event.event == "close"}
    done |= {event.fenced for event in world.events if event.event == "fence"}
    events = list(world.events)
    for old in range(1, run.token):
        if old not in done:
            seen = max((intent.seq for intent in world.attempts if intent.run == old), default=0)
            events.append(Event(run.token, "fence", old, seen))
    return world._replace(events=tuple(events))


def _shown(call: tuple[Sent, ...]) -> str:
    return ", ".join(f"{one.operation} {one.identity}={one.value}" for one in call) or "nothing"
