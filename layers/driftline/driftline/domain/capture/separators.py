"""What separates the cells of a CSV file: commas, or what spreadsheets of other languages and databases write."""

import re

_OTHERS = ";\t|"
_QUOTED = re.compile(r'"[^"]*"')
_DECIMAL_COMMA = re.compile(r"[-+]?\d+(?:,\d+)?")


def separator_of(text: str) -> str:
    """`,` unless the first line has no comma and another separator, and the second line has as many of them.

    Args:
        text: The beginning of the file. What is in quotes does not count.
    """
    lines = [_QUOTED.sub("", line) for line in text.split("\n", 20)[:20] if line.strip()]
    if not lines or "," in lines[0]:
        return ","
    for separator in _OTHERS:
        found = lines[0].count(separator)
        if found and (len(lines) == 1 or lines[1].count(separator) == found):
            return separator
    return ","


def has_decimal_commas(cells: list[str]) -> bool:
    """Whether a column consists of numbers such as `3,5`, which are texts everywhere else."""
    present = [cell for cell in cells if cell]
    return any("," in cell for cell in present) and all(map(_DECIMAL_COMMA.fullmatch, present))
