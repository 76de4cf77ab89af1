"""A finding as evidence in a message, in plain text: its subject, its figures and a note."""

from collections.abc import Iterable

from driftline.domain.executions.finding import Finding
from driftline.presentation.findings import move_text, subject_name
from driftline.presentation.messages import wording
from driftline.presentation.text import figure, interval, limit, number


def subject(finding: Finding) -> str:
    """`amount`, `Mean absolute error`."""
    return wording.name(subject_name(finding))


def figures(finding: Finding) -> str:
    """`drift 0.42, at most 0.1, 1,234 rows, 95 % interval 0.4 to 0.44 (the current values are higher)`."""
    measure = finding.measure
    observed = figure(finding.observed, measure) if finding.observed is not None else "unknown"
    # The subject of a metric says what it is.
    parts = [observed if measure == "metric" else f"{measured(finding)} {observed}"]
    if finding.required is not None:
        parts.append(limit(finding.required, finding.side, measure))
    if finding.n is not None:
        parts.append(f"{number(finding.n)} rows")
    if bounds := observed_interval(finding):
        parts.append(f"95 % interval {interval(bounds, measure)}")
    said = note(finding)
    return ", ".join(parts) + (f" ({said})" if said else "")


def measured(finding: Finding) -> str:
    """`drift`, `completeness`, `mae`: what the observed figure is."""
    return wording.name(finding.figure or finding.check)


def observed_interval(finding: Finding) -> tuple[float, float] | None:
    """None if the interval belongs to the raw statistic, and the check decided by another figure."""
    return None if finding.derived else finding.interval


def note(finding: Finding) -> str:
    """What the figures do not say; empty if they say all."""
    return wording.line("; ".join(_notes(finding)))


def _notes(finding: Finding) -> Iterable[str]:
    if finding.measure == "metric":
        if finding.certain is False:
            yield "the threshold is inside the interval"
        return
    if finding.derived:
        yield _raw(finding)
    if finding.direction in {"higher", "lower"}:
        # Values have no direction where they are categories: the share of one of them has.
        category = finding.moves[0] if finding.moves and finding.moves[0].value is not None else None
        yield move_text(category) if category else f"the current values are {finding.direction}"
    elif not finding.derived:
        yield wording.line(finding.description)


def _raw(finding: Finding) -> str:
    said = f"raw statistic {number(finding.statistic)}"
    return f"{said}, 95 % interval {interval(finding.interval)}" if finding.interval else said
