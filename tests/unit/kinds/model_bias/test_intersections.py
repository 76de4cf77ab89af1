"""Intersections of facets."""

import pytest

from driftline.kinds.model_bias.rules.columns import Coded
from driftline.kinds.model_bias.rules.counts import Counts, Rows
from driftline.kinds.model_bias.rules.intersections import intersection
from tests.unit.kinds.model_bias.support import criterion

SEX = ["F", "F", "M", "M", None, None, "F"]
AGE = [70.5, 20.5, 71.0, 19.0, 72.0, 18.0, None]


def test_rows_in_all_groups_are_the_group_and_unknown_ones_are_missing() -> None:
    facet, column = intersection([criterion("sex", SEX, "F"), criterion("age", AGE, 60)])

    assert (facet.column, facet.text(None)) == ("sex & age", "F & above 60")
    # In neither, or not in one of them, is not in the group, whatever the other one is.
    assert column.codes.tolist() == [0, 1, 1, 1, -1, 1, -1]


def test_it_is_counted_like_any_facet() -> None:
    facet, column = intersection([criterion("sex", SEX, "F"), criterion("age", AGE, 60)])
    label, _ = criterion("y", [0, 1], 1)
    found = Counts.of(Rows({facet.column: (facet, column)}, label, Coded.of([1, 0, 1, 0, 1, 0, 1])))

    assert found.facets["sex & age"].groups() == {"others": 4, None: 2, "F & above 60": 1}


def test_a_part_without_a_group_is_an_error() -> None:
    with pytest.raises(ValueError, match="sex needs values or a threshold"):
        intersection([criterion("sex", SEX), criterion("age", AGE, 60)])
