"""Seven Mondays of taxi demand against the reports that SageMaker's container wrote about them."""

import json

import numpy as np
import pytest

from driftline.domain.drift.distance import C_ALPHA, Comparison, ComparisonMethod
from driftline.domain.drift.linf import numeric_distance
from driftline.domain.drift.rank_map import collapsed_ranks, true_ranks
from driftline.domain.profiles.kll import KllSketch
from driftline.domain.sagemaker_files.violations import Violations
from driftline.kinds.data_quality.rules.check import check, feature_violation
from driftline.kinds.data_quality.rules.constraints import parse_constraints
from driftline.kinds.data_quality.rules.observed import observations_of, statistics_of
from driftline.kinds.data_quality.rules.statistics import parse_statistics
from driftline.kinds.data_quality.rules.suggestion import suggest_constraints
from tests.conformance.conftest import MONDAYS, TaxiMondays


@pytest.mark.parametrize("day", MONDAYS)
@pytest.mark.parametrize("mode", Comparison)
def test_type_and_completeness_violations_equal_sagemakers_character_for_character(
    taxi: TaxiMondays, day: str, mode: Comparison
) -> None:
    # Given the rows of a Monday and the baseline's constraints
    rows, features = taxi.window(day)
    # When they are checked
    verdict = check(statistics_of(rows, features), observations_of(features), None, taxi.constraints(), mode)
    # Then the violations are SageMaker's, all but the drift, whose baseline statistics were never published
    reported = json.loads(taxi.violations_text(day))["violations"]
    expected = [each for each in reported if each["constraint_check_type"] != "baseline_drift_check"]
    ours = json.loads(Violations(violations=tuple(map(feature_violation, verdict.findings))).to_json())
    assert len(expected) == 10
    assert sorted(ours["violations"], key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("day", MONDAYS)
def test_statistics_agree_with_the_report(taxi: TaxiMondays, day: str) -> None:
    rows, features = taxi.window(day)
    theirs = parse_statistics(taxi.statistics_text(day))
    ours = statistics_of(rows, features)
    assert ours.dataset == theirs.dataset
    assert len(ours.features) == 143
    for feature, expected in zip(ours.features, theirs.features, strict=True):
        assert (feature.name, feature.inferred_type) == (expected.name, expected.inferred_type)
        mine, wanted = feature.numerical_statistics, expected.numerical_statistics
        assert mine is not None
        assert wanted is not None
        exact = ("common", "min", "max", "distribution")
        assert [getattr(mine, field) for field in exact] == [getattr(wanted, field) for field in exact]
        # Sums differ in the last bit at most: ours is exact before it is rounded, Spark's adds up in row order.
        assert (mine.sum, mine.mean) == pytest.approx((wanted.sum, wanted.mean), rel=5e-16)
        assert mine.std_dev == pytest.approx(wanted.std_dev, rel=1e-13)
    assert suggest_constraints(ours).features == suggest_constraints(theirs).features


@pytest.mark.parametrize("day", MONDAYS)
def test_the_reports_own_files_are_read_and_written_byte_for_byte(taxi: TaxiMondays, day: str) -> None:
    statistics, constraints = taxi.statistics_text(day), (taxi.reports / day / "constraints.json").read_text()
    assert parse_statistics(statistics).to_json() == statistics
    assert parse_constraints(constraints).to_json() == constraints
    # And each run's freshly suggested constraints follow from its statistics.
    assert suggest_constraints(parse_statistics(statistics)).features == parse_constraints(constraints).features
    violations = taxi.violations_text(day)
    assert Violations.model_validate_json(violations).to_json() == violations


@pytest.mark.parametrize("day", MONDAYS)
def test_the_reports_buckets_follow_from_their_own_sketches_bit_for_bit(taxi: TaxiMondays, day: str) -> None:
    for feature in parse_statistics(taxi.statistics_text(day)).features:
        numbers = feature.numerical_statistics
        assert numbers is not None
        assert numbers.distribution is not None
        kll = numbers.distribution.kll
        assert kll is not None
        assert kll.sketch is not None
        assert numbers.min is not None
        assert numbers.max is not None
        sketch = KllSketch(tuple(np.array(level) for level in kll.sketch.data))
        ours = [(each.lower, each.upper, float(each.count)) for each in sketch.buckets(numbers.min, numbers.max)]
        assert ours == [(each.lower_bound, each.upper_bound, each.count) for each in kll.buckets]
        assert sketch.weight == numbers.common.num_present


def test_distances_between_mondays_count_as_was_measured_elsewhere(taxi: TaxiMondays) -> None:
    """The data set's own manifest: with 3 and 10 February as baseline, so many of 141 features exceed 0.1 (Robust)."""
    windows = {day: dict(taxi.window(day)[1]) for day in MONDAYS}
    first, second = MONDAYS[:2]
    names = [name for name in windows[first] if name not in ("pickup_count", "time_slot")]
    baseline = {name: true_ranks(windows[first][name].merge(windows[second][name]).kll.levels) for name in names}
    drifted = [
        sum(
            numeric_distance(
                true_ranks(windows[day][name].kll.levels), baseline[name], ComparisonMethod.ROBUST, 0.1
            ).drifted
            for name in names
        )
        for day in MONDAYS
    ]
    assert len(names) == 141
    assert drifted == [0, 0, 12, 12, 0, 6, 80]


def test_a_baseline_that_sagemaker_made_works_as_ours(taxi: TaxiMondays) -> None:
    # Given SageMaker's statistics of one Monday, and ours of the same rows
    theirs = parse_statistics(taxi.statistics_text("2020-02-10"))
    ours = statistics_of(*taxi.window("2020-02-10"))
    constraints = suggest_constraints(theirs)
    # When another Monday is judged against either
    rows, features = taxi.window("2020-03-16")
    arguments = statistics_of(rows, features), observations_of(features)
    verdicts = [check(*arguments, baseline, constraints, Comparison.DRIFTLINE) for baseline in (theirs, ours)]
    # Then it is the same verdict
    assert verdicts[0] == verdicts[1]
    assert len(verdicts[0].findings) > 50


def test_reported_distances_fit_the_collapsed_ranks_and_not_the_rows(taxi: TaxiMondays) -> None:
    """SageMaker's distances give away how it counted: d + c * sqrt((n + m) / (n m)) is a fraction over n * m.

    With n as `collapsed_ranks` counts it, one baseline size m fits all runs of every feature; with the true
    number of rows, none does.
    """
    # Given all reported distances of the features that drifted in at least three runs
    reported: dict[str, list[tuple[float, float, float]]] = {}
    for day in MONDAYS:
        statistics = parse_statistics(taxi.statistics_text(day))
        for violation in json.loads(taxi.violations_text(day))["violations"]:
            if violation["constraint_check_type"] == "baseline_drift_check":
                name, words = violation["feature_name"], violation["description"].split()
                levels = statistics.by_name[name].levels
                assert levels is not None
                sizes = collapsed_ranks(levels).size, true_ranks(levels).size
                reported.setdefault(name, []).append((float(words[3]), *sizes))
    often = [runs for runs in reported.values() if len(runs) >= 3 and any(n != rows for _, n, rows in runs)]
    assert len(often) > 20
    # When a baseline size is looked for that explains all runs of a feature
    collapsed = sum(_some_size_fits([(d, n) for d, n, _ in runs]) for runs in often)
    by_rows = sum(_some_size_fits([(d, rows) for d, _, rows in runs]) for runs in often)
    # Then the collapsed count explains them, the rows do not
    assert collapsed == len(often)
    assert by_rows == 0


def _some_size_fits(runs: list[tuple[float, float]]) -> bool:
    sizes = np.arange(2.0, 40_000.0)
    fits = np.ones(len(sizes), dtype=bool)
    for distance, n in runs:
        scaled = (distance + C_ALPHA * np.sqrt((n + sizes) / (n * sizes))) * n * sizes
        fits &= np.abs(scaled - np.rint(scaled)) < 1e-5
    return bool(fits.any())
