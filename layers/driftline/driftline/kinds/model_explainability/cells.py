"""Inputs of explained rows as numbers. A feature with a text in any row is a category, with codes."""

import re
from collections.abc import Sequence
from math import isnan

import numpy as np

from driftline.domain.explanations.tasks import Cell
from driftline.domain.predictions.values import number
from driftline.domain.profiles.packing import Floats
from driftline.kinds.model_explainability.rules.samples import Sample

_NUMBER = re.compile(r"[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_MISSING = frozenset({"nan", "null", "none"})

type Rows = Sequence[Sequence[Cell]]


def samples(
    features: Sequence[str],
    baseline: tuple[Rows, Floats],
    window: tuple[Sequence[str], Rows, Floats],
) -> tuple[Sample, Sample]:
    """Both samples, with the same codes for the same categories.

    Args:
        features: Of the baseline.
        baseline: Rows, none if they are unknown, and attributions of shape (rows, features, outputs).
        window: Names of its features, rows, attributions.
    """
    names, rows, attributions = window
    columns = _columns(features, baseline[0]), _columns(names, rows)
    texts = {name: _texts(columns[0].get(name, ()), columns[1].get(name, ())) for name in {*features, *names}}
    categorical = frozenset(name for name, found in texts.items() if found)
    return (
        Sample(tuple(features), baseline[1], _values(features, baseline[0], texts), categorical & set(features)),
        Sample(tuple(names), attributions, _values(names, rows, texts), categorical & set(names)),
    )


def typed(cell: object) -> Cell:
    """The value of a cell as models take it: a number where it is written as one, None where there is none.

    Files and captures write the same value in several ways: 1, 1.0, "1". Texts such as 02139 are names, not numbers.
    """
    if isinstance(cell, bool):
        return cell
    if cell is None or isinstance(cell, int | float):
        return None if cell is None or isnan(cell) else float(cell)
    text = str(cell).strip()
    if not text or text.lower() in _MISSING:
        return None
    return float(text) if _NUMBER.fullmatch(text) else text


def as_numbers(cells: Sequence[Cell]) -> Floats:
    """NaN where there is none; true and false are 1 and 0."""
    return np.array([float(cell) if isinstance(cell, bool) else number(cell) for cell in cells])


def is_missing(cell: Cell) -> bool:
    return cell is None or cell == "" or (isinstance(cell, float) and isnan(cell))


def _columns(names: Sequence[str], rows: Rows) -> dict[str, list[Cell]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(names)} if rows else {}


def _texts(*columns: Sequence[Cell]) -> dict[str, int]:
    """Codes of the values of a column that holds texts in its baseline or its window; none of one with numbers only."""
    if all(is_missing(cell) or isinstance(cell, bool) or not isnan(number(cell)) for each in columns for cell in each):
        return {}
    return {
        text: code for code, text in enumerate(sorted({str(c) for each in columns for c in each if not is_missing(c)}))
    }


def _values(names: Sequence[str], rows: Rows, texts: dict[str, dict[str, int]]) -> Floats | None:
    if not rows:
        return None
    values = np.full((len(rows), len(names)), np.nan)
    for place, name in enumerate(names):
        cells = [row[place] for row in rows]
        if codes := texts[name]:
            values[:, place] = [np.nan if is_missing(cell) else codes[str(cell)] for cell in cells]
        else:
            values[:, place] = as_numbers(cells)
    return values
