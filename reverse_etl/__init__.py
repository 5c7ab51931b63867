"""Send offline conversions from a dbt project to Microsoft Advertising."""
