"""The commands of the sign-in: login, in the browser or by pasting, its status, and logout."""

from __future__ import annotations

import json
import os
import webbrowser
from typing import TYPE_CHECKING, Annotated

import typer

from reverse_etl.cli.console import echo, is_attended, read_line
from reverse_etl.cli.options import Json
from reverse_etl.core.errors import DestinationError, SettingsError
from reverse_etl.core.sync import Environment

if TYPE_CHECKING:
    from reverse_etl.destinations.microsoft_ads.sign_in.identity import Identity
    from reverse_etl.destinations.microsoft_ads.sign_in.protocol import Question
    from reverse_etl.report.login import LoginJson

SignInEnvironment = Annotated[
    Environment,
    typer.Option("--environment", "-e", help="Whose sign-in: Microsoft's production or its sandbox."),
]


def login(
    *,
    environment: SignInEnvironment = Environment.PRODUCTION,
    paste: Annotated[
        bool, typer.Option("--paste", help="Sign in with a browser elsewhere, and paste the address it ends at.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1 that the browser comes back to; 0: a free one.")
    ] = 0,
    status: Annotated[bool, typer.Option("--status", help="Only tell who is signed in, and until when.")] = False,
    as_json: Json = False,
) -> None:
    """Sign in at Microsoft, in the browser, for calls in your name. Google accounts are not supported.

    Needs MICROSOFT_ADS_CLIENT_ID, the app that you registered: docs/signing-in.md.

    Example: reverse-etl login --environment sandbox
    """
    if status:
        _show_status(environment, as_json=as_json)
        return
    from reverse_etl.destinations.microsoft_ads.sign_in.identity import Identity
    from reverse_etl.destinations.microsoft_ads.sign_in.protocol import redeem
    from reverse_etl.destinations.microsoft_ads.sign_in.stores import FileStore

    identity, store = Identity.of(environment, os.environ), FileStore()
    # A file that cannot be used is reported before the sign-in.
    with store.lock():
        store.load(identity.key)
    if not paste and not _has_browser():
        echo("There is no browser on this machine, so the answer is pasted.", err=True)
        paste = True
    question, code = _pasted(identity) if paste else _from_browser(identity, port)
    granted = redeem(identity, question, code)
    with store.lock():
        store.save(identity.key, granted)
    source = _status(environment)["source"]
    if source != str(store.file):
        echo(f"Note: {source} goes before the sign-in that is kept now; unset it.", err=True)
    _show_status(environment, as_json=as_json)


def logout(*, environment: SignInEnvironment = Environment.PRODUCTION, as_json: Json = False) -> None:
    """Forget the sign-in on this machine, and tell what stays valid at Microsoft.

    Example: reverse-etl logout
    """
    from reverse_etl.destinations.microsoft_ads.sign_in.identity import Identity
    from reverse_etl.destinations.microsoft_ads.sign_in.stores import FileStore
    from reverse_etl.report.login import logout_json, logout_text

    identity, store = Identity.of(environment, os.environ), FileStore()
    with store.lock():
        places = [str(store.file)] if store.remove(identity.key) else []
    if as_json:
        typer.echo(json.dumps(logout_json(environment, places), indent=2))
    else:
        for text in logout_text(environment, places):
            echo(text)


def _has_browser() -> bool:
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def _from_browser(identity: Identity, port: int) -> tuple[Question, str]:
    """Open the browser and wait for it to come back; raises SignInError or, where it does not, DestinationError."""
    from reverse_etl.destinations.microsoft_ads.sign_in import browser
    from reverse_etl.destinations.microsoft_ads.sign_in.protocol import ask, code_of

    with browser.Listener(port) as listener:
        question = ask(identity, listener.redirect)
        listener.expect(question.state)
        typer.echo("Sign in in the browser. Where none opens, open this address on this machine:", err=True)
        typer.echo(question.address, err=True)
        webbrowser.open(question.address)
        answer = listener.wait(browser.PATIENCE)
    if answer is None:
        raise DestinationError(
            f"No sign-in arrived within {browser.PATIENCE / 60:.0f} minutes.",
            hint=f"Start again: {identity.command}. On a server without a browser, add --paste.",
        )
    return question, code_of(f"?{answer}", question)


def _pasted(identity: Identity) -> tuple[Question, str]:
    """Let the user sign in anywhere and paste what came of it; raises SignInError."""
    from reverse_etl.destinations.microsoft_ads.sign_in.protocol import ask, code_of

    question = ask(identity, "http://localhost", f"{identity.command} --paste")
    typer.echo("Open this address in a browser, on any machine, and sign in:", err=True)
    typer.echo(question.address, err=True)
    echo(
        "The browser then ends at an address that begins with http://localhost/?code= and shows an error page. Paste "
        "that whole address here within five minutes.",
        err=True,
    )
    # Not shown, so that the code stays in no scrollback and no recording.
    answer = typer.prompt("Address (not shown)", hide_input=True, err=True) if is_attended() else read_line()
    if not answer.strip():
        raise SettingsError("Nothing was pasted.", hint=f"Start again: {question.command}")
    return question, code_of(answer, question)


def _show_status(environment: Environment, *, as_json: bool) -> None:
    """Who is signed in, by what, until when; leaves with 2 where there is no sign-in."""
    from reverse_etl.report.login import login_text

    document = _status(environment)
    if as_json:
        typer.echo(json.dumps(document, indent=2))
        raise typer.Exit(0 if document["signed_in"] else SettingsError.exit_code)
    if not document["signed_in"]:
        raise SettingsError(
            f"There is no sign-in for {environment.value}. Needed: {document['missing']}.",
            hint="docs/signing-in.md tells how to sign in.",
        )
    for text in login_text(document):
        echo(text)


def _status(environment: Environment) -> LoginJson:
    from reverse_etl.destinations.microsoft_ads.sign_in.identity import Identity, signs_in
    from reverse_etl.destinations.microsoft_ads.sign_in.tokens import find_credentials, utc

    if not signs_in(environment, os.environ):
        # Says that it needs none.
        Identity.of(environment, os.environ)
    access = find_credentials(environment, os.environ)
    login, renews = access.login, access.login is not None
    identity = Identity.of(environment, os.environ) if renews else None
    return {
        "version": 1,
        "environment": environment.value,
        "signed_in": access.credentials is not None,
        "source": access.source,
        "missing": access.wanted,
        "who": login.who if login else "",
        "tenant": identity.tenant if identity else "",
        "client_id": identity.client_id if identity else "",
        "signed_in_at": utc(login.signed_in_at) if login and login.access_token else "",
        "access_token_until": access.until,
        "renews": renews,
    }
