"""The one exception of the local sandbox: what stops it from starting or from reading its books."""


class SandboxError(Exception):
    """The local sandbox cannot do what was asked; `message` says what happened, `hint` what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message} {hint}".strip())
