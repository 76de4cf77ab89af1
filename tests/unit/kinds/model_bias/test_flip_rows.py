"""The rows that an hour keeps for the flip test: an even sample that merges."""

from collections.abc import Sequence

import numpy as np
import pytest

from driftline.kinds.model_bias.flip_rows import NO_NUMBERS, FlipRows
from driftline.kinds.model_bias.rules.columns import Coded, ColumnType, DataType, Element
from driftline.kinds.model_bias.rules.counts import Counts, Rows
from driftline.kinds.model_bias.rules.facets import Criterion
from driftline.kinds.model_bias.rules.flip_test import flip_test

SEX = Criterion("sex", ("F",), ColumnType(DataType.CATEGORICAL, Element.TEXT))
YES = Criterion("label", (1,), ColumnType(DataType.CATEGORICAL, Element.WHOLE))
ROWS = 400
GENERATOR = np.random.default_rng(7)
AGES = GENERATOR.integers(18, 80, ROWS).tolist()
SEXES = GENERATOR.choice(["F", "M"], ROWS).tolist()
ANSWERS = [int(age > 40) for age in AGES]


def kept(start: int, end: int, extra: str = "1") -> tuple[FlipRows, Counts]:
    batch: dict[str, Sequence[object]] = {
        "inference_id": [f"id-{each}" for each in range(start, end)],
        "event_id": [None] * (end - start),
        "row": [0] * (end - start),
        "input[0]": [str(age) for age in AGES[start:end]],
        "input[1]": [extra] * (end - start),
    }
    rows = Rows({"sex": (SEX, Coded.of(SEXES[start:end]))}, YES, None, Coded.of(ANSWERS[start:end]))
    return FlipRows.of(batch, ["input[0]", "input[1]"], rows), Counts.of(rows)


def parts(order: list[int]) -> list[FlipRows]:
    cuts = [(0, 90), (90, 91), (91, 300), (300, ROWS)]
    return [kept(*cuts[each])[0] for each in order]


def test_all_rows_give_the_flip_test_of_all_rows() -> None:
    whole, counts = kept(0, ROWS)
    features = np.column_stack([np.array(AGES, dtype=float), np.ones(ROWS)])
    expected = flip_test(features, np.array(SEXES) == "F", np.array(ANSWERS) == 1).value
    assert whole.tests({"sex": SEX}, counts, {}) == {("sex", "F"): expected}
    assert not whole.sampled


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 1, 0, 2]])
@pytest.mark.parametrize("most", [50, 150, ROWS])
def test_a_sample_does_not_depend_on_how_rows_were_cut(order: list[int], most: int) -> None:
    whole, counts = kept(0, ROWS)
    merged = FlipRows.merge_all(parts(order), most)
    direct = FlipRows.merge_all([whole], most)
    assert merged.hashes.tolist() == direct.hashes.tolist()
    assert len(merged.hashes) == min(most, ROWS)
    assert merged.sampled == (most < ROWS)
    assert merged.tests({"sex": SEX}, counts, {}) == direct.tests({"sex": SEX}, counts, {})


def test_parts_that_were_sampled_before_merge_into_an_even_sample() -> None:
    """The part with the lowest bound decides for all: every row had the same chance."""
    thin = FlipRows.merge_all([kept(0, 200)[0]], 20)
    merged = FlipRows.merge_all([thin, kept(200, ROWS)[0]])
    whole = kept(0, ROWS)[0]
    assert merged.hashes.tolist() == [each for each in whole.hashes.tolist() if each < thin.bound]


def test_the_stored_form_is_the_same_state() -> None:
    whole, counts = kept(0, ROWS)
    again = FlipRows.from_bytes(whole.to_bytes())
    assert again.to_bytes() == whole.to_bytes()
    assert again.tests({"sex": SEX}, counts, {}) == whole.tests({"sex": SEX}, counts, {})


def test_text_among_the_features_has_no_distance() -> None:
    whole, counts = kept(0, ROWS, extra="blue")
    assert whole.tests({"sex": SEX}, counts, {}) == {("sex", "F"): NO_NUMBERS}
    assert isinstance(whole.tests({"sex": SEX}, counts, {"sex": ["input[1]"]})["sex", "F"], float)
