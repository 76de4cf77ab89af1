"""The page of a data-quality execution: all features sorted by drift, each with its pictures and figures."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from driftline.domain.executions.finding import Finding
from driftline.domain.executions.past import PastExecution, Point
from driftline.domain.sagemaker_files.violations import CheckType
from driftline.kinds.data_quality.facts import (
    COMPLETENESS,
    DRIFT,
    WORST,
    DataQuality,
    Feature,
    Reference,
    worst_excess,
)
from driftline.kinds.data_quality.page.data_set import data_set_rows
from driftline.kinds.data_quality.page.distributions import Bars, Bins, distribution_of
from driftline.presentation.findings import Fact
from driftline.presentation.pages.execution.verdict import data_quality_verdict
from driftline.presentation.pages.execution.view import (
    Json,
    PageView,
    comparison_views,
    digits_of,
    files_beside,
    move_views,
    outcome_facts,
    short,
    shorts,
    state_of,
    trend,
    violation_view,
)
from driftline.presentation.since import Compared, comparisons
from driftline.presentation.text import count, interval, number, percent, shown

_BADGES: dict[str, str] = {
    CheckType.BASELINE_DRIFT: "drift",
    CheckType.COMPLETENESS: "incomplete",
    CheckType.DATA_TYPE: "type",
    CheckType.CATEGORICAL_VALUES: "categories",
}
_MOST_NEW = 30


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """A row of the table. `fill` and `mark`: drift and threshold in percent of the bar's length."""

    index: int
    name: str
    type: str
    type_changed: bool
    drift: str
    threshold: str
    sort_drift: float
    fill: int
    drifted: bool
    why_not: str
    completeness: str
    sort_completeness: float
    incomplete: bool
    badges: tuple[str, ...]


def data_quality_view(
    execution: DataQuality, past: Sequence[PastExecution], revised: PastExecution | None = None
) -> PageView:
    """Args: past: earlier executions, oldest first; revised: the revision that this one replaces."""
    outcome = execution.outcome
    checks: dict[str, list[str]] = defaultdict(list)
    for violation in outcome.violations:
        checks[violation.subject].append(violation.check)
    ordered = sorted(
        execution.features,
        key=lambda each: (-(each.drift.excess if each.drift else -1.0), -len(checks[each.name]), each.name),
    )
    places = {feature.name: index for index, feature in enumerate(ordered)}
    features = {feature.name: feature for feature in ordered}
    worst = worst_excess(each.drift for each in ordered)
    compared = Compared("Worst drift", WORST, worst, "times its threshold") if worst is not None else None
    data: dict[str, Json] = {
        "kind": "data_quality",
        "reference": execution.reference or "Baseline",
        "trend": trend(past, outcome, worst, WORST),
        "features": [_feature_data(each, past) for each in ordered],
    }
    return PageView(
        kind="data_quality",
        title=f"{shown(outcome.place.endpoint)}: data quality",
        endpoint=shown(outcome.place.endpoint),
        monitor=shown(outcome.place.monitor),
        state=state_of(len(outcome.violations), outcome.rows),
        verdict=data_quality_verdict(execution),
        facts=(*outcome_facts(outcome), *_drifted(ordered)),
        comparisons=comparison_views(comparisons(outcome, past, revised, figure=compared), outcome.place),
        violations=tuple(
            violation_view(
                each,
                past,
                places.get(each.subject),
                more=_beside(each, features.get(each.subject), execution.reference),
            )
            # The worst features first, as in the table; what is about no feature before them.
            for each in sorted(outcome.violations, key=lambda each: places.get(each.subject, -1))
        ),
        notes=tuple(map(shown, outcome.notes)),
        files=files_beside(outcome.revision or 1, summary=outcome.source == "Driftline"),
        rows=[_row(index, each, checks[each.name]) for index, each in enumerate(ordered)],
        data=data,
        sections={
            "types": sorted({shown(each.current.inferred_type) for each in ordered}),
            "comparison": execution.comparison,
            "data_set": data_set_rows(outcome.rows, ordered),
            "reference": execution.reference,
            "source": outcome.source,
        },
    )


def _beside(violation: Finding, feature: Feature | None, reference: Reference) -> tuple[Fact, ...]:
    """What the violation's own figures do not say: of a gap what the baseline had."""
    if feature is None:
        return ()
    then = feature.reference
    if violation.check == CheckType.COMPLETENESS and then:
        return (Fact(f"In the {reference.lower()}", percent(then.common.completeness)),)
    return ()


def _drifted(features: Sequence[Feature]) -> tuple[Fact, ...]:
    drifted = sum(feature.drift is not None and feature.drift.drifted for feature in features)
    return (Fact("Drifted", f"{drifted:,} of {count(len(features), 'feature')}"),) if features else ()


def _row(index: int, feature: Feature, checks: Sequence[str]) -> FeatureRow:
    drift, common = feature.drift, feature.current.common
    completeness = common.completeness
    return FeatureRow(
        index=index,
        name=shown(feature.name),
        type=shown(feature.current.inferred_type),
        type_changed=feature.expected_type not in {None, feature.current.inferred_type},
        drift=f"{'p = ' if drift.is_p_value else ''}{number(drift.value)}" if drift else "–",
        threshold=f"{'at least' if drift.is_p_value else 'of'} {number(drift.threshold)}" if drift else "",
        sort_drift=drift.excess if drift else -1.0,
        # The threshold is at half of the bar, so that a full bar is twice the threshold or more.
        fill=round(min(1.0, drift.excess / 2) * 20) * 5 if drift and drift.excess > 0 else 0,
        drifted=drift.drifted if drift else False,
        why_not="" if drift else shown(feature.not_compared or "there is no baseline for it"),
        completeness=percent(completeness),
        sort_completeness=completeness if completeness is not None else -1.0,
        incomplete=CheckType.COMPLETENESS in checks,
        badges=tuple(_BADGES.get(check, shown(check)) for check in checks),
    )


