"""Where sign-ins are kept: no copy is lost, none is read by others, and processes do not get in each other's way."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from unittest import mock

import keyring.errors
import pytest
from keyring.backends import null

from reverse_etl.core.errors import DestinationError, SettingsError
from reverse_etl.destinations.microsoft_ads.sign_in.stores import KEYRING, Login, Stores
from tests.support.sign_in import Memory, World, control, counts, keyring_of, no_keyring

LOGIN = Login("refresh-1", "access-1", 1000.0, 4600.0, 1000.0, "anna@example.com")
KEY = "production/common/app-1"
DEEP = "[" * 200_000 + "]" * 200_000

# What a process does that needs an access token.
ASK = """
import os, signal, sys
from unittest import mock
from reverse_etl.destinations.microsoft_ads.sign_in import stores
from reverse_etl.destinations.microsoft_ads.sign_in.sources import find_credentials
from reverse_etl.core.sync import Environment

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

moments = {
    "before storing": (stores.Stores, "save"),
    "before the file is whole": (stores.os, "fsync"),
    "before the file is in its place": (stores.Path, "replace"),
}
place = moments.get(sys.argv[1])
with mock.patch.object(*place, die) if place else mock.MagicMock():
    print(find_credentials(Environment.LOCAL, os.environ).credentials.token())
"""
MOMENTS = ["before storing", "before the file is whole", "before the file is in its place"]


class Full(Memory):
    """A keyring that reads, and takes nothing new, as Windows' does with long values."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise OSError("The stub received bad data")


