"""The table of features: a row for each, which opens with its charts and figures."""

from collections import defaultdict
from collections.abc import Sequence

from driftline.domain.executions.past import PastExecution
from driftline.domain.sagemaker_files.violations import CheckType
from driftline.kinds.data_quality.facts import DataQuality, Drift, Feature, Reference
from driftline.kinds.data_quality.page.feature_detail import (
    NO_BASELINE,
    charts_of,
    distinct_values,
    new_values,
    tables_of,
)
from driftline.presentation.tables import (
    Cell,
    Column,
    Detail,
    Filter,
    Gauge,
    Holds,
    Limit,
    Marks,
    Medium,
    Row,
    Table,
    Tagged,
    Uncompared,
)

_BADGES: dict[str, str] = {
    CheckType.BASELINE_DRIFT: "drift",
    CheckType.COMPLETENESS: "incomplete",
    CheckType.DATA_TYPE: "type",
    CheckType.CATEGORICAL_VALUES: "unseen values",
}
_DATA = Medium.NOTEBOOK

_COLUMNS = (
    Column(name="feature", title="Feature", holds=Holds.TEXT, sort="up"),
    Column(name="type", title="Type", holds=Holds.TEXT, on=Medium.PEOPLE, sort="up"),
    Column(name="inferred_type", title="Type", holds=Holds.TEXT, on=_DATA),
    Column(name="expected_type", title="Expected type", holds=Holds.TEXT, on=_DATA),
    Column(name="num_present", title="Values", holds=Holds.COUNT, on=_DATA),
    Column(name="num_missing", title="Missing", holds=Holds.COUNT, on=_DATA),
    Column(name="picture", title="", holds=Holds.PICTURE, on=Medium.PAGE),
    Column(name="gauge", title="Drift", holds=Holds.GAUGE, on=Medium.PEOPLE, sort="down"),
    Column(name="over_time", title="Over time", holds=Holds.PICTURE, on=Medium.PAGE),
    Column(name="completeness", title="Completeness", holds=Holds.SHARE, sort="up"),
    Column(name="completeness_limit", title="Required", holds=Holds.LIMIT, on=Medium.PEOPLE),
    Column(name="expected_completeness", title="Expected completeness", holds=Holds.SHARE, on=_DATA),
    Column(name="mean", title="Mean", holds=Holds.NUMBER, on=_DATA),
    Column(name="std_dev", title="Standard deviation", holds=Holds.NUMBER, on=_DATA),
    Column(name="min", title="Smallest", holds=Holds.NUMBER, on=_DATA),
    Column(name="max", title="Largest", holds=Holds.NUMBER, on=_DATA),
    Column(name="distinct_count", title="Distinct values", holds=Holds.NUMBER, on=_DATA),
    Column(name="drift", title="Drift", holds=Holds.NUMBER, on=_DATA),
    Column(name="threshold", title="Threshold", holds=Holds.NUMBER, on=_DATA),
    Column(name="drifted", title="Drifted", holds=Holds.FLAG, on=_DATA),
    Column(name="p_value", title="p-value", holds=Holds.NUMBER, on=_DATA),
    Column(name="statistic", title="Statistic", holds=Holds.NUMBER, on=_DATA),
    Column(name="statistic_lower", title="Lower", holds=Holds.NUMBER, on=_DATA),
    Column(name="statistic_upper", title="Upper", holds=Holds.NUMBER, on=_DATA),
    Column(name="direction", title="Direction", holds=Holds.TEXT, on=_DATA | Medium.TERMINAL),
    Column(name="method", title="Method", holds=Holds.TEXT, on=_DATA),
    Column(name="not_compared", title="Not compared because", holds=Holds.TEXT, on=_DATA),
    Column(name="new_categories", title="New values", holds=Holds.LIST, on=_DATA),
    Column(name="violated_checks", title="Violated checks", holds=Holds.LIST, on=_DATA),
    Column(name="state", title="State", holds=Holds.MARKS, on=Medium.PEOPLE, sort="down"),
)


