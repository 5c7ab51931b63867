"""`push --record`: what Microsoft said, to show to others."""

import json
from pathlib import Path

from reverse_etl.sandbox import LocalSandbox, summary
from tests.support.shop import Shop, click, deal


def test_a_push_keeps_its_calls_where_it_is_asked_to(shop: Shop, sandbox: LocalSandbox, tmp_path: Path) -> None:
    """Each call with its answer, without a click id; a folder that cannot be written stops before anything is sent."""
    shop.fill([deal(n) for n in range(3)])
    for wrong in (shop.folder, shop.folder / "dbt_project.yml" / "kept"):
        refused = shop.run("push", "--record", str(wrong), MICROSOFT_ADS_ENDPOINT=sandbox.url)
        assert refused.returncode == 2
        assert f"The folder to record in, {wrong}, " in refused.stderr
    assert summary(tmp_path / "books.sqlite").calls == 0
    done = shop.run("push", "--record", "kept", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert done.returncode == 0, done.stderr
    files = sorted((shop.folder / "kept").glob("[0-9]*.json"))
    assert "ApplyOfflineConversions" in files[-1].name
    call = json.loads(files[-1].read_text())
    assert call["answer"]["status"] == 200
    assert "id-3" in call["request"]["body"]
    assert not any(click(n) in path.read_text() for path in files for n in range(3))
