"""A metric of a group in one sentence, for people who are no statisticians.

    Recall for Sex = Female is 9.1 points below the others (95 % interval 5.2 to 13.0; 1.5 at the baseline).

Differences are percentage points with the direction in words, so that a sign means "the other way round" only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isinf

from driftline.domain.executions.finding import Finding
from driftline.presentation.text import IN_A_SENTENCE, MINUS, NOTHING, number, shown

type Bounds = tuple[float, float] | None

_LEVEL = 0.0005
"""Differences that round to 0.0 points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of a metric.

    Attributes:
        value: Its value; interval: its 95 % interval; baseline: its value in the baseline. None where there is none.
        at_least, at_most: An absolute limit that it breaks.
    """

    value: float
    interval: Bounds = None
    baseline: float | None = None
    at_least: float | None = None
    at_most: float | None = None


def metric_sentence(metric: str, title: str, said: Said) -> str:
    """Args:
    title: Of the group, for people: `Sex = Female`.
    """
    name = shown(title, IN_A_SENTENCE)
    if metric in _DIFFERENCES:
        return _of_points(_DIFFERENCES[metric], name, said)
    if metric in _GAPS:
        what, direction = _GAPS[metric]
        return _of_gap(what, direction, name, said)
    if metric == "DI" and isinf(said.value):
        inside = _inside(said, value_text)
        return f"Acceptance for {name} is infinitely higher than for the others, of whom none is accepted{inside}."
    template = _PLAIN.get(metric, "{metric} for {title} is {value}")
    return f"{template.format(metric=metric, title=name, value=value_text(said.value))}{_inside(said, value_text)}."


def sentence_of(finding: Finding, title: str) -> str:
    """Of a finding about a metric of a group, with its limit where that decided; empty if it has no figures."""
    if finding.observed is None:
        return ""
    by_limit = finding.side is not None
    said = Said(
        value=finding.observed,
        interval=finding.interval,
        baseline=finding.baseline if by_limit else finding.required,
        at_least=finding.required if finding.side == "at_least" else None,
        at_most=finding.required if finding.side == "at_most" else None,
    )
    return metric_sentence(finding.figure, title, said)


def few_rows(finding: Finding, title: str, smallest: int) -> Finding:
    """The finding without its figures: the group, or what it is compared with, has fewer rows than `smallest`."""
    few = f"fewer than {smallest:,} rows in the group or among the others"
    text = f"{shown(title, IN_A_SENTENCE)} is not shown by value: {few}."
    return Finding(
        subject=finding.subject,
        check=finding.check,
        description=text,
        violation=finding.violation,
        figure=finding.figure,
        sentence=text,
    )


def value_text(value: float | None) -> str:
    """A metric's value: `0.4297`, `infinite`; a dash for none."""
    return number(value)


def interval_text(bounds: Bounds) -> str:
    """`0.41 to infinite`."""
    return NOTHING if bounds is None else f"{value_text(bounds[0])} to {value_text(bounds[1])}"


@dataclass(frozen=True, slots=True)
class _Points:
    """A difference of two shares.

    Attributes:
        start: The beginning of the sentence.
        positive, negative: What is said of a value of that sign, behind the points.
        level: What is said if there is no difference.
    """

    start: str
    positive: str
    negative: str
    end: str = "the others"
    level: str = "is level with"

    def word(self, value: float) -> str:
        return self.positive if value > 0 else self.negative


_BELOW = ("below", "above")
_ABOVE = ("above", "below")

_DIFFERENCES: Mapping[str, _Points] = {
    "AD": _Points("Accuracy for {}", *_BELOW),
    "DAR": _Points("Precision for {}", *_BELOW),
    "DPL": _Points("The share of positive labels for {}", *_BELOW),
    "DPPL": _Points("Acceptance for {}", *_BELOW),
    "DRR": _Points("The share of rejections that are right for {}", *_ABOVE),
    "RD": _Points("Recall for {}", *_BELOW),
    "SD": _Points("Specificity for {}", *_ABOVE),
    "CI": _Points("The share of {} in the rows", *_BELOW, "that of the others"),
    "CDDL": _Points("Among similar cases, the share of {} in the bad outcomes", *_ABOVE, "its share in the good ones"),
    "CDDPL": _Points("Among similar cases, the share of {} in the rejections", *_ABOVE, "its share in the acceptances"),
    "FT": _Points(
        "The share of {} that the model accepts though it rejects the most similar others", *_ABOVE, "the reverse"
    ),
}
"""Which side a positive value is on follows from the metric's formula, whose order of the groups differs."""

