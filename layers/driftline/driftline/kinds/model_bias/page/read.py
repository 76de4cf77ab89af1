"""A bias execution from its files: Driftline's, or SageMaker's without a summary."""

from collections.abc import Iterable, Mapping, Sequence

from driftline.domain.executions.clarify_files import ANALYSIS, is_analysis_of
from driftline.domain.executions.files import ExecutionFiles
from driftline.domain.executions.finding import Finding
from driftline.domain.executions.outcome import SAGEMAKERS, Outcome
from driftline.domain.executions.place import Place
from driftline.kinds.model_bias.facts import Bias, Group
from driftline.kinds.model_bias.rules.analysis import SECTIONS, Analysis, Entry, parse_analysis
from driftline.kinds.model_bias.rules.comparison import sagemaker_flags
from driftline.kinds.model_bias.rules.sentences import few_rows, sentence_of
from driftline.kinds.model_bias.rules.subjects import subject_of
from driftline.kinds.model_bias.rules.summary import (
    BiasMetricSummary,
    BiasSummary,
    GroupSummary,
    OutcomesSummary,
    parse_bias_summary,
)
from driftline.kinds.model_bias.rules.violations import BiasViolation, parse_violations

VIOLATIONS = "constraint_violations.json"
_KIND = "model_bias"
_NO_ROWS = OutcomesSummary(tp=0, fp=0, fn=0, tn=0)


def is_bias(place: Place, files: ExecutionFiles) -> bool:
    """Raises InvalidInputError: a file is not JSON."""
    return is_analysis_of(_KIND, SECTIONS, place, files)


def read_bias(place: Place, files: ExecutionFiles) -> Bias:
    """Raises InvalidInputError: a file cannot be read."""
    if files.summary is not None:
        summary = parse_bias_summary(files.summary, f"{place.folder}summary.json")
        return _ours(place, summary, files.revision)
    analysis = parse_analysis(files.own[ANALYSIS], f"{place.folder}{ANALYSIS}")
    written = files.own.get(VIOLATIONS)
    found = parse_violations(written, f"{place.folder}{VIOLATIONS}").violations if written is not None else ()
    given = files.baseline.get(ANALYSIS)
    return _sagemakers(place, analysis, found, parse_analysis(given) if given is not None else None)


def _ours(place: Place, summary: BiasSummary, revision: int | None) -> Bias:
    body = summary.body
    groups = tuple(
        Group(facet.name, each, hidden=is_hidden(each, body.smallest_group))
        for facet in body.facets
        for each in facet.groups
    )
    unusable = (f"{rows:,} rows were left out: {reason}." for reason, rows in body.unusable_rows.items())
    return Bias(
        outcome=Outcome.of_summary(
            place, summary, revision, _said(summary.findings, groups, body.smallest_group), unusable
        ),
        label=body.label,
        positive=body.positive,
        groups=groups,
        facets=body.facets,
        compared=body.compared_metrics,
        comparison=body.comparison,
        tolerance=body.tolerance,
        group_variable=body.group_variable,
        smallest=body.smallest_group,
        judged=body.judged,
        sampled=body.sampled,
    )


def is_hidden(group: GroupSummary, smallest: int) -> bool:
    """Differences from a handful of others say as much about those."""
    return group.small or 0 < group.other_rows < smallest


def _said(findings: Iterable[Finding], groups: Sequence[Group], smallest: int) -> tuple[Finding, ...]:
    """With the subject that is the same in every window, a sentence, and no values of groups that are too small."""
    known = {f"{each.facet} = {each.summary.group}": each for each in groups}
    known |= {each.subject: each for each in groups}
    found = []
    for finding in findings:
        group = known.get(finding.subject)
        if group is None:
            found.append(finding)
        elif group.hidden:
            found.append(few_rows(finding, group.title, smallest).model_copy(update={"subject": group.subject}))
        else:
            said = finding.sentence or sentence_of(finding, group.title)
            before = finding.baseline if finding.baseline is not None or finding.side else finding.required
            changes = {"subject": group.subject, "sentence": said, "baseline": before}
            found.append(finding.model_copy(update=changes))
    return tuple(found)


def _sagemakers(place: Place, analysis: Analysis, written: Sequence[BiasViolation], baseline: Analysis | None) -> Bias:
    """Its files have neither rows nor intervals."""
    sections = dict(analysis.sections())
    label = next(iter(sections.values()))
    violated = {(each.facet, each.facet_value, each.metric_name) for each in written}
    metrics: dict[tuple[str, str], list[BiasMetricSummary]] = {}
    for name in reversed(SECTIONS):  # Labels come before predictions.
        for facet, entries in sections[name].facets.items() if name in sections else ():
            for entry in entries:
                before = baseline.entry(name, facet, entry.value_or_threshold) if baseline else None
                place_in = facet, entry.value_or_threshold
                metrics.setdefault(place_in, []).extend(_metrics(entry, before, place_in, violated))
    groups = tuple(Group(facet, _group(facet, text, found)) for (facet, text), found in metrics.items())
    values = {(*at, each.name): (each.value, each.baseline) for at, found in metrics.items() for each in found}
    titles = {(each.facet, each.summary.group): each.title for each in groups}
    return Bias(
        outcome=Outcome(
            place=place,
            rows=None,
            findings=tuple(_finding(each, values, titles) for each in written),
            source=SAGEMAKERS,
        ),
        label=label.label,
        positive=label.label_value_or_threshold,
        groups=groups,
    )


def _metrics(
    entry: Entry, baseline: Entry | None, at: tuple[str, str], violated: set[tuple[str, str, str]]
) -> list[BiasMetricSummary]:
    before = {each.name: each.value for each in baseline.metrics} if baseline else {}
    return [
        BiasMetricSummary(
            name=each.name,
            value=each.value,
            baseline=before.get(each.name),
            result="no_value" if each.value is None else "not_compared",
            violated=(*at, each.name) in violated,
            reason=each.error or "",
            sagemaker=sagemaker_flags(each.value, before.get(each.name)),
        )
        for each in entry.metrics
    ]


def _group(facet: str, text: str, metrics: Sequence[BiasMetricSummary]) -> GroupSummary:
    return GroupSummary(
        group=text,
        title=subject_of(facet, text),
        rows=0,
        labelled=0,
        predicted=0,
        other_rows=0,
        other_labelled=0,
        other_predicted=0,
        small=False,
        outcomes=_NO_ROWS,
        other_outcomes=_NO_ROWS,
        metrics=tuple(metrics),
    )


def _finding(
    written: BiasViolation,
    values: Mapping[tuple[str, str, str], tuple[float | None, float | None]],
    titles: Mapping[tuple[str, str], str],
) -> Finding:
    value, before = values.get((written.facet, written.facet_value, written.metric_name), (None, None))
    finding = Finding(
        subject=subject_of(written.facet, written.facet_value) if written.facet else written.metric_name,
        check=written.constraint_check_type,
        description=written.description,
        figure=written.metric_name,
        observed=value,
        required=before,
        baseline=before,
        direction=None if value is None or before is None else "higher" if value > before else "lower",
    )
    title = titles.get((written.facet, written.facet_value), finding.subject)
    return finding.model_copy(update={"sentence": sentence_of(finding, title)})
