"""What an execution of attribution drift says to people."""

from collections.abc import Iterator, Sequence

from driftline.domain.executions.finding import Finding
from driftline.domain.executions.outcome import SAGEMAKERS
from driftline.domain.executions.past import PastExecution
from driftline.kinds.model_explainability.facts import Explainability
from driftline.kinds.model_explainability.page.amounts import amounts_chart, top_features
from driftline.kinds.model_explainability.page.curves import curves_section
from driftline.kinds.model_explainability.page.features import dependence_charts, features_table
from driftline.kinds.model_explainability.page.headline import without_violations
from driftline.kinds.model_explainability.page.names import explained_by
from driftline.kinds.model_explainability.page.outputs import outputs_table
from driftline.kinds.model_explainability.page.over_time import (
    charts_over_time,
    main_series,
    output_series,
    share_series,
)
from driftline.kinds.model_explainability.page.rows import inferences_section
from driftline.kinds.model_explainability.page.swarm import swarm_chart
from driftline.kinds.model_explainability.rules.sentences import sagemaker_sentence, separation_sentence
from driftline.kinds.model_explainability.rules.summary import FeatureSummary, OutputSummary
from driftline.presentation.charts import Chart, Series
from driftline.presentation.findings import Fact
from driftline.presentation.report import Charts, Report, Section
from driftline.presentation.reporting import report_of_outcome
from driftline.presentation.text import IN_A_SENTENCE, number, shown

_FILES = (
    ("analysis.json", "attributions, as SageMaker Clarify writes them"),
    ("constraint_violations.json", "the violations, as SageMaker writes them"),
)
_METHOD_OF_SAGEMAKER = (
    "The attributions are SageMaker’s own. Its files have neither intervals nor single rows, and its rule looks at the "
    "ranking of the features only: NDCG below 0.9 is a violation."
)
_METHODS = {
    "driftline": (
        "Attributions have drifted when a classifier tells those of the window from the baseline’s with an AUC of at "
        "least `smallest_auc`, beyond chance, and the features that have changed hold at least `smallest_share` of all "
        "attribution in the window or in the baseline (`comparison: driftline`)."
    ),
    "sagemaker": (
        "Attributions have drifted when the NDCG of the ranking of the features is below 0.9 (`comparison: "
        "sagemaker`). It does not see that contributions shrink, grow or turn as long as the ranking stays."
    ),
}
_METHOD_OF_ATTRIBUTIONS = (
    "An attribution is a SHAP value: what a feature contributes to one prediction, next to the expected value, which "
    "is the mean prediction of the baseline’s rows. Expected value and attributions add up to the prediction."
)
_DEPENDENCE = 6
_OUTPUTS = 6
"""Outputs with bars."""


def explainability_report(
    execution: Explainability, past: Sequence[PastExecution], revised: PastExecution | None = None
) -> Report:
    """Args: past: earlier executions, oldest first; revised: the revision that this one replaces."""
    outputs, shares = output_series(execution, past), share_series(execution, past)
    main = main_series(execution, outputs)
    known = [each for each in outputs if each.known]
    return report_of_outcome(
        execution.outcome,
        past,
        revised,
        kind="model_explainability",
        title="Attribution drift",
        noun="feature",
        headline=without_violations(execution),
        main=main,
        facts=tuple(_facts(execution)),
        beside=lambda finding: tuple(_beside(execution, finding)),
        drawn=lambda finding: tuple(_drawn(execution, finding)),
        sections=tuple(_sections(execution, known, shares, main)),
        series=(*known, *(each for each in shares if each.known)),
        files=_FILES,
        method=tuple(_method(execution)),
    )


def _facts(execution: Explainability) -> Iterator[Fact]:
    body = execution.body
    if said := explained_by(execution):
        yield Fact("Explained by", said)
    if body is not None:
        of = " (a sample)" if body.sampled else ""
        before = f", next to {body.baseline_rows:,} of the baseline" if body.baseline_rows else ""
        yield Fact("Rows explained", f"{body.explained_rows:,}{of}{before}")
        if body.fidelity is not None:
            was = f" ({number(body.fidelity.baseline_r2)} in the baseline)" if body.fidelity.baseline_r2 else ""
            yield Fact("Fidelity of the surrogate", f"R² {number(body.fidelity.r2)}{was}")
        if said := sagemaker_sentence(execution.outputs):
            yield Fact("SageMaker would have said", said)


