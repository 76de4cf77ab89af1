"""A finding in words: what its figures are called, and how they look."""

from dataclasses import dataclass

from driftline.domain.executions.finding import Finding, Move
from driftline.presentation.text import ABBREVIATIONS, figure, interval, limit, metric_name, number, percent, shown


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure or a word with its name."""

    label: str
    value: str


def observed_name(finding: Finding) -> str:
    """`Completeness`, `Drift`: what the observed figure is called, where the subject does not say it."""
    if is_its_own_subject(finding) or not finding.figure:
        return "Value"
    if finding.figure in ABBREVIATIONS:
        return ABBREVIATIONS[finding.figure]
    return finding.figure if finding.figure == "p-value" else finding.figure[0].upper() + finding.figure[1:]


def subject_name(finding: Finding) -> str:
    """A metric of the model as a whole is its own subject."""
    return metric_name(finding.subject) if is_its_own_subject(finding) else finding.subject


def row_name(subject: str, figure: str) -> str:
    """`Sex = Female: RD`: what a row of a table is about that has one figure of a subject."""
    return f"{subject}: {figure}"


def is_its_own_subject(finding: Finding) -> bool:
    """A metric that is of no feature and of no group."""
    return finding.measure == "metric" and finding.figure in {"", finding.subject}


def is_against_baseline(finding: Finding) -> bool:
    """The baseline's value itself is what it was compared with: there is no limit beside it."""
    return finding.side is None and finding.baseline is not None and finding.baseline == finding.required


def in_the_baseline(finding: Finding) -> str:
    """`0.91 in the baseline`; empty where it is unknown, or the limit itself, as suggested limits are."""
    if finding.baseline is None or (finding.baseline == finding.required and not is_against_baseline(finding)):
        return ""
    return f"{figure(finding.baseline, finding.measure)} in the baseline"


def finding_facts(finding: Finding) -> tuple[Fact, ...]:
    """The figures of a finding; those that it does not have are left out."""
    measure = finding.measure
    # The interval is the raw statistic's, where the check decides by something that is derived from it.
    raw = "metric" if finding.derived else measure
    beyond = "below" if finding.side == "at_least" else "above"
    certain = {True: f"yes, the whole interval is {beyond} the threshold", False: "no", None: ""}
    facts = (
        Fact(observed_name(finding), figure(finding.observed, measure) if finding.observed is not None else ""),
        Fact("Raw statistic", number(finding.statistic) if finding.derived else ""),
        Fact(
            "95 % interval of the raw statistic" if finding.derived else "95 % interval",
            interval(finding.interval, raw) if finding.interval else "",
        ),
        Fact("Threshold", _threshold(finding)),
        Fact("Baseline", _baseline(finding)),
        Fact("Direction", direction_of(finding)),
        Fact("Rows behind it", number(finding.n) if finding.n is not None else ""),
        Fact("By chance", by_chance(finding)),
        Fact("Certain", certain[finding.certain] if finding.p_value is None else ""),
    )
    return tuple(fact for fact in facts if fact.value)


def _threshold(finding: Finding) -> str:
    if finding.required is None or is_against_baseline(finding):
        return ""
    return limit(finding.required, finding.side, finding.measure)


def _baseline(finding: Finding) -> str:
    """`0.91, 95 % interval 0.89 to 0.93`; empty where the interval is not known, and it is no limit."""
    if finding.baseline is not None and finding.baseline_interval is None and is_against_baseline(finding):
        return figure(finding.baseline, finding.measure)
    if finding.baseline is None or finding.baseline_interval is None:
        return ""
    within = interval(finding.baseline_interval, finding.measure)
    return f"{figure(finding.baseline, finding.measure)}, 95 % interval {within}"


def by_chance(finding: Finding) -> str:
    """`in 0.4 % of windows at most`: how often chance makes such a difference; empty where no test decided."""
    return "" if finding.p_value is None else f"in {percent(finding.p_value)} of windows at most"


def direction_of(finding: Finding) -> str:
    """`higher`, `lower`, or `lower share of cellular` for categories, which have no order; empty if unknown."""
    if finding.direction not in {"higher", "lower"}:
        return ""
    category = finding.moves[0].value if finding.moves else None
    return finding.direction if category is None else f"{finding.direction} share of {shown(category)}"


def place_of(move: Move) -> str:
    """`0.5 to 1`, `below 0.5`, `1 and more`, or the category: the values that a move is about."""
    if move.value is not None:
        return shown(move.value)
    if move.lower is None:
        return f"below {number(move.upper)}"
    if move.upper is None:
        return f"{number(move.lower)} and more"
    return f"{number(move.lower)} to {number(move.upper)}"


def move_text(move: Move) -> str:
    """`0.5 to 1: 2 % → 31.5 %`."""
    return f"{place_of(move)}: {percent(move.baseline)} → {percent(move.current)}"
