"""What the tests of the reference build their ledgers and sources from."""

from .history import NOW
from .nouns import Attempt, Receipt, SourceRow
from .times import days_before

RECENT = days_before(NOW, 10)
OLD = days_before(NOW, 95)
# Click ids: of N, the identity that the tests are about, of M, which takes its place, and of a bystander.
N, M, BESIDE = ("ab12" + "0" * 28, "1" * 32, "2" * 32)


def attempt(operation="send", **changes) -> Attempt:
    """An attempt on N, the identity that the tests are about."""
    return Attempt(
        **{
            "run_seq": 1,
            "seq": 1,
            "batch": 1,
            "operation": operation,
            "conversion_name": "Lead",
            "click_id": N.upper(),
            "hashed_email": "e" * 64,
            "hashed_phone": "",
            "conversion_time": RECENT,
            "record_key": "k1",
            "value": 10.0,
            "currency": "USD",
            **changes,
        }
    )


def row(**changes) -> SourceRow:
    """The source row that says of N what the ledger says."""
    return SourceRow(
        **{
            "conversion_name": "Lead",
            "conversion_time": RECENT,
            "microsoft_click_id": N,
            "hashed_email_address": "e" * 64,
            "conversion_value": 10.0,
            "conversion_currency_code": "USD",
            "key": "k1",
            **changes,
        }
    )


def tables(*steps, time=RECENT) -> tuple[list[Attempt], list[Receipt]]:
    """A ledger of one attempt per run: each step an operation, its outcome or None, settles, and changes."""
    attempts, receipts = [], []
    for run_seq, (operation, outcome, settles, changes) in enumerate(steps, start=1):
        attempts.append(attempt(operation, **{"run_seq": run_seq, "conversion_time": time, **changes}))
        if outcome is not None:
            receipts.append(Receipt(run_seq, 1, 1, 1, outcome, settles, 5602, "Code"))
    return attempts, receipts


def step(operation, outcome=None, settles=True, **changes):
    return operation, outcome, settles, changes


ACCEPTED = step("send", "accepted")
LEDGERS = {
    "none": [],
    "deferred": [step("send", "deferred")],
    "rejected": [step("send", "rejected")],
    "in doubt": [step("send")],
    "maybe_taken": [step("send"), step("send", "rejected", settles=False)],
    "rejected, retried": [step("send", "rejected"), step("retry")],
    "rejected, retried, refused": [step("send", "rejected"), step("retry"), step("send", "rejected")],
    "maybe_taken, retried": [step("send"), step("send", "rejected", settles=False), step("retry")],
    "maybe_taken, retried, refused": [
        step("send"),
        step("send", "rejected", settles=False),
        step("retry"),
        step("send", "rejected", settles=False),
    ],
    "accepted": [ACCEPTED],
    "accepted beside M": [ACCEPTED, step("send", "accepted", click_id=M, record_key="k2")],
    "accepted without a value": [step("send", "accepted", value=None)],
    "restate in doubt": [ACCEPTED, step("restate", value=30.0)],
    "restate refused": [ACCEPTED, step("restate", "rejected", value=30.0)],
    "retract in doubt": [ACCEPTED, step("retract", value=None)],
    "retract refused": [ACCEPTED, step("retract", "rejected", value=None)],
    "restate refused, retried": [ACCEPTED, step("restate", "rejected", value=30.0), step("retry")],
    "retract refused, retried": [ACCEPTED, step("retract", "rejected", value=None), step("retry")],
    "retract refused, retried, refused": [
        ACCEPTED,
        step("retract", "rejected", value=None),
        step("retry"),
        step("retract", "rejected", value=None),
    ],
    "retracted": [ACCEPTED, step("retract", "accepted", value=None)],
    "restate in doubt, refused again": [
        ACCEPTED,
        step("restate", value=30.0),
        step("restate", "rejected", settles=False, value=30.0),
    ],
    "restate in doubt, retract refused": [ACCEPTED, step("restate", value=30.0), step("retract", "rejected")],
    "restate in doubt, M dead": [
        step("send", "accepted", click_id=M),
        step("retract", "accepted", click_id=M, value=None),
        ACCEPTED,
        step("restate", value=30.0),
    ],
    "restated": [ACCEPTED, step("restate", "accepted", value=30.0)],
    "retract in doubt, refused again": [ACCEPTED, step("retract"), step("retract", "rejected", settles=False)],
    "retract in doubt, refused again, retried": [
        *(ACCEPTED, step("retract")),
        *(step("retract", "rejected", settles=False), step("retry")),
    ],
    "maybe_taken, retract in doubt, refused": [
        *(step("send"), step("send", "rejected", settles=False)),
        *(step("retract"), step("retract", "rejected", settles=False)),
    ],
    "maybe_taken, retract in doubt": [step("send"), step("send", "rejected", settles=False), step("retract")],
    "maybe_taken, retract refused": [
        step("send"),
        step("send", "rejected", settles=False),
        step("retract", "rejected"),
    ],
}