def features_table(execution: DataQuality, past: Sequence[PastExecution]) -> Table:
    """Rows in the order of statistics.json; people read the worst first."""
    features = execution.features
    checks: dict[str, list[str]] = defaultdict(list)
    for violation in execution.outcome.violations:
        checks[violation.subject].append(violation.check)

    def worst_first(index: int) -> tuple[float, int, str]:
        feature = features[index]
        return -(feature.drift.excess if feature.drift else -1.0), -len(checks[feature.name]), feature.name

    types = sorted({each.current.inferred_type for each in features})
    return Table(
        name="features",
        title="All features, sorted by drift; each opens with its charts and figures",
        noun="feature",
        columns=_COLUMNS,
        rows=tuple(_row(each, checks[each.name], past, execution.reference or Reference.BASELINE) for each in features),
        order=tuple(sorted(range(len(features)), key=worst_first)),
        sorted_by="gauge",
        filters=(
            Filter("Show", (("violated", "violated"), ("drifted", "drifted"), ("not compared", "uncompared"))),
            Filter("Type", tuple((each, f"type {each}") for each in types)),
        ),
    )


def _row(feature: Feature, checks: Sequence[str], past: Sequence[PastExecution], beside: str) -> Row:
    drift = feature.drift
    drawn = charts_of(feature, past)
    by_name: dict[str, Cell] = {
        **_values(feature),
        "type": _type(feature),
        "picture": drawn.distribution,
        "gauge": drift_gauge(drift) if drift else Uncompared(feature.not_compared or NO_BASELINE),
        "over_time": drawn.drift,
        "completeness_limit": Limit(feature.expected_completeness, "at_least", "share")
        if feature.expected_completeness is not None
        else None,
        "violated_checks": tuple(checks),
        "state": Marks(tuple(_BADGES.get(check, check) for check in checks), "no violation" if drift else "–"),
    }
    tags = {f"type {feature.current.inferred_type}", "uncompared" if drift is None else "compared"}
    tags |= {"violated"} if checks else set()
    tags |= {"drifted"} if drift and drift.drifted else set()
    return Row(
        subject=feature.name,
        cells=tuple(by_name.get(column.name) for column in _COLUMNS),
        bad=frozenset({"completeness"} if CheckType.COMPLETENESS in checks else ()),
        tags=frozenset(tags),
        detail=Detail(charts=drawn.all, tables=tuple(tables_of(feature, beside)), words=new_values(feature)),
    )


def drift_gauge(drift: Drift) -> Gauge:
    return Gauge(
        value=drift.value,
        limit=drift.threshold,
        side="at_least" if drift.is_p_value else "at_most",
        measure="p_value" if drift.is_p_value else "distance",
        excess=drift.excess,
        beyond=drift.drifted,
    )


def _type(feature: Feature) -> Cell:
    found = feature.current.inferred_type
    return found if feature.expected_type in {None, found} else Tagged(found, "changed")


def _values(feature: Feature) -> dict[str, Cell]:
    """What data frames have."""
    current, drift = feature.current, feature.drift
    numbers = current.numerical_statistics
    lower, upper = (drift.interval if drift else None) or (None, None)
    values: dict[str, Cell] = {
        "feature": feature.name,
        "inferred_type": current.inferred_type,
        "expected_type": feature.expected_type,
        "num_present": current.common.num_present,
        "num_missing": current.common.num_missing,
        "completeness": current.common.completeness,
        "expected_completeness": feature.expected_completeness,
        "distinct_count": distinct_values(current),
        "not_compared": feature.not_compared,
        "new_categories": feature.new_categories,
    }
    if numbers:
        values |= {name: getattr(numbers, name) for name in ("mean", "std_dev", "min", "max")}
    if drift:
        same = ("threshold", "drifted", "p_value", "statistic", "direction", "method")
        values |= {"drift": drift.value, "statistic_lower": lower, "statistic_upper": upper}
        values |= {name: getattr(drift, name) for name in same}
    return values
