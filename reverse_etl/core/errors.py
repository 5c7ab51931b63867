"""What stops a run: every error that the product raises, each with what to do next and its exit code.

    ReverseEtlError                  exit
    ├── SettingsError                 2   usage, settings, project or source model
    ├── LeaseHeldError                4   another push holds the scope, or another process the DuckDB file
    ├── GuardError                    5   a guard refused the push
    └── RunStoppedError               1   the run stopped; what was answered is in the ledger
        ├── WarehouseError            1   the warehouse refused a statement
        ├── DestinationError          1   the destination cannot be used as things are
        └── LeaseLostError            1   another run took the scope over

The outcome of a single row is never an error but a receipt.
"""

# What a command leaves with. Of several syncs the worst counts, in the order 0, 6, 3, 4, 5, 2, 1.
EXIT_CODES = {
    0: "all done",
    1: "the run stopped or was interrupted, or rows are in doubt; what was answered is in the ledger, so push again",
    2: "usage, settings, project or source model; nothing was sent",
    3: "done, and the destination refused rows in this run "
    "(with --strict: or rows are invalid, held or without an account)",
    4: "another push holds this sync, or another process the DuckDB file",
    5: "refused by a guard; nothing was sent",
    6: "plan --detailed-exitcode: a push would send something",
}


class ReverseEtlError(Exception):
    """The base of all; `hint` says what to do next, in one or two sentences."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if hint:
            # Programs that let an error through see it in the traceback.
            self.add_note(hint)


class SettingsError(ReverseEtlError):
    """A setting, an argument, the project or the source model is not as it must be."""

    exit_code = 2


class LeaseHeldError(ReverseEtlError):
    """Another push holds the scope, or another process holds the DuckDB file."""

    exit_code = 4


class GuardError(ReverseEtlError):
    """A guard refused the push; nothing was sent."""

    exit_code = 5


class RunStoppedError(ReverseEtlError):
    """The run stopped before its end; a later run goes on from the ledger."""


class WarehouseError(RunStoppedError):
    """The warehouse refused a statement or went away."""


class DestinationError(RunStoppedError):
    """The destination cannot be used as things are: credentials, account, address."""


class LeaseLostError(RunStoppedError):
    """Another run took the scope over while this one was stalled; this one sent nothing more."""
