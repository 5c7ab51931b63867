"""A sign-in against the local sandbox: the browser's stand-in, the sandbox's control, and a folder of one's own."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import requests

from reverse_etl.core.sync import Environment
from reverse_etl.destinations.microsoft_ads.sign_in.identity import Identity
from reverse_etl.destinations.microsoft_ads.sign_in.protocol import ask, code_of, redeem
from reverse_etl.destinations.microsoft_ads.sign_in.stores import FileStore, Login
from reverse_etl.sandbox import LocalSandbox
from tests.support.quick import exit_code_of

APP = "app-1"


def follow(address: str) -> requests.Response:
    """What a browser does: consent, and go where it is sent."""
    answer = requests.get(address, timeout=60, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    return requests.get(answer.headers["Location"], timeout=60)


def redirected(address: str) -> str:
    """The address at which a browser without a listener ends."""
    return requests.get(address, timeout=60, allow_redirects=False).headers["Location"]


def address_in(text: str) -> str:
    """The address that a command printed."""
    return re.findall(r"^http://\S+/authorize\?\S+$", text, re.MULTILINE)[0]


def control(sandbox: LocalSandbox, **asked: Any) -> dict[str, Any]:
    """Ask the sandbox's sign-in for something, and get its state."""
    answer = requests.post(f"{sandbox.url}/control/sign_in", data=json.dumps(asked), timeout=60)
    assert answer.status_code == 200, answer.text
    state: dict[str, Any] = answer.json()
    return state


def counts(sandbox: LocalSandbox) -> dict[str, int]:
    """What the sandbox's sign-in has done so far."""
    state: dict[str, int] = requests.get(f"{sandbox.url}/control/sign_in", timeout=60).json()["counts"]
    return state


@dataclass(frozen=True)
class World:
    """A sandbox and a folder for settings, as commands find them."""

    sandbox: LocalSandbox
    folder: Path
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        """The variables of a user who tries the sign-in."""
        ours = ("MICROSOFT_ADS_", "XDG_", "COLUMNS")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        own = {
            "XDG_CONFIG_HOME": str(self.folder),
            "HOME": str(self.folder),
            "MICROSOFT_ADS_LOGIN_ENDPOINT": self.sandbox.url,
            "MICROSOFT_ADS_CLIENT_ID": APP,
        }
        return kept | own | self.more

    @property
    def identity(self) -> Identity:
        """Who signs in."""
        return Identity.of(Environment.LOCAL, self.environ)

    @property
    def store(self) -> FileStore:
        """Where the sign-in is kept."""
        return FileStore(self.folder / "reverse-etl")

    @property
    def kept(self) -> Login:
        """The sign-in that is kept now."""
        login = self.store.load(self.identity.key)
        assert login is not None
        return login

    def signed_in(self) -> Login:
        """Sign in without a command."""
        question = ask(self.identity, "http://localhost")
        granted = redeem(self.identity, question, code_of(redirected(question.address), question))
        self.store.save(self.identity.key, granted)
        return self.kept

    def run(
        self, *arguments: str, stdin: str = "", browser: Callable[[str], object] | None = follow, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in this process; `browser` is what opens an address, None where there is no browser."""
        out, err = io.StringIO(), io.StringIO()
        threads: list[threading.Thread] = []

        def opened(address: str) -> bool:
            assert browser is not None
            threads.append(threading.Thread(target=browser, args=(address,)))
            threads[-1].start()
            return True

        missing = {"side_effect": webbrowser.Error("none")} if browser is None else {}
        with (
            mock.patch.dict("os.environ", self.environ | environment, clear=True),
            mock.patch.object(webbrowser, "get", **missing),
            mock.patch.object(webbrowser, "open", opened),
            mock.patch.object(sys, "stdin", io.StringIO(stdin)),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = exit_code_of(arguments)
        for thread in threads:
            thread.join(timeout=60)
        return subprocess.CompletedProcess(list(arguments), code, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def sign_in_world(folder: Path) -> Iterator[World]:
    """A running sandbox and a world around it."""
    (folder / "config").mkdir()
    with LocalSandbox(folder / "books.sqlite", port=0) as sandbox:
        yield World(sandbox, folder / "config")
