"""A finding as evidence in a message, in plain text: its subject, its figures and a note."""

from collections.abc import Iterable

from driftline.domain.executions.finding import Finding
from driftline.domain.incidents.message import Message
from driftline.presentation.findings import (
    by_chance,
    in_the_baseline,
    is_against_baseline,
    is_its_own_subject,
    move_text,
    subject_name,
)
from driftline.presentation.headline import finding_sentence, shift, states_figures
from driftline.presentation.messages import wording
from driftline.presentation.text import ABBREVIATIONS, figure, interval, limit, number

TITLE = "What is wrong"
_MOST = 3


def lines(message: Message) -> list[tuple[str, str]]:
    """(subject, figures) of the worst findings. One whose sentence is the headline, figures and all, has no line."""
    worst = message.evidence[:_MOST]
    if worst and states_figures(worst[0]) and wording.line(finding_sentence(worst[0])) in message.headline:
        worst = worst[1:]
    return [(subject(each), _line(each, message)) for each in worst]


def _line(finding: Finding, message: Message) -> str:
    """What moved, unless the headline says it, and the figures; or the kind's own sentence, which has them."""
    if finding.sentence:
        rows = f", {number(finding.n)} rows" if finding.n is not None else ""
        return f"{wording.line(finding_sentence(finding))}{rows}"
    moved = shift(finding)
    known = not moved or wording.line(finding_sentence(finding)) in message.headline
    return figures(finding) if known else f"{wording.line(moved)}; {figures(finding)}"


def subject(finding: Finding) -> str:
    """`amount`, `Mean absolute error`."""
    return wording.name(subject_name(finding))


def figures(finding: Finding) -> str:
    """`drift 0.42, at most 0.1, 1,234 rows, 95 % interval 0.4 to 0.44 (the current values are higher)`."""
    measure = finding.measure
    observed = figure(finding.observed, measure) if finding.observed is not None else "unknown"
    # The subject of a metric says what it is.
    parts = [observed if is_its_own_subject(finding) else f"{measured(finding)} {observed}"]
    if finding.required is not None and not is_against_baseline(finding):
        parts.append(limit(finding.required, finding.side, measure))
    if finding.n is not None:
        parts.append(f"{number(finding.n)} rows")
    if bounds := observed_interval(finding):
        parts.append(f"95 % interval {interval(bounds, measure)}")
    if before := in_the_baseline(finding):
        parts.append(before)
    said = wording.line("; ".join(_notes(finding, moved=False)))
    return ", ".join(parts) + (f" ({said})" if said else "")


def measured(finding: Finding) -> str:
    """`drift`, `completeness`, `AUC`: what the observed figure is."""
    return wording.name(ABBREVIATIONS.get(finding.figure, finding.figure) or finding.check)


def observed_interval(finding: Finding) -> tuple[float, float] | None:
    """None if the interval belongs to the raw statistic, and the check decided by another figure."""
    return None if finding.derived else finding.interval


def note(finding: Finding) -> str:
    """What the figures do not say; empty if they say all."""
    own = [finding_sentence(finding)] if finding.sentence else []
    return wording.line("; ".join([*own, *_notes(finding, moved=True)]))


def _notes(finding: Finding, *, moved: bool) -> Iterable[str]:
    """Args: moved: say which category moved; values have no direction where they are categories."""
    if finding.measure == "metric":
        if finding.certain is False:
            yield "the threshold is inside the interval"
        elif said := by_chance(finding):
            yield f"by chance {said}"
        return
    if finding.derived:
        yield _raw(finding)
    category = finding.moves[0] if finding.moves and finding.moves[0].value is not None else None
    if finding.direction in {"higher", "lower"} and category is None:
        yield f"the current values are {finding.direction}"
    elif category is not None and moved:
        yield move_text(category)
    elif finding.observed is None:
        yield wording.line(finding.description)


def _raw(finding: Finding) -> str:
    said = f"raw statistic {number(finding.statistic)}"
    return f"{said}, 95 % interval {interval(finding.interval)}" if finding.interval else said
