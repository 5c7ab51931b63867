"""The destinations, each in a folder of its own; `core/kinds.py` lists them."""
