"""An earlier model-quality execution, read fast and leniently: older versions wrote fewer figures."""

from collections.abc import Mapping

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.files import SUMMARY
from driftline.domain.executions.past import PastExecution, Point
from driftline.domain.executions.past_summary import PastSummary, decode_summary
from driftline.domain.executions.place import Place
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.sagemaker_files.violations import read_violations
from driftline.kinds.model_quality.facts import VALUE
from driftline.kinds.model_quality.page.read import STATISTICS, VIOLATIONS, snake
from driftline.kinds.model_quality.rules.statistics import parse_baseline_quality


class _Metric(msgspec.Struct):
    name: str
    value: float | None = None
    interval: tuple[float, float] | None = None


class _Violation(msgspec.Struct):
    """Of version 1."""

    check: str
    metric: str


class _Body(msgspec.Struct):
    metrics: list[_Metric] = []


class _Summary(PastSummary):
    """Version 2, or version 1, whose metrics and violations were not in a body."""

    used_rows: int | None = None
    body: _Body = msgspec.field(default_factory=_Body)
    violations: list[_Violation] = msgspec.field(default_factory=list)
    metrics: list[_Metric] = msgspec.field(default_factory=list)


_SUMMARIES = JsonDecoder(_Summary)

PAST_FILES = (VIOLATIONS, STATISTICS)
"""What is read where there is no summary."""


def past_model_quality(place: Place, files: Mapping[str, bytes]) -> PastExecution:
    """From the summary, else from SageMaker's files.

    Raises:
        InvalidInputError: a file cannot be read.
    """
    if SUMMARY not in files:
        return _of_sagemaker(place, files)
    summary = decode_summary(_SUMMARIES, files[SUMMARY], place)
    return PastExecution(
        place=place,
        rows=summary.rows,
        evaluated=summary.evaluated_rows if summary.used_rows is None else summary.used_rows,
        violations=frozenset(
            [
                *summary.violated,
                *((each.metric, each.check) for each in summary.violations),
            ]
        ),
        coverage=summary.coverage,
        figures={
            (each.name, VALUE): Point(each.value, *(each.interval or ()))
            for each in summary.body.metrics or summary.metrics
        },
    )


def _of_sagemaker(place: Place, files: Mapping[str, bytes]) -> PastExecution:
    written = read_violations(files[VIOLATIONS], f"{place.folder}{VIOLATIONS}").violations
    where = f"{place.folder}{STATISTICS}"
    if STATISTICS not in files:
        raise InvalidInputError("there is no such file", where=where)
    quality = parse_baseline_quality(files[STATISTICS], where)
    return PastExecution(
        place=place,
        rows=quality.item_count,
        violations=frozenset((snake(each.metric_name or "", quality), each.constraint_check_type) for each in written),
        figures={(name, VALUE): Point(figure.value) for name, figure in quality.metrics.items()},
    )
