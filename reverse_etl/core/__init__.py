"""Nouns and ports: what the other rooms speak of and to. Imports nothing but the standard library."""
