"""`python -m reverse_etl`, the same as the command `reverse-etl`."""

from reverse_etl.cli import main

main()
