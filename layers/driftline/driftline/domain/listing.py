"""Many names in a sentence."""

from collections.abc import Sequence


def first_of(names: Sequence[str], most: int) -> str:
    """`a, b` of two; of five, at most two: `a, b and 3 more`."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")
