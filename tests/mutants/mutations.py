"""The mutations: a rule of delivery, how the source breaks it, and the quickest tests that must notice."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """`changes`: texts that stand in the file once, each with what takes its place."""

    rule: str
    file: str
    changes: tuple[tuple[str, str], ...]
    tests: tuple[str, ...]


def _one(rule: str, file: str, old: str, new: str, *tests: str) -> Mutation:
    return Mutation(rule, file, ((old, new),), tests)


RUN, COURIER, PROOF = "reverse_etl/commands/push.py", "reverse_etl/commands/courier.py", "reverse_etl/commands/proof.py"
LEASE, LEDGER = "reverse_etl/warehouse/lease.py", "reverse_etl/warehouse/ledger.py"
PORTS = "reverse_etl/core/ports.py"
ADS = "reverse_etl/destinations/microsoft_ads"
ATTEMPTS, FOLD, SCOPE = (f"macros/ledger/{name}.sql" for name in ("_attempts", "_fold", "_scope"))
IDENTITY, DECISIONS = "macros/ledger/_identity.sql", "macros/plan/_decisions.sql"
SOURCE, LEDGER_SIDE, KEYS, DECIDED = (f"macros/plan/_{name}_steps.sql" for name in ("source", "ledger", "key", "plan"))

ELSEWHERE = "macros/plan/_elsewhere_steps.sql"

UNIT, WHOLE = "tests/unit", "tests/integration"
TAKEOVERS = f"{WHOLE}/test_takeovers.py"
ACCOUNTS = f"{WHOLE}/test_accounts.py::test_a_row_that_changes_its_account_counts_where_it_is"
_PLAN = f"{WHOLE}/test_plan_against_reference.py"
# The decision table, all cells in one plan.
_CELLS = f"{_PLAN}::test_cells_of_the_decision_table[duckdb"
CELLS, OLD_CELLS = f"{_CELLS}-nothing may be adjusted]", f"{_CELLS}-past 90 days]"
ADJUSTED_CELLS = f"{_CELLS}-everything may be adjusted]"


def _shown(name: str) -> str:
    return f"{_PLAN}::test_world_that_shows_a_rule[duckdb-{name}]"


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
    _one(
        "no call starts that could outlast the lease",
        RUN,
        "lease.seconds_left() > destination.call_timeout,",
        "True,",
        f"{UNIT}/test_run.py",
    ),
    _one("a look counts from when it began", RUN, ", looked=looked)", ")", f"{UNIT}/test_takeovers.py"),
    _one("no call starts on an old look", COURIER, "self._was_looked_at() and ", "", f"{UNIT}/test_takeovers.py"),
    _one("conservation, a row too many", PORTS, "if left != right", "if left > right", f"{UNIT}/test_conservation.py"),
    _one("conservation, a row too few", PORTS, "if left != right", "if left < right", f"{UNIT}/test_conservation.py"),
    _one("the limit counts all rounds", RUN, "before=self._retracted", "before=0", f"{UNIT}/test_conservation.py"),
    _one("older runs are fenced", LEASE, 'lease._fence(tables["ledger"])', "pass", TAKEOVERS),
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
    _one(
        "a fence stands at the highest seq that is seen",
        LEASE,
        "fenced_seq=highest.get(run_seq, 0)",
        "fenced_seq=0",
        f"{TAKEOVERS}::test_what_a_dead_run_had_recorded_is_in_doubt",
    ),
    _one("a lease is lost to a higher token", LEASE, "int(row[0]) == self._run_seq", "True", TAKEOVERS),
    _one(
        "refused rows before the range that accepts them",
        LEDGER,
        'receipt.outcome == "accepted")',
        'receipt.outcome != "accepted")',
        f"{WHOLE}/test_warehouse_accidents.py::test_refused_rows_are_recorded_before_the_range_that_accepts_their_batch",
    ),
)

OF_ANSWERS = (
    _one(
        "the refusal of a repeat settles nothing by itself",
        PROOF,
        "records[index].untouched and not doubtful",
        "True",
        f"{UNIT}/test_courier_receipts.py",
    ),
    _one(
        "what may have arrived before a refused call is in doubt",
        PROOF,
        "case Stopped(unprocessed=True) | None if not doubtful:",
        "case Stopped(unprocessed=True) | None:",
        f"{UNIT}/test_courier.py",
    ),
    _one(
        "only a call that found no connection left nothing",
        COURIER,
        "isinstance(answer, Unanswered) and answer.unprocessed",
        "isinstance(answer, Unanswered)",
        f"{UNIT}/test_courier.py",
    ),
    _one(
        "already retracted is retracted",
        f"{ADS}/codes.py",
        "if not (error.index in range(retracted) and error.name == _RETRACTED_BEFORE)",
        "if True",
        f"{UNIT}/test_wire_answers.py::test_what_was_retracted_before_is_retracted",
    ),
    _one(
        "an unknown code settles nothing",
        f"{ADS}/codes.py",
        "settles=code.settles if code else False",
        "settles=code.settles if code else True",
        f"{UNIT}/test_wire_answers.py::test_refusals_carry_everything_that_the_service_said",
    ),
    _one(
        "codes settle by their meaning",
        f"{ADS}/codes.py",
        'settles=entry["settles"] == "yes"',
        "settles=True",
        f"{UNIT}/test_codes.py",
    ),
    _one(
        "few faults come before processing",
        f"{ADS}/codes.py",
        'unprocessed=entry["unprocessed"] == "yes"',
        "unprocessed=True",
        f"{UNIT}/test_codes.py",
    ),
    *(
        _one(
            "an error's text may hold a token",
            f"{ADS}/wire/http.py",
            f'{old}")',
            f'{old}: {{error}}")',
            f"{UNIT}/test_wire_secrets.py::test_what_an_error_says_is_not_shown",
        )
        for old in ('f"{host} did not answer in time', 'f"the connection to {host} failed')
    ),
    _one(
        "an error's text may hold a token",
        f"{ADS}/wire/http.py",
        '"the answer cannot be read"',
        "str(error)",
        f"{UNIT}/test_wire_secrets.py::test_what_an_error_says_is_not_shown",
    ),
    *(
        _one(
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
    _one(
        "runs order attempts, and no clock",
        FOLD,
        "run_seq * 1000000000000 + seq as place",
        "row_number() over (order by recorded_at, run_seq, seq) as place",
        _shown("runs order attempts, and no clock"),
    ),
    _one(
        "state is a fold, not the last row",
        FOLD,
        "from {{ attempts }} as attempts\n        group by",
        "from (select * from (select *, max(place) over (partition by {{ reverse_etl._listed(keys) }}) as newest"
        " from {{ attempts }} as attempts) as every_one where place = newest) as attempts\n        group by",
        ADJUSTED_CELLS,
    ),
    _one(
        "a refusal that does not settle leaves a maybe",
        FOLD,
        "when send_unsettled > send_settled then 'maybe_taken'",
        "when send_unsettled > send_settled then null",
        ADJUSTED_CELLS,
    ),
    _one(
        "a retry lifts a refused correction",
        FOLD,
        "places.retract_rejected > places.retried and",
        "places.retract_rejected > 0 and",
        ADJUSTED_CELLS,
    ),
    _one(
        "an X accepted is the end",
        FOLD,
        "when retract_accepted > 0 then 'retracted'",
        "when retract_accepted > 0 and send_accepted = 0 then 'retracted'",
        CELLS,
    ),
    _one(
        "no correction goes while a call may arrive",
        FOLD,
        "and {{ reverse_etl._in_runs('run_seq', quiet_runs) }} then 1\n",
        "and {{ reverse_etl._in_runs('run_seq', quiet_runs) }} then 0\n",
        _shown("a correction waits while a call may arrive"),
    ),
    _one(
        "what a run wrote after its fence is void",
        ATTEMPTS,
        "attempts.seq <= fences.fenced_seq",
        "1 = 1",
        _shown("what a run wrote after it was shut out is void"),
    ),
    _one(
        "what lands between the steps of a plan is void",
        "macros/ledger/_states.sql",
        " and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq)",
        "",
        f"{TAKEOVERS}::test_intents_that_land_between_the_steps_of_a_plan",
    ),
    _one(
        "what did not leave is no attempt",
        ATTEMPTS,
        "= 'not_sent'",
        "= 'never'",
        _shown("what did not leave is no attempt"),
    ),
    _one(
        "the narrower receipt wins",
        ATTEMPTS,
        "coalesce(one_row.outcome, many_rows.outcome) as outcome",
        "coalesce(many_rows.outcome, one_row.outcome) as outcome",
        _shown("the receipt of one goes before that of its range"),
    ),
    _one(
        "a plan compares within its scope",
        SCOPE,
        "~ reverse_etl._literal(scope[column]))",
        "~ reverse_etl._literal(scope[column]) if column != 'environment' else '1 = 1')",
        _shown("another scope says nothing"),
    ),
    _one(
        "a hash that changes beside a click id makes no new conversion",
        IDENTITY,
        '~ reverse_etl._click_key(click_id) ~ " end"',
        '~ dbt.concat([reverse_etl._click_key(click_id), hashed_email]) ~ " end"',
        ADJUSTED_CELLS,
    ),
)

OF_THE_PLAN = (
    _one(
        "what is in doubt goes with the ledger's value",
        DECIDED,
        "when 'repeat' then ledger_value",
        "when 'repeat' then source_value",
        ADJUSTED_CELLS,
    ),
    _one(
        "what is in doubt goes with the ledger's bytes",
        DECIDED,
        "in ('repeat', 'restate', 'retract') then ledger_",
        "in ('restate', 'retract') then ledger_",
        ADJUSTED_CELLS,
    ),
    _one(
        "a restatement is a 64-bit number",
        DECIDED,
        "else source_value end as value",
        "else cast(source_value as real) end as value",
        f"{WHOLE}/test_changes.py::test_a_value_keeps_every_digit[duckdb]",
    ),
    _one(
        "a correction is later than the one before",
        DECIDED,
        "reverse_etl._later('second', 1, last)",
        "reverse_etl._later('second', 0, last)",
        _shown("a correction is later than the one before"),
    ),
    _one(
        "nothing of a key goes while an S is in doubt",
        KEYS,
        "                kin.send_in_doubt\n                or (",
        "                false\n                or (",
        ADJUSTED_CELLS,
    ),
    _one("nothing of a key goes while an X is in doubt", KEYS, "(kin.retract_in_doubt and", "(false and", CELLS),
    _one(
        "every key that was ever sent is looked at",
        KEYS,
        "            on named.record_key = candidates.record_key\n",
        "            on named.record_key = candidates.record_key\n"
        "        where named.conversion_time >= '2025-12-16'\n",
        OLD_CELLS,
    ),
    _one(
        "a swap is not a move, of what is sent",
        KEYS,
        "and elsewhere.conversion_name is null as has_the_key",
        "as has_the_key",
        ADJUSTED_CELLS,
    ),
    _one(
        "what stands under its key holds others of it",
        KEYS,
        "    where went_under.record_key <> source_rows.record_key\n",
        "",
        ADJUSTED_CELLS,
    ),
    _one(
        "a swap is not a move, of what is taken back",
        LEDGER_SIDE,
        "        open_rows.copy is null\n        and (",
        "        (open_rows.copy is null or open_rows.record_key <> known.record_key)\n        and (",
        ADJUSTED_CELLS,
    ),
    _one(
        "an invalid row takes nothing back",
        LEDGER_SIDE,
        "when invalid_now.conversion_name is not null then 'row_invalid_now'",
        "when false then 'row_invalid_now'",
        _shown("nothing is taken back for a row that is invalid now, under whatever key"),
    ),
    _one(
        "an invalid row under the key takes nothing back",
        LEDGER_SIDE,
        "when open_keys.stands = 0 and absent.record_key <> '' then 'row_invalid_now'",
        "when false then 'row_invalid_now'",
        ADJUSTED_CELLS,
    ),
    _one(
        "an invalid row without a key takes nothing back",
        LEDGER_SIDE,
        "when open_keys.stands = 0 and absent.record_key = '' then 'row_invalid_now'",
        "when false then 'row_invalid_now'",
        _shown("without a key nothing is taken back beside a row that is invalid now"),
    ),
    _one(
        "what a row that is invalid now was sent as takes no place",
        LEDGER_SIDE,
        "(copy = 1 and sent_under not in (select record_key from invalid_keys))",
        "copy = 1",
        ADJUSTED_CELLS,
    ),
    _one(
        "a duplicate takes no place",
        LEDGER_SIDE,
        "(copy = 1 and sent_under not in (select record_key from invalid_keys))",
        "sent_under not in (select record_key from invalid_keys)",
        ADJUSTED_CELLS,
    ),
    _one(
        "what another row was sent as is looked at",
        SOURCE,
        "and plain.record_key in (source_rows.record_key, '')",
        "and source_rows.record_key is not null",
        _shown("nothing is taken back for a row that has the click of another"),
    ),
    _one(
        "a copy displaces no value",
        SOURCE,
        "            case when {{ reverse_etl._same_number('judged.value', 'known.value') }}"
        " and judged.currency = known.currency then 0 else 1 end,\n",
        "",
        ADJUSTED_CELLS,
    ),
    _one(
        "a move keeps the value",
        LEDGER_SIDE,
        "            and (absent.value is null or sent_keys.source_value is not null)\n",
        "",
        ADJUSTED_CELLS,
    ),
    _one(
        "an invalid row beside a valid one of its key takes nothing back",
        LEDGER_SIDE,
        "min(case when invalid_reasons = '' then 1 else 0 end) as stands",
        "max(case when invalid_reasons = '' then 1 else 0 end) as stands",
        _shown("nothing is taken back beside an invalid row of its key"),
    ),
    _one(
        "what takes a place is not held up",
        KEYS,
        "where retracted.moves and replaced.record_key is null",
        "where retracted.moves and false",
        _shown("nothing is taken back for what another conversion of its key holds up"),
    ),
    _one(
        "what was forgotten is left as it is",
        LEDGER_SIDE,
        "when substr(absent.click_id, 1, 10) = 'forgotten_' then 'aged_out'",
        "when false then 'aged_out'",
        _shown("nothing is taken back that was forgotten"),
    ),
    _one(
        "what rolled out of its goal is not gone",
        LEDGER_SIDE,
        "coalesce(reach.oldest_time, whole_reach.oldest_time)",
        "whole_reach.oldest_time",
        _shown("nothing is taken back for having rolled out of its goal"),
    ),
    _one(
        "a removed currency is no change of value",
        DECISIONS,
        """ and source_currency = '' and ledger_currency <> ''\"""",
        """ and false\"""",
        ADJUSTED_CELLS,
    ),
    _one(
        "nothing is taken back for what is not sent",
        LEDGER_SIDE,
        "open_keys.stands = 1 and sent_keys.record_key is not null\n"
        "            and (absent.value is null or sent_keys.source_value is not null)\n"
        "            and (absent.currency = '' or sent_keys.source_currency <> '')\n",
        "open_keys.stands = 1\n",
        ADJUSTED_CELLS,
    ),
    _one(
        "nothing is taken back for what was refused already",
        LEDGER_SIDE,
        "then 'refused_already'",
        "then 'moved'",
        ADJUSTED_CELLS,
    ),
    _one(
        "nothing is taken back for what will be",
        SOURCE,
        """{{ " and not known.retract_in_doubt" if 'retract' in plan.adjustments }}""",
        "",
        _shown("nothing is taken back for what will be"),
    ),
    _one(
        "what rolled out of the source is not gone",
        LEDGER_SIDE,
        " or absent.conversion_time < coalesce(reach.oldest_time, whole_reach.oldest_time)",
        "",
        _shown("nothing is taken back for having rolled out of the source"),
    ),
    _one(
        "what its row names another account for is not gone",
        LEDGER_SIDE,
        "then 'other_account'",
        "then 'gone'",
        ACCOUNTS,
    ),
    _one(
        "what counts in one account goes to no other",
        SOURCE,
        """{{ "elsewhere.conversion_name is not null" if plan.elsewhere else "false" }}""",
        "false",
        ACCOUNTS,
    ),
    _one(
        "what stands in its own account holds no row of another",
        ELSEWHERE,
        " and standing.account_id is null",
        "",
        f"{WHOLE}/test_accounts.py::test_what_stands_in_its_own_account_holds_no_row_of_another",
    ),
    _one(
        "a key that counts in another account keeps nothing here",
        ELSEWHERE,
        "where states.account_id is null\n",
        "",
        f"{WHOLE}/test_accounts.py::test_a_key_that_counts_in_another_account_keeps_nothing_here",
    ),
    _one(
        "a click of another account's row holds no new click",
        KEYS,
        "at.keyed_rows if not plan.elsewhere else reverse_etl._rows_of_all(keys, at)",
        "at.keyed_rows",
        f"{WHOLE}/test_accounts.py::test_a_click_that_went_to_a_row_of_another_account_holds_no_new_click",
    ),
    _one(
        "a click of a third account's row holds no new click",
        ELSEWHERE,
        " and others.conversion_name is null",
        "",
        f"{WHOLE}/test_accounts.py::test_a_click_that_went_to_a_row_of_a_third_account_holds_no_new_click",
    ),
    _one(
        "a click that another account took takes the place of none",
        KEYS,
        "        and count(case when holds.is_elsewhere then 1 end) = 0\n",
        "",
        f"{WHOLE}/test_accounts.py::test_a_click_that_another_account_took_takes_the_place_of_none",
    ),
    _one(
        "a click that a row of another account has takes the place of none",
        KEYS,
        "select {{ reverse_etl._listed(keys) }} from {{ at.rows_elsewhere }} as rows_elsewhere",
        "select {{ reverse_etl._listed(keys) }} from {{ at.states_elsewhere }} as rows_elsewhere",
        f"{WHOLE}/test_accounts.py::test_a_click_of_a_row_that_is_still_to_be_sent_takes_the_place_of_none",
    ),
    _one(
        "what counts in two accounts frees no row that moves",
        ELSEWHERE,
        "where rows_here.in_source and known.conversion_name is null",
        "where rows_here.in_source",
        f"{WHOLE}/test_accounts.py::test_a_click_that_counts_in_two_accounts_frees_no_row_that_moves",
    ),
    _one(
        "what counts in two accounts frees no row that moves to a third",
        ELSEWHERE,
        "inner join {{ at.sent_elsewhere }} as sent_elsewhere on {{",
        "inner join {{ at.sent_elsewhere }} as sent_elsewhere on 1 = 0 and {{",
        f"{WHOLE}/test_accounts.py::test_a_click_that_counts_in_two_accounts_frees_no_row_that_moves",
    ),
    _one(
        "what counts in two accounts gives its key to no new click",
        ELSEWHERE,
        "        from {{ at.wanting_elsewhere }} as wanting_elsewhere",
        "        from {{ at.rows_elsewhere }} as wanting_elsewhere",
        f"{WHOLE}/test_accounts.py::test_a_click_that_counts_in_two_accounts_gives_way_to_no_new_one",
    ),
    _one(
        "the oldest row that changes its account is not out of reach",
        LEDGER_SIDE,
        """(reverse_etl._or_elsewhere('attempts', at) if plan.elsewhere else "")""",
        '""',
        ACCOUNTS,
    ),
)

MUTATIONS = (*OF_THE_RUN, *OF_ANSWERS, *OF_THE_STATE, *OF_THE_PLAN)
