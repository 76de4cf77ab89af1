"""How much of a data set is decoded at a time."""

BLOCK_BYTES = 4 * 1024 * 1024
"""Text that is decoded at a time."""

LONGEST_ROW = 32 * 1024 * 1024
"""Bytes of a row."""
