"""A window against its constraints: operators, words, order, point and interval."""

import math

import pytest

from driftline.domain.errors import InvalidInputError
from driftline.domain.monitors.comparison import Compared
from driftline.domain.predictions.problem import ProblemType
from driftline.kinds.model_quality.rules.check import Verdict, check, metric_violation, violation_name
from driftline.kinds.model_quality.rules.constraints import (
    Constraint,
    Operator,
    QualityConstraints,
    parse_quality_constraints,
    suggest_constraints,
)
from driftline.kinds.model_quality.rules.estimates import Bounds, Share, interval
from driftline.kinds.model_quality.rules.quality import MetricValue, Quality
from driftline.kinds.model_quality.rules.reference import Reference


def verdict(
    name: str,
    metric: MetricValue,
    operator: Operator,
    threshold: float,
    comparison: Compared = "sagemaker",
    rows: int = 500,
) -> Verdict:
    quality = Quality(ProblemType.REGRESSION, rows, {name: metric})
    constraint = Constraint(threshold=threshold, comparison_operator=operator)
    return check(
        quality, QualityConstraints(problem=ProblemType.REGRESSION, constraints={name: constraint}), comparison
    )


def test_a_violation_reads_as_sagemakers_with_the_standard_deviation() -> None:
    metric = MetricValue(-53.790146743270654, 4.829550001308316)

    found = verdict("r2", metric, Operator.LESS, -7.7419149776821).findings

    assert metric_violation(found[0]).model_dump(exclude_none=True) == {
        "constraint_check_type": "LessThanThreshold",
        "description": (
            "Metric r2 with -53.790146743270654 +/- 4.829550001308316 was LessThanThreshold '-7.7419149776821'"
        ),
        "metric_name": "r2",
    }


@pytest.mark.parametrize(
    ("value", "operator", "violated"),
    [
        (2.1, Operator.GREATER, True),
        (2.0, Operator.GREATER, False),
        (2.0 + 4e-16, Operator.GREATER, False),  # the last bit: rounding
        (1.9, Operator.GREATER, False),
        (1.9, Operator.LESS, True),
        (2.0, Operator.LESS, False),
        (2.1, Operator.LESS, False),
    ],
)
def test_beyond_the_threshold_is_a_violation_and_equal_is_not(value: float, operator: Operator, violated: bool) -> None:
    assert bool(verdict("mae", MetricValue(value), operator, 2.0).findings) is violated


@pytest.mark.parametrize(
    ("interval", "operator", "violated"),
    [
        ((2.1, 2.9), Operator.GREATER, True),
        ((1.9, 2.9), Operator.GREATER, False),
        ((1.1, 1.9), Operator.LESS, True),
        ((1.1, 2.1), Operator.LESS, False),
    ],
)
def test_on_intervals_all_of_it_has_to_be_beyond(
    interval: tuple[float, float], operator: Operator, violated: bool
) -> None:
    metric = MetricValue(sum(interval) / 2, estimate=Bounds(sum(interval) / 2, *interval))

    assert bool(verdict("mae", metric, operator, 2.0, "driftline").findings) is violated


@pytest.mark.parametrize(
    ("value", "interval", "operator"),
    [(1.9, (2.1, 2.9), Operator.GREATER), (2.1, (1.1, 1.9), Operator.LESS)],
)
def test_a_metric_that_its_resampled_interval_leaves_out_has_to_be_beyond_too(
    value: float, interval: tuple[float, float], operator: Operator
) -> None:
    # Intervals that leave out the bias need not hold the metric itself
    metric = MetricValue(value, estimate=Bounds(value, *interval))
    assert not verdict("mae", metric, operator, 2.0, "driftline").findings


@pytest.mark.parametrize(
    ("metric", "threshold", "note"),
    [
        (MetricValue(math.nan), 1.0, "mae is undefined in this window: it was not checked."),
        (MetricValue(3.0), math.nan, "The threshold of mae is not a number, so it was not checked."),
        (
            MetricValue(3.0, withheld="Only 7 rows: an interval needs 50."),
            1.0,
            "mae has no interval in this window, so it was not checked. Only 7 rows: an interval needs 50.",
        ),
    ],
)
def test_what_cannot_be_checked_is_noted(metric: MetricValue, threshold: float, note: str) -> None:
    found = verdict("mae", metric, Operator.GREATER, threshold, "driftline")

    assert found == Verdict(notes=(note,))


