"""Rows, labels and predictions of each group: labels that come later for one group bend all that compares groups."""

from dataclasses import dataclass

from driftline.kinds.model_bias.rules.counts import FacetCounts


@dataclass(frozen=True, slots=True)
class GroupCoverage:
    """Of one group; its rows have a label, a prediction, or both."""

    rows: int
    labelled: int
    predicted: int

    @property
    def coverage(self) -> float | None:
        """The share of rows that have a label; None without rows."""
        return self.labelled / self.rows if self.rows else None


def coverage(counts: FacetCounts) -> dict[str | None, GroupCoverage]:
    """By group as the state spells it, most frequent first; None: rows without a value of the facet."""
    found = {group: [0, 0] for group in counts.groups()}
    for (group, label, prediction, _), rows in counts.cells.items():
        found[group][0] += rows if label is not None else 0
        found[group][1] += rows if prediction is not None else 0
    return {group: GroupCoverage(rows, *found[group]) for group, rows in counts.groups().items()}


def spread(counts: FacetCounts, smallest: int = 10) -> float | None:
    """The largest difference of coverage between groups with at least so many rows; None with fewer than two."""
    known = [each for group, each in coverage(counts).items() if group is not None and each.rows >= smallest]
    shares = [each.labelled / each.rows for each in known]
    return max(shares) - min(shares) if len(shares) > 1 else None
