"""Files that are where data is, and hold none by their names: named, counted, and left out."""

from collections.abc import Callable, Iterable, Mapping

from driftline.cli.output import Output
from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import NO_DATA, is_data_name

type Strays = Mapping[str, str]
"""Key -> why it is left out."""


def without_strays(keys: Iterable[str], parse: Callable[[str], object]) -> tuple[list[str], Strays]:
    """The keys that can hold data, and the others.

    Args:
        parse: Raises InvalidInputError for a key of another shape.
    """
    kept: list[str] = []
    strays: dict[str, str] = {}
    for key in keys:
        if key.endswith("/"):
            continue  # the consoles of stores make such empty objects for folders
        try:
            parse(key)
        except InvalidInputError as error:
            strays[key] = error.what
            continue
        if is_data_name(key.rpartition("/")[2]):
            kept.append(key)
        else:
            strays[key] = NO_DATA
    return kept, strays


def name_strays(output: Output, strays: Strays) -> None:
    """On standard error, and in `skipped` of the result; they are no failure."""
    for key, why in strays.items():
        output.note(f"Skipped {key!r}: {why}.")


def skipped(strays: Strays) -> list[dict[str, str]]:
    """For machines."""
    return [{"key": key, "reason": why} for key, why in strays.items()]
