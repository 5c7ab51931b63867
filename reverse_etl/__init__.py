"""Send offline conversions from a dbt project to Microsoft Advertising."""

__version__ = "0.1.0"
