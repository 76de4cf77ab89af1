"""An earlier execution of attribution drift, read fast and leniently: older versions may have written fewer figures."""

from collections.abc import Iterator, Mapping

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.clarify_files import ANALYSIS
from driftline.domain.executions.files import SUMMARY
from driftline.domain.executions.past import FigureName, PastExecution, Point
from driftline.domain.executions.past_summary import PastSummary, decode_summary
from driftline.domain.executions.place import Place
from driftline.domain.json_reading import JsonDecoder
from driftline.kinds.model_explainability.page.clarify import parse_explained, parse_violations
from driftline.kinds.model_explainability.page.names import AUC, NDCG, SHARE, feature_subject, output_figure
from driftline.kinds.model_explainability.page.read import VIOLATIONS


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


class _Summary(PastSummary):
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
    summary = decode_summary(_SUMMARIES, files[SUMMARY], place, "attribution drift")
    return PastExecution(
        place=place,
        rows=summary.rows,
        evaluated=summary.evaluated_rows,
        violations=frozenset(summary.violated),
        coverage=summary.coverage,
        figures=dict(_figures(summary.body)),
    )


def _figures(body: _Body) -> Iterator[tuple[FigureName, Point]]:
    alone = len(body.outputs) + body.outputs_left_out <= 1
    for output in body.outputs:
        yield output_figure(output.label, AUC, alone=alone), Point.drawn(output.auc, output.auc_interval)
        yield output_figure(output.label, NDCG, alone=alone), Point.drawn(output.ndcg)
        for feature in output.features:
            yield (feature_subject(output.label, feature.name, alone=alone), SHARE), Point.drawn(feature.share)


def _of_sagemaker(place: Place, files: Mapping[str, bytes]) -> PastExecution:
    where = f"{place.folder}{ANALYSIS}"
    if ANALYSIS not in files:
        raise InvalidInputError("there is no such file", where=where)
    outputs = parse_explained(files[ANALYSIS], where).outputs
    written = files.get(VIOLATIONS)
    found = parse_violations(written, f"{place.folder}{VIOLATIONS}") if written is not None else ()
    alone = len(outputs) == 1
    figures = {
        (feature_subject(output.label, feature.name, alone=alone), SHARE): Point.drawn(feature.share)
        for output in outputs
        for feature in output.features
    }
    figures |= {output_figure(each.label, NDCG, alone=alone): Point.drawn(each.ndcg) for each in found}
    return PastExecution(
        place=place,
        rows=None,
        violations=frozenset((each.label or each.metric_name, each.constraint_check_type) for each in found),
        figures=figures,
    )
