"""What the local sandbox raises: what stops it from starting or from reading its books, and what refuses a call."""

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
