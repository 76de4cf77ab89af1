"""Inputs of explained rows as numbers: what is no number in any of them is a category, with a code."""

from collections.abc import Sequence
from math import isnan

import numpy as np

from driftline.domain.explanations.tasks import Cell
from driftline.domain.predictions.values import number
from driftline.domain.profiles.packing import Floats
from driftline.kinds.model_explainability.rules.samples import Sample

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
