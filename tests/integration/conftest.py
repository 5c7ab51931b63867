"""A built dbt project per session, copied for each test, and a local sandbox for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.support.shop import Shop, build_template, copy_of


@pytest.fixture(scope="session")
def shop_template(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return build_template(tmp_path_factory.mktemp("shop") / "project")


@pytest.fixture
def shop(shop_template: Shop, tmp_path: Path) -> Shop:
    return copy_of(shop_template, tmp_path / "project")


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[LocalSandbox]:
    with LocalSandbox(tmp_path / "books.sqlite", port=0) as running:
        yield running
