"""Columns of data sets are what pandas makes of them, however many batches and values they have."""

import io
from typing import Any

import numpy as np
import pandas as pd
import pytest

from driftline.kinds.model_bias.data_columns import MANY, ColumnOfCells, numbers_in
from driftline.kinds.model_bias.data_flips import FlipSample
from driftline.kinds.model_bias.rules.columns import Coded, ColumnType, DataType, Element
from driftline.kinds.model_bias.rules.counts import Rows
from driftline.kinds.model_bias.rules.facets import Criterion
from driftline.kinds.model_bias.rules.flip_test import MOST_ROWS


def column(cells: list[Any], batch: int = 3) -> Coded:
    found = ColumnOfCells()
    for start in range(0, len(cells), batch):
        found.add(cells[start : start + batch])
    return found.coded()


def values(found: Coded) -> list[object]:
    with_missing = (*found.values, None)  # noqa: PD011 - not a series
    return [with_missing[code] for code in found.codes.tolist()]


@pytest.mark.parametrize(
    "cells",
    [
        ["3", "1", "3", "07", "-2"],
        ["3", "1.0", "3.0", "1e3", "nan"],
        ["True", "False", "True", "False", "True"],
        ["a", "1", "a", " b", "1.0"],
        ["1_0", "2", "3", "4", "5"],
        ["inf", "2", "3.5", "-inf", ""],
        ["true", "yes", "", "true", "no"],
    ],
)
def test_text_is_typed_as_pandas_types_it(cells: list[str]) -> None:
    theirs = pd.read_csv(io.StringIO("x,y\n" + "".join(f"{cell},1\n" for cell in cells)))["x"]
    expected = [None if pd.isna(each) else each for each in theirs.tolist()]

    found = values(column(cells))

    assert found == expected
    assert list(map(type, found)) == list(map(type, expected))


def test_values_that_are_one_number_are_one_value() -> None:
    found = column(["1.0", "1", "1.00", "0.5"])
    assert len(set(found.codes.tolist())) == 2
    assert values(found) == [1.0, 1.0, 1.0, 0.5]


def test_values_of_json_have_their_types() -> None:
    found = column([1, "1", None, [2.5], {"a": 1}])
    assert values(found) == [1, "1", None, 2.5, "{'a': 1}"]


class TestManyNumbers:
    def test_they_are_the_same_as_few(self) -> None:
        numbers = [each * 1.25 for each in range(MANY + 10)]
        texts = [*map(str, numbers), "", "2.50", "1.25"]
        found = column(texts, 20_000)
        assert values(found) == [*numbers, None, 2.5, 1.25]
        assert found.element is Element.NUMBER

    def test_whole_numbers_stay_whole(self) -> None:
        found = column([*map(str, range(MANY + 10)), "nan", "7"], 20_000)
        assert values(found)[-2:] == [None, 7]
        assert found.element is Element.WHOLE

    def test_a_text_at_the_end_makes_all_of_them_text(self) -> None:
        found = column([*map(str, range(MANY + 10)), "", "x", "7"], 20_000)
        assert values(found)[5:8] == ["5", "6", "7"]
        assert values(found)[-3:] == [None, "x", "7"]
        assert found.element is Element.TEXT

    def test_many_texts_are_texts(self) -> None:
        found = column([f"v{each}" for each in range(MANY + 10)], 20_000)
        assert (len(found.values), found.element) == (MANY + 10, Element.TEXT)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "2.5"], [1.0, 2.5]),
        (["True", "false", 3], [1.0, 0.0, 3.0]),
        (["", "2", None], [np.nan, 2.0, np.nan]),
        (["1", "x"], None),
    ],
)
def test_features_are_numbers_or_there_are_none(cells: list[object], expected: list[float] | None) -> None:
    found = numbers_in(cells)
    assert (None if found is None else found.tolist()) == pytest.approx(expected, nan_ok=True)


class TestFlipSample:
    @staticmethod
    def rows(count: int) -> Rows:
        kind = ColumnType(DataType.CATEGORICAL, Element.WHOLE)
        positives, facet = Criterion("label", (1,), kind), Criterion("sex", (1,), kind)
        column = Coded(np.arange(count, dtype=np.int64) % 2, (0, 1))
        return Rows({"sex": (facet, column)}, positives, None, Coded(np.arange(count) % 3 % 2, (0, 1)))

    @staticmethod
    def sample(count: int, batch: int) -> FlipSample:
        found = FlipSample(["number", "text"])
        for start in range(0, count, batch):
            numbers = list(map(str, range(start, min(start + batch, count))))
            found.add({"number": numbers, "text": ["x", *numbers[1:]]}, len(numbers))
        return found

    def test_few_rows_are_all_there(self) -> None:
        found = self.sample(1_000, 300).flip_rows(self.rows(1_000))
        assert not found.sampled
        assert sorted(found.features[:, 0].tolist()) == list(range(1_000))
        assert found.texts == {"text"}

    def test_many_rows_are_an_even_sample_whatever_the_batches(self) -> None:
        count = 5 * MOST_ROWS
        found, again = (self.sample(count, batch).flip_rows(self.rows(count)) for batch in (7_001, 30_000))
        assert found.sampled
        assert 0.9 * MOST_ROWS < len(found.hashes) <= MOST_ROWS
        assert sorted(found.features[:, 0].tolist()) == sorted(again.features[:, 0].tolist())
        # Half of an even sample is of the first half; five standard deviations are 0.018.
        assert float((found.features[:, 0] < count / 2).mean()) == pytest.approx(0.5, abs=0.018)
        # What is known of a row stays with it.
        assert found.predicted.tolist() == [number % 3 % 2 == 1 for number in found.features[:, 0].astype(int).tolist()]
