"""What a reader should know of the rows behind bias metrics: values that never occur, rows without a value."""

from collections.abc import Iterator, Mapping

from driftline.domain.listing import first_of
from driftline.kinds.model_bias.rules.counts import Counts, FacetCounts
from driftline.kinds.model_bias.rules.facets import Criterion

MUCH_MISSING = 0.05
"""A larger share of rows without a value of the facet is worth a note."""

_SHOWN = 5


def notes(counts: Counts, facets: Mapping[str, Criterion], label: Criterion) -> list[str]:
    """In the order of the facets, then about labels and predictions."""
    found = [note for name, facet in facets.items() for note in _of_facet(facet, counts.facets.get(name))]
    facet_counts = next(iter(counts.facets.values()), None)
    if facet_counts is not None:
        found += _of_outcomes(label, facet_counts)
    return found


def _of_facet(facet: Criterion, counts: FacetCounts | None) -> Iterator[str]:
    name = facet.column
    if counts is None or not counts.rows:
        yield f"No row has been counted for {name}."
        return
    groups = counts.groups()
    missing = groups.pop(None, 0)
    if not groups:
        yield f"No row has a value of {name}."
        return
    if missing > MUCH_MISSING * counts.rows:
        share = 100 * missing / counts.rows
        yield f"{missing:,} of {counts.rows:,} rows ({share:.0f} %) have no value of {name}: they are among the others."
    if facet.values and not facet.texts & groups.keys():
        yield f"No row is in the group of {name}, {_wanted(facet)}; found {_shown(groups)}."


def _of_outcomes(label: Criterion, counts: FacetCounts) -> Iterator[str]:
    for place, what in ((1, "label"), (2, "prediction")):
        found: dict[str, int] = {}
        for cell, rows in counts.cells.items():
            value = cell[place]
            if value is not None:
                found[value] = found.get(value, 0) + rows
        if found and not label.texts & found.keys():
            yield f"No {what} is positive, {_wanted(label)}; found {_shown(found)}."


def _wanted(criterion: Criterion) -> str:
    return (
        f"above {criterion.values[0]}" if criterion.continuous else " or ".join(map(repr, map(str, criterion.values)))
    )


def _shown(groups: Mapping[str | None, int] | Mapping[str, int]) -> str:
    ordered = sorted(groups.items(), key=lambda each: (-each[1], str(each[0])))
    return first_of([f"{value!r} ({rows:,})" for value, rows in ordered], _SHOWN)
