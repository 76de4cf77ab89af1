"""How values of data look as text: nothing invisible, nothing endless, no more digits than mean anything."""

import unicodedata
from datetime import datetime
from math import isfinite

LONGEST = 200
"""Characters of a name or a value that the page shows; the files beside it have the whole text."""

_DIGITS = 4
_WHOLE_FROM = 1e4
_SCIENTIFIC_FROM = 1e15
_SCIENTIFIC_BELOW = 1e-4
# Controls, formats (direction marks, zero widths), surrogates, private use, unassigned; line and paragraph separators.
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def shown(text: str, longest: int = LONGEST) -> str:
    """The text with its invisible characters named, at most so many of its characters, and how many there are.

    Direction marks and overrides would let a name rearrange what stands around it; here they appear as `[U+202E]`.
    """
    cut = text[:longest]
    if not cut.isprintable():
        cut = "".join(f"[U+{ord(each):04X}]" if unicodedata.category(each) in _INVISIBLE else each for each in cut)
    if len(text) > longest:
        return f"{cut}… ({len(text):,} characters)"
    return cut or "(empty text)"


def number(value: float | None, digits: int = _DIGITS) -> str:
    """So many significant digits, whole numbers from 10,000 with separators; a dash where there is none."""
    if value is None or not isfinite(value):
        return "–"
    size = abs(value)
    if value == int(value) and size < _SCIENTIFIC_FROM:
        return f"{int(value):,}"
    if _WHOLE_FROM <= size < _SCIENTIFIC_FROM:
        return f"{value:,.{max(0, digits - len(str(int(size))))}f}"
    if size and (size < _SCIENTIFIC_BELOW or size >= _SCIENTIFIC_FROM):
        return f"{value:.3g}"
    return f"{value:.{digits}g}"


def percent(share: float | None) -> str:
    """A share as a percentage with at most one decimal, never rounded to 0 % or 100 % when it is neither."""
    if share is None or not isfinite(share):
        return "–"
    text = f"{share * 100:.1f}".removesuffix(".0")
    if text == "100" and share < 1.0:
        return "> 99.9 %"
    if text == "0" and share > 0.0:
        return "< 0.1 %"
    return f"{text} %"


def interval(bounds: tuple[float, float] | None) -> str:
    return "–" if bounds is None else f"{number(bounds[0])} to {number(bounds[1])}"


def instant(moment: datetime | None) -> str:
    """`2013-03-09 09:00 UTC`."""
    return "–" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


def count(amount: int, one: str, many: str | None = None) -> str:
    """`1 row`, `1,234 rows`."""
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"
