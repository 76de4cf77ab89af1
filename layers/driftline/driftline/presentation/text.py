"""How values look to people, everywhere: pages, messages, tables on a terminal.

Nothing invisible, nothing endless, no more digits than mean anything. What a place must escape it escapes itself.
`pages/execution/assets/dom.js` says the same of numbers, shares and times in the browser.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import isfinite, isinf

from driftline.domain.executions.finding import Measure, Side

LONGEST = 200
"""Characters of a name or a value that the page shows; the files have the whole text."""

IN_A_SENTENCE = 60
"""Characters of a name there."""

MINUS = "\N{MINUS SIGN}"
NOTHING = "–"
"""Shown where there is no value."""

_DAY = timedelta(days=1)
_NAMED = 3
_DIGITS = 4
_SCIENTIFIC_FROM = 1e15
_SCIENTIFIC_BELOW = 1e-4
# Controls, formats (direction marks, zero widths), surrogates, private use, unassigned; line and paragraph separators.
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SIDES: dict[Side, str] = {"at_least": "at least", "at_most": "at most"}
_METRICS = {
    "auc": "AUC",
    "au_prc": "Precision-recall AUC",
    "mae": "Mean absolute error",
    "mse": "Mean squared error",
    "rmse": "Root mean squared error",
}
ABBREVIATIONS = {"auc": "AUC", "ndcg": "NDCG"}
"""Figures that are written in capitals."""

_WORDS = {"f1": "F1", "f2": "F2", "f0.5": "F0.5", "r2": "R²", "auc": "AUC"}
_LONG = re.compile(r"(?<![\w.])-?\d+\.\d{5,}(?:E-?\d+)?(?![\w.])")
_CONSTANT = "_best_constant_classifier"


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
    """`0.4297`, `51,955`, `1.23e−5`: so many significant digits, a minus as wide as a plus; a dash for no number.

    Infinities are words: `infinite`, `minus infinite`.
    """
    if value is not None and isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    if value is None or not isfinite(value):
        return NOTHING
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
        return NOTHING
    text = f"{share * 100:.1f}".removesuffix(".0")
    if text == "100" and share < 1.0:
        return "> 99.9 %"
    if text == "0" and share > 0.0:
        return "< 0.1 %"
    return f"{text} %".replace("-", MINUS)


def figure(value: float | None, measure: Measure) -> str:
    """A value as what it is: a share of rows as a percentage, anything else as a number."""
    return percent(value) if measure == "share" else number(value)


def limit(value: float | None, side: Side | None, measure: Measure = "metric") -> str:
    """`at least 0.5607`, `at most 95 %`."""
    text = figure(value, measure)
    return text if value is None or side is None else f"{_SIDES[side]} {text}"


def interval(bounds: tuple[float, float] | None, measure: Measure = "metric") -> str:
    """`0.414 to 0.726`."""
    return NOTHING if bounds is None else f"{figure(bounds[0], measure)} to {figure(bounds[1], measure)}"


def instant(moment: datetime | None) -> str:
    """`9 Mar 2013, 09:00 UTC`."""
    return NOTHING if moment is None else f"{_minute(moment.astimezone(UTC))} UTC"


def window(start: datetime, end: datetime) -> str:
    """`8 Mar 2013, 08:00 to 09:00 UTC`; the day of the end only if it is another."""
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    until = f"{last:%H:%M}" if first.date() == last.date() else _minute(last)
    return f"{_minute(first)} to {until} UTC"


def span(start: datetime, end: datetime) -> str:
    """`5 Mar 2026` for a whole day, `2 Mar to 8 Mar 2026` for several, otherwise as `window` says it."""
    first, last = start.astimezone(UTC), end.astimezone(UTC) - _DAY
    if not is_days(first, last + _DAY):
        return window(start, end)
    if first == last:
        return day(first)
    began = day(first) if first.year != last.year else f"{first.day} {_MONTHS[first.month - 1]}"
    return f"{began} to {day(last)}"


def is_days(start: datetime, end: datetime) -> bool:
    """Whether a window is made of whole days, UTC."""
    first = start.astimezone(UTC)
    return (first.hour, first.minute) == (0, 0) and end > start and not (end - start) % _DAY


def day(moment: datetime) -> str:
    """`9 Mar 2013`."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def duration(length: timedelta) -> str:
    """`45 min`, `3 h`, `3 h 20 min`, `2 d 4 h`."""
    minutes = max(0, int(length.total_seconds() // 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def count(amount: int, one: str, many: str | None = None) -> str:
    """`1 row`, `1,234 rows`."""
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"


def metric_name(name: str) -> str:
    """`median_absolute_error` as `Median absolute error`, `auc` as `AUC`, `f0_5` as `F0.5`."""
    if name.endswith(_CONSTANT):
        return f"{metric_name(name.removesuffix(_CONSTANT))} of the best constant classifier"
    if name in _METRICS:
        return _METRICS[name]
    words = [_WORDS.get(word, word) for word in name.replace("f0_5", "f0.5").split("_") if word]
    text = " ".join(words)
    return text[:1].upper() + text[1:] if text else name


def with_full_stop(text: str) -> str:
    """With its full stop."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def rounded(text: str) -> str:
    """A sentence of a file that people read: its long numbers have as many digits as mean anything."""
    return _LONG.sub(lambda match: number(float(match[0])), text)


def names(texts: Sequence[str]) -> str:
    """`a, b, c and 2 more`, each once."""
    distinct = list(dict.fromkeys(shown(text, IN_A_SENTENCE) for text in texts))
    return joined(distinct[:_NAMED], more=len(distinct) - _NAMED)


def joined(parts: Sequence[str], *, more: int = 0) -> str:
    """`a, b and c`; `a, b and 2 more`."""
    if more > 0:
        parts = [*parts, f"{more:,} more"]
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def _minute(moment: datetime) -> str:
    """Not strftime's names of months, which follow the machine's language."""
    return f"{day(moment)}, {moment:%H:%M}"
