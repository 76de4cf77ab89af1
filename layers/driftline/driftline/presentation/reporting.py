"""What reports of all kinds have in common: how they say an outcome, and what came before it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from driftline.domain.executions.finding import Finding, worst_first
from driftline.domain.executions.outcome import OURS, Outcome
from driftline.domain.executions.past import PastExecution, Point
from driftline.domain.models.new_model import NewModel
from driftline.presentation.charts import Chart, Series
from driftline.presentation.findings import Fact, finding_facts
from driftline.presentation.headline import violations_headline
from driftline.presentation.limits import limits_said
from driftline.presentation.report import Evidence, Report, Section, Subject, Worst
from driftline.presentation.since import Compared, comparisons, standing
from driftline.presentation.text import count, instant, percent, shown, span

MODEL_MONITOR_FILES = (
    ("constraint_violations.json", "the violations, as SageMaker writes them"),
    ("statistics.json", "statistics of the window"),
    ("constraints.json", "constraints suggested from the window"),
)
"""(name, what it is) of the files that SageMaker's quality monitors write."""


def report_of_outcome(
    outcome: Outcome,
    past: Sequence[PastExecution],
    revised: PastExecution | None,
    *,
    kind: str,
    title: str,
    noun: str,
    headline: str,
    sections: Sequence[Section],
    method: Sequence[str],
    facts: Sequence[Fact] = (),
    beside: Callable[[Finding], Sequence[Fact]] = lambda _: (),
    drawn: Callable[[Finding], Sequence[Chart]] = lambda _: (),
    main: Series | None = None,
    worst: Worst | None = None,
    compared: Compared | None = None,
    naming: Callable[[str], str] = str,
    reference: str = "Baseline",
    files: Sequence[tuple[str, str]] = MODEL_MONITOR_FILES,
    subjects: Sequence[Subject] = (),
    series: Sequence[Series] = (),
) -> Report:
    """A report, of what is the kind's own and of what all outcomes have.

    Args:
        past: Earlier executions, oldest first.
        revised: The revision that this one replaces.
        headline: Of an execution that was evaluated and has no violations.
        facts: Lines under the headline, after those of every outcome.
        beside: What stands beside the figures of a finding.
        drawn: Charts that show a finding.
        main: Is drawn with the trend if it is of the execution as a whole.
        naming: What people call a subject of findings.
        reference: What the window is drawn beside.
        files: (name, what it is) of the execution's files besides summary.json.
    """
    found = worst_first(outcome.findings)
    drawings = _each_once([(each.subject, drawn(each)) for each in found])
    windows = _windows(outcome, past)
    whole = main if main is not None and not main.subject else None
    return Report(
        kind=kind,
        title=title,
        noun=noun,
        outcome=outcome,
        headline=_headline(outcome, headline),
        facts=(*_outcome_facts(outcome), *facts),
        comparisons=tuple(comparisons(outcome, past, revised, figure=compared, naming=naming)),
        evidence=tuple(
            Evidence(
                finding=each,
                subject=naming(each.subject),
                standing=standing(each, past),
                facts=(*beside(each), *finding_facts(each)),
                charts=charts,
            )
            for each, charts in zip(found, drawings, strict=True)
        ),
        notes=outcome.notes,
        sections=tuple(sections),
        times=tuple(begin for begin, _ in windows)
        or (*(each.place.scheduled for each in past), outcome.place.scheduled),
        ends=tuple(end for _, end in windows),
        labels=tuple(span(*each) for each in windows),
        failed=(*(each.failed for each in past), False),
        trend=_trend(outcome, past, whole),
        main=main,
        worst=worst,
        subjects=tuple(subjects),
        series=tuple(series),
        beside=reference,
        files=_files(outcome, files),
        method=tuple(method),
        limits=limits_said(outcome.limits, outcome.judged),
    )


def _headline(outcome: Outcome, good: str) -> str:
    """What is wrong; why nothing was evaluated, which the badge in front of it says; or that all is well."""
    if outcome.verdict == "not_evaluated":
        return outcome.reason or "No rows were evaluated."
    return violations_headline(outcome.violations) or good


def _each_once(drawings: Sequence[tuple[str, Sequence[Chart]]]) -> list[tuple[Chart, ...]]:
    """Several findings of one subject have the same charts: the first one shows them."""
    seen: defaultdict[str, list[Chart]] = defaultdict(list)
    kept = []
    for subject, charts in drawings:
        new = tuple(chart for chart in charts if chart not in seen[subject])
        seen[subject].extend(new)
        kept.append(new)
    return kept


def _windows(outcome: Outcome, past: Sequence[PastExecution]) -> list[tuple[datetime, datetime]]:
    """Of all executions; empty if that of this one is not known.

    A past one of which no window is known gets one that is as far from its scheduled time.
    """
    if outcome.window is None:
        return []
    begin, end = (outcome.place.scheduled - each for each in outcome.window)
    assumed = ((each.place.scheduled - begin, each.place.scheduled - end) for each in past)
    return [*(each.window or window for each, window in zip(past, assumed, strict=True)), outcome.window]


def _outcome_facts(outcome: Outcome) -> list[Fact]:
    """Window, rows, coverage, revision."""
    facts = []
    if outcome.window:
        facts.append(Fact("Window", span(*outcome.window)))
    else:
        facts.append(Fact("Scheduled", instant(outcome.place.scheduled)))
    if outcome.place.by_hand:
        facts.append(Fact("Requested", "by hand"))
    if outcome.rows is not None:
        facts.append(Fact("Rows", f"{outcome.rows:,}"))
    if outcome.coverage is not None:
        facts.append(Fact("Coverage", f"{percent(outcome.coverage)} of the rows have a label"))
    if outcome.used is not None and (outcome.coverage is not None or outcome.used != outcome.rows):
        facts.append(Fact("Rows evaluated", f"{outcome.used:,}"))
    if outcome.model is not None:
        facts.append(Fact("New model", _model(outcome.model)))
    if outcome.revision is not None:
        facts.append(Fact("Revision", f"{outcome.revision}"))
    return facts


def _model(model: NewModel) -> str:
    mixed = "; the window has rows of the model before, too" if model.mixed else ""
    return f"{shown(model.name)} since {instant(model.since)}{mixed}"


def _trend(outcome: Outcome, past: Sequence[PastExecution], main: Series | None) -> tuple[Series, ...]:
    """The figure that stands for the execution, and coverage; what nobody knows is left out."""
    coverage = [*(each.coverage for each in past), outcome.coverage]
    found = [main] if main is not None and main.known else []
    if any(each is not None for each in coverage):
        points = tuple(map(Point, coverage))
        found.append(Series(subject="", name="coverage", title="Rows with a label", points=points, measure="share"))
    return tuple(found)


def _files(outcome: Outcome, raw: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Links to the raw files and to earlier revisions."""
    if outcome.source != OURS:
        return tuple(raw)
    earlier = range(1, outcome.revision or 1)
    return (
        ("summary.json", "the evidence: intervals, directions, samples"),
        *raw,
        *((f"revision-{each}/summary.json", f"what revision {each} said") for each in earlier),
    )


def counted(amount: int, whole: int, noun: str) -> str:
    """`1 of 3 features`."""
    return f"{amount:,} of {count(whole, noun)}"
