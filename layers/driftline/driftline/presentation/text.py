"""How values of data look as text: nothing invisible, nothing endless, no more digits than mean anything."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from math import isfinite

LONGEST = 200
"""Characters of a name or a value that the page shows; the files beside it have the whole text."""

IN_A_SENTENCE = 60
"""Characters of a name there."""

MINUS = "\N{MINUS SIGN}"

_NAMED = 3
_DIGITS = 4
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
    """So many significant digits, thousands apart, a minus that is as wide as a plus; a dash where there is none."""
    if value is None or not isfinite(value):
        return "–"
    size = abs(value)
    if size and not _SCIENTIFIC_BELOW <= size < _SCIENTIFIC_FROM:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        text = f"{mantissa.rstrip('0').removesuffix('.')}e{int(exponent)}"
    elif value == int(value):
        text = f"{int(value):,}"
    else:
        text = f"{value:,.{digits}g}"
        if "e" in text:  # More digits before the point than are wanted: all of them mean something.
            text = f"{value:,.0f}"
    return text.replace("-", MINUS)


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


def names(texts: Sequence[str]) -> str:
    """`a, b, c and 2 more`, each once."""
    distinct = list(dict.fromkeys(shown(text, IN_A_SENTENCE) for text in texts))
    more = len(distinct) - _NAMED
    return joined([*distinct[:_NAMED], *([f"{more} more"] if more > 0 else [])])


def joined(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)
