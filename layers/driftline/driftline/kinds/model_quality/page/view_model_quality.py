"""The page of a model-quality execution: metrics against thresholds and baseline, curves, confusion matrix."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from driftline.domain.executions.past import PastExecution, Point
from driftline.kinds.data_quality.page.distributions import LARGEST, bins_of
from driftline.kinds.model_quality.facts import VALUE, Curve, Metric, ModelQuality
from driftline.kinds.model_quality.page.classes import class_rows
from driftline.kinds.model_quality.page.read import PRECISION_RECALL, ROC
from driftline.kinds.model_quality.rules.rows import ProblemType
from driftline.kinds.model_quality.rules.summary import CalibrationSummary
from driftline.presentation.pages.execution.verdict import model_quality_verdict
from driftline.presentation.pages.execution.view import (
    Json,
    PageView,
    comparison_views,
    digits_of,
    files_beside,
    outcome_facts,
    short,
    shorts,
    state_of,
    trend,
    violation_view,
)
from driftline.presentation.since import comparisons
from driftline.presentation.text import interval, number, percent, shown

_POINTS = 200
"""So many points of a curve are drawn; more cannot be told apart on a screen."""

_SHADES = 10
_MOST_LABELS = 25
_OTHERS = "all other labels"

type Pairs = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricRow:
    index: int
    name: str
    value: str
    interval: str
    threshold: str
    baseline: str
    state: str


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """`shade`: share of the row in tenths; `baseline`: the share there."""

    rows: str
    share: str
    shade: int
    baseline: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of the confusion matrix by actual label."""

    predicted: tuple[str, ...]
    rows: tuple[tuple[str, tuple[MatrixCell, ...]], ...]


def model_quality_view(
    execution: ModelQuality, past: Sequence[PastExecution], revised: PastExecution | None = None
) -> PageView:
    """Args: past: earlier executions, oldest first; revised: the revision that this one replaces."""
    outcome = execution.outcome
    ordered = sorted(execution.metrics, key=lambda metric: (not metric.violated, metric.threshold is None))
    data: dict[str, Json] = {
        "kind": "model_quality",
        "reference": "Baseline",
        "trend": trend(past, outcome, None),
        "metrics": [_metric_data(each, past) for each in ordered],
        "curves": _curves(execution.curves, execution.baseline_curves),
        "calibration": _sides(_calibrations, execution.calibration, execution.baseline_calibration),
        "sample": _sides(_pairs, execution.sample, execution.baseline_sample),
        "residuals": _residuals(execution.sample, execution.baseline_sample),
    }
    return PageView(
        kind="model_quality",
        title=f"{shown(outcome.place.endpoint)}: model quality",
        endpoint=shown(outcome.place.endpoint),
        monitor=shown(outcome.place.monitor),
        state=state_of(len(outcome.violations), outcome.rows if outcome.used is None else outcome.used),
        verdict=model_quality_verdict(execution),
        facts=outcome_facts(outcome),
        comparisons=comparison_views(comparisons(outcome, past, revised), outcome.place),
        violations=tuple(violation_view(each, past) for each in outcome.violations),
        notes=tuple(map(shown, outcome.notes)),
        files=files_beside(outcome.revision or 1, summary=outcome.source == "Driftline"),
        rows=[_row(index, each) for index, each in enumerate(ordered)],
        data=data,
        sections={
            "problem": execution.problem,
            "positive_label": shown(execution.positive_label) if execution.positive_label is not None else None,
            "alarm_on": execution.alarm_on,
            "matrix": matrix(execution.confusion, execution.baseline_confusion) if execution.confusion else None,
            "classes": _classes(execution),
            "drawn": _drawn(execution.problem, data),
            "labels": len(_labels(execution.confusion or {})),
            "source": outcome.source,
        },
    )


def _drawn(problem: str, data: Mapping[str, Json]) -> str:
    """The heading over the charts of predictions; empty where there is nothing to draw."""
    if not any(data[each] for each in ("curves", "calibration", "sample")):
        return ""
    return "Predictions and ground truth" if problem == ProblemType.REGRESSION else "Curves"


def _row(index: int, metric: Metric) -> MetricRow:
    bound = {"GreaterThanThreshold": "at most", "LessThanThreshold": "at least"}.get(metric.operator or "", "")
    return MetricRow(
        index=index,
        name=shown(metric.name),
        value=number(metric.value),
        interval=interval(metric.interval),
        threshold=f"{bound} {number(metric.threshold)}" if metric.threshold is not None else "–",
        baseline=number(metric.baseline),
        state=_state(metric),
    )


def _state(metric: Metric) -> str:
    if metric.violated:
        return "violated"
    if metric.threshold is None:
        return "not watched"
    if metric.value is None:
        return "undefined"
    if metric.beyond:
        return "not certain" if metric.interval else "beyond"
    return "holds"


def _metric_data(metric: Metric, past: Sequence[PastExecution]) -> dict[str, Json]:
    earlier = [each.figures.get((metric.name, VALUE), Point(None)) for each in past]
    points = [*earlier, Point(metric.value, *(metric.interval or ()))]
    return {
        "name": shown(metric.name),
        "values": [short(each.value) for each in points],
        "lower": [short(each.lower) for each in points],
        "upper": [short(each.upper) for each in points],
        "threshold": short(metric.threshold),
        "baseline": short(metric.baseline),
        "violated": metric.violated,
    }


