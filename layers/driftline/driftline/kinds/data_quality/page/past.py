"""An earlier data-quality execution, read fast and leniently: older versions wrote fewer figures."""

from collections.abc import Mapping

import msgspec

from driftline.domain.executions.files import SUMMARY
from driftline.domain.executions.past import PastExecution, Point
from driftline.domain.executions.past_summary import PastSummary, decode_summary
from driftline.domain.executions.place import Place
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.sagemaker_files.violations import read_violations
from driftline.kinds.data_quality.facts import COMPLETENESS, DRIFT, WORST, Drift, worst_excess
from driftline.kinds.data_quality.page.read import VIOLATIONS, drift_in


class _Drift(msgspec.Struct):
    value: float | str | None = None
    threshold: float | None = None
    p_value: float | None = None
    drifted: bool = False

    def fact(self) -> Drift | None:
        """None if the value is not a number."""
        if not isinstance(self.value, float):
            return None
        return Drift(value=self.value, threshold=self.threshold, drifted=self.drifted, p_value=self.p_value)


class _Feature(msgspec.Struct):
    name: str
    completeness: float | None = None
    drift: _Drift | None = None


class _Violation(msgspec.Struct):
    """Of version 1."""

    check: str
    feature: str


class _Body(msgspec.Struct):
    features: list[_Feature] = []


class _Summary(PastSummary):
    """Version 2, or version 1, whose features and violations were not in a body."""

    body: _Body = msgspec.field(default_factory=_Body)
    violations: list[_Violation] = msgspec.field(default_factory=list)
    features: list[_Feature] = msgspec.field(default_factory=list)


_SUMMARIES = JsonDecoder(_Summary)

PAST_FILES = (VIOLATIONS,)
"""What is read where there is no summary. Not statistics.json, which is large and lacks what the trend is of."""


def past_data_quality(place: Place, files: Mapping[str, bytes]) -> PastExecution:
    """From the summary, else from SageMaker's files.

    Raises:
        InvalidInputError: a file cannot be read.
    """
    if SUMMARY not in files:
        return _of_sagemaker(place, files[VIOLATIONS])
    summary = decode_summary(_SUMMARIES, files[SUMMARY], place)
    features = summary.body.features or summary.features
    drifts = {each.name: drift for each in features if each.drift and (drift := each.drift.fact())}
    shares = {each.name: each.completeness for each in features if each.completeness is not None}
    return PastExecution(
        place=place,
        rows=summary.rows,
        evaluated=summary.evaluated_rows,
        violations=frozenset(
            [
                *summary.violated,
                *((each.feature, each.check) for each in summary.violations),
            ]
        ),
        figures=_figures(drifts) | {(name, COMPLETENESS): Point(share) for name, share in shares.items()},
    )


def _of_sagemaker(place: Place, body: bytes) -> PastExecution:
    written = read_violations(body, f"{place.folder}{VIOLATIONS}").violations
    named = [(each.feature_name or "", each) for each in written]
    drifts = {name: drift for name, each in named if name and (drift := drift_in(each.description))}
    return PastExecution(
        place=place,
        rows=None,
        violations=frozenset((name, each.constraint_check_type) for name, each in named),
        figures=_figures(drifts),
    )


def _figures(drifts: Mapping[str, Drift]) -> dict[tuple[str, str], Point]:
    worst = worst_excess(drifts.values())
    return {
        **{(name, DRIFT): Point(drift.value) for name, drift in drifts.items()},
        **({WORST: Point(worst)} if worst is not None else {}),
    }
