"""What Microsoft's sign-in says when it refuses, in a sentence of our own, with the command to run.

Its own texts are never shown: they may name a person. Its AADSTS numbers may change, so no decision but one more try
rests on them; where a number is unknown, the OAuth word decides.
"""

from __future__ import annotations

import re

from reverse_etl.core.errors import DestinationError

# A good refresh token is refused with this one now and then; the next try works.
FLAKY = 70000
# The app of Microsoft Advertising, which a tenant must know.
ADVERTISING_APP = "d42ffc93-c136-491d-b4fd-6f18168c68fd"
_NUMBER = re.compile(r"AADSTS(\d{4,8})", re.ASCII)
_WORD = re.compile(r"[a-z_]{1,40}", re.ASCII)

_AGAIN = "Sign in again: {command}"
_EXPIRED = "The sign-in has expired, for it was not used for too long."
_REVOKED = "The sign-in was revoked: the password was changed, or somebody ended the sessions of this user."
_CONSENT = "This app has no consent of the user any more."
_MORE = "Microsoft wants this user to prove more, such as a second factor."
_POLICY = "A policy of the organisation does not let this user sign in from here."
_PROOF = "Microsoft does not accept MICROSOFT_ADS_CLIENT_SECRET: it is wrong or has expired."
_NEW_PROOF = "Make a new client secret in the app's registration, or correct the variable."

_BY_NUMBER: dict[int, tuple[str, str]] = {
    50011: ("The app's registration does not have the redirect address.", "Register http://localhost as one."),
    50053: ("This user is locked out at Microsoft.", "Wait, or ask who administers the organisation."),
    50057: ("This user is disabled at Microsoft.", "Ask who administers the organisation."),
    50076: (_MORE, _AGAIN),
    50078: (_MORE, _AGAIN),
    50079: (_MORE, _AGAIN),
    50132: (_REVOKED, _AGAIN),
    50133: (_REVOKED, _AGAIN),
    50173: (_REVOKED, _AGAIN),
    53003: (_POLICY, "Ask who administers the organisation."),
    54005: ("The code was used before.", _AGAIN),
    65001: (_CONSENT, _AGAIN),
    65004: ("Consent was declined.", "To use this tool, sign in again and accept: {command}"),
    70008: (_EXPIRED, _AGAIN),
    70043: (_EXPIRED, _AGAIN),
    90002: ("There is no tenant of the name in MICROSOFT_ADS_TENANT.", "Correct it, or leave it out."),
    650052: (
        "The organisation does not know the app of Microsoft Advertising yet.",
        f"An administrator adds it once, app id {ADVERTISING_APP}; then sign in again: {{command}}",
    ),
    700016: (
        "Microsoft does not know MICROSOFT_ADS_CLIENT_ID in this tenant.",
        "Correct it, or MICROSOFT_ADS_TENANT; a personal account needs an app for all account types.",
    ),
    700025: (
        "The app is a public client, which has no secret.",
        "Unset MICROSOFT_ADS_CLIENT_SECRET, or register a web app.",
    ),
    700082: (_EXPIRED, _AGAIN),
    700084: (_EXPIRED, _AGAIN),
    7000215: (_PROOF, _NEW_PROOF),
    7000218: (
        "The app is registered as a web app, which needs a secret.",
        "Set MICROSOFT_ADS_CLIENT_SECRET, or register a public client.",
    ),
    7000222: (_PROOF, _NEW_PROOF),
}
_NO_CODE = (
    "This is no code of this sign-in.",
    "Start again: {command}. Where the answer is pasted, paste the whole address that the browser ended at.",
)
# Where a code was given for tokens: these numbers mean something else of a refresh token.
_OF_A_CODE = {
    FLAKY: _NO_CODE,
    70008: ("The code has expired: it lives for a few minutes.", _AGAIN),
    9002313: _NO_CODE,
}
_BY_WORD = {
    "access_denied": ("Consent was denied.", "To use this tool, sign in again and accept: {command}"),
    "invalid_grant": ("Microsoft does not accept the sign-in any more.", _AGAIN),
    "interaction_required": (_MORE, _AGAIN),
    "consent_required": (_CONSENT, _AGAIN),
    "invalid_client": (_PROOF, "Look at MICROSOFT_ADS_CLIENT_ID and MICROSOFT_ADS_CLIENT_SECRET."),
    "unauthorized_client": (
        "Microsoft does not let this app sign users in.",
        "Look at MICROSOFT_ADS_CLIENT_ID and the account types of its registration.",
    ),
}


class SignInError(DestinationError):
    """Microsoft's sign-in refused, or did not answer.

    `number`: of its AADSTS code, if it said one. `again`: the same request may succeed.
    """

    def __init__(self, message: str, *, hint: str, number: int | None = None, again: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.number = number
        self.again = again


def refused(word: object, description: object, command: str, *, of_a_code: bool = False) -> SignInError:
    """The error for an OAuth error word and its description; `command`: what signs in again.

    `of_a_code`: what was refused was a code, and no refresh token.
    """
    word = str(word) if _WORD.fullmatch(str(word)) else "error"
    found = _NUMBER.search(str(description))
    number = int(found[1]) if found else None
    by_number = _BY_NUMBER | _OF_A_CODE if of_a_code else _BY_NUMBER
    message, hint = by_number.get(number or 0) or _BY_WORD.get(word) or ("Microsoft refused the sign-in.", _AGAIN)
    said = f"{word}, AADSTS{number}" if number else word
    again = number == FLAKY or word in ("temporarily_unavailable", "server_error")
    return SignInError(f"{message} [{said}]", hint=hint.format(command=command), number=number, again=again)
