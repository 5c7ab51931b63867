"""Syncs are those that the project's files declare now, whatever dbt keeps of an earlier parse."""

from collections.abc import Iterator

import pytest

from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.exposures import find_syncs
from reverse_etl.warehouse.project import Project
from tests.support.shop import Shop

EXPOSURE = """
  - name: {name}
    type: application
    owner: {{name: Growth, email: growth@example.com}}
    depends_on: [ref('offline_conversions')]
    config:
      meta:
        reverse_etl:
          destination: microsoft_ads
          environment: local
"""
PAUSED = "          # no longer used{between}enabled: false\n"


@pytest.fixture(scope="module", autouse=True)
def kept_parses() -> None:
    """As the product uses them."""


def declared(shop: Shop, *exposures: str) -> Iterator[tuple[str, bool]]:
    """Names of the syncs that these exposures make, and whether each may be pushed."""
    (shop.folder / "models/exposures.yml").write_text("exposures:" + "".join(exposures))
    project = Project(DbtOptions(project_dir=shop.folder, profiles_dir=shop.folder))
    project.close()
    yield from ((sync.name, sync.enabled) for sync in find_syncs(project.manifest))


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("\"{{ 'calls' }}\"", "forms", "forms"),
        ("\"it's {{ '\\n' }} one\"", "it's one", "it's one"),
        ('"two\n\n    lines"', '"two\n    lines"', "two lines"),
    ],
)
def test_a_renamed_sync_is_gone_at_once(shop: Shop, before: str, after: str, name: str) -> None:
    """A sync under its old name is no longer there, also where dbt's partial parsing keeps its exposure."""
    assert list(declared(shop, EXPOSURE.format(name=before))) != [(name, True)]
    assert list(declared(shop, EXPOSURE.format(name=after))) == [(name, True)]


def test_a_sync_is_paused_by_white_space_alone(shop: Shop) -> None:
    """`enabled: false` counts as soon as it stands in its place, for dbt's partial parsing an unchanged file."""
    exposure = EXPOSURE.format(name="calls")
    assert list(declared(shop, exposure, PAUSED.format(between=" "))) == [("calls", True)]
    assert list(declared(shop, exposure, PAUSED.format(between="\n          "))) == [("calls", False)]
