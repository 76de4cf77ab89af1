"""The confusion matrix, with the baseline's for comparison."""

from collections.abc import Mapping

from driftline.presentation.tables import Matrix, MatrixCell

_MOST_LABELS = 25
_OTHERS = "all other labels"

type Counts = Mapping[str, Mapping[str, int]]
"""{actual: {predicted: rows}}."""


def confusion_matrix(confusion: Counts, baseline: Counts | None = None) -> Matrix:
    """Every label that occurs is a row and a column; of many the most frequent are, and the others are added up."""
    confusion, baseline = _merged(confusion, kept := _kept(confusion)), _merged(baseline or {}, kept)
    labels = sorted(kept, key=_label_order) + ([_OTHERS] if _OTHERS in labels_of(confusion) else [])
    rows = []
    for actual in labels:
        now, then = confusion.get(actual, {}), baseline.get(actual, {})
        cells = (
            MatrixCell(rows=now.get(label, 0), share=_share(now, label), baseline=_share(then, label))
            for label in labels
        )
        rows.append((actual, tuple(cells)))
    return Matrix(
        title="Confusion matrix of the window",
        note="Rows by actual label (down) and predicted label (across), with the share of the actual label’s rows.",
        across=tuple(labels),
        rows=tuple(rows),
    )


def _label_order(label: str) -> tuple[int, int, str]:
    """2 before 10, texts after numbers."""
    return (0, int(label), label) if label.isascii() and label.isdecimal() else (1, 0, label)


def labels_of(confusion: Counts) -> set[str]:
    return {*confusion, *(label for row in confusion.values() for label in row)}


def _kept(confusion: Counts) -> set[str]:
    """Labels with the most rows, actual or predicted."""
    rows = dict.fromkeys(labels_of(confusion), 0)
    for actual, row in confusion.items():
        for predicted, count in row.items():
            rows[actual] += count
            rows[predicted] += count
    return set(sorted(rows, key=lambda label: (-rows[label], label))[:_MOST_LABELS])


def _merged(confusion: Counts, kept: set[str]) -> Counts:
    merged: dict[str, dict[str, int]] = {}
    for actual, row in confusion.items():
        counts = merged.setdefault(actual if actual in kept else _OTHERS, {})
        for predicted, count in row.items():
            label = predicted if predicted in kept else _OTHERS
            counts[label] = counts.get(label, 0) + count
    return merged


def _share(row: Mapping[str, int], label: str) -> float | None:
    total = sum(row.values())
    return row.get(label, 0) / total if total else None