def _output_of(execution: Explainability, finding: Finding) -> OutputSummary | None:
    """The one that a finding is about, or that has the feature that it is about."""
    named = [each for each in execution.outputs if finding.subject == each.label]
    owning = [
        each
        for each in execution.outputs
        if any(finding.subject in {feature.name, f"{each.label}: {feature.name}"} for feature in each.features)
    ]
    return next(iter(named or owning), execution.outputs[0] if execution.alone and execution.outputs else None)


def _beside(execution: Explainability, finding: Finding) -> Iterator[Fact]:
    output = _output_of(execution, finding)
    if output is None or execution.body is None:
        return
    if said := separation_sentence(output, execution.body.smallest_auc):
        yield Fact("Window against baseline", said)
    if said := sagemaker_sentence([output]):
        yield Fact("SageMaker would have said", said)


def _drawn(execution: Explainability, finding: Finding) -> Iterator[Chart]:
    """The bars of its output, and what its features contribute by their values."""
    output = _output_of(execution, finding)
    if output is None:
        return
    about = [each for each in output.features if finding.subject in {each.name, f"{output.label}: {each.name}"}]
    if not about and (bars := amounts_chart(execution, output)) is not None:
        yield bars
    moved = about or [each for each in output.features if each.named]
    if output is execution.outputs[execution.main]:
        yield from list(dependence_charts(execution, moved))[:2]


def _sections(
    execution: Explainability, outputs: Sequence[Series], shares: Sequence[Series], main: Series | None
) -> Iterator[Section]:
    if not any(each.features for each in execution.outputs):
        return
    yield _overall(execution)
    output = execution.outputs[execution.main]
    left = sum(each.left_out for each in execution.outputs)
    yield Section(
        name="features",
        title="Features",
        count=f"{sum(len(each.features) for each in execution.outputs)}",
        note=f"{left:,} more features contribute less; analysis.json has all." if left else "",
        parts=(features_table(execution, shares),),
    )
    charts = tuple(dependence_charts(execution, _by_need(output)))
    if charts and execution.rows:
        first = Charts(name="dependence", charts=charts[:_DEPENDENCE], large=True)
        yield Section(
            name="by-value",
            title="What a feature contributes, by its value",
            note=_by_value_note(execution),
            parts=(first,),
        )
    yield from inferences_section(execution)
    yield from curves_section(execution)
    over_time = charts_over_time(execution, outputs, shares, main)
    yield Section(name="over-time", title="Over time", parts=(over_time,))


def _overall(execution: Explainability) -> Section:
    """The bars of each output, every row as a point, and how far outputs are from the baseline."""
    main = execution.outputs[execution.main]
    outputs = [main, *(each for each in execution.outputs if each is not main)][:_OUTPUTS]
    bars = [chart for each in outputs if (chart := amounts_chart(execution, each)) is not None]
    swarm = swarm_chart(execution)
    charts = Charts(name="attributions", charts=(*bars[:1], *([swarm] if swarm else []), *bars[1:]), large=True)
    return Section(
        name="reasons",
        title="What the model’s answers rest on",
        parts=(charts, outputs_table(execution)),
        leads=True,
    )


def _by_need(output: OutputSummary) -> list[FeatureSummary]:
    """Features that a finding names first, then those that contribute most."""
    named = [each for each in output.features if each.named]
    return [*named, *(each for each in top_features(output) if not each.named)]


def _by_value_note(execution: Explainability) -> str:
    rows = "A point is a row of the window"
    beside = f"{rows}; grey ones are rows of the baseline." if execution.baseline_sample else f"{rows}."
    label = execution.outputs[execution.main].label
    return beside if execution.alone else f"{beside} Output: {shown(label, IN_A_SENTENCE)}."


def _method(execution: Explainability) -> Iterator[str]:
    yield _METHOD_OF_ATTRIBUTIONS
    if execution.outcome.source == SAGEMAKERS or execution.body is None:
        yield _METHOD_OF_SAGEMAKER
        return
    yield _METHODS[execution.body.comparison]
    if execution.body.logit:
        yield "Attributions are log-odds: a probability of 0.5 is 0, and each step of 0.69 doubles the odds."
