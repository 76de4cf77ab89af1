"""Fields of files and documents: what a call did not state is left out."""

import json
from collections.abc import Collection
from typing import Any

from driftline.domain.errors import InvalidInputError

type Config = dict[str, Any]


def stated(**fields: object) -> Config:
    """Those that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def encoded(config: Config) -> bytes:
    """As JSON. Values that came out of numpy or pandas count as Python's.

    Raises:
        InvalidInputError: one is no value of JSON.
    """
    return json.dumps(config, default=_plain).encode()


def _plain(value: object) -> object:
    tolist = getattr(value, "tolist", None)  # of arrays and their scalars, without numpy
    if tolist is None:
        raise InvalidInputError(
            f"a {type(value).__name__}", where="analysis_config", expected="numbers, texts, lists and dicts of them"
        )
    return tolist()


def check_choice(value: str | None, allowed: Collection[str], where: str) -> None:
    """Raises InvalidInputError: it is none of these."""
    if value is not None and value not in allowed:
        raise InvalidInputError(f"{value!r}", where=where, expected=", ".join(allowed))
