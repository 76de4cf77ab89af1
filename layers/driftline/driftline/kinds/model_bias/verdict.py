"""What is said of every metric of every group of a window: compared with the baseline, and with absolute limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from driftline.domain.executions.finding import Finding
from driftline.kinds.model_bias.baseline_groups import BaselineGroups
from driftline.kinds.model_bias.findings import findings_of, said, violations_of
from driftline.kinds.model_bias.judged import JudgedGroup, JudgedMetric, Policy
from driftline.kinds.model_bias.rules.analysis import SECTIONS, Analysis
from driftline.kinds.model_bias.rules.comparison import Compared, Entry, sagemaker_flags
from driftline.kinds.model_bias.rules.counts import Counts
from driftline.kinds.model_bias.rules.evaluate import evaluate
from driftline.kinds.model_bias.rules.facets import same_group
from driftline.kinds.model_bias.rules.intervals import intervals
from driftline.kinds.model_bias.rules.limits import MetricLimit, Standing
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.report import FlipTests, Group, groups_of
from driftline.kinds.model_bias.rules.violations import BiasViolation
from driftline.kinds.model_bias.typed import TypedPlan

_NOT_WATCHED = "it is not watched"


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a window is compared with.

    Attributes:
        analysis: None if there is no baseline.
        groups: Its counts; None if Clarify or a person wrote the analysis, whose values then count as exact.
    """

    analysis: Analysis | None = None
    groups: BaselineGroups | None = None


@dataclass(frozen=True, slots=True)
class BiasVerdict:
    """All groups, and what follows.

    Attributes:
        findings: Violations first, then improvements.
        violations: Entries of constraint_violations.json.
        problems: Facets that could not be analysed, by name.
        checked_rows: Rows behind what was decided; 0 if nothing was.
    """

    groups: tuple[JudgedGroup, ...]
    findings: tuple[Finding, ...]
    violations: tuple[BiasViolation, ...]
    problems: Mapping[str, str]
    checked_rows: int


def judge(counts: Counts, typed: TypedPlan, baseline: Baseline, policy: Policy, flips: FlipTests) -> BiasVerdict:
    """The verdict on these counts; equal arguments give an equal one."""
    found: list[tuple[str, Group]] = []
    problems: dict[str, str] = {}
    for name, facet in typed.facets.items():
        if name not in counts.facets:
            continue
        try:
            found += [(name, group) for group in groups_of(facet, counts.facets[name], typed.label.texts)]
        except ValueError as error:
            problems[name] = str(error)
    before = _baseline_groups(typed, baseline)
    entries = [_entry(name, group, before.get(name), baseline) for name, group in found]
    compared = evaluate(entries, policy.watched, policy.tolerance)
    groups = []
    for number, ((name, group), entry) in enumerate(zip(found, entries, strict=True)):
        given = compared[number * len(policy.watched) : (number + 1) * len(policy.watched)]
        metrics = _metrics(given, entry, typed, flips, policy)
        groups.append(JudgedGroup(name, group, metrics, entry))
    return BiasVerdict(
        tuple(groups),
        tuple(said(findings_of(compared, groups, policy), groups, typed, policy)),
        tuple(violations_of(groups)),
        problems,
        max((each.compared.rows for group in groups for each in group.metrics if decided(each, policy)), default=0),
    )


def decided(judged: JudgedMetric, policy: Policy) -> bool:
    """Whether the rule that decides has decided something; SageMaker's asks only whether there are two values."""
    compared = judged.compared
    if policy.rule == "driftline" or judged.checked:
        return judged.checked
    return compared.metric in policy.watched and compared.value is not None and compared.baseline is not None


