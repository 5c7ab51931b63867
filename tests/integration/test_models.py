"""The package's models as a user finds them in the warehouse and in dbt's docs."""

from pathlib import Path

import pytest
import yaml

from tests.support.shop import REPOSITORY, Shop

MODELS = sorted(path.stem for path in (REPOSITORY / "models").glob("*.sql"))


@pytest.mark.parametrize("model", MODELS)
def test_every_column_is_documented(shop_template: Shop, model: str) -> None:
    """Each model has a text for itself and for each column that it has in the warehouse, in that order."""
    documented = yaml.safe_load((REPOSITORY / "models/_models.yml").read_text())["models"]
    (entry,) = [entry for entry in documented if entry["name"] == model]
    assert entry["description"].strip()
    texts = Path(REPOSITORY / "models/_columns.md").read_text()
    names = [column["name"] for column in entry["columns"]]
    built = shop_template.sql(
        "select column_name from information_schema.columns where table_name = ? order by ordinal_position", [model]
    )
    assert names == [name for (name,) in built]
    for name in names:
        assert f"{{% docs reverse_etl_{name} %}}" in texts