_GAPS: Mapping[str, tuple[str, tuple[str, str]]] = {
    "TE": ("Wrong rejections for each wrong acceptance", ("higher", "lower")),
    "DCA": ("Positive labels for each acceptance", ("lower", "higher")),
    "DCR": ("Negative labels for each rejection", ("higher", "lower")),
}

_PLAIN: Mapping[str, str] = {
    "DI": "Acceptance for {title} is {value} times that of the others",
    "GE": "The model’s benefit is spread unevenly over all rows: the generalized entropy is {value}",
    "JS": "The labels of {title} and of the others differ: the Jensen-Shannon divergence is {value}",
    "KL": "The labels of {title} and of the others differ: the Kullback-Leibler divergence is {value}",
    "KS": "The labels of {title} and of the others differ: the Kolmogorov-Smirnov distance is {value}",
    "LP": "The labels of {title} and of the others differ: the L2 norm is {value}",
    "TVD": "The labels of {title} and of the others differ: the total variation distance is {value}",
}


def _of_points(points: _Points, title: str, said: Said) -> str:
    start, value = points.start.format(title), said.value
    towards = 1.0 if value > 0 else -1.0
    if abs(value) < _LEVEL:
        return f"{start} {points.level} {points.end}{_inside(said, _points_of, baseline=_before(points, said, 0.0))}."

    def oriented(figure: float) -> str:
        return _points_of(figure * towards)

    inside = _inside(said, oriented, towards, _before(points, said, towards))
    return f"{start} is {_points_of(abs(value))} points {points.word(value)} {points.end}{inside}."


def _before(points: _Points, said: Said, towards: float) -> str | None:
    """The baseline's value, with its direction where that is not the value's."""
    before = said.baseline
    if before is None:
        return None
    other = f" {points.word(before)}" if before * towards <= 0 and abs(before) >= _LEVEL else ""
    return f"{_points_of(abs(before))}{other}"


def _of_gap(what: str, direction: tuple[str, str], title: str, said: Said) -> str:
    value = said.value
    towards = 1.0 if value > 0 else -1.0 if value < 0 else 0.0
    before = None
    if said.baseline is not None:
        same = said.baseline * towards > 0 or said.baseline == 0
        before = value_text(abs(said.baseline)) + ("" if same else f" {direction[0 if said.baseline > 0 else 1]}")
    if value == 0:
        return f"{what} are as many for {title} as for the others{_inside(said, value_text, baseline=before)}."
    size = "infinitely" if isinf(value) else f"{number(abs(value))}"
    word = direction[0] if value > 0 else direction[1]
    inside = _inside(said, lambda figure: value_text(figure * towards), towards, before)
    return f"{what} are {size} {word} for {title} than for the others{inside}."


def _inside(said: Said, text: Callable[[float], str], towards: float = 1.0, baseline: str | None = None) -> str:
    """In brackets: the interval, the limit that is broken, the baseline.

    Args:
        text: A figure as it is said, turned so that the value is positive.
        towards: -1 if figures are turned.
    """
    parts = []
    if said.interval is not None:
        low, high = said.interval if towards > 0 else said.interval[::-1]
        parts.append(f"95 % interval {text(low)} to {text(high)}")
    low_limit, high_limit = (said.at_least, said.at_most) if towards > 0 else (said.at_most, said.at_least)
    if low_limit is not None:
        parts.append(f"at least {text(low_limit)} required")
    if high_limit is not None:
        parts.append(f"at most {text(high_limit)} allowed")
    if said.baseline is not None:
        parts.append(f"{baseline if baseline is not None else text(said.baseline)} at the baseline")
    return f" ({'; '.join(parts)})" if parts else ""


def _points_of(share: float) -> str:
    """`9.1`: percentage points, with one decimal."""
    if isinf(share):
        return value_text(share)
    text = f"{abs(share) * 100:,.1f}"
    return f"{MINUS}{text}" if share < 0 and text != "0.0" else text
