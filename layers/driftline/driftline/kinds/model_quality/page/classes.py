"""Recall, precision and F1 of each class of a multiclass classification, from its confusion matrix."""

from collections.abc import Mapping
from dataclasses import dataclass

from driftline.presentation.tables import Column, Holds, Row, Table

MOST = 100
"""How many classes have a row; the files have all."""

type Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class _Scores:
    """None where there is nothing to divide by."""

    rows: int
    recall: float | None
    precision: float | None
    f1: float | None


def classes_table(confusion: Counts, baseline: Counts | None = None) -> Table:
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
        shares = ((found.recall, before.recall), (found.precision, before.precision), (found.f1, before.f1))
        rows.append(Row(cells=(label, found.rows, *(share for pair in shares for share in pair))))
    few = f"; the first {MOST} are shown" if len(now) > MOST else ""
    return Table(
        name="classes",
        title="Recall, precision and F1 of each class, in the window and in the baseline",
        noun="class",
        nouns="classes",
        note=f"The lowest F1 first{few}. Rows are those with this actual label.",
        columns=(
            Column(name="class", title="Class", holds=Holds.TEXT),
            Column(name="rows", title="Rows", holds=Holds.COUNT),
            *(
                Column(name=f"{prefix}{name}", title=title, holds=Holds.SHARE)
                for name, in_sentence in (("recall", "recall"), ("precision", "precision"), ("f1", "F1"))
                for prefix, title in (
                    ("", in_sentence[0].upper() + in_sentence[1:]),
                    ("baseline_", f"Baseline’s {in_sentence}"),
                )
            ),
        ),
        rows=tuple(rows),
    )


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