def test_a_constraint_on_a_metric_that_is_not_computed_is_noted() -> None:
    constraints = parse_quality_constraints(
        '{"regression_constraints": {"mape": {"threshold": 1, "comparison_operator": "GreaterThanThreshold"}}}'
    )

    found = check(Quality(ProblemType.REGRESSION, 3, {}), constraints, "sagemaker")

    assert found.notes == ("mape has a constraint and is not computed here: it was not checked.",)


def test_driftlines_own_metrics_may_have_constraints() -> None:
    quality = Quality(ProblemType.REGRESSION, 3, {}, {"mean_error": MetricValue(-4.0)})
    constraint = Constraint(threshold=-1.0, comparison_operator=Operator.LESS)
    constraints = QualityConstraints(problem=ProblemType.REGRESSION, constraints={"mean_error": constraint})

    found = check(quality, constraints, "sagemaker").findings

    assert metric_violation(found[0]).description == "Metric meanError with -4.0 was LessThanThreshold '-1.0'"


def test_without_labelled_rows_nothing_is_checked() -> None:
    found = verdict("mae", MetricValue(math.nan), Operator.GREATER, 1.0, rows=0)

    assert found == Verdict(notes=("The window has no labelled rows: nothing was checked.",))


def test_constraints_of_another_problem_are_an_error() -> None:
    constraints = QualityConstraints(problem=ProblemType.BINARY, constraints={})

    with pytest.raises(InvalidInputError, match="BinaryClassification, the monitor's problem type is Regression"):
        check(Quality(ProblemType.REGRESSION, 1, {}), constraints, "sagemaker")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("true_positive_rate", "truePositiveRate"),
        ("auc", "auc"),
        ("f2", "f2"),
        ("f0_5", "f0_5"),
        ("weighted_f0_5", "weightedF0_5"),
        ("weighted_recall", "weightedRecall"),
    ],
)
def test_violations_name_metrics_in_camel_case(name: str, expected: str) -> None:
    assert violation_name(name) == expected


def test_binary_violations_come_in_the_order_of_sagemakers_files() -> None:
    names = (
        *("recall", "precision", "accuracy", "true_positive_rate", "true_negative_rate"),
        *("false_positive_rate", "false_negative_rate", "auc", "f0_5", "f1", "f2"),
    )
    baseline = Quality(ProblemType.BINARY, 500, {name: MetricValue(0.5) for name in names})
    worse = {name: MetricValue(0.9 if name.startswith("false") else 0.1) for name in names}

    constraints = suggest_constraints(baseline)
    found = check(Quality(ProblemType.BINARY, 500, worse), constraints, "sagemaker").findings

    assert tuple(constraints.constraints) == names
    assert [metric_violation(finding).metric_name for finding in found] == [
        *("auc", "precision", "truePositiveRate", "f1", "accuracy", "falsePositiveRate", "trueNegativeRate"),
        *("falseNegativeRate", "recall", "f2", "f0_5"),
    ]


def test_an_undefined_metric_gets_no_constraint() -> None:
    quality = Quality(ProblemType.BINARY, 5, {"recall": MetricValue(math.nan), "accuracy": MetricValue(0.5)})

    assert list(suggest_constraints(quality).constraints) == ["accuracy"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"features": []}',
        b'{"regression_constraints": {"mae": {"threshold": "x", "comparison_operator": "LessThanThreshold"}}}',
        b'{"regression_constraints": {"mae": {"threshold": 1, "comparison_operator": "Equals"}}}',
    ],
)
def test_unreadable_constraints_name_the_file(body: bytes) -> None:
    with pytest.raises(InvalidInputError, match=r"baselines/x/constraints\.json"):
        parse_quality_constraints(body, "baselines/x/constraints.json")


WHOLE = {
    "recall": (80, 100, Operator.LESS),
    "true_positive_rate": (80, 100, Operator.LESS),
    "false_negative_rate": (20, 100, Operator.GREATER),
    "precision": (90, 100, Operator.LESS),
}


