"""What captured and uploaded values mean: labels, numbers, probabilities, lists of them."""

import ast
import math
import re
from collections.abc import Sequence

import msgspec

from driftline.domain.json_reading import JsonDecoder

_MISSING = frozenset({"", "nan", "NaN", "None", "null", "NULL"})
"""What pandas, Python, JSON and databases write where there is no value. `none` may be a class."""

_WHOLE = re.compile(r"([+-]?\d+)\.0*", re.ASCII)
_LONGEST_LIST = 100_000
_LIST = JsonDecoder(list[object])


def label_text(value: object) -> str | None:
    """The label's text; None if there is none, or the text of a missing value: nan, None, null.

    The same label comes written in several ways (`1` in one file, `1.0` in the other, `true` in JSON and `True` from
    Python), so whole numbers lose their `.0`, true and false are in lower case, outer spaces and quotes are gone.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
    text = str(value).strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].strip()
    whole = _WHOLE.fullmatch(text)
    if whole:
        return whole[1]
    if text in _MISSING:
        return None
    return text.lower() if text.lower() in {"true", "false"} else text


def number(value: object) -> float:
    """The number; NaN if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def probability_of(label: str, value: object, labels: object) -> float:
    """The label's probability, from a number or from a list with one for each label; NaN if there is none.

    Args:
        value: A number is the label's own probability. (Autopilot's `probability` of a binary problem is the positive
            label's after hyperparameter optimization, and the predicted label's in ensembling mode.) A list may be
            text, as in a CSV cell: `[0.1, 0.9]`.
        labels: What the list is of, `['no', 'yes']`, text or not. Without it a list of two ends with the label's.
    """
    found = items(value)
    if found is None:
        return number(value)
    names = items(labels)
    if names is None:
        return number(found[1]) if len(found) == 2 else math.nan  # noqa: PLR2004, no and yes
    texts = [label_text(name) for name in names]
    return number(found[texts.index(label)]) if label in texts and len(texts) == len(found) else math.nan


def likeliest(value: object, labels: object) -> str | None:
    """The label with the highest probability, the first on a tie; None if the lists do not fit each other."""
    found, names = items(value), items(labels)
    if not found or names is None or len(names) != len(found):
        return None
    numbers = [number(each) for each in found]
    return None if any(map(math.isnan, numbers)) else label_text(names[numbers.index(max(numbers))])


def items(value: object) -> Sequence[object] | None:
    """The items of a list, or of a text that is a list in JSON or in Python's notation; None for all else."""
    if isinstance(value, list | tuple):
        return value
    if not isinstance(value, str) or len(value) > _LONGEST_LIST:
        return None
    text = value.strip()
    if not (text.startswith("[") and text.endswith("]")):
        return None
    try:
        return _LIST.decode(text)
    except msgspec.DecodeError:
        pass  # Autopilot writes its labels as Python does: ['no', 'yes']
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return found if isinstance(found, list) else None
