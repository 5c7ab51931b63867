"""Classes, standings and reasons in plain words: what happened, and what a user can do."""

CLASS_WORDS = {
    "new": "will be sent",
    "deferred": "will be tried again",
    "in_doubt": "may have arrived; will be sent again, byte for byte",
    "restate": "its value changed; will be restated",
    "move": "its key stands for another conversion; will be retracted first",
    "replace": "takes the place of one that is retracted first; will be sent then",
    "retract": "gone from the source; will be retracted",
    "accepted": "taken by the destination",
    "retracted": "taken back",
    "rejected": "refused by the destination",
    "not_reached": "not sent: cut off by --limit or by a stop",
    "unchanged": "accepted before",
    "held": "held back because of what was sent before, or of its goal",
    "invalid": "breaks a rule",
    "expired": "older than 90 days",
    "waiting": "too early",
    "duplicate": "the same conversion stands in an earlier row",
    "aged_out": "accepted before, and rolled out of the source",
}

# What a run made of a class that a plan had announced.
STANDING_WORDS = CLASS_WORDS | {
    "deferred": "put off by the destination; the next push tries again",
    "in_doubt": "may have arrived; the next push settles it",
}

REASON_WORDS = {
    # rules of a row
    "conversion_name_missing": "conversion_name is missing or blank. Name the conversion goal.",
    "conversion_name_too_long": "conversion_name has more than 100 characters, which no goal's name has.",
    "conversion_name_forbidden_character": "conversion_name holds a control character. Remove it.",
    "conversion_time_missing": "conversion_time is missing, or is no timestamp and no text like 2026-11-20 14:05.",
    "conversion_time_out_of_range": "conversion_time is not between the years 1 and 9999.",
    "click_id_or_hash_missing": "Neither a click id nor a hashed e-mail or phone is there; nothing could be matched.",
    "click_id_malformed": "microsoft_click_id is not 32 hex digits, dashes aside. UET's <id>-1, _uet<id> and N are "
    "none: give the id alone.",
    "hashed_email_address_malformed": "hashed_email_address is not 64 lower-case hex digits. Use hashed_email().",
    "hashed_phone_number_malformed": "hashed_phone_number is not 64 lower-case hex digits. Use hashed_phone().",
    "conversion_value_not_a_number": "conversion_value is not a number.",
    "conversion_value_out_of_range": "conversion_value is not between 0 and 999,999,999,999.",
    "conversion_value_too_precise": "conversion_value has more than 3 decimals. Round it.",
    "currency_code_malformed": "conversion_currency_code is not three capital letters.",
    "attribution_credit_out_of_range": "external_attribution_credit is not above 0 and at most 1.",
    "attribution_credit_without_model": "external_attribution_credit stands without external_attribution_model.",
    "attribution_model_without_credit": "external_attribution_model stands without external_attribution_credit.",
    "attribution_model_forbidden_character": "external_attribution_model holds a control character. Remove it.",
    "conversion_time_too_old": "Older than 90 days: Microsoft takes nothing for it any more.",
    "in_doubt_too_old": "It may have arrived, and is older than 90 days now: nothing can settle it any more.",
    "conversion_time_in_future": "conversion_time is in the future. If it should not be, look for a time zone mistake.",
    "conversion_before_click": "conversion_time is not later than click_time. Look for a time zone mistake.",
    "click_too_recent": "Its click is younger than an hour; Microsoft asks to wait so long.",
    # what its goal would refuse, held with hold_refusable
    "goal_missing": "The account has no goal of this name, to the letter.",
    "goal_inactive": "Its goal is paused or deleted, and would not count it.",
    "goal_takes_no_hashes": "It has no click id, and its goal is not enhanced.",
    "goal_takes_no_attribution": "It has attribution credit or model, and its goal takes no external attribution.",
    "goal_window_passed": "It came later after its click than its goal's conversion window.",
    # the ledger's word on it
    "same_identity": "Same goal, click id (or hashes) and time as another row, which stands.",
    "hashes_differ": "The same click, but its hashed e-mail or phone changed since it was sent. Nothing is needed.",
    "rejected_unchanged": "Refused before and unchanged since: `reverse-etl rejected` says why, `retry` lifts it.",
    "maybe_taken": "A try may have been taken and a repeat was refused: `retry --maybe-taken` could count it twice.",
    "value_changed": "Value or currency changed since it was accepted.",
    "value_missing": "Value or currency changed since it was accepted, and no value is there: a restatement needs one.",
    "currency_missing": "Its currency is gone since it was accepted: it would count in that of the goal.",
    "attribution_changed": "The attribution changed since it was accepted; no correction can say that.",
    "restate_in_doubt": "A restatement of it may have arrived; repeating it settles that.",
    "retract_in_doubt": "A retraction of it may have arrived; repeating it settles that.",
    "retracted": "It was retracted; Microsoft ignores it from then on.",
    "key_in_doubt": "Another conversion of the same key is in doubt; this one waits until that is settled.",
    "key_sent_before": "Its key was sent with another click id, goal or time, which still counts: both would be two.",
    "other_account": "Another account has it in a row, or has taken it: it stays where it is.",
    "gone": "Accepted, and gone from the source.",
    "counts_once": "Its click stands in another row; its goal counts one of a click, and might count none without it.",
    "moved": "Its key now stands for another conversion; see that row: it takes its place once it can be sent.",
    "row_invalid_now": "Accepted, and its row breaks a rule now, or one without a key may be its. It counts on.",
    "retract_refused": "A retraction of it was refused: `reverse-etl rejected` says why, `retry` lifts it.",
    "accepted_recently": "Accepted too recently to correct: Microsoft may not find it yet. A later push does.",
    "quiet": "An unanswered call could still arrive; a push in a few minutes corrects it.",
    "restated": "Its new value was taken.",
    "unanswered_this_run": "Sent in this run without an answer; the next push settles it.",
    "deferred_this_run": "Put off by the destination in this run; the next push tries again.",
}


# The correction that a held row of this reason waits for.
NEEDS = {
    "value_changed": "restate",
    "restate_in_doubt": "restate",
    "retract_in_doubt": "retract",
    "gone": "retract",
    "moved": "retract",
}


def reason_words(reason: str) -> str:
    """A reason as a sentence; an unknown one as it is."""
    return REASON_WORDS.get(reason, reason)
