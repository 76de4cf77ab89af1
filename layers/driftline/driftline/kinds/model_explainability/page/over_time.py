"""Figures of outputs and shares of features over time."""

from collections.abc import Iterator, Sequence

from driftline.domain.executions.past import PastExecution, Point
from driftline.kinds.model_explainability.facts import Explainability
from driftline.kinds.model_explainability.page.amounts import top_features
from driftline.kinds.model_explainability.page.names import (
    AUC,
    NDCG,
    SHARE,
    feature_subject,
    output_figure,
    output_title,
    whose,
)
from driftline.kinds.model_explainability.rules.sentences import NDCG_FLOOR
from driftline.kinds.model_explainability.rules.summary import FeatureSummary, OutputSummary
from driftline.presentation.charts import OverTime, Series, points_of
from driftline.presentation.report import Charts
from driftline.presentation.text import IN_A_SENTENCE, shown

_OUTPUTS = 6
_FEATURES = 6


def output_series(execution: Explainability, past: Sequence[PastExecution]) -> list[Series]:
    """AUC and NDCG of each output."""
    return [each for output in execution.outputs for each in _of_output(execution, output, past)]


def _of_output(execution: Explainability, output: OutputSummary, past: Sequence[PastExecution]) -> Iterator[Series]:
    alone, body = execution.alone, execution.body
    key = output_figure(output.label, AUC, alone=alone)
    limit = body.smallest_auc if body and body.comparison == "driftline" else None
    yield Series(
        subject=key[0],
        name=AUC,
        title=output_title(output.label, AUC, alone=alone),
        points=points_of(key, past, Point.drawn(output.auc, output.auc_interval)),
        limit=limit,
        side="at_most" if limit is not None else None,
        from_zero=False,
        violated=limit is not None and _is_violated(execution, output),
    )
    key = output_figure(output.label, NDCG, alone=alone)
    decides = body is None or body.comparison == "sagemaker"
    yield Series(
        subject=key[0],
        name=NDCG,
        title=output_title(output.label, NDCG, alone=alone),
        points=points_of(key, past, Point.drawn(output.ndcg)),
        limit=NDCG_FLOOR if decides else None,
        side="at_least" if decides else None,
        from_zero=False,
        violated=decides and bool(output.sagemaker),
    )


def _is_violated(execution: Explainability, output: OutputSummary) -> bool:
    return bool(execution.outcome.violations) and any(each.named for each in output.features)


def share_series(execution: Explainability, past: Sequence[PastExecution]) -> list[Series]:
    """The share of all attribution of each feature."""
    return [
        _share(execution, output, feature, past) for output in execution.outputs for feature in output.features
    ]  # fmt: skip


def _share(
    execution: Explainability, output: OutputSummary, feature: FeatureSummary, past: Sequence[PastExecution]
) -> Series:
    subject = feature_subject(output.label, feature.name, alone=execution.alone)
    return Series(
        subject=subject,
        name=SHARE,
        title=f"Share of {shown(feature.name, IN_A_SENTENCE)}{whose(output.label, alone=execution.alone)}",
        points=points_of((subject, SHARE), past, Point.drawn(feature.share)),
        measure="share",
        part=True,
        baseline=Point.drawn(feature.baseline_share).value,
        violated=feature.named,
    )


def main_series(execution: Explainability, series: Sequence[Series]) -> Series | None:
    """What decided: AUC, or NDCG where SageMaker's rule did; of the main output."""
    if not execution.outputs:
        return None
    label = execution.outputs[execution.main].label
    by_key = {each.key: each for each in series}
    both = [by_key[output_figure(label, name, alone=execution.alone)] for name in (AUC, NDCG)]
    known = [each for each in both if each.last.value is not None]
    return next((each for each in known if each.limit is not None), next(iter(known), None))


def charts_over_time(
    execution: Explainability, outputs: Sequence[Series], shares: Sequence[Series], main: Series | None
) -> Charts:
    """Of outputs what the trend does not have, then shares of the features that findings name or that matter most."""
    trend = main is not None and not main.subject
    first = [each for each in outputs if each.known > 1 and not (trend and each is main)][: 2 * _OUTPUTS]
    by_subject = {each.subject: each for each in shares if each.known > 1}
    found = []
    if execution.outputs:
        output = execution.outputs[execution.main]
        features = [*(each for each in output.features if each.named), *top_features(output)]
        subjects = dict.fromkeys(feature_subject(output.label, each.name, alone=execution.alone) for each in features)
        found = [by_subject[each] for each in subjects if each in by_subject][:_FEATURES]
    return Charts(
        name="attributions-over-time",
        charts=tuple(map(OverTime, (*first, *found))),
        otherwise="There is no earlier execution yet.",
    )
