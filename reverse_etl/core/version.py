"""The version of this half of the product; the dbt package must have the same."""

__version__ = "0.2.0"
