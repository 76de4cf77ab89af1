"""States of model quality: merged parts equal the whole, in any order; stored bytes give the same state back."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError
from driftline.domain.predictions.problem import ProblemType
from driftline.kinds.model_quality.rules import score_counts
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.multiclass_state import MulticlassState
from driftline.kinds.model_quality.rules.quality import Quality
from driftline.kinds.model_quality.rules.record_sums import RecordSums
from driftline.kinds.model_quality.rules.regression_state import RegressionState
from driftline.kinds.model_quality.rules.rows import BinaryRows, Classes, MulticlassRows, RegressionRows
from driftline.kinds.model_quality.rules.samples import row_hashes
from driftline.kinds.model_quality.rules.state import State, merge_states, quality_of, state_from_bytes, state_to_bytes

numbers = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9)
labels = st.sampled_from(["0", "1", "2.5", "maybe", "ä"])
rows = st.lists(
    st.tuples(numbers, numbers, labels, labels, st.floats(0, 1) | st.integers(0, 64).map(lambda i: i / 64)), max_size=60
)

type Row = tuple[float, float, str, str, float]
type Part = tuple[Sequence[Row], Sequence[int]]
"""Rows, and the number of each in the whole, which makes its inferenceId."""


def state(problem: ProblemType, part: Part) -> State:
    found, places = part
    ids = row_hashes((f"id-{place}" for place in places), [0] * len(found))
    predicted, actual = Classes.of(row[2] for row in found), Classes.of(row[3] for row in found)
    probability = np.array([row[4] for row in found], dtype=np.float64)
    match problem:
        case ProblemType.REGRESSION:
            values = np.array([row[:2] for row in found], dtype=np.float64).reshape(-1, 2)
            return RegressionState.of(RegressionRows(values[:, 0], values[:, 1], ids))
        case ProblemType.BINARY:
            return BinaryState.of(BinaryRows(actual, ids, probability=probability), "1")
        case ProblemType.MULTICLASS:
            return MulticlassState.of(MulticlassRows(predicted, actual, ids))


def cut(whole: Sequence[Row], assignment: Sequence[int]) -> list[Part]:
    """The rows as four files: row i goes to file assignment[i]."""
    files = [[i for i in range(len(whole)) if assignment[i % len(assignment)] == file] for file in range(4)]
    return [([whole[i] for i in places], places) for places in files]


def grouped(problem: ProblemType, part: Part, sizes: Sequence[int]) -> State:
    """As `state`; rows of the whole come together in records of these sizes, again and again."""
    found, places = part
    bounds = np.cumsum([sizes[i % len(sizes)] for i in range(60)])
    records = np.searchsorted(bounds, np.array(places, dtype=np.int64), side="right")
    ids = row_hashes((f"id-{place}" for place in places), [0] * len(found))
    predicted, actual = Classes.of(row[2] for row in found), Classes.of(row[3] for row in found)
    match problem:
        case ProblemType.REGRESSION:
            pairs = np.array([row[:2] for row in found], dtype=np.float64).reshape(-1, 2)
            return RegressionState.of(RegressionRows(pairs[:, 0], pairs[:, 1], ids, records))
        case ProblemType.BINARY:
            probability = np.array([row[4] for row in found], dtype=np.float64)
            return BinaryState.of(BinaryRows(actual, ids, None, probability, records), "1")
        case ProblemType.MULTICLASS:
            return MulticlassState.of(MulticlassRows(predicted, actual, ids, records))


def sums_of(state: State) -> list[RecordSums]:
    match state:
        case RegressionState():
            return [*state.means.all, state.variation]
        case BinaryState():
            return [state.outcomes, state.separation, state.errors.loss_by_record, state.errors.squared_by_record]
        case MulticlassState():
            return [state.right]


def values(quality: Quality) -> dict[str, tuple[float, float]]:
    return {name: (metric.value, metric.standard_deviation) for name, metric in quality.all.items()}


problems = pytest.mark.parametrize("problem", list(ProblemType))
assignments = st.lists(st.integers(0, 3), min_size=1, max_size=60)


@problems
@given(whole=rows, assignment=assignments, order=st.permutations(range(4)))
def test_files_in_any_order_equal_the_whole(
    problem: ProblemType, whole: list[Row], assignment: list[int], order: list[int]
) -> None:
    parts = [state(problem, part) for part in cut(whole, assignment)]

    merged = merge_states(parts[order[0]], [parts[place] for place in order[1:]])

    found, expected = quality_of(merged), quality_of(state(problem, (whole, range(len(whole)))))
    # As texts, because an undefined metric is NaN, which equals nothing.
    assert repr(values(found)) == repr(values(expected))
    assert (found.confusion_matrix, found.curves, found.notes) == (
        expected.confusion_matrix,
        expected.curves,
        expected.notes,
    )
    for name, metric in found.all.items():
        # A variance may differ in its last bit, where the squares are 32 digits apart.
        interval = expected.all[name].interval
        assert metric.interval == (interval and pytest.approx(interval, rel=1e-9, abs=1e-12)), name


@problems
@given(
    whole=rows, sizes=st.lists(st.integers(1, 7), min_size=1, max_size=9), at=st.lists(st.integers(0, 59), max_size=3)
)
def test_files_that_cut_no_record_in_two_equal_the_whole(
    problem: ProblemType, whole: list[Row], sizes: list[int], at: list[int]
) -> None:
    ends = np.cumsum([sizes[i % len(sizes)] for i in range(60)]).tolist()
    cuts = [0, *sorted(min(ends[place], len(whole)) for place in at), len(whole)]
    parts = [grouped(problem, (whole[start:end], range(start, end)), sizes) for start, end in pairwise(cuts)]

    merged, expected = merge_states(parts[-1], parts[:-1]), grouped(problem, (whole, range(len(whole))), sizes)

    for mine, theirs in zip(sums_of(merged), sums_of(expected), strict=True):
        assert mine.count == theirs.count
        # Sums of both signs that cancel out keep what the largest lost.
        largest = max(1.0, *(abs(high) for high, _ in theirs.sums if np.isfinite(high)))
        expected_sums = pytest.approx([high for high, _ in theirs.sums], rel=1e-9, abs=largest * 1e-12)
        assert [high for high, _ in mine.sums] == expected_sums
    if isinstance(merged, BinaryState) and isinstance(expected, BinaryState):
        assert merged.holding == expected.holding
    assert state_from_bytes(problem, state_to_bytes(merged), "state/x") == merged


@problems
@given(whole=rows)
def test_stored_bytes_give_the_state_back(problem: ProblemType, whole: list[Row]) -> None:
    before = state(problem, (whole, range(len(whole))))

    after = state_from_bytes(problem, state_to_bytes(before), "state/x")

    assert after == before
    assert state_to_bytes(after) == state_to_bytes(before)


@problems
@given(whole=rows)
def test_an_empty_file_changes_nothing(problem: ProblemType, whole: list[Row]) -> None:
    before, nothing = state(problem, (whole, range(len(whole)))), state(problem, ([], []))

    assert state_to_bytes(merge_states(nothing, [before])) == state_to_bytes(before)
    assert state_to_bytes(merge_states(before, [nothing])) == state_to_bytes(before)


@given(
    seed=st.integers(0, 2**32), cuts=st.lists(st.integers(0, 3000), min_size=3, max_size=3), limit=st.integers(20, 900)
)
def test_rounded_scores_do_not_depend_on_the_files_either(seed: int, cuts: list[int], limit: int) -> None:
    """With a small limit: parts that fit exactly, parts that do not, and their union."""
    generator = np.random.default_rng(seed)
    probability = generator.beta(0.5, 3, size=3000)
    classes = Classes(generator.integers(0, 2, size=3000), ("0", "1"))
    ids = generator.integers(0, 2**64, size=3000, dtype=np.uint64)

    def of(chosen: NDArray[np.int64]) -> BinaryState:
        rows = BinaryRows(Classes(classes.codes[chosen], classes.names), ids[chosen], probability=probability[chosen])
        return BinaryState.of(rows, "1")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(score_counts, "LIMIT", limit)
        patch.setattr(score_counts, "_COARSEST", 3)
        bounds = [0, *sorted(cuts), 3000]
        parts = [of(np.arange(bounds[i], bounds[i + 1])) for i in range(4)]
        merged = parts[2].merge(parts[0]).merge(parts[3].merge(parts[1]))
        whole = of(np.arange(3000))

    assert merged.scores == whole.scores
    assert len(whole.scores.scores) <= limit
    assert whole.scores.counts[0].sum() == 3000


def test_states_of_different_problems_or_positive_labels_are_not_merged() -> None:
    with pytest.raises(InvalidInputError, match="cannot be merged"):
        merge_states(RegressionState.empty(), [MulticlassState.empty()])
    with pytest.raises(InvalidInputError, match="of 'yes' and BinaryClassification of 'no'"):
        merge_states(BinaryState.empty("yes"), [BinaryState.empty("no")])


def test_a_state_of_another_problem_is_refused() -> None:
    data = state_to_bytes(RegressionState.empty())

    with pytest.raises(InvalidInputError, match="state/x"):
        state_from_bytes(ProblemType.BINARY, data, "state/x")


def test_a_damaged_state_is_refused() -> None:
    data = state_to_bytes(BinaryState.empty("1"))

    with pytest.raises(InvalidInputError, match="damaged"):
        state_from_bytes(ProblemType.BINARY, data[:-1] + bytes([data[-1] ^ 1]), "state/x")
