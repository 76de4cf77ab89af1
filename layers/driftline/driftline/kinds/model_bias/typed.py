"""A plan with the types of its columns: what rows are counted by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from driftline.kinds.model_bias.baseline_groups import BaselineGroups
from driftline.kinds.model_bias.plan import BiasPlan, FacetPlan, Part
from driftline.kinds.model_bias.rules.analysis import Analysis, Section
from driftline.kinds.model_bias.rules.columns import Coded, ColumnType, DataType, Element, Value, is_whole, threshold_of
from driftline.kinds.model_bias.rules.facets import Criterion, is_interval
from driftline.kinds.model_bias.rules.intersections import intersection

_TRUTHS = {"true", "false"}


@dataclass(frozen=True, slots=True)
class TypedPlan:
    """See the module.

    Attributes:
        label: Which labels and predictions are positive.
        columns: Types of the facets' columns, by name.
        facets: What each facet's group is, by facet.
    """

    plan: BiasPlan
    label: Criterion
    columns: Mapping[str, ColumnType]
    facets: Mapping[str, Criterion]

    @classmethod
    def of(cls, plan: BiasPlan, label: ColumnType, columns: Mapping[str, ColumnType]) -> Self:
        facets = {facet.name: _criterion(facet, columns) for facet in plan.facets}
        return cls(plan, Criterion(plan.positive.column, plan.positive.values, label), columns, facets)

    @classmethod
    def for_window(cls, plan: BiasPlan, groups: BaselineGroups | None, analysis: Analysis | None) -> Self:
        """With the types that the baseline decided.

        Clarify's analysis.json shows them: a group of a continuous column is an interval there. Without a baseline they
        are those that the plan has, and a value that nothing explains is a category.
        """
        if groups is not None:
            known = {**_guessed(plan, analysis), **groups.columns}
            return cls.of(plan, groups.label, known)
        sections = [section for _, section in analysis.sections()] if analysis else []
        label = _guess(plan.positive, [section.label_value_or_threshold for section in sections])
        return cls.of(plan, label, _guessed(plan, analysis))


def _criterion(facet: FacetPlan, columns: Mapping[str, ColumnType]) -> Criterion:
    parts = [Criterion(part.column, part.values, columns[part.column]) for part in facet.parts]
    if len(parts) == 1:
        return Criterion(facet.name, parts[0].values, parts[0].type)
    nothing = Coded(np.empty(0, dtype=np.int64), ())
    found, _ = intersection([(part, nothing) for part in parts])
    return Criterion(facet.name, found.values, found.type)


def _guessed(plan: BiasPlan, analysis: Analysis | None) -> dict[str, ColumnType]:
    sections = [section for _, section in analysis.sections()] if analysis else []
    return {part.column: _guess(part, _texts(facet, sections)) for facet in plan.facets for part in facet.parts}


def _texts(facet: FacetPlan, sections: Sequence[Section]) -> list[str]:
    return [entry.value_or_threshold for section in sections for entry in section.facets.get(facet.name, ())]


def _guess(part: Part, texts: Sequence[str]) -> ColumnType:
    continuous = part.data is DataType.CONTINUOUS or (part.data is None and any(map(is_interval, texts)))
    if continuous:
        return ColumnType(DataType.CONTINUOUS, Element.NUMBER)
    return ColumnType(DataType.CATEGORICAL, _element(part.values or tuple(texts)))


def _element(values: Sequence[Value]) -> Element:
    """What columns with these values hold: numbers come as text in captures, and 1.0 is 1."""
    if values and all(str(value).lower() in _TRUTHS for value in values):
        return Element.BOOLEAN
    if values and all(map(is_whole, values)):
        return Element.WHOLE
    if values and all(threshold_of([value]) is not None for value in values):
        return Element.NUMBER
    return Element.TEXT
