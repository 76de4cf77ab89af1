"""Counts of bytes that plain numbers do or do not contain, over a whole CSV text at once."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

type Bytes = NDArray[np.uint8]

_BLOCK = 1 << 17
"""Bytes at a time, so that the masks stay in the processor's cache."""

_ROWS_BLOCK = 1 << 20
"""Bytes of whole rows at a time, so that the positions of their cells take little memory."""

_NINE = 9
_ZERO, _COMMA, _LINE_END, _DOT, _MINUS, _PLUS, _SMALL_E = b"0,\n.-+e"
_TO_SMALL = np.uint8(0x20)
"""The bit that makes an E an e, and nothing else one."""


@dataclass(frozen=True, slots=True)
class ByteCensus:
    r"""Counts that add up: those of a text are the sums of those of its cells, whose edges are not digits.

    Attributes:
        strange: Bytes that are neither separators nor part of a plain number: `-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?`.
        bare_dots: Dots without a digit on both sides.
        dots: All dots.
        exponents: Letters E and e.
        padded: Zeros at the start of a number with more digits, as in `007`.
    """

    strange: int
    bare_dots: int
    dots: int
    exponents: int
    padded: int

    @classmethod
    def of(cls, text: bytes) -> "ByteCensus":
        counts = np.zeros(5, dtype=np.int64)
        for start in range(0, len(text), _BLOCK):
            before = text[start - 2 : start] if start else b"\n\n"
            block = text[start : start + _BLOCK + 1]
            after = b"" if len(block) > _BLOCK else b"\n"
            counts += _count(np.frombuffer(before + block + after, dtype=np.uint8))
        return cls(*counts.tolist())

    @classmethod
    def of_occurrences(cls, counts: Iterable[tuple[str, int]]) -> "ByteCensus":
        """Counts over texts and their frequencies: a text that occurs 5 times is counted once for 4 and once for 1."""
        powers: dict[int, list[str]] = {}
        for text, count in counts:
            for bit in range(count.bit_length()):
                if count >> bit & 1:
                    powers.setdefault(bit, []).append(text)
        total = np.zeros(5, dtype=np.int64)
        for bit, texts in powers.items():
            census = cls.of("\n".join(texts).encode())
            total += np.array(astuple(census)) << bit
        return cls(*total.tolist())

    def __sub__(self, part: "ByteCensus") -> "ByteCensus":
        """The counts of the other cells, if `part` has the counts of some."""
        return ByteCensus(
            self.strange - part.strange,
            self.bare_dots - part.bare_dots,
            self.dots - part.dots,
            self.exponents - part.exponents,
            self.padded - part.padded,
        )


def _count(framed: Bytes) -> list[int]:
    """Counts of all bytes except the first two and the last, which are only used as neighbours."""
    no_digit = (framed - np.uint8(_ZERO)) > _NINE
    here, before, after = no_digit[2:-1], no_digit[1:-2], no_digit[3:]
    inner = framed[2:-1]
    dot = inner == _DOT
    letter = (framed | _TO_SMALL) == _SMALL_E
    plus = inner == _PLUS
    dots, exponents = np.count_nonzero(dot), np.count_nonzero(letter[2:-1])
    signs = np.count_nonzero(inner == _MINUS)
    if plus.any():
        signs += np.count_nonzero(plus & letter[1:-2])
    separators = np.count_nonzero(inner == _COMMA) + np.count_nonzero(inner == _LINE_END)
    strange = np.count_nonzero(here) - dots - exponents - signs - separators
    bare_dots = np.count_nonzero(dot & (before | after))
    padding = (inner == _ZERO) & before & ~after
    padding[1:] &= ~dot[:-1]  # the first zero of .05 starts no number
    padded = np.count_nonzero(padding)
    if padded:
        # Nor does that of e05 and e-05, or the one behind the dot that the block begins after.
        previous = framed[1:-2]
        signed = letter[:-3] & ((previous == _MINUS) | (previous == _PLUS))
        padded = np.count_nonzero(padding & ~(letter[1:-2] | signed | (previous == _DOT)))
    return [int(count) for count in (strange, bare_dots, dots, exponents, padded)]


def fractional_cells(text: bytes, width: int) -> list[int] | None:
    """Number of cells per column with a dot or an exponent's letter; None if the rows do not all have that width.

    Args:
        text: CSV without quotes that ends with a line end.
        width: Number of fields of every row.
    """
    counts = np.zeros(width, dtype=np.int64)
    start = 0
    while start < len(text):
        cut = text.rfind(b"\n", start, start + _ROWS_BLOCK) + 1 or text.find(b"\n", start) + 1 or len(text)
        held = _held(np.frombuffer(text[start:cut], dtype=np.uint8), width)
        if held is None:
            return None
        counts += np.count_nonzero(held, axis=0)
        start = cut
    return [int(count) for count in counts]


def line_ends(text: bytes) -> NDArray[np.intp]:
    """The positions of all line ends, ascending."""
    raw = np.frombuffer(text, dtype=np.uint8)
    blocks = range(0, len(raw), _ROWS_BLOCK)
    return np.concatenate([np.flatnonzero(raw[start : start + _ROWS_BLOCK] == _LINE_END) + start for start in blocks])


def _held(raw: Bytes, width: int) -> NDArray[np.bool_] | None:
    """Whether each cell of whole rows has a mark of a fraction, shape (rows, width)."""
    marks = np.concatenate([_marks(raw[start : start + _BLOCK]) for start in range(0, len(raw), _BLOCK)])
    ends = np.flatnonzero((marks == _COMMA) | (marks == _LINE_END))
    if len(ends) % width or np.any(marks[ends[width - 1 :: width]] != _LINE_END):
        return None
    last_mark = marks[ends - 1]  # of the first cell it is the last mark of all, a line end
    held: NDArray[np.bool_] = (last_mark != _COMMA) & (last_mark != _LINE_END)
    return held.reshape(-1, width)


def _marks(raw: Bytes) -> Bytes:
    """The separators, dots and exponents' letters."""
    marked = (raw == _COMMA) | (raw == _LINE_END) | (raw == _DOT) | ((raw | _TO_SMALL) == _SMALL_E)
    return raw[np.flatnonzero(marked)]
