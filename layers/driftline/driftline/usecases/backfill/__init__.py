"""Reads what was captured before the stack was there: planned, in batches, resumable."""
