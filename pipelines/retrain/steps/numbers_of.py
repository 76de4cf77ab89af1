"""Cells of a row as the numbers that XGBoost is trained with; runs in SageMaker's XGBoost image, whose Python is 3.10.

Shared by the steps and by inference.py: a model must see the same numbers in training and in service.
"""

from hashlib import sha256

_BITS = 24
"""XGBoost's numbers have 32 bits, of which 24 are exact for whole numbers."""

MISSING = float("nan")


def number_of(cell: str) -> float:
    """A number as it is; NaN for an empty cell; for a text a number that follows from it, whatever the other rows are.

    Trees split such numbers like any other; two texts share a number with a chance of one in 16 million.
    """
    if not cell:
        return MISSING
    try:
        return float(cell)
    except ValueError:
        return float(int.from_bytes(sha256(cell.encode()).digest()[: _BITS // 8], "big"))


def written(cell: str) -> str:
    """The number as text; a missing one is spelled out, because an empty cell of CSV is 0 for XGBoost."""
    value = number_of(cell)
    return repr(value)
