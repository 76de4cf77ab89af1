"""What the overview pages show of one execution: a small file of our own, so that they need not read the large ones."""

from collections.abc import Sequence
from math import isfinite

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.failure import Failure, failure_verdict
from driftline.domain.executions.outcome import Outcome
from driftline.domain.executions.place import Place
from driftline.domain.windows import format_instant
from driftline.kinds.data_quality.facts import DataQuality, Drift, Feature, Reference
from driftline.kinds.data_quality.page.distributions import feature_shape
from driftline.kinds.data_quality.page.headline import data_quality_headline
from driftline.kinds.model_quality.facts import Metric, ModelQuality
from driftline.kinds.model_quality.page.headline import model_quality_headline
from driftline.kinds.reporter import Facts
from driftline.presentation.reporting import state_of
from driftline.presentation.shapes import Shape, kept_name, short
from driftline.presentation.text import shown

VERSION = 1
FAILED = "failed"
SUBJECTS = 5
"""So many of the features or metrics with violations are named."""


class DriftRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """See facts.Drift. `excess`: how many times its threshold it is; -1 when unknown."""

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
    """See facts.Metric."""

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
        kind: `data_quality` or `model_quality`; empty for a failed execution, of which nobody can say.
        state: `violated`, `good`, `empty` for a window without rows that could be judged, or `failed`: no verdict.
        verdict: One sentence, safe to show.
        subjects: Features or metrics with violations, the first few, in the order of the file.
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


def record_of(facts: Facts, baseline: str | None) -> Record:
    """Args: baseline: digest of the baseline's statistics.json, if there is one."""
    if isinstance(facts, DataQuality):
        features = tuple(map(_feature, facts.features))
        return _record(facts.outcome, "data_quality", data_quality_headline(facts), baseline, features=features)
    assert isinstance(facts, ModelQuality)
    metrics = tuple(map(_metric, facts.metrics))
    return _record(facts.outcome, "model_quality", model_quality_headline(facts), baseline, metrics=metrics)


def failed_record(place: Place, failure: Failure) -> Record:
    """Of an execution without a verdict. It has no figures: whoever draws them has a gap there."""
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


def baseline_record(facts: DataQuality) -> BaselineRecord | None:
    """Of the features that are in the window, too; None unless the window was drawn beside its baseline."""
    if facts.reference is not Reference.BASELINE:
        return None
    shapes = {kept_name(feature.name): feature_shape(feature.reference) for feature in facts.features}
    return BaselineRecord(VERSION, {name: shape for name, shape in shapes.items() if shape is not None})


def _record(
    outcome: Outcome,
    kind: str,
    verdict: str,
    baseline: str | None,
    *,
    features: tuple[FeatureRecord, ...] = (),
    metrics: tuple[MetricRecord, ...] = (),
) -> Record:
    place = outcome.place
    subjects = dict.fromkeys(kept_name(violation.subject) for violation in outcome.violations)
    return Record(
        version=VERSION,
        endpoint=place.endpoint,
        monitor=place.monitor,
        kind=kind,
        scheduled=format_instant(place.scheduled),
        folder=place.folder,
        state=state_of(outcome),
        verdict=shown(verdict),
        rows=outcome.rows,
        violations=len(outcome.violations),
        source=outcome.source,
        subjects=tuple(subjects)[:SUBJECTS],
        coverage=_finite(outcome.coverage),
        revision=outcome.revision,
        baseline=baseline,
        features=features,
        metrics=metrics,
    )


def _feature(feature: Feature) -> FeatureRecord:
    current = feature.current
    return FeatureRecord(
        name=kept_name(feature.name),
        type=current.inferred_type,
        completeness=_finite(current.common.completeness),
        drift=_drift(feature.drift) if feature.drift else None,
        shape=feature_shape(current),
    )


def _drift(drift: Drift) -> DriftRecord:
    return DriftRecord(
        value=_finite(drift.value),
        threshold=_finite(drift.threshold),
        drifted=drift.drifted,
        p_value=drift.is_p_value,
        excess=short(drift.excess),
    )


def _metric(metric: Metric) -> MetricRecord:
    bounds = metric.interval
    return MetricRecord(
        name=kept_name(metric.name),
        value=_finite(metric.value),
        interval=(short(bounds[0]), short(bounds[1])) if bounds and all(map(isfinite, bounds)) else None,
        threshold=_finite(metric.threshold),
        operator=metric.operator,
        baseline=_finite(metric.baseline),
        violated=metric.violated,
    )


def _finite(value: float | None) -> float | None:
    return short(value) if value is not None and isfinite(value) else None
