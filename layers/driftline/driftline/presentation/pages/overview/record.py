"""What the overview pages show of one execution: a small file of our own, so that they need not read the large ones."""

from collections.abc import Sequence
from math import isfinite

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.failure import Failure, failure_verdict
from driftline.domain.executions.finding import Side
from driftline.domain.executions.past import Point
from driftline.domain.executions.place import Place
from driftline.domain.windows import format_instant
from driftline.presentation.charts import Series
from driftline.presentation.findings import subject_name
from driftline.presentation.report import Report, Subject
from driftline.presentation.shapes import Shape, kept_name, short
from driftline.presentation.tables import Gauge
from driftline.presentation.text import shown

VERSION = 1
FAILED = "failed"
SUBJECTS = 5
"""So many of the features or metrics with violations are named."""


_OPERATORS: dict[Side | None, str] = {"at_most": "GreaterThanThreshold", "at_least": "LessThanThreshold"}


class DriftRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a subject is from its baseline. `excess`: see tables.Gauge."""

    value: float | None = None
    threshold: float | None = None
    drifted: bool = False
    p_value: bool = False
    excess: float = -1.0


class FeatureRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    type: str
    completeness: float | None = None
    drift: DriftRecord | None = None
    shape: Shape | None = None


class MetricRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A figure of a subject without a distribution. `operator`: what breaks the threshold, in SageMaker's words."""

    name: str
    value: float | None = None
    interval: tuple[float, float] | None = None
    threshold: float | None = None
    operator: str | None = None
    baseline: float | None = None
    violated: bool = False


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One execution that a schedule asked for.

    Attributes:
        scheduled: As text, `2026-03-01T14:00:00Z`; orders executions of a monitor.
        kind: of the monitor; empty for a failed execution, of which nobody can say.
        state: `violated`, `good`, `empty` for a window without rows that could be judged, or `failed`: no verdict.
        verdict: One sentence, safe to show.
        subjects: Features or metrics with violations, as people call them; the first few, in the order of the file.
        baseline: Digest of the baseline's statistics.json, of which there is a BaselineRecord.
    """

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
    features: tuple[FeatureRecord, ...] = ()
    metrics: tuple[MetricRecord, ...] = ()

    def to_json(self) -> bytes:
        return msgspec.json.encode(self)


class BaselineRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Distributions of a baseline by feature."""

    version: int
    shapes: dict[str, Shape]

    def to_json(self) -> bytes:
        return msgspec.json.encode(self)


_RECORDS = msgspec.json.Decoder(Record)
_BASELINES = msgspec.json.Decoder(BaselineRecord)


def parse_record(body: bytes, where: str) -> Record:
    """Raises InvalidInputError: it is none, or of another version."""
    return _current(_decoded(_RECORDS, body, where), where)


def parse_baseline(body: bytes, where: str) -> BaselineRecord:
    """Raises InvalidInputError: it is none, or of another version."""
    return _current(_decoded(_BASELINES, body, where), where)


def _decoded[Kind](decoder: msgspec.json.Decoder[Kind], body: bytes, where: str) -> Kind:
    try:
        return decoder.decode(body)
    except msgspec.DecodeError as error:
        raise InvalidInputError(f"not a record of the overview ({error})", where=where) from None


def _current[Kind: (Record, BaselineRecord)](record: Kind, where: str) -> Kind:
    if record.version != VERSION:
        raise InvalidInputError(f"a record of version {record.version}", where=where, expected=f"version {VERSION}")
    return record


def record_of(report: Report, baseline: str | None) -> Record:
    """Args: baseline: digest of the baseline's statistics.json, if there is one."""
    outcome, place = report.outcome, report.outcome.place
    distributed = {each.name for each in report.subjects}
    subjects = dict.fromkeys(kept_name(subject_name(violation)) for violation in outcome.violations)
    return Record(
        version=VERSION,
        endpoint=place.endpoint,
        monitor=place.monitor,
        kind=report.kind,
        scheduled=format_instant(place.scheduled),
        folder=place.folder,
        state=report.state,
        verdict=shown(report.headline),
        rows=outcome.rows,
        violations=len(outcome.violations),
        source=outcome.source,
        subjects=tuple(subjects)[:SUBJECTS],
        coverage=_finite(outcome.coverage),
        revision=outcome.revision,
        baseline=baseline,
        features=tuple(map(_feature, report.subjects)),
        metrics=tuple(_metric(each) for each in report.series if each.subject not in distributed),
    )


def failed_record(place: Place, failure: Failure) -> Record:
    """The record of an execution without a verdict. It has no figures, so charts have a gap there."""
    return Record(
        version=VERSION,
        endpoint=place.endpoint,
        monitor=place.monitor,
        kind="",
        scheduled=format_instant(place.scheduled),
        folder=place.folder,
        state=FAILED,
        verdict=shown(failure_verdict(failure)),
        rows=0,
        violations=0,
        source="Driftline",
    )


def last_judged(records: Sequence[Record]) -> Record:
    """The newest with a verdict; the newest of all if there is none. Tells what the monitor's figures look like.

    Args:
        records: Of one monitor, oldest first, at least one.
    """
    return next((each for each in reversed(records) if each.state != FAILED), records[-1])


def baseline_record(report: Report) -> BaselineRecord | None:
    """Baseline shapes of the subjects that the window has too; None if the report has no baseline."""
    shapes = {kept_name(each.name): each.reference for each in report.subjects}
    known = {name: shape for name, shape in shapes.items() if shape is not None}
    return BaselineRecord(VERSION, known) if known else None


def _feature(subject: Subject) -> FeatureRecord:
    return FeatureRecord(
        name=kept_name(subject.name),
        type=subject.note,
        completeness=_finite(subject.completeness),
        drift=_drift(subject.gauge) if subject.gauge else None,
        shape=subject.shape,
    )


def _drift(gauge: Gauge) -> DriftRecord:
    return DriftRecord(
        value=_finite(gauge.value),
        threshold=_finite(gauge.limit),
        drifted=gauge.beyond,
        p_value=gauge.measure == "p_value",
        excess=short(gauge.excess),
    )


def _metric(series: Series) -> MetricRecord:
    last = series.last
    return MetricRecord(
        name=kept_name(series.subject),
        value=_finite(last.value),
        interval=_interval(last),
        threshold=_finite(series.limit),
        operator=_OPERATORS.get(series.side),
        baseline=_finite(series.baseline),
        violated=series.violated,
    )


def _interval(point: Point) -> tuple[float, float] | None:
    if point.lower is None or point.upper is None or not (isfinite(point.lower) and isfinite(point.upper)):
        return None
    return short(point.lower), short(point.upper)


def _finite(value: float | None) -> float | None:
    return short(value) if value is not None and isfinite(value) else None
