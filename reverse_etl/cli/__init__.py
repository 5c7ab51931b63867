"""The command line: puts the parts together and speaks with people."""

from reverse_etl.cli.app import main

__all__ = ["main"]
