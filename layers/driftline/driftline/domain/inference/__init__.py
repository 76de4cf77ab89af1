"""Probabilities, tests and intervals that every kind of monitor uses: the standard library and numpy are enough."""
