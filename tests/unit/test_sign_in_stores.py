"""Where sign-ins are kept: no copy is lost, none is read by others, and processes do not get in each other's way."""

import json
import os
import stat
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from reverse_etl.core.errors import DestinationError, SettingsError
from reverse_etl.destinations.microsoft_ads.sign_in.stores import FileStore, Login
from tests.support.sign_in import World, control, counts

LOGIN = Login("refresh-1", "access-1", 1000.0, 4600.0, 1000.0, "anna@example.com")
KEY = "production/common/app-1"
DEEP = "[" * 200_000 + "]" * 200_000

# What a process does that needs an access token.
ASK = """
import os, signal, sys
from unittest import mock
from reverse_etl.destinations.microsoft_ads.sign_in import stores
from reverse_etl.destinations.microsoft_ads.sign_in.tokens import find_credentials
from reverse_etl.core.sync import Environment

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

moments = {
    "before storing": (stores.FileStore, "save"),
    "before the file is whole": (stores.os, "fsync"),
    "before the file is in its place": (stores.Path, "replace"),
}
place = moments.get(sys.argv[1])
with mock.patch.object(*place, die) if place else mock.MagicMock():
    print(find_credentials(Environment.LOCAL, os.environ).credentials.token())
"""
MOMENTS = ["before storing", "before the file is whole", "before the file is in its place"]


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "config")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_file_is_the_users_alone_from_its_first_byte(store: FileStore) -> None:
    """Whatever the umask: at the moment when it is put in its place, and of its folder, only the user has rights."""
    seen: list[int] = []
    put = Path.replace

    def look(path: Path, target: Path) -> Path:
        seen.append(mode(path))
        return put(path, target)

    before = os.umask(0)
    try:
        with mock.patch.object(Path, "replace", look), store.lock():
            store.save(KEY, LOGIN)
    finally:
        os.umask(before)
    assert seen == [0o600]
    assert (mode(store.file), mode(store.file.parent)) == (0o600, 0o700)
    assert {path.name for path in store.file.parent.iterdir()} == {"sign_in.json", "sign_in.lock"}


def test_a_file_that_others_may_read_is_closed_to_them(store: FileStore) -> None:
    """A copy or a backup may have left it open: reading it takes their rights away."""
    with store.lock():
        store.save(KEY, LOGIN)
    store.file.chmod(0o644)
    assert store.load(KEY) == LOGIN
    assert mode(store.file) == 0o600


def test_each_environment_tenant_and_app_has_its_own(store: FileStore) -> None:
    """A sign-in is found by its key alone, and removing one leaves the others."""
    store.save(KEY, LOGIN)
    other = replace(LOGIN, refresh_token="refresh-2")
    store.save("sandbox/common/app-1", other)
    assert store.load(KEY) == LOGIN
    assert [store.remove(KEY), store.remove(KEY)] == [True, False]
    assert store.load(KEY) is None
    assert store.load("sandbox/common/app-1") == other


def test_a_write_that_fails_leaves_the_old_one(store: FileStore) -> None:
    """Where the disk is full the sign-in stays as it was, nothing lies about, and the message shows no token."""
    store.save(KEY, LOGIN)
    full = OSError(28, "No space left on device")
    with mock.patch("os.fsync", side_effect=full), pytest.raises(DestinationError, match="No space left") as caught:
        store.save(KEY, replace(LOGIN, refresh_token="refresh-2"))
    assert store.load(KEY) == LOGIN
    assert [path.name for path in store.file.parent.iterdir()] == ["sign_in.json"]
    assert "refresh" not in caught.value.message
    assert "MICROSOFT_ADS_REFRESH_TOKEN" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"logins": {"a": {"refresh_token": "secret-r"}}}', '{"logins": 1}', f'{{"logins": {DEEP}}}'],
)
def test_a_damaged_file_is_named_and_not_shown(store: FileStore, text: str) -> None:
    """What is in it stays unsaid; the message names the file and what to do."""
    store.file.parent.mkdir()
    store.file.write_text(text)
    with pytest.raises(SettingsError, match=r"sign_in\.json") as caught:
        store.load(KEY)
    assert "delete it and sign in again" in caught.value.hint
    assert "secret-r" not in str(caught.value) + caught.value.hint


