"""Texts for people from texts of data: short, on one line, without control characters."""

import re
import unicodedata
from datetime import datetime, timedelta

LONGEST_NAME = 120  # characters
LONGEST_LINE = 600  # characters

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories of what nobody sees, or what turns the direction of the text around it."""

_SPACES = re.compile(r"\s+")


def line(text: str, longest: int = LONGEST_LINE) -> str:
    """The text on one line of at most so many characters. Channels escape what is markup to them."""
    # What is far beyond the limit is never looked at: names can be 10 KB long.
    start = _SPACES.sub(" ", text[: longest * 4])
    visible = "".join(sign if unicodedata.category(sign) not in _HIDDEN else "\ufffd" for sign in start).strip()
    return visible if len(visible) <= longest and len(text) <= longest * 4 else f"{visible[: longest - 1]}…"


def name(text: str) -> str:
    """The name of a feature, a metric or an alarm."""
    return line(text, LONGEST_NAME) or "(empty name)"


def number(value: float) -> str:
    """Four significant digits, without an exponent where that is readable."""
    return f"{value:.4g}"


def instant(moment: datetime) -> str:
    """`2026-03-01 14:00 UTC`."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def span(duration: timedelta) -> str:
    """`45 min`, `3 h`, `3 h 20 min`, `2 d 4 h`."""
    minutes = max(0, int(duration.total_seconds() // 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def count(many: int, one: str, several: str) -> str:
    return f"{many} {one if many == 1 else several}"
