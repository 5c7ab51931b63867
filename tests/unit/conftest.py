"""A local sandbox and a raw HTTP server for the tests of the wire."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.unit.wire import RawServer, Sandbox, StartRaw


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on proxies or credentials that happen to be set."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "NETRC"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(tmp_path / "books.sqlite") as running:
        yield running


@pytest.fixture
def raw() -> Iterator[StartRaw]:
    """Start servers that answer with given bytes, whatever is asked."""
    with ExitStack() as stack:
        yield lambda *answers, **options: stack.enter_context(RawServer(*answers, **options))
