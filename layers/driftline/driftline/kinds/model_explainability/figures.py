"""What each feature contributes in a window, and how far that has moved, as figures."""

from collections.abc import Iterator

from driftline.domain.executions.figure import Figure
from driftline.kinds.model_explainability.rules.summary import ExplainabilityBody, FeatureSummary, OutputSummary


def figures_of(body: ExplainabilityBody) -> list[Figure]:
    """Outputs, and features of outputs: `age`, or `age of label0` where the model has several outputs."""
    several = len(body.outputs) > 1
    found = [figure for output in body.outputs for figure in _of_output(output, body)]
    for output in body.outputs:
        for feature in output.features:
            subject = f"{feature.name} of {output.label}" if several else feature.name
            found += _of_feature(subject, feature, body)
    if body.fidelity is not None:
        found.append(Figure("", "fidelity", body.fidelity.r2, baseline=body.fidelity.baseline_r2, n=_rows(body)))
    return found


def _of_output(output: OutputSummary, body: ExplainabilityBody) -> Iterator[Figure]:
    rows = _rows(body)
    yield Figure(output.label, "expected_value", output.expected_value, baseline=output.baseline_expected_value, n=rows)
    yield Figure(output.label, "ndcg", output.ndcg, n=rows)
    yield Figure(output.label, "auc", output.auc, output.auc_interval, required=body.smallest_auc, n=rows)


def _of_feature(subject: str, feature: FeatureSummary, body: ExplainabilityBody) -> Iterator[Figure]:
    rows = _rows(body)
    yield Figure(subject, "attribution", feature.value, baseline=feature.baseline, n=rows)
    yield Figure(subject, "attribution_share", feature.share, baseline=feature.baseline_share, n=rows)
    yield Figure(subject, "attribution_ratio", feature.ratio, feature.ratio_interval, n=rows)
    yield Figure(subject, "attribution_distance", feature.distance, n=rows)


def _rows(body: ExplainabilityBody) -> float:
    return float(body.explained_rows)
