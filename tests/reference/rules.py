"""The rules of delivery that look too careful, each by a name, so that a search can drop one and see what breaks."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Rules:
    """All hold, unless a search wants to know what for."""

    # The fold.
    runs_order_attempts: bool = True  # attempts stand in the order of (run_seq, seq), never of a clock
    all_attempts_count: bool = True  # state is a fold over all attempts, not the last row
    unsettled_refusal_is_maybe: bool = True  # the refusal of a repeat does not say that the first try was refused
    already_retracted_is_dead: bool = True  # an X that comes too late tells that an earlier one was taken
    # The plan.
    doubt_repeats_ledger_bytes: bool = True  # an S in doubt goes again as it went, whatever the source says now
    send_in_doubt_binds_key: bool = True  # M waits until an S of N is settled
    doubt_binds_key: bool = True  # M waits for an X in doubt as well, and so do all adjustments of the key
    invalid_is_not_gone: bool = True  # what stands in an invalid row is not retracted
    swap_is_not_gone: bool = True  # what stands under any key of the source is not gone
    successor_must_be_sendable: bool = True  # N is not retracted for an M that cannot count
    successor_must_last: bool = True  # nor for an M whose own retract is in doubt
    expired_binds_key: bool = True  # M is held for an N that counts, also past 90 days
    all_keys_bind: bool = True  # keys are looked at however old what went under them
    adjustment_times_rise: bool = True  # each adjustment is later than the last one of its identity
    calls_grow_quiet: bool = True  # adjustments wait until no call without an answer can still be under way
    # The run.
    fence_before_plan: bool = True
    lease_after_intents: bool = True  # the lease is read between the intents and the call
    refusals_first: bool = True  # the receipts of refused rows, then that which accepts their range

    def without(self, name: str) -> Rules:
        return replace(self, **{name: False})


ALL = Rules()
NAMES = tuple(field.name for field in fields(Rules))