def _feature_data(feature: Feature, past: Sequence[PastExecution]) -> dict[str, Json]:
    distribution = distribution_of(feature.current, feature.reference)
    drift = feature.drift
    data: dict[str, Json] = {
        "name": shown(feature.name),
        "figures": _figures(feature),
        "drift": _drift_figures(feature),
        "moves": [[each.where, each.baseline, each.current] for each in move_views(drift.moves)] if drift else [],
        "new": [shown(each) for each in feature.new_categories[:_MOST_NEW]],
        "newMore": max(0, len(feature.new_categories) - _MOST_NEW),
        "history": [
            *(short(each.figures.get((feature.name, DRIFT), Point(None)).value) for each in past),
            short(drift.value) if drift else None,
        ],
        "completeness": [
            *(short(each.figures.get((feature.name, COMPLETENESS), Point(None)).value) for each in past),
            short(feature.current.common.completeness),
        ],
        "required": short(feature.expected_completeness),
        "threshold": short(drift.threshold) if drift else None,
        "pValue": drift.is_p_value if drift else False,
        "location": short(drift.location, 12) if drift and isinstance(drift.location, float | int) else None,
    }
    if distribution.bars:
        data["bars"] = _bars(distribution.bars)
    if distribution.bins:
        data["bins"] = _bins(distribution.bins)
    if (quantiles := distribution.quantiles) is not None:
        digits = digits_of([*(quantiles.baseline or ()), *(quantiles.current or ())])
        data["quantiles"] = {
            "baseline": shorts(quantiles.baseline, digits),
            "current": shorts(quantiles.current, digits),
        }
    return data


def _bars(bars: Bars) -> dict[str, Json]:
    return {
        "values": [shown(value) for value in bars.values],
        "baseline": shorts(bars.baseline),
        "current": shorts(bars.current),
        "rest": [short(bars.rest[0]), short(bars.rest[1]), bars.rest[2]] if bars.rest else None,
    }


def _bins(bins: Bins) -> dict[str, Json]:
    return {
        "edges": shorts(bins.edges, digits_of(bins.edges)),
        "baseline": shorts(bins.baseline),
        "current": shorts(bins.current),
        "below": shorts(bins.below),
        "above": shorts(bins.above),
    }


def _figures(feature: Feature) -> list[list[str]]:
    """(what, baseline, window) rows."""
    now, then = feature.current, feature.reference
    rows: list[list[str]] = [
        ["Type", then.inferred_type if then else "–", now.inferred_type],
        ["Values", f"{then.common.num_present:,}" if then else "–", f"{now.common.num_present:,}"],
        ["Missing", f"{then.common.num_missing:,}" if then else "–", f"{now.common.num_missing:,}"],
        [
            "Completeness",
            percent(then.common.completeness) if then else "–",
            percent(now.common.completeness),
        ],
    ]
    numbers = now.numerical_statistics, then.numerical_statistics if then else None
    if any(numbers):
        for label, field in (
            ("Mean", "mean"),
            ("Standard deviation", "std_dev"),
            ("Smallest", "min"),
            ("Largest", "max"),
        ):
            rows.append([label, *(number(getattr(part, field), 6) if part else "–" for part in reversed(numbers))])
    rows.append(["Distinct values (estimate)", _distinct(then), _distinct(now)])
    return rows


def _distinct(feature: object) -> str:
    numbers, texts = getattr(feature, "numerical_statistics", None), getattr(feature, "string_statistics", None)
    if numbers is not None:
        return number(numbers.approximate_num_distinct_values)
    return number(texts.distinct_count) if texts is not None else "–"


def _drift_figures(feature: Feature) -> list[list[str]]:
    drift = feature.drift
    required = [
        ["Type required", feature.expected_type or ""],
        ["Completeness required", percent(feature.expected_completeness) if feature.expected_completeness else ""],
    ]
    if drift is None:
        rows = [["Drift not compared", shown(feature.not_compared or "there is no baseline for it")], *required]
        return [row for row in rows if row[1]]
    rows = [
        ["Compared value" if not drift.is_p_value else "p-value", number(drift.value)],
        ["Threshold", number(drift.threshold)],
        ["Method", drift.method or ""],
        ["Statistic", number(drift.statistic) if drift.statistic is not None else ""],
        ["95 % interval of the statistic", interval(drift.interval) if drift.interval else ""],
        ["Direction", drift.direction if drift.direction and drift.direction != "none" else ""],
        ["Where the difference is largest", _location(drift.location)],
        ["Rows compared (window, baseline)", f"{number(drift.n)}, {number(drift.m)}" if drift.n is not None else ""],
        *required,
    ]
    return [row for row in rows if row[1]]


def _location(location: float | str | None) -> str:
    if location is None:
        return ""
    return shown(location) if isinstance(location, str) else number(location)
