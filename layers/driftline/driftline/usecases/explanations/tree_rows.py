"""The rows of a task as the model in a file takes them: its features, in its order, as numbers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.asking import Cells
from driftline.domain.explanations.tasks import Cell
from driftline.domain.listing import first_of
from driftline.domain.predictions.values import number
from driftline.domain.profiles.packing import Floats

_GENERIC = re.compile(r"(f|Column_)\d+")
"""Names that XGBoost and LightGBM give features without a name."""

_SHOWN = 10


def own_names(model: Sequence[str]) -> tuple[str, ...]:
    """Names of a model's features, if it was trained with names; otherwise none."""
    return () if all(_GENERIC.fullmatch(name) for name in model) else tuple(model)


@dataclass(frozen=True, slots=True)
class TreeRows:
    """See the module.

    Attributes:
        columns: Of each feature of the model, its place among the task's.
        names: Of the task's features.
        where: The model, for errors.
    """

    columns: tuple[int, ...]
    names: tuple[str, ...]
    where: str

    @classmethod
    def of(cls, model: Sequence[str], features: Sequence[str], where: str) -> "TreeRows":
        """By name where the model knows names of its own, otherwise by place.

        Args:
            model: Names of the model's features.

        Raises:
            InvalidInputError: names or numbers of features differ.
        """
        names = tuple(features)
        if own_names(model):
            missing = [name for name in model if name not in names]
            if missing:
                raise InvalidInputError(
                    f"the model has the feature {first_of(missing, 3)}, which the rows do not have",
                    where=where,
                    expected=f"the features {first_of(model, _SHOWN)}; the rows have {first_of(names, _SHOWN)}",
                    mend="Name the endpoint's inputs under columns.input as the model knows them, in their order.",
                )
            return cls(tuple(names.index(name) for name in model), names, where)
        if len(model) != len(names):
            raise InvalidInputError(
                f"the model has {len(model)} features, and the rows {len(names)}",
                where=where,
                expected=f"{len(model)} features in the model's order; the rows have {first_of(names, _SHOWN)}",
                mend="Name exactly the model's features, in its order: features, or columns.input.",
            )
        return cls(tuple(range(len(names))), names, where)

    def matrix(self, rows: Sequence[Sequence[Cell]]) -> Floats:
        """Shape (rows, features of the model); NaN where a value is missing.

        Raises:
            InvalidInputError: a value is not a number.
        """
        found = np.full((len(rows), len(self.columns)), np.nan)
        for place, column in enumerate(self.columns):
            cells = [row[column] for row in rows]
            found[:, place] = [float(cell) if isinstance(cell, bool) else number(cell) for cell in cells]
            for row in np.flatnonzero(np.isnan(found[:, place])).tolist():
                cell = cells[row]
                if isinstance(cell, str) and cell.strip() and cell.strip().lower() not in {"nan", "null", "none"}:
                    raise InvalidInputError(
                        f"{self.names[column]} has the value {cell[:60]!r}, which is not a number",
                        where=self.where,
                        expected="rows as the model in the file takes them: numbers, missing values empty",
                        mend="Explain the endpoint instead (source: endpoint), if it encodes its inputs itself.",
                    )
        return found

    def numbers(self, cells: Cells) -> Floats:
        """As `matrix`, of a matrix of the task's features: a partial dependence asks about millions of rows."""
        if cells.dtype.kind == "f":
            return np.asarray(cells[:, list(self.columns)], dtype=np.float64)
        return self.matrix(cells.tolist())

    def spread(self, attributions: Floats) -> Floats:
        """Attributions to the task's features: those that the model does not have contribute nothing.

        Args:
            attributions: Shape (rows, features of the model, outputs).
        """
        found = np.zeros((attributions.shape[0], len(self.names), attributions.shape[2]))
        found[:, list(self.columns), :] = attributions
        return found