def _baseline_groups(typed: TypedPlan, baseline: Baseline) -> dict[str, dict[str, Group]]:
    """By facet and text, of facets whose counts the baseline has."""
    found: dict[str, dict[str, Group]] = {}
    for name, counts in (baseline.groups.counts.facets if baseline.groups else {}).items():
        if name in typed.facets:
            try:
                groups = groups_of(typed.facets[name], counts, typed.label.texts)
            except ValueError:
                continue  # too many values in the baseline: its groups are not known
            found[name] = {group.text: group for group in groups}
    return found


def _entry(facet: str, group: Group, before: Mapping[str, Group] | None, baseline: Baseline) -> Entry:
    if before is not None:
        same = before.get(group.text) or next(
            (each for each in before.values() if same_group(each.text, group.text)), None
        )
        if same is not None:
            return Entry(facet, group.text, group.tables, same.tables)
        return Entry(facet, group.text, group.tables, None, {})
    return Entry(facet, group.text, group.tables, None, _values(facet, group.text, baseline.analysis))


def _values(facet: str, group: str, analysis: Analysis | None) -> dict[str, float]:
    known = [analysis.entry(section, facet, group) for section in SECTIONS] if analysis else []
    metrics = [metric for entry in known if entry for metric in entry.metrics]
    return {metric.name: float(metric.value) for metric in metrics if metric.value is not None}


def _metrics(
    given: Sequence[Compared], entry: Entry, typed: TypedPlan, flips: FlipTests, policy: Policy
) -> tuple[JudgedMetric, ...]:
    computed = [name for name in METRICS if name in {*typed.plan.pre, *typed.plan.post}]
    known = {each.metric: each for each in given}
    others = [name for name in computed if name not in known]
    ends = intervals(entry.window, others) if others else {}
    judged = []
    for name in computed:
        compared = known.get(name) or _unwatched(entry, name)
        if name in ends:
            compared = replace(compared, interval=ends[name])
        if METRICS[name].compute is None:
            compared = _with_flips(compared, entry, flips, name in known)
        limit = policy.limits.get(name)
        standing = _standing(compared, limit, entry, policy) if limit else None
        by_rule = compared.sagemaker if policy.rule == "sagemaker" else compared.result == "violation"
        judged.append(JudgedMetric(compared, (name in known and by_rule) or standing == "broken", limit, standing))
    return tuple(judged)


def _unwatched(entry: Entry, name: str) -> Compared:
    metric = METRICS[name]
    refused = metric.refusal(entry.window)
    value = None if refused is not None or metric.compute is None else float(metric.value(entry.window))
    return Compared(
        entry.facet,
        entry.group,
        name,
        value,
        _before(entry, name),
        rows=sum(entry.window.size(metric.basis)),
        result="no_value" if refused is not None else "not_compared",
        reason=refused or _NOT_WATCHED,
    )


def _before(entry: Entry, name: str) -> float | None:
    metric = METRICS[name]
    if entry.baseline is None:
        return (entry.values or {}).get(name)
    if metric.compute is None or metric.refusal(entry.baseline) is not None:
        return None
    return float(metric.value(entry.baseline))


def _with_flips(compared: Compared, entry: Entry, flips: FlipTests, watched: bool) -> Compared:
    """The flip test has a value and no interval: it is compared by SageMaker's rule alone."""
    refused = METRICS[compared.metric].refusal(entry.window)
    found = flips.get((entry.facet, entry.group), "the flip test needs rows, which are not at hand")
    if refused is not None or isinstance(found, str):
        return replace(compared, value=None, result="no_value", reason=refused or str(found))
    before = compared.baseline if compared.baseline is not None else (entry.values or {}).get(compared.metric)
    return replace(
        compared,
        value=found,
        baseline=before,
        result="not_compared",
        reason="it has no interval" if watched else _NOT_WATCHED,
        sagemaker=sagemaker_flags(found, before),
    )


def _standing(compared: Compared, limit: MetricLimit, entry: Entry, policy: Policy) -> Standing:
    if compared.interval is None or min(entry.window.size(METRICS[compared.metric].basis)) < policy.smallest:
        return "undecided"
    return limit.standing(compared.interval)
