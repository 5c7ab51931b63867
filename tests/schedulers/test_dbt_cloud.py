"""What dbt Cloud's job leaves, in the place of a local build's."""

import json
import shutil
from pathlib import Path

from tests.support.shop import Shop, deal


def gate(shop: Shop) -> str:
    """What a push would say of dbt's tests."""
    guards = json.loads(shop.run("plan", "--json", "--target", "prod").stdout)["guards"]
    return next(str(one["message"]) for one in guards if one["name"] == "tests")


def test_two_artifacts_of_a_job_are_enough_for_a_clone_that_is_kept(shop: Shop, tmp_path: Path) -> None:
    """They say that the model was built and tested; a file that is newer than the build, as in a new clone, counts as
    changed since."""
    shop.fill([deal(1)])
    shop.dbt("build", "--quiet", "--target", "prod")
    target = shop.folder / "target"
    shutil.move(target, tmp_path / "job")
    target.mkdir()
    # What dbt kept of a parse, which says nothing of a build: it saves time.
    shutil.copy2(tmp_path / "job" / "partial_parse.msgpack", target)
    for name in ("run_results.json", "manifest.json"):
        shutil.copy(tmp_path / "job" / name, target)
    assert "was built, and has no test (dbt, " in gate(shop)
    (shop.folder / "models" / "offline_conversions.sql").touch()
    assert "models/offline_conversions.sql was changed since it was built" in gate(shop)
