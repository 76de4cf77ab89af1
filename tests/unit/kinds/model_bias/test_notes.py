"""Coverage by group, and notes on rows that mean less than they seem to."""

import pytest

from driftline.kinds.model_bias.rules.columns import Coded
from driftline.kinds.model_bias.rules.counts import Counts, Rows
from driftline.kinds.model_bias.rules.coverage import GroupCoverage, coverage, spread
from driftline.kinds.model_bias.rules.facets import check_prediction
from driftline.kinds.model_bias.rules.notes import notes
from tests.unit.kinds.model_bias.support import counted, criterion


def test_coverage_is_known_for_each_group() -> None:
    counts, _, _ = counted(["F"] * 10 + ["M"] * 20 + [None], ["F"], [1] * 4 + [None] * 6 + [0] * 20 + [None], [1] * 31)

    found = coverage(counts.facets["x"])

    assert found == {"M": GroupCoverage(20, 20, 20), "F": GroupCoverage(10, 4, 10), None: GroupCoverage(1, 0, 1)}
    assert found["F"].coverage == 0.4
    assert spread(counts.facets["x"]) == 0.6
    assert spread(counts.facets["x"], smallest=15) is None
    assert GroupCoverage(0, 0, 0).coverage is None


def test_rows_that_are_as_they_should_be_need_no_note() -> None:
    counts, facet, label = counted(["F", "M"] * 10, ["F"], [1, 0] * 10, [1, 0] * 10)

    assert notes(counts, {"x": facet}, label) == []


def test_a_value_that_never_occurs_is_named_with_what_is_there() -> None:
    counts, facet, label = counted(["f", "m", "m"], ["Female"], ["no", "yes", "no"], [0, 0, 0], positives=["good"])

    assert notes(counts, {"x": facet}, label) == [
        "No row is in the group of x, 'Female'; found 'm' (2), 'f' (1).",
        "No label is positive, 'good'; found 'no' (2), 'yes' (1).",
        "No prediction is positive, 'good'; found '0' (3).",
    ]


def test_rows_without_the_facet_are_counted() -> None:
    counts, facet, label = counted(["F", None], ["F"], [1, 0])
    nothing, _, _ = counted([None, None], ["F"], [1, 0])

    assert notes(counts, {"x": facet}, label) == ["1 of 2 rows (50 %) have no value of x: they are among the others."]
    assert notes(nothing, {"x": facet}, label) == ["No row has a value of x."]
    assert notes(Counts.empty(), {"x": facet}, label) == ["No row has been counted for x."]


def test_labels_that_are_no_numbers_have_no_side_of_a_threshold() -> None:
    label, _ = criterion("y", [0.25, 0.5, 0.75], 0.5)
    facet, column = criterion("x", ["F", "M", "F"], "F")
    found = Counts.of(Rows({"x": (facet, column)}, label, Coded.of(["high", 0.75, "low"])))

    assert found.facets["x"].cells == {("F", None, None, None): 2, ("M", "above", None, None): 1}


def test_no_value_above_a_threshold_is_a_note() -> None:
    counts, facet, label = counted([1.5, 2.5, 3.5], [9], [1, 0, 1])

    assert notes(counts, {"x": facet}, label) == ["No row is in the group of x, above 9; found 'below' (3)."]


def test_predictions_of_another_type_than_labels_are_an_error_in_clarifys_words() -> None:
    label, column = criterion("y", [0, 1] * 30, 1)

    check_prediction(label, column)
    with pytest.raises(ValueError, match="datatype is not the same as Label Column"):
        check_prediction(label, Coded.of([0.1, 0.7, 0.4]))
