"""Rules of a push, of what the service answers, and of the state of a conversion."""

from tests.mutants.mutation import ADJUSTED_CELLS, CELLS, UNIT, WHOLE, Mutation, one, shown

RUN, COURIER, PROOF = "reverse_etl/commands/push.py", "reverse_etl/commands/courier.py", "reverse_etl/commands/proof.py"
LEASE, LEDGER = "reverse_etl/warehouse/lease.py", "reverse_etl/warehouse/ledger.py"
PORTS = "reverse_etl/core/ports.py"
ADS = "reverse_etl/destinations/microsoft_ads"
ATTEMPTS, FOLD, SCOPE = (f"macros/ledger/{name}.sql" for name in ("_attempts", "_fold", "_scope"))
IDENTITY = "macros/ledger/_identity.sql"
TAKEOVERS = f"{WHOLE}/test_takeovers.py"

INTENTS = "        self._ledger.record_intents(self._lease.run_seq, first, last)\n"
LOOK = "        if not self._lease.still_mine() or self._lease.seconds_left()"
START = "        return _Stretch(len(records), self._courier.start(batches, looked=looked))\n"
START_FIRST = (
    "        flight = self._courier.start(batches, looked=looked)\n"
    "        while not all(call.done() for call in flight):\n            pass\n"
    f"{INTENTS}        return _Stretch(len(records), flight)\n"
)

OF_THE_RUN = (
    Mutation(
        "the lease is read after the intents",
        RUN,
        (
            (INTENTS, "        mine = self._lease.still_mine()\n" + INTENTS),
            (LOOK, LOOK.replace("self._lease.still_mine()", "mine", 1)),
        ),
        (f"{UNIT}/test_takeovers.py", TAKEOVERS),
    ),
    Mutation(
        "what may leave is recorded before it leaves",
        RUN,
        ((INTENTS, ""), (START, START_FIRST)),
        (f"{UNIT}/test_takeovers.py",),
    ),
    one(
        "no call starts that could outlast the lease",
        RUN,
        "lease.seconds_left() > destination.call_timeout,",
        "True,",
        f"{UNIT}/test_run.py",
    ),
    one("a look counts from when it began", RUN, ", looked=looked)", ")", f"{UNIT}/test_takeovers.py"),
    one("no call starts on an old look", COURIER, "self._was_looked_at() and ", "", f"{UNIT}/test_takeovers.py"),
    one("conservation, a row too many", PORTS, "if left != right", "if left > right", f"{UNIT}/test_conservation.py"),
    one("conservation, a row too few", PORTS, "if left != right", "if left < right", f"{UNIT}/test_conservation.py"),
    one("the limit counts all rounds", RUN, "before=self._retracted", "before=0", f"{UNIT}/test_conservation.py"),
    one("older runs are fenced", LEASE, 'lease._fence(tables["ledger"])', "pass", TAKEOVERS),
    Mutation(
        "older runs are fenced before the plan",
        LEASE,
        (
            (
                '            lease._fence(tables["ledger"])\n',
                '            lease._later = lambda: lease._fence(tables["ledger"])\n',
            ),
            ("        if not self._mine:\n", "        vars(self).pop('_later', bool)()\n        if not self._mine:\n"),
        ),
        (f"{TAKEOVERS}::test_intents_that_land_while_the_successor_plans",),
    ),
    one(
        "a fence stands at the highest seq that is seen",
        LEASE,
        "fenced_seq=highest.get(run_seq, 0)",
        "fenced_seq=0",
        f"{TAKEOVERS}::test_what_a_dead_run_had_recorded_is_in_doubt",
    ),
    one("a lease is lost to a higher token", LEASE, "int(row[0]) == self._run_seq", "True", TAKEOVERS),
    one(
        "refused rows before the range that accepts them",
        LEDGER,
        'receipt.outcome == "accepted")',
        'receipt.outcome != "accepted")',
        f"{WHOLE}/test_warehouse_accidents.py::test_refused_rows_are_recorded_before_the_range_that_accepts_their_batch",
    ),
)