def compared(found: float, **thresholds: float) -> Verdict:
    """A window of 200 positives against a baseline of 2,000, whose limits are its own values or those given."""
    baseline = {name: hits / rows for name, (hits, rows, _) in WHOLE.items()}
    constraints = {
        name: Constraint(threshold=thresholds.get(name, baseline[name]), comparison_operator=operator)
        for name, (_, _, operator) in WHOLE.items()
    }
    shares = {"recall": found, "true_positive_rate": found, "false_negative_rate": 1 - found, "precision": 0.9}
    metrics = {name: share(value, 200) for name, value in shares.items()}
    reference = Reference(baseline, {name: Share(value * 2000, 2000) for name, value in baseline.items()}, {}, True)
    given = QualityConstraints(problem=ProblemType.BINARY, constraints=constraints)
    return check(Quality(ProblemType.BINARY, 400, metrics), given, "driftline", reference)


def share(value: float, rows: int) -> MetricValue:
    estimate = Share(value * rows, rows)
    return MetricValue(value, estimate=estimate)


def test_a_suggested_limit_is_violated_by_more_than_chance_and_reported_once() -> None:
    found = compared(0.65)
    (finding,) = found.findings
    assert (finding.subject, finding.required, finding.baseline, finding.certain) == ("recall", 0.8, 0.8, True)
    assert 0 <= (finding.p_value or 0.0) < 0.001
    assert finding.baseline_interval == pytest.approx(interval(Share(1600, 2000)))
    assert found.violated == {"recall", "true_positive_rate", "false_negative_rate"}
    assert found.checked == 2


def test_what_chance_explains_is_no_violation() -> None:
    assert compared(0.74).findings == ()
    assert compared(0.8).findings == ()


def test_a_limit_that_a_person_wrote_is_judged_by_the_whole_interval_and_its_fact_is_reported_once() -> None:
    found = compared(0.65, true_positive_rate=0.85)
    assert [(each.subject, each.p_value) for each in found.findings] == [("true_positive_rate", None)]
    assert "recall" in found.violated
    # And a person's limit below the baseline holds
    assert [each.subject for each in compared(0.65, recall=0.5).findings] == ["true_positive_rate"]


def test_a_metric_without_an_estimate_in_the_baseline_is_not_checked() -> None:
    reference = Reference({"recall": 0.8}, {}, {"recall": "Fewer than 10 rows."}, complete=True)
    constraint = Constraint(threshold=0.8, comparison_operator=Operator.LESS)
    given = QualityConstraints(problem=ProblemType.BINARY, constraints={"recall": constraint})
    window = Quality(ProblemType.BINARY, 400, {"recall": share(0.2, 200)})
    found = check(window, given, "driftline", reference)
    assert (found.checked, found.findings) == (0, ())
    assert found.notes == ("recall has no interval in the baseline, so it was not checked. Fewer than 10 rows.",)
    # And one that counts as exact is, with a note
    exact = check(window, given, "driftline", Reference({"recall": 0.8}))
    assert [each.subject for each in exact.findings] == ["recall"]
    assert exact.findings[0].baseline_interval is None
    assert "Upload the data set again" in exact.notes[0]


@pytest.mark.parametrize(("value", "checked"), [(0.0, 1), (1.5, 0), (2.5, 0)])
def test_only_a_perfect_value_is_judged_without_an_interval(value: float, checked: int) -> None:
    """A loss could not have been found, so the window is not called good, whichever side of the limit it is on."""
    metric = MetricValue(value, withheld="all errors are the same")
    known = Reference({"mae": 2.0}, {"mae": Bounds(2.0, 1.9, 2.1)}, complete=True, rows=900)
    constraint = Constraint(threshold=2.0, comparison_operator=Operator.GREATER)
    constraints = QualityConstraints(problem=ProblemType.REGRESSION, constraints={"mae": constraint})
    for reference in (known, None):
        found = check(Quality(ProblemType.REGRESSION, 50, {"mae": metric}), constraints, "driftline", reference)
        assert (found.findings, found.checked) == ((), checked)
        assert bool(found.notes) is (checked == 0)
