"""What is said of every metric of every group of a window: compared with the baseline, and with absolute limits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from driftline.domain.executions.finding import Finding
from driftline.domain.monitors.comparison import Compared as Rule
from driftline.kinds.model_bias.baseline_groups import BaselineGroups
from driftline.kinds.model_bias.plan import BiasPlan
from driftline.kinds.model_bias.rules.analysis import SECTIONS, Analysis
from driftline.kinds.model_bias.rules.comparison import Compared, Entry, sagemaker_flags
from driftline.kinds.model_bias.rules.counts import Counts
from driftline.kinds.model_bias.rules.evaluate import evaluate, finding_of, findings
from driftline.kinds.model_bias.rules.facets import same_group
from driftline.kinds.model_bias.rules.intervals import intervals
from driftline.kinds.model_bias.rules.limits import MetricLimit, Standing
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.report import FlipTests, Group, groups_of
from driftline.kinds.model_bias.rules.sentences import few_rows, sentence_of
from driftline.kinds.model_bias.rules.subjects import subject_of
from driftline.kinds.model_bias.rules.tables import A, D
from driftline.kinds.model_bias.rules.violations import BiasViolation, description
from driftline.kinds.model_bias.typed import TypedPlan

LIMIT_CHECK = "bias_limit_check"
"""The constraint_check_type of an absolute limit, which SageMaker does not have."""

_NOT_WATCHED = "it is not watched"
_NO_OUTCOMES = frozenset({"CI", "GE"})
"""CI compares the sizes of groups, and GE no groups: neither says that a group is treated as it was."""


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
class Policy:
    """How the document wants a window to be judged.

    Attributes:
        limits: By metric.
        smallest: Groups with fewer rows are held to no limit.
    """

    rule: Rule
    watched: tuple[str, ...]
    tolerance: float
    limits: Mapping[str, MetricLimit]
    smallest: int


@dataclass(frozen=True, slots=True)
class JudgedMetric:
    """A metric of a group.

    Attributes:
        violated: By the rule that decides.
        standing: Towards its absolute limit; None if it has none.
    """

    compared: Compared
    violated: bool = False
    limit: MetricLimit | None = None
    standing: Standing | None = None

    @property
    def checked(self) -> bool:
        """Whether something was decided about outcomes, in either direction.

        A window of a few rows is not called fair because its groups are as large as before.
        """
        if self.violated or self.standing in {"held", "broken"}:
            return True
        tested = self.compared.p_value is not None and self.compared.metric not in _NO_OUTCOMES
        return tested and self.compared.result in {"improvement", "unchanged"}


@dataclass(frozen=True, slots=True)
class JudgedGroup:
    """A group of a facet, with its metrics in the order of files."""

    facet: str
    group: Group
    metrics: tuple[JudgedMetric, ...]
    entry: Entry


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
        tuple(_said(_findings(compared, groups, policy), groups, typed, policy)),
        tuple(_violations(groups)),
        problems,
        max((each.compared.rows for group in groups for each in group.metrics if _decided(each, policy)), default=0),
    )


def _decided(judged: JudgedMetric, policy: Policy) -> bool:
    if policy.rule == "driftline" or judged.checked:
        return judged.checked
    return judged.compared.value is not None and judged.compared.baseline is not None


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


def _findings(compared: Sequence[Compared], groups: Sequence[JudgedGroup], policy: Policy) -> list[Finding]:
    if policy.rule == "sagemaker":
        flagged = [
            each.compared
            for group in groups
            for each in group.metrics
            if each.compared.sagemaker and each.compared.metric in policy.watched
        ]
        decided = [replace(finding_of(replace(each, result="violation")), certain=None) for each in flagged]
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


def _said(
    found: Sequence[Finding], groups: Sequence[JudgedGroup], typed: TypedPlan, policy: Policy
) -> Iterator[Finding]:
    """In a sentence with the group's name for people; without its figures if it is too small to be shown."""
    by_subject = {_subject(group): group for group in groups}
    for finding in found:
        group = by_subject[finding.subject]
        title = title_of(group, typed.plan)
        if is_small(group, policy.smallest):
            yield few_rows(finding, title, policy.smallest)
        else:
            yield finding.model_copy(update={"sentence": sentence_of(finding, title)})


def title_of(group: JudgedGroup, plan: BiasPlan) -> str:
    """What the document calls the group, or its facet and value."""
    named = next((facet.title for facet in plan.facets if facet.name == group.facet), "")
    return named or (_subject(group) if group.group.text else f"{group.facet} = (none)")


def _subject(group: JudgedGroup) -> str:
    return subject_of(group.facet, group.group.text)


def _limit_finding(judged: JudgedMetric, group: JudgedGroup) -> Finding:
    compared, bound = judged.compared, _bound(judged)
    assert compared.value is not None  # it has an interval
    below = judged.limit is not None and bound == judged.limit.min
    return Finding(
        subject=_subject(group),
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


def _violations(groups: Sequence[JudgedGroup]) -> list[BiasViolation]:
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


def is_small(group: JudgedGroup, smallest: int) -> bool:
    """Too small to be shown by value; so is one that is compared with a handful of others, of whom it says as much."""
    labels, predictions = group.entry.window.size("labels"), group.entry.window.size("predictions")
    return group_rows(group) < smallest or 0 < max(labels[A], predictions[A]) < smallest


def group_rows(group: JudgedGroup) -> int:
    """Of the group itself."""
    return max(group.entry.window.size("labels")[D], group.entry.window.size("predictions")[D])
