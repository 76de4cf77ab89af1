"""The report of a data set that is analysed once: the page of a window, without a baseline and without times."""

from dataclasses import replace
from datetime import UTC, datetime

from driftline.domain.executions.outcome import Outcome
from driftline.domain.executions.place import Place
from driftline.kinds.model_bias.baseline import Analysed
from driftline.kinds.model_bias.facts import Bias, Group
from driftline.kinds.model_bias.judged import Policy
from driftline.kinds.model_bias.page.read import is_hidden
from driftline.kinds.model_bias.page.report import bias_report
from driftline.kinds.model_bias.rules.coverage import coverage
from driftline.kinds.model_bias.settings import ModelBiasMonitor
from driftline.kinds.model_bias.summarise import facet_summary
from driftline.kinds.model_bias.verdict import Baseline, judge
from driftline.kinds.model_bias.window import WindowCounts
from driftline.presentation.report import Report

_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""A data set has none; nothing shows it."""

_METHOD = (
    "These are the metrics of one data set, as SageMaker Clarify's processing job computes them. Nothing was compared: "
    "a monitor `model_bias` with this data set as its baseline compares each window with it."
)


def data_report(found: Analysed, name: str, headline: str) -> Report:
    """What people see of the analysis, without a comparison.

    Args:
        name: Of the data set.
    """
    data, typed = found.data, found.data.typed
    smallest = ModelBiasMonitor.model_fields["smallest_group"].default
    policy = Policy("driftline", (), 0.0, {}, smallest)
    verdict = judge(data.counts, typed, Baseline(), policy, data.flips)
    whole = next(iter(data.counts.facets.values()), None)
    groups = coverage(whole).values() if whole is not None else ()
    labelled, predicted = sum(each.labelled for each in groups), sum(each.predicted for each in groups)
    window = WindowCounts(data.counts, data.rows, labelled, predicted, data.unusable)
    facets = tuple(facet_summary(facet, typed.plan, window, verdict, policy) for facet in typed.plan.facets)
    report = bias_report(
        Bias(
            outcome=Outcome(
                place=Place("", name, "data set", _NO_TIME),
                rows=data.rows,
                findings=(),
                reason=headline,
                coverage=labelled / data.rows if data.rows else None,
                used=0,
                measured=data.rows,
                notes=found.said,
            ),
            label=typed.label.column,
            positive=typed.label.text(data.counts.highest_label),
            groups=tuple(
                Group(facet.name, each, hidden=is_hidden(each, smallest)) for facet in facets for each in facet.groups
            ),
            facets=facets,
            comparison="driftline",
            group_variable=typed.plan.group_variable,
            smallest=smallest,
        ),
        past=(),
    )
    return replace(
        report,
        facts=tuple(fact for fact in report.facts if fact.label not in {"Scheduled", "Rows evaluated"}),
        files=(("analysis.json", "the metrics, as SageMaker Clarify writes them"),),
        method=(_METHOD,),
        once=True,
    )
