"""Predictions against what happened: curves, calibration, a sample of rows."""

from collections.abc import Iterator, Sequence

from driftline.domain.predictions.problem import ProblemType
from driftline.kinds.model_quality.facts import Curve, ModelQuality
from driftline.kinds.model_quality.page.read import PRECISION_RECALL, ROC
from driftline.kinds.model_quality.rules.summary import CalibrationSummary
from driftline.presentation.chart_parts import Behind, Points
from driftline.presentation.charts import Chart, Histogram, Lines, Reference, Scatter
from driftline.presentation.distributions import LARGEST, bins_of
from driftline.presentation.report import Charts, Section
from driftline.presentation.text import interval, number

_POINTS = 200
"""How many points of a curve are drawn; more cannot be told apart on a screen."""

_CURVES = {
    ROC: ("ROC curve", "False positive rate", "True positive rate"),
    PRECISION_RECALL: ("Precision-recall curve", "Recall", "Precision"),
}
_SIDES = ("Window", "Baseline")

type Pairs = Sequence[tuple[float, float]]
"""(ground truth, prediction)."""


def drawn_section(execution: ModelQuality) -> list[Section]:
    """None where there is nothing to draw."""
    charts = (*_curves(execution), *_calibration(execution), *_sample(execution))
    if not charts:
        return []
    title = "Predictions and ground truth" if execution.problem == ProblemType.REGRESSION else "Curves"
    return [
        Section(name="curves", title=title, parts=(Charts(name="curve-charts", charts=charts, large=True),), leads=True)
    ]


def _curves(execution: ModelQuality) -> Iterator[Chart]:
    for name, (title, x, y) in _CURVES.items():
        now, then = ((curves or {}).get(name) for curves in (execution.curves, execution.baseline_curves))
        if now or then:
            yield Lines(
                title=title,
                about=f"{title} of window and baseline; the table has points of it.",
                x=x,
                y=y,
                current=_points(now),
                baseline=_points(then),
                reference=Reference(label="Chance", start=(0.0, 0.0), end=(1.0, 1.0)) if name == ROC else None,
            )


def _points(curve: Curve | None) -> Points:
    if curve is None:
        return ()
    size = min(len(curve.x), len(curve.y))
    places = range(size) if size <= _POINTS else [i * (size - 1) // (_POINTS - 1) for i in range(_POINTS)]
    return tuple((curve.x[i], curve.y[i]) for i in places)


def _calibration(execution: ModelQuality) -> Iterator[Chart]:
    """How often it happened when the model said so, with the interval of each bin."""
    now, then = execution.calibration, execution.baseline_calibration
    if not now:
        return
    ends = [(each.mean_probability, each.interval) for each in now if each.interval]
    beside = " of window and baseline" if then else ""
    head = ("Probability", "Rows", "Mean probability", "Share of positive rows", "95 % interval")
    yield Lines(
        title="Calibration",
        about=f"Share of positive rows by predicted probability{beside}, in ten bins; the table has them.",
        x="Mean probability",
        y="Share of positive rows",
        current=_means(now),
        baseline=_means(then),
        reference=Reference(label="Calibrated", start=(0.0, 0.0), end=(1.0, 1.0)),
        band=(tuple((x, bounds[0]) for x, bounds in ends), tuple((x, bounds[1]) for x, bounds in ends)),
        dots=True,
        behind=_behind(head, [[_bin(each) for each in side] for side in (now, then)]),
    )


def _means(bins: Sequence[CalibrationSummary]) -> Points:
    return tuple((each.mean_probability, each.positive_share) for each in bins)


def _bin(found: CalibrationSummary) -> tuple[str, ...]:
    return (
        f"{number(found.lower)} to {number(found.upper)}",
        f"{found.rows:,}",
        number(found.mean_probability),
        number(found.positive_share),
        interval(found.interval),
    )


def _sample(execution: ModelQuality) -> Iterator[Chart]:
    """Of a regression: predictions against ground truth, and what they are off by."""
    now, then = ([pair for pair in side if max(map(abs, pair)) <= LARGEST / 2] for side in _samples(execution))
    if not now:
        return
    every = [*now, *then]
    low, high = min(map(min, every)), max(map(max, every))
    least, most = min(predicted for _, predicted in every), max(predicted for _, predicted in every)
    rows = f"{len(now)} rows, drawn evenly from the window{f', and {len(then)} of the baseline' if then else ''}"
    head = ("Row", "Ground truth", "Prediction", "Residual")
    behind = _behind(head, [[_pair(i, *pair) for i, pair in enumerate(side, 1)] for side in (now, then)])
    yield Scatter(
        title="Predicted against actual",
        about=f"Prediction against ground truth of {rows}; the table has them.",
        x="Ground truth",
        y="Prediction",
        current=tuple(now),
        baseline=tuple(then),
        reference=Reference(label="No error", start=(low, low), end=(high, high)),
        behind=behind,
    )
    yield Scatter(
        title="Residuals",
        about=f"Prediction minus ground truth, against the prediction, of {rows}; the table has them.",
        x="Prediction",
        y="Residual",
        current=_residuals(now),
        baseline=_residuals(then),
        reference=Reference(label="No error", start=(least, 0.0), end=(most, 0.0)),
        behind=behind,
    )
    yield Histogram(
        title="Distribution of the residuals",
        subject=f"prediction minus ground truth of {rows}",
        bins=bins_of(*([residual for _, residual in _residuals(side)] for side in (now, then))),
        values="Residual",
    )


def _samples(execution: ModelQuality) -> tuple[Pairs, Pairs]:
    return execution.sample, execution.baseline_sample


def _residuals(pairs: Pairs) -> Points:
    """(prediction, prediction minus ground truth)."""
    return tuple((predicted, predicted - actual) for actual, predicted in pairs)


def _pair(row: int, actual: float, predicted: float) -> tuple[str, ...]:
    return str(row), number(actual), number(predicted), number(predicted - actual)


def _behind(head: tuple[str, ...], sides: Sequence[Sequence[tuple[str, ...]]]) -> Behind:
    """Rows of the window, and of the baseline if there are any: which of them is said then."""
    if not sides[1]:
        return Behind(head, tuple(sides[0]))
    rows = [(name, *row) for name, side in zip(_SIDES, sides, strict=True) for row in side]
    return Behind(("Side", *head), tuple(rows))
