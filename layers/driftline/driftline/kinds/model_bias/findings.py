"""What is told of a window's groups: findings for people, and the entries of constraint_violations.json."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from driftline.domain.executions.finding import Finding
from driftline.kinds.model_bias.judged import JudgedGroup, JudgedMetric, Policy, is_small, subject_of_group, title_of
from driftline.kinds.model_bias.rules.comparison import Compared
from driftline.kinds.model_bias.rules.evaluate import finding_of, findings
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.sentences import few_rows, sentence_of
from driftline.kinds.model_bias.rules.violations import BiasViolation, description
from driftline.kinds.model_bias.typed import TypedPlan

LIMIT_CHECK = "bias_limit_check"
"""The constraint_check_type of an absolute limit, which SageMaker does not have."""


def findings_of(compared: Sequence[Compared], groups: Sequence[JudgedGroup], policy: Policy) -> list[Finding]:
    """Broken absolute limits, then what is worse by the rule that decides, then improvements."""
    if policy.rule == "sagemaker":
        flagged = [
            each.compared
            for group in groups
            for each in group.metrics
            if each.compared.sagemaker and each.compared.metric in policy.watched
        ]
        decided = [
            finding_of(replace(each, result="violation")).model_copy(update={"certain": None}) for each in flagged
        ]
    else:
        decided = findings(compared)
    broken = [
        finding
        for group in groups
        for each in group.metrics
        if each.standing == "broken"
        for finding in [_limit_finding(each, group)]
    ]
    worse = [each for each in decided if each.violation]
    return [*broken, *worse, *(each for each in decided if not each.violation)]


def said(
    found: Sequence[Finding], groups: Sequence[JudgedGroup], typed: TypedPlan, policy: Policy
) -> Iterator[Finding]:
    """In a sentence with the group's name for people; without its figures if it is too small to be shown."""
    by_subject = {subject_of_group(group): group for group in groups}
    for finding in found:
        group = by_subject[finding.subject]
        title = title_of(group, typed.plan)
        if is_small(group, policy.smallest):
            yield few_rows(finding, title, policy.smallest)
        else:
            yield finding.model_copy(update={"sentence": sentence_of(finding, title)})


def _limit_finding(judged: JudgedMetric, group: JudgedGroup) -> Finding:
    compared, bound = judged.compared, _bound(judged)
    assert compared.value is not None  # it has an interval
    below = judged.limit is not None and bound == judged.limit.min
    return Finding(
        subject=subject_of_group(group),
        check=LIMIT_CHECK,
        description=description(compared.value, bound),
        measure="metric",
        figure=compared.metric,
        observed=compared.value,
        required=bound,
        side="at_least" if below else "at_most",
        interval=compared.interval,
        n=sum(group.entry.window.size(METRICS[compared.metric].basis)),
        direction="lower" if below else "higher",
        certain=True,
        baseline=compared.baseline,
        baseline_interval=compared.baseline_interval,
        method=METRICS[compared.metric].title,
    )


def _bound(judged: JudgedMetric) -> float:
    """The end of the range that the value is beyond."""
    limit, interval = judged.limit, judged.compared.interval
    assert limit is not None  # it is broken
    assert interval is not None
    below = limit.min is not None and interval[1] < limit.min
    bound = limit.min if below else limit.max
    assert bound is not None
    return bound


def violations_of(groups: Sequence[JudgedGroup]) -> list[BiasViolation]:
    """In the order of analysis.json: the section, the facet, the group, the metric's name."""
    found = []
    for stage in ("post_training", "pre_training"):
        for group in groups:
            for each in group.metrics:
                compared = each.compared
                if not each.violated or METRICS[compared.metric].stage != stage or compared.value is None:
                    continue
                by_limit = each.standing == "broken"
                required = _bound(each) if by_limit else compared.baseline
                assert required is not None  # it was compared with it
                found.append(
                    BiasViolation(
                        facet=group.facet,
                        facet_value=group.group.text,
                        metric_name=compared.metric,
                        constraint_check_type=LIMIT_CHECK if by_limit else "bias_drift_check",
                        description=description(compared.value, required),
                    )
                )
    return found