def _classes(execution: ModelQuality) -> Sequence[object]:
    if execution.problem != ProblemType.MULTICLASS or not execution.confusion:
        return ()
    return class_rows(execution.confusion, execution.baseline_confusion)


type Counts = Mapping[str, Mapping[str, int]]


def matrix(confusion: Counts, baseline: Counts | None = None) -> Matrix:
    """Every label that occurs is a row and a column; of many the most frequent are, and the others are added up."""
    confusion, baseline = _merged(confusion, kept := _kept(confusion)), _merged(baseline or {}, kept)
    labels = sorted(kept, key=_label_order) + ([_OTHERS] if _OTHERS in _labels(confusion) else [])
    rows = []
    for actual in labels:
        now, then = confusion.get(actual, {}), baseline.get(actual, {})
        cells = (
            MatrixCell(
                f"{now.get(label, 0):,}",
                percent(share := _share(now, label)),
                round((share or 0.0) * _SHADES),
                percent(_share(then, label)),
            )
            for label in labels
        )
        rows.append((shown(actual), tuple(cells)))
    return Matrix(tuple(map(shown, labels)), tuple(rows))


def _label_order(label: str) -> tuple[int, int, str]:
    """2 before 10, texts after numbers."""
    return (0, int(label), label) if label.isascii() and label.isdecimal() else (1, 0, label)


def _labels(confusion: Counts) -> set[str]:
    return {*confusion, *(label for row in confusion.values() for label in row)}


def _kept(confusion: Counts) -> set[str]:
    """Labels with the most rows, actual or predicted."""
    rows = dict.fromkeys(_labels(confusion), 0)
    for actual, row in confusion.items():
        for predicted, count in row.items():
            rows[actual] += count
            rows[predicted] += count
    return set(sorted(rows, key=lambda label: (-rows[label], label))[:_MOST_LABELS])


def _merged(confusion: Counts, kept: set[str]) -> Counts:
    merged: dict[str, dict[str, int]] = {}
    for actual, row in confusion.items():
        counts = merged.setdefault(actual if actual in kept else _OTHERS, {})
        for predicted, count in row.items():
            label = predicted if predicted in kept else _OTHERS
            counts[label] = counts.get(label, 0) + count
    return merged


def _share(row: Mapping[str, int], label: str) -> float | None:
    total = sum(row.values())
    return row.get(label, 0) / total if total else None


def _curves(current: Mapping[str, Curve] | None, baseline: Mapping[str, Curve] | None) -> list[Json]:
    texts = {
        ROC: ("ROC curve", "False positive rate", "True positive rate"),
        PRECISION_RECALL: ("Precision-recall curve", "Recall", "Precision"),
    }
    drawn: list[Json] = []
    for name, (title, x, y) in texts.items():
        now, then = (current or {}).get(name), (baseline or {}).get(name)
        if now or then:
            drawn.append(
                {
                    "title": title,
                    "x": x,
                    "y": y,
                    "current": _points(now),
                    "baseline": _points(then),
                    "chance": name == ROC,
                }
            )
    return drawn


def _sides[Each](
    drawn: Callable[[Sequence[Each]], list[Json]], current: Sequence[Each], baseline: Sequence[Each]
) -> Json:
    """Window and baseline of the same chart, if there is anything of the window."""
    now, then = drawn(current), drawn(baseline)
    return {"current": now, "baseline": then or None} if now else None


def _pairs(sample: Pairs) -> list[Json]:
    return [shorts(pair) for pair in sample if max(map(abs, pair)) <= LARGEST / 2]


def _calibrations(found: Sequence[CalibrationSummary]) -> list[Json]:
    return [_calibration(each) for each in found]


def _calibration(found: CalibrationSummary) -> dict[str, Json]:
    lower, upper = found.interval or (None, None)
    return {
        "range": f"{number(found.lower)} to {number(found.upper)}",
        "rows": found.rows,
        "x": short(found.mean_probability),
        "y": short(found.positive_share),
        "lower": short(lower),
        "upper": short(upper),
    }


def _residuals(sample: Pairs, baseline: Pairs) -> Json:
    """Prediction minus ground truth in bins; None without a sample."""
    now = [predicted - actual for actual, predicted in sample]
    then = [predicted - actual for actual, predicted in baseline]
    now, then = ([each for each in side if abs(each) <= LARGEST] for side in (now, then))
    if not now:
        return None
    bins = bins_of(now, then)
    return {
        "edges": shorts(bins.edges, digits_of(bins.edges)),
        "baseline": shorts(bins.baseline),
        "current": shorts(bins.current),
        "below": shorts(bins.below),
        "above": shorts(bins.above),
    }


def _points(curve: Curve | None) -> Json:
    if curve is None:
        return None
    size = min(len(curve.x), len(curve.y))
    places = range(size) if size <= _POINTS else [i * (size - 1) // (_POINTS - 1) for i in range(_POINTS)]
    return {"x": shorts(curve.x[i] for i in places), "y": shorts(curve.y[i] for i in places)}