class Hanging(Memory):
    """A keyring that shows a window and waits."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.unlocked = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        self.unlocked.wait(timeout=60)
        return super().get_password(service, username)


class Locked(Memory):
    """A keyring that nobody unlocks."""

    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked("locked")

    set_password = delete_password = get_password  # type: ignore[assignment]


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    with no_keyring():
        yield Stores(tmp_path / "config")


def unnumbered(stores: Stores) -> Login | None:
    """The sign-in that is kept, without its number."""
    login, _ = stores.load(KEY)
    return login and replace(login, serial=0)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_file_is_nobody_elses_from_its_first_byte(stores: Stores) -> None:
    """Whatever the umask: at the moment when it is put in its place, and of its folder, only the user has rights."""
    seen: list[int] = []
    put = Path.replace

    def look(path: Path, target: Path) -> Path:
        seen.append(mode(path))
        return put(path, target)

    before = os.umask(0)
    try:
        with mock.patch.object(Path, "replace", look), stores.lock():
            stores.save(KEY, LOGIN)
    finally:
        os.umask(before)
    assert seen == [0o600]
    assert (mode(stores.file), mode(stores.file.parent)) == (0o600, 0o700)
    assert {path.name for path in stores.file.parent.iterdir()} == {"sign_in.json", "sign_in.lock"}


def test_a_file_that_others_may_read_is_closed_to_them(stores: Stores) -> None:
    """A copy or a backup may have left it open: reading it takes their rights away."""
    with stores.lock():
        stores.save(KEY, LOGIN)
    stores.file.chmod(0o644)
    assert unnumbered(stores) == LOGIN
    assert mode(stores.file) == 0o600


def test_each_environment_tenant_and_app_has_its_own(stores: Stores) -> None:
    """A sign-in is found by its key alone, and removing one leaves the others."""
    stores.save(KEY, LOGIN)
    other = replace(LOGIN, refresh_token="refresh-2")
    assert stores.save("sandbox/common/app-1", other) == str(stores.file)
    assert unnumbered(stores) == LOGIN
    assert stores.remove(KEY) == [str(stores.file)]
    assert stores.load(KEY) == (None, "")
    found, place = stores.load("sandbox/common/app-1")
    assert found is not None
    assert (found.refresh_token, place) == ("refresh-2", str(stores.file))


def test_a_write_that_fails_leaves_the_old_one(stores: Stores) -> None:
    """Where the disk is full the sign-in stays as it was, nothing lies about, and the message shows no token."""
    stores.save(KEY, LOGIN)
    full = OSError(28, "No space left on device")
    with mock.patch("os.fsync", side_effect=full), pytest.raises(DestinationError, match="No space left") as caught:
        stores.save(KEY, replace(LOGIN, refresh_token="refresh-2"))
    assert unnumbered(stores) == LOGIN
    assert [path.name for path in stores.file.parent.iterdir()] == ["sign_in.json"]
    assert "refresh" not in caught.value.message
    assert "MICROSOFT_ADS_REFRESH_TOKEN" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"logins": {"a": {"refresh_token": "secret-r"}}}', '{"logins": 1}', f'{{"logins": {DEEP}}}'],
)
def test_a_damaged_file_is_told_and_not_shown(stores: Stores, text: str) -> None:
    """What is in it stays unsaid; the message names the file and what to do."""
    stores.file.parent.mkdir()
    stores.file.write_text(text)
    with pytest.raises(SettingsError, match=r"sign_in\.json") as caught:
        stores.load(KEY)
    assert "delete it and sign in again" in caught.value.hint
    assert "secret-r" not in str(caught.value) + caught.value.hint


WRONG: list[dict[str, Any]] = [
    *({name: value} for name in ("refresh_token", "access_token") for value in (None, 5, "a\nb", "a\u00e9")),
    *({name: value} for name in ("obtained_at", "expires_at", "signed_in_at") for value in ("soon", None, True, -1)),
    *({"expires_at": value} for value in (float("inf"), float("nan"), 1e300)),
    *({"serial": value} for value in ("x", None, 1.5, True, -1, 2**70)),
    *({"who": value} for value in (5, None, "a\x1b[2J")),
]


@pytest.mark.parametrize("changes", WRONG, ids=repr)
def test_a_value_that_cannot_be_is_damage(stores: Stores, changes: dict[str, Any]) -> None:
    """A wrong type, a time without an end, a token that no header carries: told of the file, and none in a keyring."""
    damaged = json.dumps(asdict(LOGIN) | changes)
    memory = Memory()
    memory.kept["reverse-etl", KEY] = damaged
    with keyring_of(memory):
        assert stores.load(KEY) == (None, "")
    stores.file.parent.mkdir()
    stores.file.write_text(f'{{"version": 1, "logins": {{"{KEY}": {damaged}}}}}')
    for work in (stores.load, stores.remove, lambda key: stores.save(key, LOGIN)):
        with pytest.raises(SettingsError, match=r"sign_in\.json"):
            work(KEY)


def test_a_keyring_s_nonsense_is_no_sign_in(stores: Stores) -> None:
    """Nesting without a bottom counts as no sign-in, and a new one is kept in its place."""
    memory = Memory()
    memory.kept["reverse-etl", KEY] = DEEP
    with keyring_of(memory):
        assert stores.load(KEY) == (None, "")
        assert stores.save(KEY, LOGIN) == KEYRING
        assert unnumbered(stores) == LOGIN


def test_a_sign_in_without_a_refresh_token_can_be_read(stores: Stores) -> None:
    """Such a one may be there from before: its access token is used, and the renewal says to sign in again."""
    stores.save(KEY, replace(LOGIN, refresh_token=""))
    assert unnumbered(stores) == replace(LOGIN, refresh_token="")


def test_a_keyring_goes_before_the_file(stores: Stores) -> None:
    """Where there is one it is written and read, and what the file had is gone."""
    stores.save(KEY, LOGIN)
    memory = Memory()
    with keyring_of(memory):
        assert stores.load(KEY)[1] == str(stores.file)
        assert stores.save(KEY, replace(LOGIN, refresh_token="refresh-2")) == KEYRING
        assert (unnumbered(stores), stores.load(KEY)[1]) == (replace(LOGIN, refresh_token="refresh-2"), KEYRING)
        assert json.loads(stores.file.read_text())["logins"] == {}
        assert stores.remove(KEY) == [KEYRING]
        assert memory.kept == {}


@pytest.mark.parametrize("backend", [Full(), null.Keyring()], ids=["full", "null"])
def test_a_keyring_that_fails_is_none(stores: Stores, backend: Any) -> None:
    """One that takes nothing or forgets: the file is used, and nothing is raised."""
    with keyring_of(backend):
        assert stores.save(KEY, LOGIN) == str(stores.file)
        assert (unnumbered(stores), stores.load(KEY)[1]) == (LOGIN, str(stores.file))
        assert stores.remove(KEY) == [str(stores.file)]


def test_a_keyring_that_is_locked_may_hold_a_sign_in_after_a_logout(stores: Stores) -> None:
    """The file is used in its place. A logout empties the file, and says that it does not know of the keyring."""
    with keyring_of(Locked()):
        assert stores.save(KEY, LOGIN) == str(stores.file)
        assert (unnumbered(stores), stores.load(KEY)[1]) == (LOGIN, str(stores.file))
        with pytest.raises(DestinationError, match="keyring failed and may still hold the sign-in") as caught:
            stores.remove(KEY)
        assert stores.load(KEY) == (None, "")
    assert "Unlock it" in caught.value.hint


def test_a_keyring_that_does_not_answer_is_waited_for_once(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that waits to be unlocked where nobody is holds nothing up for long; it may hold a sign-in all the same."""
    monkeypatch.setattr("reverse_etl.destinations.microsoft_ads.sign_in.stores.KEYRING_TIMEOUT", 0.1)
    hanging = Hanging()
    try:
        with keyring_of(hanging):
            assert stores.save(KEY, LOGIN) == str(stores.file)
            assert (unnumbered(stores), stores.load(KEY)[1]) == (LOGIN, str(stores.file))
            with pytest.raises(DestinationError, match="may still hold the sign-in"):
                stores.remove(KEY)
            assert stores.load(KEY) == (None, "")
    finally:
        hanging.unlocked.set()
    assert hanging.asked == 1


