"""Where the dbt package and the example project lie: in the wheel, or in the repository of an editable install."""

from pathlib import Path

_HERE = Path(__file__).parents[1]
_REPOSITORY = _HERE.parent

PACKAGE_PARTS = ("dbt_project.yml", "macros", "models", "docs/schemas/exposures.json")


def package_folder() -> Path:
    """The folder that holds PACKAGE_PARTS, the dbt package's files."""
    return _HERE / "dbt_package" if (_HERE / "dbt_package").is_dir() else _REPOSITORY


def example_folder() -> Path:
    """The folder of the example project."""
    return _HERE / "example" if (_HERE / "example").is_dir() else _REPOSITORY / "dbt_project"
