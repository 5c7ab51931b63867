"""Who is signed in, as text and as JSON, and what a logout leaves."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from typing_extensions import TypedDict

from reverse_etl.core.sync import Environment
from reverse_etl.report.documents import Says, Time

REVOKING = (
    "What Microsoft gave out stays valid: the refresh token until Microsoft ends it, the access token for an hour at "
    "most. To end both, take the app's access away: at https://account.live.com/consent/Manage for a personal account, "
    "at https://myapps.microsoft.com for one of work or school."
)


class LoginJson(TypedDict):
    """Who is signed in for an environment, by what, and until when; never a token. The command leaves with 2 where
    there is none. `version` rises when a field changes its meaning.
    """

    version: Literal[1]
    environment: Literal["local", "sandbox", "production"]
    signed_in: bool
    source: Annotated[str, Says("The variable or the file that it comes from; empty without a sign-in.")]
    missing: Annotated[str, Says("What is needed, without a sign-in; else empty.")]
    who: Annotated[str, Says("The user's name at Microsoft, where it is known.")]
    tenant: Annotated[str, Says("Empty for an access token from the environment.")]
    client_id: Annotated[str, Says("Empty for an access token from the environment.")]
    signed_in_at: Time
    access_token_until: Time
    renews: Annotated[bool, Says("Does a push renew the access token?")]


class LogoutJson(TypedDict):
    """Where a sign-in was removed from. `version` rises when a field changes its meaning."""

    version: Literal[1]
    environment: Literal["local", "sandbox", "production"]
    removed_from: Annotated[list[str], Says("The file; empty where there was no sign-in.")]


def login_text(document: LoginJson) -> Iterator[str]:
    """Who is signed in, by what, and until when."""
    who = f" as {document['who']}" if document["who"] else ""
    yield f"Signed in for {document['environment']}{who}, from {document['source']}."
    if document["client_id"]:
        yield f"App {document['client_id']}, tenant {document['tenant']}."
    if document["access_token_until"]:
        yield f"The access token is good until {document['access_token_until']}; a push renews it by itself."
    elif document["renews"]:
        yield "The next push fetches an access token."
    else:
        yield "Its end is unknown: an access token that is set ends after about an hour."


def logout_json(environment: Environment, places: Sequence[str]) -> LogoutJson:
    """Where a sign-in was removed from."""
    return {"version": 1, "environment": environment.value, "removed_from": list(places)}


def logout_text(environment: Environment, places: Sequence[str]) -> Iterator[str]:
    """Where a sign-in was removed from, and what stays valid at Microsoft."""
    if not places:
        yield f"There was no sign-in for {environment.value} to remove."
        return
    yield f"The sign-in for {environment.value} was removed from {' and '.join(places)}."
    yield REVOKING
