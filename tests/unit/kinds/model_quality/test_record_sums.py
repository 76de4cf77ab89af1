"""Sums over records against the records themselves."""

from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.design import carrying, certainty, limited_effect
from driftline.kinds.model_quality.rules.means import RecordMean
from driftline.kinds.model_quality.rules.multiclass_state import MulticlassState
from driftline.kinds.model_quality.rules.record_sums import RecordSums, by_record, monomials
from driftline.kinds.model_quality.rules.rows import BinaryRows, Classes, MulticlassRows

GENERATOR = np.random.default_rng(20_260_802)
RECORDS = np.sort(GENERATOR.integers(0, 300, 4000))
ROWS = GENERATOR.gamma(2.0, size=(2, 4000)) + GENERATOR.gamma(1.0, size=300)[RECORDS]


def test_rows_are_added_up_by_record_and_each_is_its_own_without_one() -> None:
    rows = np.array([[1.0, 2.0, 4.0], [1.0, 1.0, 1.0]])

    assert by_record(rows, np.array([7, 3, 7])).tolist() == [[2.0, 5.0], [1.0, 2.0]]
    assert by_record(rows, None) is rows


def test_monomials_are_all_products_of_a_degree() -> None:
    assert monomials(2, 3) == ((0, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 1))


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_a_power_of_a_weighted_sum_follows_from_the_sums(degree: int) -> None:
    vectors = by_record(ROWS, RECORDS)
    weights = (Fraction(1), Fraction(-3, 4))

    found = RecordSums.of(vectors, degree=3).power(weights, degree)

    assert float(found) == pytest.approx(((vectors[0] - 0.75 * vectors[1]) ** degree).sum(), rel=1e-9)


def test_the_variance_of_a_mean_is_the_clustered_one() -> None:
    """The sandwich of an intercept alone, with the records as clusters and G / (G - 1)."""
    x, n = by_record(np.stack((ROWS[0], np.ones(4000))), RECORDS)
    residuals = np.array([(ROWS[0] - ROWS[0].mean())[record == RECORDS].sum() for record in np.unique(RECORDS)])
    variance = len(n) / (len(n) - 1) * (residuals**2).sum() / 4000**2

    found = RecordMean.of(RecordSums.of(np.stack((x, n)), degree=3))

    assert found is not None
    assert (found.value, found.error) == pytest.approx((ROWS[0].mean(), variance**0.5), rel=1e-9)


def test_of_rows_for_themselves_error_and_skewness_are_the_textbooks() -> None:
    x = ROWS[0, :500]

    found = RecordMean.of(RecordSums.of(np.stack((x, np.ones(500))), degree=3))

    assert found is not None
    assert found.error == pytest.approx(stats.sem(x), rel=1e-9)
    assert found.skew == pytest.approx(stats.skew(x, bias=False) / 500**0.5, rel=1e-9)


def test_the_interval_of_a_mean_undoes_halls_transformation() -> None:
    x = ROWS[0, :500]
    found = RecordMean.of(RecordSums.of(np.stack((x, np.ones(500))), degree=3))
    assert found is not None
    bounds, a, quantile = found.bounds(positive=False), found.skew, stats.t.ppf(0.975, 499)

    def transformed(end: float) -> float:
        t = (found.value - end) / found.error
        return float(t + a * t**2 / 3 + a**2 * t**3 / 27 + a / 6)

    assert transformed(bounds.upper) == pytest.approx(-quantile * (1 + 0.8 * a), rel=1e-6)
    assert bounds.lower == pytest.approx(found.value - quantile * found.error)  # Student's, which is wider there


def test_a_design_effect_is_between_one_and_that_of_records_of_equal_rows() -> None:
    sums = RecordSums.of(np.array([[3.0, 5.0, 2.0], [10.0, 10.0, 20.0]]))

    assert limited_effect(0.3, sums, (0, 1)) == 1.0
    assert limited_effect(7.0, sums, (0, 1)) == 7.0
    assert limited_effect(99.0, sums, (0, 1)) == 600 / 40


def test_few_records_carry_a_rare_count() -> None:
    sums = RecordSums.of(np.array([[0.0, 0.0, 4.0, 4.0], [10.0, 10.0, 10.0, 10.0]]))

    assert carrying(sums, (1, 0)) == 2.0
    assert carrying(sums, (1, 0), (-1, 1)) == 2.0
    assert carrying(sums, (0, 1)) == 4.0
    assert certainty(9) == pytest.approx((stats.norm.ppf(0.975) / stats.t.ppf(0.975, 9)) ** 2)


def test_states_of_counts_alone_know_as_much_as_those_of_rows() -> None:
    generator, names = np.random.default_rng(6), ("0", "1")
    actual, predicted = (Classes(generator.integers(0, 2, 200), names) for _ in range(2))
    ids = generator.integers(0, 2**64, 200, dtype=np.uint64)
    binary = BinaryState.of(BinaryRows(actual, ids, predicted), "1")
    multiclass = MulticlassState.of(MulticlassRows(predicted, actual, ids))

    assert BinaryState.of_confusion("1", binary.confusion) == binary
    assert MulticlassState.of_confusion(multiclass.confusion) == multiclass
