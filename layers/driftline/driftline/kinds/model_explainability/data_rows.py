"""The rows of a data set that are explained: an even sample, read once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from driftline.domain.capture.attribute import pick
from driftline.domain.datasets import RowBatch
from driftline.domain.errors import InvalidInputError
from driftline.domain.even_sample import ALL, lowest
from driftline.domain.explanations.tasks import Cell
from driftline.domain.ground_truth.join_ids import join_hashes
from driftline.domain.listing import first_of
from driftline.domain.monitors.prediction_fields import plain_attribute
from driftline.domain.predictions.values import items, number
from driftline.domain.profiles.packing import Floats
from driftline.kinds.data import DataSet
from driftline.kinds.model_explainability.cells import as_numbers, typed
from driftline.kinds.model_explainability.plan import ExplanationPlan

SHOWN = 20
"""Names in an error."""

_FIRST_LABEL = "_label0"


@dataclass(frozen=True, slots=True, eq=False)
class DataRows:
    """n rows.

    Attributes:
        rows: Number of rows of the data set.
        places: Of each row in the data set, from 0.
        features: Names of the m features.
        cells: Shape (n, m); none if the data set has attributions only.
        answers: Of the model, shape (n, o); none if the data set has none, or nobody asked.
        attributions: Shape (n, m, o); None if the data set has none.
        left_out: Columns that the monitor document does not name.
    """

    rows: int
    features: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    answers: tuple[tuple[float, ...], ...] = ()
    attributions: Floats | None = None
    left_out: tuple[str, ...] = ()
    places: tuple[int, ...] = ()


def read_data_rows(plan: ExplanationPlan, data: DataSet, most: int) -> DataRows:
    """At most so many rows.

    Raises:
        InvalidInputError: a file cannot be read, there are no rows, or columns are missing.
    """
    kept, names, total = _sampled(plan, data, most)
    sample = list(kept.values())
    if not sample:
        raise InvalidInputError("the data set has no rows", where=data.where, expected="rows of the model's features")
    if plan.source == "captured":
        return _with_attributions(plan, sample, names, total, data.where)
    features = features_of(plan, names, data.where)
    cells = tuple(tuple(typed(row.get(name)) for name in features) for row in sample)
    answers = _answers(plan, sample, data.where) if plan.source == "surrogate" else ()
    named = {*features, *plan.outputs, *plan.others}
    left_out = tuple(name for name in names if name not in named)
    return DataRows(total, features, cells, answers, left_out=left_out, places=tuple(kept))


def features_of(plan: ExplanationPlan, names: Sequence[str], where: str) -> tuple[str, ...]:
    """The model's features; where nothing names them, all columns that are nothing else.

    Raises:
        InvalidInputError: the data set lacks one, or has none.
    """
    others = {*plan.outputs, *plan.others, plan.inference, plan.probability}
    features = plan.features or tuple(name for name in names if name not in others)
    missing = [name for name in features if name not in names]
    if missing or not features:
        raise InvalidInputError(
            f"no column {missing[0]}, a feature" if missing else "no column is a feature",
            where=where,
            expected=f"the columns {first_of(features or names, SHOWN)}; it has {first_of(names, SHOWN)}",
            mend="Correct features or columns.input of the monitor document, or the data set's header.",
        )
    return features


def _sampled(
    plan: ExplanationPlan, data: DataSet, most: int
) -> tuple[Mapping[int, Mapping[str, object]], tuple[str, ...], int]:
    """(rows by name, by their places in the data set; its columns; number of rows)."""
    kept: dict[int, Mapping[str, object]] = {}
    hashes = np.zeros(0, dtype=np.uint64)
    places = np.zeros(0, dtype=np.int64)
    bound, total = ALL, 0
    names: tuple[str, ...] = ()
    for named, batch in data.batches():
        names = names or _names(plan, batch, named=named)
        of_batch = join_hashes([str(total + place) for place in range(len(batch.rows))])
        inside = np.flatnonzero(of_batch < np.uint64(bound)) if bound != ALL else np.arange(len(of_batch))
        for place in inside.tolist():
            row = batch.rows[place]
            kept[total + place] = _by_name(row, _names(plan, batch, named=named))
        hashes = np.concatenate([hashes, of_batch[inside]])
        places = np.concatenate([places, total + inside])
        chosen, bound = lowest(hashes, most, bound)
        hashes, places = hashes[chosen], places[chosen]
        kept = {place: kept[place] for place in places.tolist()}
        total += len(batch.rows)
    return {place: kept[place] for place in sorted(kept)}, names, total


def _names(plan: ExplanationPlan, batch: RowBatch, *, named: bool) -> tuple[str, ...]:
    """Columns without names of their own take those of analysis_config.json or the document, if they are as many."""
    own = tuple(map(plain_attribute, batch.names))
    if named:
        return own
    for given in (plan.headers, (*plan.outputs, *plan.features), plan.features):
        if given and len(given) == len(own):
            return given
    return own


def _by_name(row: Sequence[object] | Mapping[str, object], names: Sequence[str]) -> Mapping[str, object]:
    return row if isinstance(row, Mapping) else dict(zip(names, row, strict=False))


def _answers(plan: ExplanationPlan, rows: Sequence[Mapping[str, object]], where: str) -> tuple[tuple[float, ...], ...]:
    """What the model said of each row.

    Raises:
        InvalidInputError: the data set does not have it.
    """
    given = plan.answer
    name = plan.outputs[int(given)] if given.isdecimal() and int(given) < len(plan.outputs) else given
    found = tuple(numbers_of(pick(name, row)) for row in rows)
    if not any(found):
        raise InvalidInputError(
            f"no column {name}, the model's answer, that a surrogate is fitted to",
            where=where,
            expected="the model's answer to each row, a number",
            mend="Add it to the data set, or correct inference_attribute or probability_attribute.",
        )
    width = max(map(len, found))
    return tuple(each if len(each) == width else (float("nan"),) * width for each in found)


def numbers_of(value: object) -> tuple[float, ...]:
    """An answer of one number, or a list of them; empty if it is neither."""
    listed = items(value)
    numbers = tuple(map(number, (value,) if listed is None else listed))
    return numbers if numbers and all(map(np.isfinite, numbers)) else ()


def _with_attributions(
    plan: ExplanationPlan, rows: Sequence[Mapping[str, object]], names: Sequence[str], total: int, where: str
) -> DataRows:
    """A data set with attributions: columns as the document names them, or Clarify's out.csv, `<feature>_label0`."""
    columns: dict[str, tuple[str, ...]] = {name: (column,) for name, column in plan.attribution_columns.items()}
    if not columns:
        found = [name.removesuffix(_FIRST_LABEL) for name in names if name.endswith(_FIRST_LABEL)]
        columns = {feature: _of_labels(feature, names) for feature in found}
    missing = [column for of_feature in columns.values() for column in of_feature if column not in names]
    widths = {len(of_feature) for of_feature in columns.values()}
    if missing or len(widths) != 1:
        raise InvalidInputError(
            f"no column {missing[0]}, an attribution" if missing else "no columns with attributions",
            where=where,
            expected="the columns of attribution_columns, or of Clarify's out.csv, such as age_label0",
            mend="Upload such a data set, or SageMaker's analysis.json as the baseline itself.",
        )
    features = tuple(columns)
    attributions = np.array(
        [[as_numbers([typed(row.get(each)) for each in columns[name]]) for name in features] for row in rows]
    )
    known = set(names) >= set(features)
    cells = tuple(tuple(typed(row.get(name)) for name in features) for row in rows) if known else ()
    return DataRows(total, features, cells, (), attributions)


def _of_labels(feature: str, names: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    while (name := f"{feature}_label{len(found)}") in names:
        found.append(name)
    return tuple(found)
