"""Names that somebody probably meant."""

import difflib
from collections.abc import Iterable

_LONGEST = 255
"""Characters that are compared: names of columns can have kilobytes."""


def did_you_mean(found: str, known: Iterable[str]) -> str:
    """`Did you mean completeness?`; empty if no known name is similar. Case counts: lower it where none has any."""
    near = difflib.get_close_matches(found[:_LONGEST], list(known), n=1)
    return f"Did you mean {near[0]}?" if near else ""
