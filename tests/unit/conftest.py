"""A local sandbox and a raw HTTP server for the tests of wire and sign-in, and a dbt project for those of `init`."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.sign_in import World, sign_in_world
from tests.unit.dialects import DIALECTS, Dialect
from tests.unit.scaffolding import Write
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


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """Each protocol in turn."""
    return DIALECTS[request.param]


@pytest.fixture
def raw() -> Iterator[StartRaw]:
    """Start servers that answer with given bytes, whatever is asked."""
    with ExitStack() as stack:
        yield lambda *answers, **options: stack.enter_context(RawServer(*answers, **options))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A local sandbox to sign in at, and a folder to keep the sign-in in."""
    with sign_in_world(tmp_path) as made:
        yield made


@pytest.fixture
def project(tmp_path: Path) -> Write:
    """Write a project's files and give its folder."""

    def write(files: Mapping[str, str | bytes] | None = None, **settings: Any) -> Path:
        folder = tmp_path / "project"
        folder.mkdir(exist_ok=True)
        (folder / "dbt_project.yml").write_text(yaml.safe_dump({"name": "shop", "profile": "shop"} | settings))
        for name, content in (files or {}).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    return write