OF_ANSWERS = (
    one(
        "the refusal of a repeat settles nothing by itself",
        PROOF,
        "records[index].untouched and not doubtful",
        "True",
        f"{UNIT}/test_courier_receipts.py",
    ),
    one(
        "what may have arrived before a refused call is in doubt",
        PROOF,
        "case Stopped(unprocessed=True) | None if not doubtful:",
        "case Stopped(unprocessed=True) | None:",
        f"{UNIT}/test_courier.py",
    ),
    one(
        "only a call that found no connection left nothing",
        COURIER,
        "isinstance(answer, Unanswered) and answer.unprocessed",
        "isinstance(answer, Unanswered)",
        f"{UNIT}/test_courier.py",
    ),
    one(
        "already retracted is retracted",
        f"{ADS}/codes.py",
        "if not (error.index in range(retracted) and error.name == _RETRACTED_BEFORE)",
        "if True",
        f"{UNIT}/test_wire_answers.py::test_what_was_retracted_before_is_retracted",
    ),
    one(
        "an unknown code settles nothing",
        f"{ADS}/codes.py",
        "settles=code.settles if code else False",
        "settles=code.settles if code else True",
        f"{UNIT}/test_wire_answers.py::test_refusals_carry_everything_that_the_service_said",
    ),
    one(
        "codes settle by their meaning",
        f"{ADS}/codes.py",
        'settles=entry["settles"] == "yes"',
        "settles=True",
        f"{UNIT}/test_codes.py",
    ),
    one(
        "few faults come before processing",
        f"{ADS}/codes.py",
        'unprocessed=entry["unprocessed"] == "yes"',
        "unprocessed=True",
        f"{UNIT}/test_codes.py",
    ),
    *(
        one(
            "an error's text may hold a token",
            f"{ADS}/wire/http.py",
            f'{old}")',
            f'{old}: {{error}}")',
            f"{UNIT}/test_wire_secrets.py::test_what_an_error_says_is_not_shown",
        )
        for old in ('f"{host} did not answer in time', 'f"the connection to {host} failed')
    ),
    one(
        "an error's text may hold a token",
        f"{ADS}/wire/http.py",
        '"the answer cannot be read"',
        "str(error)",
        f"{UNIT}/test_wire_secrets.py::test_what_an_error_says_is_not_shown",
    ),
    *(
        one(
            "a tracking id may hold a token",
            f"{ADS}/wire/port.py",
            f"{errors}, tracking_id=mask(reply.tracking_id))",
            f"{errors})",
            f"{UNIT}/test_wire_secrets.py::test_a_tracking_id_carries_no_token",
        )
        for errors in ("errors=masked(reply.errors)", "partial_errors=masked(reply.partial_errors)")
    ),
)

OF_THE_STATE = (
    one(
        "runs order attempts, and no clock",
        FOLD,
        "run_seq * 1000000000000 + seq as place",
        "row_number() over (order by recorded_at, run_seq, seq) as place",
        shown("runs order attempts, and no clock"),
    ),
    one(
        "state is a fold, not the last row",
        FOLD,
        "from {{ attempts }} as attempts\n        group by",
        "from (select * from (select *, max(place) over (partition by {{ reverse_etl._listed(keys) }}) as newest"
        " from {{ attempts }} as attempts) as every_one where place = newest) as attempts\n        group by",
        ADJUSTED_CELLS,
    ),
    one(
        "a refusal that does not settle leaves a maybe",
        FOLD,
        "when send_unsettled > send_settled then 'maybe_taken'",
        "when send_unsettled > send_settled then null",
        ADJUSTED_CELLS,
    ),
    one(
        "a retry lifts a refused correction",
        FOLD,
        "places.retract_rejected > places.retried and",
        "places.retract_rejected > 0 and",
        ADJUSTED_CELLS,
    ),
    one(
        "an X accepted is the end",
        FOLD,
        "when retract_accepted > 0 then 'retracted'",
        "when retract_accepted > 0 and send_accepted = 0 then 'retracted'",
        CELLS,
    ),
    one(
        "no correction goes while a call may arrive",
        FOLD,
        "and {{ reverse_etl._in_runs('run_seq', quiet_runs) }} then 1\n",
        "and {{ reverse_etl._in_runs('run_seq', quiet_runs) }} then 0\n",
        shown("a correction waits while a call may arrive"),
    ),
    one(
        "what a run wrote after its fence is void",
        ATTEMPTS,
        "attempts.seq <= fences.fenced_seq",
        "1 = 1",
        shown("what a run wrote after it was shut out is void"),
    ),
    one(
        "what lands between the steps of a plan is void",
        "macros/ledger/_states.sql",
        " and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq)",
        "",
        f"{TAKEOVERS}::test_intents_that_land_between_the_steps_of_a_plan",
    ),
    one(
        "what did not leave is no attempt",
        ATTEMPTS,
        "= 'not_sent'",
        "= 'never'",
        shown("what did not leave is no attempt"),
    ),
    one(
        "the narrower receipt wins",
        ATTEMPTS,
        "coalesce(one_row.outcome, many_rows.outcome) as outcome",
        "coalesce(many_rows.outcome, one_row.outcome) as outcome",
        shown("the receipt of one goes before that of its range"),
    ),
    one(
        "a plan compares within its scope",
        SCOPE,
        "~ reverse_etl._literal(scope[column]))",
        "~ reverse_etl._literal(scope[column]) if column != 'environment' else '1 = 1')",
        shown("another scope says nothing"),
    ),
    one(
        "a hash that changes beside a click id makes no new conversion",
        IDENTITY,
        '~ reverse_etl._click_key(click_id) ~ " end"',
        '~ dbt.concat([reverse_etl._click_key(click_id), hashed_email]) ~ " end"',
        ADJUSTED_CELLS,
    ),
)

OF_DELIVERY = (*OF_THE_RUN, *OF_ANSWERS, *OF_THE_STATE)
