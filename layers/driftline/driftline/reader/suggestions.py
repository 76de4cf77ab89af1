"""What may have been meant by a name that is not there."""

from collections.abc import Iterable
from difflib import get_close_matches

_MOST = 5
_LIKE = 0.4


def near(name: str, known: Iterable[str]) -> str:
    """For `expected` of an error: the most similar names, else the first ones; empty if there are none."""
    names = sorted(set(known))
    found = get_close_matches(name, names, _MOST, _LIKE) or names[:_MOST]
    return f"for example {', '.join(found)}" if found else ""
