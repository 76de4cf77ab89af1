"""A model as the explanations see it: a callable that answers rows of cells, asked in batches of a bounded size."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError

type Cells = NDArray[Any]
"""Shape (rows, features): float64 with NaN for missing, or objects where cells are categories (None is missing)."""

type Floats = NDArray[np.float64]

type Model = Callable[[Cells], object]
"""Answers a matrix of cells with numbers, shape (rows,) or (rows, outputs)."""

type NamedModel = Callable[[Sequence[str]], Model]
"""The model for rows whose columns have these names."""

ROWS_AT_ONCE = 10_000
"""Maximum number of rows that a model is handed at once, unless the caller says otherwise."""

_DIMENSIONS = 2
_NUMERIC = "fiub"
"""numpy's kinds of numbers: floating, whole, without sign, true and false."""


def matrix(rows: Sequence[Sequence[object]] | Cells) -> Cells:
    """Rows as a matrix: float64 if all cells are numbers, otherwise objects.

    Raises:
        InvalidInputError: the rows differ in length.
    """
    if isinstance(rows, np.ndarray) and rows.dtype.kind in _NUMERIC:
        found: Cells = np.atleast_2d(np.asarray(rows, dtype=np.float64))
        return found
    lengths = {len(row) for row in rows}
    if len(lengths) > 1:
        raise InvalidInputError(
            f"rows of {min(lengths)} and of {max(lengths)} cells",
            expected="rows of one length",
            mend="Give each row a cell for each feature; a missing value is null, or an empty cell.",
        )
    if all(_is_number(cell) for row in rows for cell in row):
        return np.array([list(row) for row in rows], dtype=np.float64).reshape(len(rows), *lengths)
    found = np.empty((len(rows), *lengths), dtype=np.object_)  # an array of texts would turn numbers into texts
    for number, row in enumerate(rows):
        found[number, :] = list(row)
    return found


def ask(model: Model, rows: Cells, outputs: int | None = None) -> Floats:
    """The model's answers, shape (rows, outputs).

    Args:
        outputs: How many outputs earlier answers had; None before the first one.

    Raises:
        InvalidInputError: not one answer for each row, another number of outputs, or an answer that is no finite
            number.
    """
    try:
        found = np.asarray(model(rows), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"the model's answers are not numbers ({error})",
            where="the model",
            expected="an array of numbers, one row for each row that it is given",
            mend="Return probabilities or values, not labels or texts.",
        ) from error
    found = found[:, np.newaxis] if found.ndim == 1 else found
    if found.ndim != _DIMENSIONS or len(found) != len(rows):
        raise InvalidInputError(
            f"answers of shape {found.shape} to {len(rows)} rows",
            where="the model",
            expected=f"({len(rows)},) or ({len(rows)}, outputs)",
            mend="Answer each row, in the order of the rows.",
        )
    if outputs is not None and found.shape[1] != outputs:
        raise InvalidInputError(
            f"{found.shape[1]} outputs after answers of {outputs}",
            where="the model",
            expected=f"{outputs} outputs for every row",
            mend="Return the same outputs, such as one probability for each class, for every row.",
        )
    if not np.isfinite(found).all():
        row, output = (int(each[0]) for each in np.nonzero(~np.isfinite(found)))
        raise InvalidInputError(
            f"the answer {found[row, output]} (output {output}) to the row {_shown(rows[row])}",
            where="the model",
            expected="a finite number",
            mend="Correct the model, or leave out the rows or baseline rows that it cannot answer.",
        )
    return found


def ask_in_batches(model: Model, rows: Cells, most: int = ROWS_AT_ONCE, outputs: int | None = None) -> Floats:
    """As `ask`, at most so many rows at once."""
    answers: list[Floats] = []
    for first in range(0, len(rows), most):
        answers.append(ask(model, rows[first : first + most], outputs))
        outputs = answers[-1].shape[1]
    return np.concatenate(answers) if answers else np.empty((0, outputs or 0))


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float | np.number) and not isinstance(cell, bool | np.bool_)


def _shown(row: Cells) -> str:
    cells = [str(cell) for cell in row[:5]]
    return "[" + ", ".join(cells) + (", …" if len(row) > len(cells) else "") + "]"
