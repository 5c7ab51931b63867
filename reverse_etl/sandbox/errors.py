"""What the local sandbox raises: what stops it from starting or from reading its books, and what refuses a call."""

import reprlib

from pydantic import ValidationError

from reverse_etl.sandbox.codes import Code


class SandboxError(Exception):
    """The local sandbox cannot do what was asked; `message` says what happened, `hint` what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message} {hint}".strip())


class CallRefusedError(Exception):
    """A call that carries no rows is refused as a whole, with a code of the service."""

    def __init__(self, code: Code) -> None:
        self.code = code
        super().__init__(code.name)


def first_mistake(error: ValidationError) -> str:
    """What is wrong with what a user or a test gave, as `goals[0].name: what, not this`."""
    one = error.errors()[0]
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in one["loc"]).removeprefix(".")
    # In short: a few lines of YAML can name lists within lists that no memory holds as text.
    given = "" if one["type"] in ("missing", "value_error") else f", not {reprlib.repr(one['input'])[:100]}"
    return f"{where or 'all of it'}: {one['msg'].removeprefix('Value error, ')}{given}"
