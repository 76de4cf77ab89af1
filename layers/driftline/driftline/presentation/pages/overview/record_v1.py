"""Records of version 1, which had features and metrics, no window, and no figure that stands for the execution.

They are in users' buckets until `driftline overview` writes them again.
"""

from collections.abc import Sequence

import msgspec

from driftline.domain.executions.finding import Side
from driftline.presentation.pages.overview.record import (
    VERSION,
    BaselineRecord,
    FigureRecord,
    GaugeRecord,
    Record,
    SubjectRecord,
    WorstRecord,
)
from driftline.presentation.shapes import Shape
from driftline.presentation.states import NOT_EVALUATED
from driftline.presentation.tables import MOST_DRAWN
from driftline.presentation.text import metric_name

_SIDES: dict[str | None, Side] = {"GreaterThanThreshold": "at_most", "LessThanThreshold": "at_least"}


class DriftV1(msgspec.Struct, frozen=True):
    value: float | None = None
    threshold: float | None = None
    drifted: bool = False
    p_value: bool = False
    excess: float = -1.0


class FeatureV1(msgspec.Struct, frozen=True):
    name: str
    type: str
    completeness: float | None = None
    drift: DriftV1 | None = None
    shape: Shape | None = None


class MetricV1(msgspec.Struct, frozen=True):
    name: str
    value: float | None = None
    interval: tuple[float, float] | None = None
    threshold: float | None = None
    operator: str | None = None
    baseline: float | None = None
    violated: bool = False


class RecordV1(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`state` was `empty` where nothing was evaluated; `subjects` are the names of what is violated."""

    version: int
    endpoint: str
    monitor: str
    kind: str
    scheduled: str
    folder: str
    state: str
    verdict: str
    rows: int
    violations: int
    source: str
    subjects: tuple[str, ...] = ()
    coverage: float | None = None
    revision: int | None = None
    baseline: str | None = None
    features: tuple[FeatureV1, ...] = ()
    metrics: tuple[MetricV1, ...] = ()


class BaselineV1(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    shapes: dict[str, Shape]


def upgraded_baseline(old: BaselineV1) -> BaselineRecord:
    return BaselineRecord(VERSION, old.shapes)


def upgraded_record(old: RecordV1) -> Record:
    """What it did not have is left out: the window, so the scheduled time stands for it, and the reason."""
    subjects, figures = tuple(map(_subject, old.features)), tuple(map(_figure, old.metrics))
    worst = _worst(subjects)
    state = NOT_EVALUATED if old.state == "empty" else old.state
    return Record(
        version=VERSION,
        endpoint=old.endpoint,
        monitor=old.monitor,
        kind=old.kind,
        title=metric_name(old.kind) if old.kind else "",
        scheduled=old.scheduled,
        folder=old.folder,
        state=state,
        verdict=old.verdict,
        rows=old.rows,
        evaluated=old.rows if state in {"good", "violated"} else 0,
        violations=old.violations,
        source=old.source,
        violated=old.subjects,
        coverage=old.coverage,
        revision=old.revision,
        baseline=old.baseline,
        main=_main(figures, worst),
        worst=worst,
        subjects=subjects,
        figures=figures,
    )


def _main(figures: Sequence[FigureRecord], worst: WorstRecord | None) -> FigureRecord | None:
    """The first figure that has a limit, else the first; else the worst distance in multiples of its limit."""
    limited = [each for each in figures if each.limit is not None]
    if figures:
        return next(iter((*limited, *figures)))
    if worst is None:
        return None
    excess = min(MOST_DRAWN, worst.gauge.excess)
    return FigureRecord(
        name="worst drift",
        title="Worst drift, in thresholds",
        value=excess,
        limit=1.0,
        side="at_most",
        violated=excess > 1.0,
    )


def _worst(subjects: Sequence[SubjectRecord]) -> WorstRecord | None:
    compared = [(each.name, each.gauge) for each in subjects if each.gauge and each.gauge.excess >= 0.0]
    if not compared:
        return None
    name, gauge = max(compared, key=lambda pair: pair[1].excess)
    return WorstRecord(subject=name, gauge=gauge)


def _subject(old: FeatureV1) -> SubjectRecord:
    gauge = _gauge(old.drift) if old.drift else None
    return SubjectRecord(name=old.name, note=old.type, completeness=old.completeness, gauge=gauge, shape=old.shape)


def _gauge(old: DriftV1) -> GaugeRecord:
    return GaugeRecord(
        value=old.value,
        limit=old.threshold,
        side="at_least" if old.p_value else "at_most",
        measure="p_value" if old.p_value else "distance",
        beyond=old.drifted,
        excess=old.excess,
    )


def _figure(old: MetricV1) -> FigureRecord:
    return FigureRecord(
        name=old.name,
        title=metric_name(old.name),
        value=old.value,
        interval=old.interval,
        limit=old.threshold,
        side=_SIDES.get(old.operator),
        baseline=old.baseline,
        violated=old.violated,
    )
