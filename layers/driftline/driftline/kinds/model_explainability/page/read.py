"""An execution of attribution drift from its files: Driftline's, or SageMaker's without a summary."""

from collections.abc import Iterable, Sequence

import numpy as np

from driftline.domain.executions.clarify_files import ANALYSIS, is_analysis_of
from driftline.domain.executions.files import ExecutionFiles
from driftline.domain.executions.finding import Finding
from driftline.domain.executions.outcome import SAGEMAKERS, Outcome
from driftline.domain.executions.place import Place
from driftline.kinds.model_explainability.facts import Explainability
from driftline.kinds.model_explainability.page.clarify import (
    Explained,
    Violation,
    parse_explained,
    parse_violations,
    shares_of,
)
from driftline.kinds.model_explainability.rules.ndcg import ndcg
from driftline.kinds.model_explainability.rules.sentences import (
    NDCG_FLOOR,
    drift_sentence,
    feature_clause,
    ranking_sentence,
)
from driftline.kinds.model_explainability.rules.summary import (
    ExplainabilitySummary,
    FeatureSummary,
    OutputSummary,
    parse_explainability_summary,
)
from driftline.presentation.text import IN_A_SENTENCE, count, shown

VIOLATIONS = "constraint_violations.json"
NDCG = "ndcg"
"""The figure of a finding by SageMaker's rule."""

_KIND = "model_explainability"
_SECTION = "explanations"


def is_explainability(place: Place, files: ExecutionFiles) -> bool:
    """Raises InvalidInputError: a file is not JSON."""
    return is_analysis_of(_KIND, (_SECTION,), place, files)


def read_explainability(place: Place, files: ExecutionFiles) -> Explainability:
    """Raises InvalidInputError: a file cannot be read."""
    if files.summary is not None:
        summary = parse_explainability_summary(files.summary, f"{place.folder}summary.json")
        return _ours(place, summary, files.revision)
    window = parse_explained(files.own[ANALYSIS], f"{place.folder}{ANALYSIS}")
    written = files.own.get(VIOLATIONS)
    found = parse_violations(written, f"{place.folder}{VIOLATIONS}") if written is not None else ()
    given = files.baseline.get(ANALYSIS)
    return _sagemakers(place, window, found, parse_explained(given) if given is not None else None)


def _ours(place: Place, summary: ExplainabilitySummary, revision: int | None) -> Explainability:
    body = summary.body
    alone = len(body.outputs) + body.outputs_left_out <= 1
    unexplained = (f"{count(rows, 'row')} without attributions: {why}." for why, rows in body.unexplained.items())
    return Explainability(
        outcome=Outcome.of_summary(
            place, summary, revision, tuple(_said(summary.findings, body.outputs, alone=alone)), unexplained
        ),
        outputs=body.outputs,
        outputs_left_out=body.outputs_left_out,
        curves=body.curves,
        body=body,
    )


def _said(findings: Iterable[Finding], outputs: Sequence[OutputSummary], *, alone: bool) -> Iterable[Finding]:
    """With a sentence, where the file has none and one can be made."""
    for finding in findings:
        said = finding.sentence or _sentence(finding, outputs, alone=alone)
        yield finding.model_copy(update={"sentence": said})


def _sentence(finding: Finding, outputs: Sequence[OutputSummary], *, alone: bool) -> str:
    """Of a finding about an output, or about one of its features."""
    for output in outputs:
        if finding.subject == output.label:
            if finding.figure == NDCG and finding.observed is not None:
                return ranking_sentence(output.label, finding.observed, alone=alone)
            return drift_sentence(output, alone=alone)
        for feature in output.features:
            if feature.named and finding.subject in {feature.name, f"{output.label}: {feature.name}"}:
                clause = f"{feature_clause(feature)}."
                return clause if alone else f"{shown(output.label, IN_A_SENTENCE)}: {clause}"
    return ""


def _sagemakers(
    place: Place, window: Explained, written: Sequence[Violation], baseline: Explained | None
) -> Explainability:
    """Its files have neither rows nor intervals."""
    by_label = {each.label: each for each in written}
    outputs = tuple(
        _beside(each, baseline.values(i, each.label) if baseline else {}, by_label.get(each.label))
        for i, each in enumerate(window.outputs)
    )
    findings = tuple(_finding(each, alone=len(outputs) == 1) for each in written)
    return Explainability(
        outcome=Outcome(place=place, rows=None, findings=findings, source=SAGEMAKERS),
        outputs=outputs,
        curves=window.curves or (baseline.curves if baseline else ()),
    )


def _beside(output: OutputSummary, before: dict[str, float | None], violation: Violation | None) -> OutputSummary:
    """An output next to the baseline's; features that the window lacks come last."""
    known = {name: value for name, value in before.items() if value is not None}
    shares = shares_of(known) if known else {}
    ranks = {name: rank for rank, name in enumerate(sorted(known, key=lambda name: -abs(known[name])), 1)}
    there = {each.name for each in output.features}
    lost = [
        FeatureSummary(name=name, value=None, rank=len(there) + i)
        for i, name in enumerate((name for name in before if name not in there), 1)
    ]
    features = tuple(
        each.model_copy(
            update={
                "baseline": known.get(each.name),
                "baseline_share": shares.get(each.name),
                "baseline_rank": ranks.get(each.name),
                "ratio": _ratio(each.value, known.get(each.name)),
            }
        )
        for each in (*output.features, *lost)
    )
    said = violation.ndcg if violation else None
    return output.model_copy(
        update={
            "features": features,
            "ndcg": said if said is not None or not known else _ndcg(features),
            "sagemaker": violation.description if violation else "",
        }
    )


def _ndcg(features: Sequence[FeatureSummary]) -> float:
    """Of the union of both sides' features; one that a side lacks contributes nothing there."""
    baseline = np.array([each.baseline or 0.0 for each in features])
    return ndcg(baseline, np.array([each.value or 0.0 for each in features]))


def _ratio(value: float | None, before: float | None) -> float | None:
    return value / before if value is not None and before is not None and before > 0.0 and value >= 0.0 else None


def _finding(written: Violation, *, alone: bool) -> Finding:
    known = written.ndcg is not None
    return Finding(
        subject=written.label or written.metric_name,
        check=written.constraint_check_type,
        description=written.description,
        figure=NDCG,
        observed=written.ndcg,
        required=NDCG_FLOOR if known else None,
        side="at_least" if known else None,
        sentence=ranking_sentence(written.label, written.ndcg, alone=alone) if written.ndcg is not None else "",
    )
