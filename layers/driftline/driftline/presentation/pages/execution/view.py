"""What the template and the charts get of any execution: texts, and numbers with no more digits than are drawn."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite, log10
from posixpath import relpath
from urllib.parse import quote

from driftline.domain.executions.finding import Finding, Move
from driftline.domain.executions.outcome import Outcome
from driftline.domain.executions.past import FigureName, PastExecution, Point
from driftline.domain.executions.place import Place
from driftline.domain.models.new_model import NewModel
from driftline.domain.windows import format_instant
from driftline.presentation.findings import Fact, finding_facts, place_of
from driftline.presentation.since import Change, Comparison, standing
from driftline.presentation.text import instant, percent, shown, window

type Json = str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None


@dataclass(frozen=True, slots=True)
class MoveView:
    where: str
    baseline: str
    current: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ViolationView:
    """Attributes: standing: since when there is it; feature: the index of its row, None where there is none."""

    subject: str
    check: str
    description: str
    facts: tuple[Fact, ...]
    moves: tuple[MoveView, ...]
    samples: tuple[str, ...]
    standing: str
    feature: int | None = None


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """`link`: to the page of what it is compared with, where there is one."""

    title: str
    link: str | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """The whole page.

    Attributes:
        kind: The template's sections: data_quality or model_quality.
        state: `violated`, `good` or `empty`.
        data: For the charts; goes into the page as JSON.
        rows: Of the table of features or metrics.
        sections: More that the kind's part of the template needs.
        over_time: Link to the endpoint's page, where there is one.
    """

    kind: str
    title: str
    endpoint: str
    monitor: str
    state: str
    verdict: str
    facts: tuple[Fact, ...]
    comparisons: tuple[ComparisonView, ...]
    violations: tuple[ViolationView, ...]
    notes: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    rows: Sequence[object]
    data: Mapping[str, Json]
    sections: Mapping[str, object]
    over_time: str | None = None


def outcome_facts(outcome: Outcome) -> tuple[Fact, ...]:
    """Window, rows, coverage, revision: the line under the verdict."""
    facts = []
    if outcome.window:
        facts.append(Fact("Window", window(*outcome.window)))
    facts.append(Fact("Scheduled" if not outcome.place.by_hand else "By hand, ends", instant(outcome.place.scheduled)))
    facts.append(Fact("Rows", f"{outcome.rows:,}"))
    if outcome.coverage is not None:
        facts.append(Fact("Coverage", f"{percent(outcome.coverage)} of the rows have a label"))
    if outcome.used is not None:
        facts.append(Fact("Rows judged", f"{outcome.used:,}"))
    if outcome.model is not None:
        facts.append(Fact("New model", _model(outcome.model)))
    if outcome.revision is not None:
        facts.append(Fact("Revision", f"{outcome.revision}"))
    facts.append(Fact("Violations", f"{len(outcome.violations):,}"))
    return tuple(facts)


def _model(model: NewModel) -> str:
    mixed = "; rows of the model before are in the window, too" if model.mixed else ""
    return f"{shown(model.name)} since {instant(model.since)}{mixed}"


def comparison_views(found: Iterable[Comparison], place: Place) -> tuple[ComparisonView, ...]:
    """Args: place: of the page, from which the links lead."""
    return tuple(
        ComparisonView(
            each.title,
            quote(relpath(f"{each.with_.folder}report.html", place.folder)) if each.with_ else None,
            each.changes,
        )
        for each in found
    )


def violation_view(
    violation: Finding, past: Sequence[PastExecution], feature: int | None = None, *, more: Sequence[Fact] = ()
) -> ViolationView:
    """`more`: what the violation's own figures do not say."""
    return ViolationView(
        subject=shown(violation.subject),
        check=shown(violation.check),
        description=shown(violation.description),
        facts=(*more, *finding_facts(violation)),
        moves=move_views(violation.moves),
        samples=tuple(map(shown, violation.inference_ids)),
        standing=standing(violation, past),
        feature=feature,
    )


def move_views(moves: Iterable[Move]) -> tuple[MoveView, ...]:
    return tuple(MoveView(place_of(move), percent(move.baseline), percent(move.current)) for move in moves)


def trend(
    past: Sequence[PastExecution], outcome: Outcome, worst: float | None, name: FigureName = ("", "")
) -> dict[str, Json]:
    """The last executions, oldest first, this one last; `worst`: its worst drift in multiples of the threshold."""
    return {
        "times": [*(format_instant(each.place.scheduled) for each in past), format_instant(outcome.place.scheduled)],
        "violations": [*(None if each.failed else len(each.violations) for each in past), len(outcome.violations)],
        "rows": [*(each.rows for each in past), outcome.rows],
        "coverage": [*(short(each.coverage) for each in past), short(outcome.coverage)],
        "worst": [*(short(each.figures.get(name, Point(None)).value) for each in past), short(worst)],
    }


def files_beside(revision: int, *, summary: bool) -> tuple[tuple[str, str], ...]:
    """(relative link, what it is) of the raw files and of earlier revisions."""
    files = [
        ("constraint_violations.json", "the violations, as SageMaker writes them"),
        ("statistics.json", "statistics of the window"),
        ("constraints.json", "constraints suggested from the window"),
    ]
    if summary:
        files.insert(0, ("summary.json", "the evidence: intervals, directions, samples"))
        files += [(f"revision-{each}/summary.json", f"what revision {each} said") for each in range(1, revision)]
    return tuple(files)


_DIGITS, _MOST_DIGITS = 6, 15


def short(value: float | None, digits: int = _DIGITS) -> float | None:
    """So many significant digits; None for what JSON cannot say."""
    return float(f"{value:.{digits}g}") if value is not None and isfinite(value) else None


def shorts(values: Iterable[float] | None, digits: int = _DIGITS) -> list[float | None] | None:
    return [short(value, digits) for value in values] if values is not None else None


def digits_of(values: Sequence[float]) -> int:
    """How many digits tell the places on an axis apart: times in seconds differ in the last of ten only."""
    span, size = max(values) - min(values), max(map(abs, values))
    if not span > 0.0 or not isfinite(span):
        return _DIGITS
    return min(_MOST_DIGITS, max(_DIGITS, _DIGITS - 1 + ceil(log10(size / span))))


def state_of(violations: int, judged: int) -> str:
    return "violated" if violations else "good" if judged else "empty"
