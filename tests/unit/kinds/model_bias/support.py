"""Rows of bias analyses for tests."""

from collections.abc import Sequence

import numpy as np

from driftline.kinds.model_bias.rules.columns import Coded, Value, type_of
from driftline.kinds.model_bias.rules.counts import Counts, Rows
from driftline.kinds.model_bias.rules.facets import Criterion
from driftline.kinds.model_bias.rules.tables import Tables, Tabulated

SEX = list("MFFMFMFFMMFF")
LABEL = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0]
PREDICTED = [1, 1, 1, 0, 0, 0, 1, 1, 0, 1, 0, 0]
"""smclarify's own sample of twelve rows."""


def criterion(name: str, column: Sequence[Value | None], *values: Value) -> tuple[Criterion, Coded]:
    coded = Coded.of(column)
    return Criterion(name, values, type_of(coded, values)), coded


def counted(
    facet: Sequence[Value | None],
    group: Sequence[Value],
    label: Sequence[Value | None] | None,
    predicted: Sequence[Value | None] | None = None,
    positives: Sequence[Value] = (1,),
    stratum: Sequence[Value | None] | None = None,
) -> tuple[Counts, Criterion, Criterion]:
    """(counts, facet, label) of one facet, named x."""
    found, column = criterion("x", facet, *group)
    given = label if label is not None else predicted
    assert given is not None
    outcome, _ = criterion("y", given, *positives)
    columns = [None if each is None else Coded.of(each) for each in (label, predicted, stratum)]
    return Counts.of(Rows({"x": (found, column)}, outcome, *columns)), found, outcome


def tables(
    facet: Sequence[Value | None],
    group: Sequence[Value],
    label: Sequence[Value | None] | None,
    predicted: Sequence[Value | None] | None = None,
    stratum: Sequence[Value | None] | None = None,
) -> Tables:
    counts, found, outcome = counted(facet, group, label, predicted, stratum=stratum)
    return Tabulated.of(counts.facets["x"], outcome.texts).tables(found.texts)


def table(a: Sequence[int], d: Sequence[int]) -> Tables:
    """From TP, FP, FN, TN of both groups; two strata with half of the rows each."""
    both = np.array([[[side[3], side[1]], [side[2], side[0]]] for side in (a, d)], dtype=np.float64)
    labels, predictions = both.sum(axis=2), both.sum(axis=1)
    return Tables(labels, predictions, both, np.array([labels, labels]) / 2, np.array([predictions, predictions]) / 2)