WRONG: list[dict[str, Any]] = [
    *({name: value} for name in ("refresh_token", "access_token") for value in (None, 5, "a\nb", "a\u00e9")),
    *({name: value} for name in ("obtained_at", "expires_at", "signed_in_at") for value in ("soon", None, True, -1)),
    *({"expires_at": value} for value in (float("inf"), float("nan"), 1e300)),
    *({"who": value} for value in (5, None, "a\x1b[2J")),
]


@pytest.mark.parametrize("changes", WRONG, ids=repr)
def test_a_value_that_cannot_be_is_damage(store: FileStore, changes: dict[str, Any]) -> None:
    """A wrong type, a time without an end, a token that no header carries."""
    damaged = json.dumps(asdict(LOGIN) | changes)
    store.file.parent.mkdir()
    store.file.write_text(f'{{"version": 1, "logins": {{"{KEY}": {damaged}}}}}')
    for work in (store.load, store.remove, lambda key: store.save(key, LOGIN)):
        with pytest.raises(SettingsError, match=r"sign_in\.json"):
            work(KEY)


def test_a_sign_in_without_a_refresh_token_can_be_read(store: FileStore) -> None:
    """Such a one may be there from before: its access token is used, and the renewal says to sign in again."""
    store.save(KEY, replace(LOGIN, refresh_token=""))
    assert store.load(KEY) == replace(LOGIN, refresh_token="")


def test_the_lock_is_waited_for_in_vain_only_so_long(store: FileStore) -> None:
    """Another holder is waited for, and then named."""
    other = FileStore(store.file.parent)
    began = time.monotonic()
    with store.lock(), pytest.raises(DestinationError, match="Another process"), other.lock(timeout=0.3):
        pass
    assert time.monotonic() - began > 0.2
    with other.lock(timeout=0.3):
        pass


def ask(world: World, moment: str = "never") -> subprocess.Popen[str]:
    """A process that needs an access token, and may be killed on the way."""
    command = [sys.executable, "-c", ASK, moment]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, env=world.environ, text=True, **pipes)  # type: ignore[call-overload,no-any-return]


def done(process: subprocess.Popen[str]) -> int:
    """Wait for its end and give what it left with."""
    process.communicate(timeout=60)
    return process.returncode


def test_processes_that_renew_at_once_lose_nothing(world: World) -> None:
    """The sandbox ends an old refresh token once its successor was used: four processes renew once, and it goes on."""
    control(world.sandbox, expires_in=0.5)
    before = world.signed_in()
    time.sleep(0.5)
    # The first answer takes its time, so that all four want to renew meanwhile.
    control(world.sandbox, expires_in=3600, faults=[{"kind": "slow", "seconds": 3}])
    asked = [ask(world) for _ in range(4)]
    said = [process.communicate(timeout=60) for process in asked]
    assert [process.returncode for process in asked] == [0] * 4, said
    assert {out.strip() for out, _ in said} == {world.kept.access_token}
    assert counts(world.sandbox)["renewals"] == 1
    assert world.kept.refresh_token != before.refresh_token
    # Each of three more is made with what the one before left.
    for _ in range(3):
        world.store.save(world.identity.key, replace(world.kept, expires_at=0.0))
        assert done(ask(world)) == 0
    assert counts(world.sandbox) == {"codes": 1, "redemptions": 1, "renewals": 4}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_between_rotation_and_storing_loses_no_sign_in(world: World, moment: str) -> None:
    """Killed with the new token in hand, a process leaves the old one, which Microsoft still takes, and no lock."""
    control(world.sandbox, expires_in=0.2)
    before = world.signed_in()
    time.sleep(0.2)
    control(world.sandbox, expires_in=3600)
    assert done(ask(world, moment)) == -9
    assert counts(world.sandbox)["renewals"] == 1
    assert world.kept == before
    assert done(ask(world)) == 0
    assert world.kept.refresh_token != before.refresh_token
    assert counts(world.sandbox)["renewals"] == 2
    assert {path.name for path in world.store.file.parent.iterdir()} == {"sign_in.json", "sign_in.lock"}
