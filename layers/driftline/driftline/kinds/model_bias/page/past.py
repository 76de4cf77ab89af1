"""An earlier bias execution, read fast and leniently: older versions may have written fewer figures."""

from collections.abc import Mapping

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.clarify_files import ANALYSIS
from driftline.domain.executions.files import SUMMARY
from driftline.domain.executions.past import FigureName, Number, PastExecution, Point
from driftline.domain.executions.past_summary import PastSummary, decode_summary
from driftline.domain.executions.place import Place
from driftline.domain.json_reading import JsonDecoder
from driftline.kinds.model_bias.page.read import VIOLATIONS
from driftline.kinds.model_bias.rules.analysis import parse_analysis
from driftline.kinds.model_bias.rules.subjects import steady, subject_of
from driftline.kinds.model_bias.rules.violations import parse_violations


class _Metric(msgspec.Struct):
    name: str
    value: Number = None
    interval: tuple[Number, Number] | None = None


class _Group(msgspec.Struct):
    group: str
    small: bool = False
    rows: int = 0
    other_rows: int = 0
    metrics: list[_Metric] = []


class _Facet(msgspec.Struct):
    name: str
    groups: list[_Group] = []


class _Body(msgspec.Struct):
    facets: list[_Facet] = []
    smallest_group: int = 0


class _Summary(PastSummary):
    body: _Body = msgspec.field(default_factory=_Body)


_SUMMARIES = JsonDecoder(_Summary)

PAST_FILES = (ANALYSIS, VIOLATIONS)
"""What is read where there is no summary."""


def past_bias(place: Place, files: Mapping[str, bytes]) -> PastExecution:
    """From the summary, else from SageMaker's files.

    Raises:
        InvalidInputError: a file is missing or cannot be read.
    """
    if SUMMARY not in files:
        return _of_sagemaker(place, files)
    summary = decode_summary(_SUMMARIES, files[SUMMARY], place, "bias")
    return PastExecution(
        place=place,
        rows=summary.rows,
        evaluated=summary.evaluated_rows,
        violations=frozenset((steady(subject), check) for subject, check in summary.violated),
        coverage=summary.coverage,
        figures=_figures(summary.body),
    )


def _figures(body: _Body) -> dict[FigureName, Point]:
    """Of groups that are shown by value."""
    return {
        (subject_of(facet.name, group.group), metric.name): Point.drawn(metric.value, metric.interval)
        for facet in body.facets
        for group in facet.groups
        if not group.small and not 0 < group.other_rows < body.smallest_group
        for metric in group.metrics
    }


def _of_sagemaker(place: Place, files: Mapping[str, bytes]) -> PastExecution:
    where = f"{place.folder}{ANALYSIS}"
    if ANALYSIS not in files:
        raise InvalidInputError("there is no such file", where=where)
    analysis = parse_analysis(files[ANALYSIS], where)
    written = files.get(VIOLATIONS)
    found = parse_violations(written, f"{place.folder}{VIOLATIONS}").violations if written is not None else ()
    return PastExecution(
        place=place,
        rows=None,
        violations=frozenset((subject_of(each.facet, each.facet_value), each.constraint_check_type) for each in found),
        figures={
            (subject_of(facet, entry.value_or_threshold), metric.name): Point.drawn(metric.value)
            for _, section in analysis.sections()
            for facet, entries in section.facets.items()
            for entry in entries
            for metric in entry.metrics
        },
    )
