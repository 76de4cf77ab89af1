"""A facet of several columns: the rows that are in the groups of all of them, for example women above 60.

Clarify analyses each facet alone; here an intersection is one more facet, with a name and a group of its own.
"""

from collections.abc import Sequence

import numpy as np

from driftline.kinds.model_bias.rules.columns import MISSING, Coded, ColumnType, DataType, Element, numbers_of, spelled
from driftline.kinds.model_bias.rules.facets import Criterion, values_text

AND = " & "
REST = "others"


def intersection(parts: Sequence[tuple[Criterion, Coded]]) -> tuple[Criterion, Coded]:
    """The facet and its column.

    A row is missing if the columns that have a value leave open whether it is in the group.

    Args:
        parts: Facets with values or a threshold, and their columns of n rows.

    Raises:
        ValueError: a part has neither.
    """
    texts, inside, outside = [], [], []
    for criterion, column in parts:
        if not criterion.values:
            raise ValueError(f"{criterion.column} needs values or a threshold to be part of an intersection")
        texts.append(f"above {criterion.values[0]}" if criterion.continuous else values_text(criterion.values))
        members = np.append(_members(criterion, column), False)[column.codes]  # a missing value is the last one
        inside.append(members)
        outside.append(~members & (column.codes != MISSING))
    codes = np.where(np.any(outside, axis=0), 1, np.where(np.all(inside, axis=0), 0, MISSING)).astype(np.int64)
    group = AND.join(texts)
    name = AND.join(criterion.column for criterion, _ in parts)
    return Criterion(name, (group,), ColumnType(DataType.CATEGORICAL, Element.TEXT)), Coded(codes, (group, REST))


def _members(criterion: Criterion, column: Coded) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """By value of the column."""
    if criterion.continuous:
        above: np.ndarray[tuple[int], np.dtype[np.bool_]] = numbers_of(column) > criterion.threshold
        return above
    return np.array(
        [spelled(value, criterion.type.element) in criterion.texts for value in column.values], dtype=np.bool_
    )
