"""Recall, precision and F1 of each class of a multiclass classification, from its confusion matrix."""

from collections.abc import Mapping
from dataclasses import dataclass

from driftline.presentation.text import percent, shown

MOST = 100
"""So many classes have a row; the files have all."""

type Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """Shares as texts, the baseline's in `then_*`. `rows`: whose actual label it is."""

    name: str
    rows: str
    recall: str
    then_recall: str
    precision: str
    then_precision: str
    f1: str
    then_f1: str


@dataclass(frozen=True, slots=True)
class _Scores:
    """None where there is nothing to divide by."""

    rows: int
    recall: float | None
    precision: float | None
    f1: float | None


def class_rows(confusion: Counts, baseline: Counts | None = None) -> tuple[ClassRow, ...]:
    """The lowest F1 first, classes without one last; at most MOST.

    Args:
        confusion: {actual: {predicted: rows}}.
    """
    now, then = _scores(confusion), _scores(baseline or {})
    nothing = _Scores(0, None, None, None)
    ordered = sorted(now, key=lambda label: (now[label].f1 is None, now[label].f1 or 0.0, -now[label].rows, label))
    rows = []
    for label in ordered[:MOST]:
        found, before = now[label], then.get(label, nothing)
        rows.append(
            ClassRow(
                name=shown(label),
                rows=f"{found.rows:,}",
                recall=percent(found.recall),
                then_recall=percent(before.recall),
                precision=percent(found.precision),
                then_precision=percent(before.precision),
                f1=percent(found.f1),
                then_f1=percent(before.f1),
            )
        )
    return tuple(rows)


def _scores(confusion: Counts) -> dict[str, _Scores]:
    """Of every label, actual or predicted; F1 = 2 hits / (actual + predicted)."""
    predicted: dict[str, int] = {}
    for row in confusion.values():
        for label, rows in row.items():
            predicted[label] = predicted.get(label, 0) + rows
    found = {}
    for label in {**predicted, **dict.fromkeys(confusion)}:
        row = confusion.get(label, {})
        hits, actual, said = row.get(label, 0), sum(row.values()), predicted.get(label, 0)
        found[label] = _Scores(actual, _share(hits, actual), _share(hits, said), _share(2 * hits, actual + said))
    return found


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
