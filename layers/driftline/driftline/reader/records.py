"""What an execution says, as plain rows: no dataclasses, no numpy, names that are columns."""

from collections import defaultdict
from collections.abc import Mapping

from driftline.domain.executions.finding import Finding
from driftline.kinds.data_quality.facts import DataQuality, Feature
from driftline.kinds.model_quality.facts import Metric, ModelQuality
from driftline.kinds.reporter import Facts

type Record = dict[str, object]

OUTCOME: Mapping[str, str] = {
    "scheduled_time": "time",
    "window_start": "time",
    "window_end": "time",
    "rows": "count",
    "rows_judged": "count",
    "coverage": "number",
    "violations": "count",
    "worst_feature": "text",
    "worst_drift": "number",
    "revision": "count",
    "reason": "text",
    "source": "text",
}
FEATURE: Mapping[str, str] = {
    "feature": "text",
    "inferred_type": "text",
    "expected_type": "text",
    "num_present": "count",
    "num_missing": "count",
    "completeness": "number",
    "expected_completeness": "number",
    "mean": "number",
    "std_dev": "number",
    "min": "number",
    "max": "number",
    "distinct_count": "number",
    "drift": "number",
    "threshold": "number",
    "drifted": "flag",
    "p_value": "number",
    "statistic": "number",
    "statistic_lower": "number",
    "statistic_upper": "number",
    "direction": "text",
    "method": "text",
    "not_compared": "text",
    "new_categories": "list",
    "violated_checks": "list",
}
VIOLATION: Mapping[str, str] = {
    "subject": "text",
    "check": "text",
    "description": "text",
    "observed": "number",
    "required": "number",
    "lower": "number",
    "upper": "number",
    "n": "number",
    "direction": "text",
    "certain": "flag",
    "sample_inference_ids": "list",
}
METRIC: Mapping[str, str] = {
    "metric": "text",
    "value": "number",
    "lower": "number",
    "upper": "number",
    "standard_deviation": "number",
    "threshold": "number",
    "operator": "text",
    "baseline": "number",
    "violated": "flag",
}


def outcome_record(facts: Facts) -> Record:
    """One row for the whole execution."""
    outcome = facts.outcome
    start, end = outcome.window or (None, None)
    worst = _worst(facts)
    return {
        "scheduled_time": outcome.place.scheduled,
        "window_start": start,
        "window_end": end,
        "rows": outcome.rows,
        "rows_judged": outcome.used,
        "coverage": outcome.coverage,
        "violations": len(outcome.violations),
        "worst_feature": worst.name if worst else None,
        "worst_drift": worst.drift.value if worst and worst.drift else None,
        "revision": outcome.revision,
        "reason": outcome.reason or None,
        "source": outcome.source,
    }


def feature_records(facts: Facts) -> list[Record]:
    """A row for each feature, in the order of statistics.json; none of model quality."""
    if not isinstance(facts, DataQuality):
        return []
    checks: dict[str, list[str]] = defaultdict(list)
    for violation in facts.outcome.violations:
        checks[violation.subject].append(violation.check)
    return [_feature(each, checks[each.name]) for each in facts.features]


def violation_records(facts: Facts) -> list[Record]:
    """A row for each, in the order of constraint_violations.json."""
    return [_violation(each) for each in facts.outcome.violations]


def metric_records(facts: Facts) -> list[Record]:
    """A row for each metric; none of data quality."""
    return [_metric(each) for each in facts.metrics] if isinstance(facts, ModelQuality) else []


def _worst(facts: Facts) -> Feature | None:
    """For features compared by a distance, which a p-value is not."""
    if not isinstance(facts, DataQuality):
        return None
    compared = [
        (each.drift.value, each)
        for each in facts.features
        if each.drift and each.drift.value is not None and not each.drift.is_p_value
    ]
    return max(compared, key=lambda pair: pair[0])[1] if compared else None


def _feature(feature: Feature, checks: list[str]) -> Record:
    current, drift = feature.current, feature.drift
    numbers, texts = current.numerical_statistics, current.string_statistics
    lower, upper = (drift.interval if drift else None) or (None, None)
    distinct = numbers.approximate_num_distinct_values if numbers else texts.distinct_count if texts else None
    return {
        "feature": feature.name,
        "inferred_type": current.inferred_type,
        "expected_type": feature.expected_type,
        "num_present": current.common.num_present,
        "num_missing": current.common.num_missing,
        "completeness": current.common.completeness,
        "expected_completeness": feature.expected_completeness,
        "mean": numbers.mean if numbers else None,
        "std_dev": numbers.std_dev if numbers else None,
        "min": numbers.min if numbers else None,
        "max": numbers.max if numbers else None,
        "distinct_count": distinct,
        "drift": drift.value if drift else None,
        "threshold": drift.threshold if drift else None,
        "drifted": drift.drifted if drift else None,
        "p_value": drift.p_value if drift else None,
        "statistic": drift.statistic if drift else None,
        "statistic_lower": lower,
        "statistic_upper": upper,
        "direction": drift.direction if drift else None,
        "method": drift.method if drift else None,
        "not_compared": feature.not_compared,
        "new_categories": list(feature.new_categories),
        "violated_checks": checks,
    }


def _violation(violation: Finding) -> Record:
    lower, upper = violation.interval or (None, None)
    return {
        "subject": violation.subject,
        "check": violation.check,
        "description": violation.description,
        "observed": violation.observed,
        "required": violation.required,
        "lower": lower,
        "upper": upper,
        "n": violation.n,
        "direction": violation.direction,
        "certain": violation.certain,
        "sample_inference_ids": list(violation.inference_ids),
    }


def _metric(metric: Metric) -> Record:
    lower, upper = metric.interval or (None, None)
    return {
        "metric": metric.name,
        "value": metric.value,
        "lower": lower,
        "upper": upper,
        "standard_deviation": metric.standard_deviation,
        "threshold": metric.threshold,
        "operator": metric.operator,
        "baseline": metric.baseline,
        "violated": metric.violated,
    }
