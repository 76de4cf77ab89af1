"""An earlier execution of attribution drift, read fast and leniently: older versions may have written fewer figures."""

from collections.abc import Iterator, Mapping
from math import isfinite

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.files import SUMMARY
from driftline.domain.executions.past import FigureName, PastExecution, Point
from driftline.domain.executions.place import Place
from driftline.domain.json_reading import JsonDecoder
from driftline.kinds.model_explainability.page.clarify import parse_explained, parse_violations
from driftline.kinds.model_explainability.page.names import AUC, NDCG, SHARE, feature_subject, output_figure
from driftline.kinds.model_explainability.page.read import ANALYSIS, VIOLATIONS


class _Feature(msgspec.Struct):
    name: str
    share: float | None = None


class _Output(msgspec.Struct):
    label: str
    ndcg: float | None = None
    auc: float | None = None
    auc_interval: tuple[float, float] | None = None
    features: list[_Feature] = []


class _Body(msgspec.Struct):
    outputs: list[_Output] = []
    outputs_left_out: int = 0


class _Finding(msgspec.Struct):
    subject: str
    check: str
    violation: bool = True


class _Summary(msgspec.Struct):
    rows: int
    evaluated_rows: int
    coverage: float | None = None
    findings: list[_Finding] = []
    body: _Body = msgspec.field(default_factory=_Body)


_SUMMARIES = JsonDecoder(_Summary)

PAST_FILES = (ANALYSIS, VIOLATIONS)
"""What is read where there is no summary."""


def past_explainability(place: Place, files: Mapping[str, bytes]) -> PastExecution:
    """From the summary, else from SageMaker's files.

    Raises:
        InvalidInputError: a file is missing or cannot be read.
    """
    if SUMMARY not in files:
        return _of_sagemaker(place, files)
    where = f"{place.folder}{SUMMARY}"
    try:
        summary = _SUMMARIES.decode(files[SUMMARY])
    except msgspec.DecodeError as error:
        raise InvalidInputError(f"not a summary of attribution drift ({error})", where=where) from None
    return PastExecution(
        place=place,
        rows=summary.rows,
        evaluated=summary.evaluated_rows,
        violations=frozenset((each.subject, each.check) for each in summary.findings if each.violation),
        coverage=summary.coverage,
        figures=dict(_figures(summary.body)),
    )


def _figures(body: _Body) -> Iterator[tuple[FigureName, Point]]:
    alone = len(body.outputs) + body.outputs_left_out <= 1
    for output in body.outputs:
        yield output_figure(output.label, AUC, alone=alone), point_of(output.auc, output.auc_interval)
        yield output_figure(output.label, NDCG, alone=alone), point_of(output.ndcg)
        for feature in output.features:
            yield (feature_subject(output.label, feature.name, alone=alone), SHARE), point_of(feature.share)


def point_of(value: float | None, interval: tuple[float, float] | None = None) -> Point:
    """What of it can be drawn."""
    lower, upper = interval or (None, None)
    return Point(_finite(value), _finite(lower), _finite(upper))


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def _of_sagemaker(place: Place, files: Mapping[str, bytes]) -> PastExecution:
    where = f"{place.folder}{ANALYSIS}"
    if ANALYSIS not in files:
        raise InvalidInputError("there is no such file", where=where)
    outputs = parse_explained(files[ANALYSIS], where).outputs
    written = files.get(VIOLATIONS)
    found = parse_violations(written, f"{place.folder}{VIOLATIONS}") if written is not None else ()
    alone = len(outputs) == 1
    figures = {
        (feature_subject(output.label, feature.name, alone=alone), SHARE): point_of(feature.share)
        for output in outputs
        for feature in output.features
    }
    figures |= {output_figure(each.label, NDCG, alone=alone): point_of(each.ndcg) for each in found}
    return PastExecution(
        place=place,
        rows=None,
        violations=frozenset((each.label or each.metric_name, each.constraint_check_type) for each in found),
        figures=figures,
    )
