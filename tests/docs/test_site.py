"""The site of the documentation builds without a warning, and a page of it asks no other host for anything."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.scale import scaled

REPOSITORY = Path(__file__).parents[2]
# What a browser fetches by itself, in a page and in a style sheet.
FETCHED = re.compile(r"<(?:script|img|iframe|source|link)\b[^>]*?(?:src|href)=[\"']([^\"']+)")
FETCHED_BY_STYLE = re.compile(r"url\([\"']?([^\"')]+)|@import [\"']([^\"']+)")


# The generator is installed for it, in an environment of its own.
@pytest.mark.skipif(scaled(True, long=False), reason="make test-long")
def test_the_site_builds_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    """Any warning, such as a link that leads nowhere, fails the build; what pages load lies beside them."""
    done = subprocess.run(
        ["make", "site", f"SITE={tmp_path}"], cwd=REPOSITORY, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    pages = list(tmp_path.rglob("*.html"))
    assert {page.stem for page in (REPOSITORY / "docs").glob("*.md")} <= {page.stem for page in pages}
    for page in pages:
        fetched = FETCHED.findall(page.read_text())
        assert any(address.endswith(".css") or ".css?" in address for address in fetched)
        assert [address for address in fetched if re.match(r"(?:https?:)?//", address)] == []
    for sheet in tmp_path.rglob("*.css"):
        addresses = ["".join(found) for found in FETCHED_BY_STYLE.findall(sheet.read_text())]
        assert [address for address in addresses if re.match(r"(?:https?:)?//", address)] == []
