"""Fields of files and documents: what a call did not state is left out."""

from collections.abc import Collection
from typing import Any

from driftline.domain.errors import InvalidInputError

type Config = dict[str, Any]


def stated(**fields: object) -> Config:
    """Those that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def check_choice(value: str | None, allowed: Collection[str], where: str) -> None:
    """Raises InvalidInputError: it is none of these."""
    if value is not None and value not in allowed:
        raise InvalidInputError(f"{value!r}", where=where, expected=", ".join(allowed))