@pytest.mark.parametrize("delete", [mock.Mock(side_effect=OSError("no")), mock.Mock()], ids=["refuses", "only nods"])
def test_a_keyring_that_lets_nothing_go_is_told_of(stores: Stores, delete: mock.Mock) -> None:
    """Where the sign-in is in the keyring yet after a logout, no logout says that there was none."""
    memory = Memory()
    with keyring_of(memory):
        stores.save(KEY, LOGIN)
        with mock.patch.object(memory, "delete_password", delete), pytest.raises(DestinationError, match="may still"):
            stores.remove(KEY)
        assert stores.remove(KEY) == [KEYRING]
        assert stores.remove(KEY) == []


def test_the_newer_of_two_counts_that_never_saw_each_other(stores: Stores) -> None:
    """While the keyring is locked a new sign-in goes to the file; unlocked again, the keyring's older one loses."""
    memory = Memory()
    with keyring_of(memory):
        for _ in range(3):
            stores.save(KEY, LOGIN)
    newer = replace(LOGIN, refresh_token="refresh-2")
    with keyring_of(Locked()):
        stores.save(KEY, newer)
    with keyring_of(memory):
        assert (unnumbered(stores), stores.load(KEY)[1]) == (newer, str(stores.file))


def test_a_number_rises_whatever_the_clock_says(stores: Stores) -> None:
    """Where the clock was set back, and over a sign-in from before numbers came from it, the newer still counts."""
    with mock.patch("time.time", return_value=2e9):
        stores.save(KEY, LOGIN)
    ahead, _ = stores.load(KEY)
    stores.save(KEY, LOGIN)
    later, _ = stores.load(KEY)
    assert ahead is not None
    assert later is not None
    assert later.serial == ahead.serial + 1
    stores.file.write_text(json.dumps({"version": 1, "logins": {KEY: asdict(replace(LOGIN, serial=3))}}))
    assert stores.load(KEY) == (replace(LOGIN, serial=3), str(stores.file))
    stores.save(KEY, LOGIN)
    now, _ = stores.load(KEY)
    assert now is not None
    assert 3 < now.serial < ahead.serial


def test_of_two_copies_the_newer_counts(stores: Stores) -> None:
    """A keyring that stopped taking values still has an old one: the file's is newer, by its number."""
    memory = Memory()
    with keyring_of(memory):
        stores.save(KEY, LOGIN)
    full = Full()
    full.kept = memory.kept
    full.delete_password = lambda *_: None  # type: ignore[method-assign]
    with keyring_of(full):
        assert stores.save(KEY, replace(LOGIN, refresh_token="refresh-2")) == str(stores.file)
        found, place = stores.load(KEY)
        assert found is not None
        assert (found.refresh_token, place) == ("refresh-2", str(stores.file))


def test_the_lock_is_waited_for_in_vain_only_so_long(stores: Stores) -> None:
    """Another holder is waited for, and then told of."""
    other = Stores(stores.file.parent)
    began = time.monotonic()
    with stores.lock(), pytest.raises(DestinationError, match="Another process"), other.lock(timeout=0.3):
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
        world.stores.save(world.identity.key, replace(world.kept, expires_at=0.0))
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
    assert {path.name for path in world.stores.file.parent.iterdir()} == {"sign_in.json", "sign_in.lock"}
