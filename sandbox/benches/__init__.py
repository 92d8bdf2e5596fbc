"""Figures about the product itself: `manage.py bench NAME [--quick]` prints one JSON line a figure.

Read frame first: Figure, percentiles, what machine it was. ground: a database, a world and a shop for one bench.
Every other module is a bench: `run(quick, **options) -> Iterator[Figure]`; its keyword options become the command's.
"""
