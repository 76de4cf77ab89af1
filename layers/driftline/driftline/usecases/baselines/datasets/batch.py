"""How much of a data set is decoded at a time."""

BLOCK_BYTES = 4 * 1024 * 1024
"""Text that is decoded at a time."""

BATCH_ROWS = 50_000
"""Rows of a binary file that are decoded at a time."""

BATCH_CELLS = 1_000_000
"""Cells of a binary file that are Python objects at a time: wide rows are fewer."""
