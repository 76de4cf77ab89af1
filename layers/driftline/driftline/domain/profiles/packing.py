"""Arrays of numbers in few bytes, without loss.

Captured values are mostly whole numbers or decimals with a few digits. Such an array is stored as integers of the
narrowest width and a power of ten; any other array keeps its doubles. Nothing is compressed further: the rest would
not shrink, and so the bytes do not depend on the version of a compression library.
"""

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type PackedFloats = tuple[int, int, bytes]
"""Decimals (-1: plain doubles), bytes per value, the values in little-endian order."""

_PLAIN = -1
_MOST_DECIMALS = 9
_WIDTHS = ((1, 127), (2, 32_767), (4, 2_147_483_647))
_LARGEST = float(_WIDTHS[-1][1])
_PROBE = 16


def pack_floats(values: Floats) -> PackedFloats:
    """Packs finite doubles (any length, one dimension); minus zero comes back as zero."""
    if len(values):
        decimals = _decimals_of_few(values[:_PROBE].tolist())
        while decimals != _PLAIN:
            scaled = _scaled(values, decimals)
            if scaled is not None:
                largest = float(np.abs(scaled).max())
                width = next(width for width, bound in _WIDTHS if largest <= bound)
                return decimals, width, scaled.astype(f"<i{width}").tobytes()
            decimals = _decimals(values, decimals + 1)
    return _PLAIN, 8, values.astype("<f8", copy=False).tobytes()


def unpack_floats(packed: PackedFloats) -> Floats:
    """The values of `pack_floats`, bit for bit.

    Raises:
        ValueError: the parts are inconsistent.
    """
    decimals, width, data = packed
    if decimals == _PLAIN and width == 8:  # noqa: PLR2004 - the bytes of a double
        return np.frombuffer(data, dtype="<f8").astype(np.float64, copy=False)
    if not 0 <= decimals <= _MOST_DECIMALS or width not in {width for width, _ in _WIDTHS}:
        raise ValueError(f"invalid packing of numbers: {decimals} decimals in {width} bytes")
    whole = np.frombuffer(data, dtype=f"<i{width}").astype(np.float64)
    return whole / 10.0**decimals if decimals else whole


def _decimals_of_few(values: list[float]) -> int:
    """As `_decimals`, without numpy, which takes longer for so few."""
    return next((each for each in range(_MOST_DECIMALS + 1) if all(_fits(one, 10.0**each) for one in values)), _PLAIN)


def _fits(value: float, power: float) -> bool:
    scaled = value * power
    if not -_LARGEST - 1 < scaled < _LARGEST + 1:
        return False
    whole = round(scaled)
    return abs(whole) <= _LARGEST and whole / power == value


def _decimals(values: Floats, least: int) -> int:
    """The fewest decimals, from `least` on, that represent every value; _PLAIN if none do."""
    for decimals in range(least, _MOST_DECIMALS + 1):
        if _scaled(values, decimals) is not None:
            return decimals
    return _PLAIN


def _scaled(values: Floats, decimals: int) -> Floats | None:
    """The values times 10^decimals as whole numbers, if dividing them gives back the same doubles."""
    power = 10.0**decimals
    with np.errstate(over="ignore"):
        scaled = np.rint(values * power)
    if float(np.abs(scaled).max()) > _LARGEST or not np.array_equal(scaled / power, values):
        return None
    return scaled
