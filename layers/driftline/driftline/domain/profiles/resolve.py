"""From the column keys of a window to the features of a report: which layout counts, names, order.

Output columns come first, as SageMaker puts them. Columns by position (CSV) get their names from the monitor
document, else from the baseline at the same place, else `_c0`, `_c1` … as SageMaker names a CSV without header.
Columns by name (JSON) keep theirs; their order is the document's, else the baseline's, then the alphabet.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from driftline.domain.capture.columns import ColumnKey
from driftline.domain.profiles.column import ColumnProfile
from driftline.domain.profiles.span import Layout, WindowProfile

type DocumentColumns = tuple[Sequence[str], Sequence[str]]
"""Names of the output columns and of the input columns, as the monitor document gives them."""

_SIDES = ("output", "input")
_POSITION = re.compile(r"(output|input)\[(\d+)\]")
_CSV_LAYOUT = re.compile(r"csv:(\d+)\+(\d+)")


@dataclass(frozen=True, slots=True)
class ResolvedTable:
    """The rows that are judged.

    Attributes:
        rows: Rows of the layout that counts.
        features: (name, profile) in the order of the columns; a column without any value has an empty profile.
        layout: The layout with most rows; empty if nothing was captured.
        other_layout_rows: Rows of the other layouts, which are not judged.
    """

    rows: int
    features: tuple[tuple[str, ColumnProfile], ...]
    layout: Layout
    other_layout_rows: Mapping[Layout, int]


def resolve_columns(
    window: WindowProfile,
    *,
    document_columns: DocumentColumns | None = None,
    baseline_names: Sequence[str] | None = None,
) -> ResolvedTable:
    """Names the columns of the layout with most rows (of equals the first by name).

    Args:
        window: What was captured.
        document_columns: From the monitor document; a side that it leaves empty is named by the baseline.
        baseline_names: The features of the baseline in their order, output columns first.
    """
    if not window.layouts:
        return ResolvedTable(0, (), "", {})
    layout = min(window.layouts, key=lambda name: (-window.layouts[name].rows, name))
    table = window.layouts[layout]
    baseline = list(baseline_names or ())
    features: dict[str, ColumnProfile] = {}
    for side, declared in zip(_SIDES, document_columns or ((), ()), strict=True):
        for key, wanted in _positional(
            side, layout, table.columns, names=declared or baseline[len(features) :], before=len(features)
        ):
            features[_free(wanted, side, features)] = table.columns.get(key) or ColumnProfile.empty()
        for key, wanted in _named(side, table.columns, declared or baseline):
            features[_free(wanted, side, features)] = table.columns[key]
    others = {name: window.layouts[name].rows for name in sorted(window.layouts) if name != layout}
    return ResolvedTable(table.rows, tuple(features.items()), layout, others)


def _positional(
    side: str,
    layout: Layout,
    columns: Mapping[ColumnKey, ColumnProfile],
    *,
    names: Sequence[str],
    before: int,
) -> list[tuple[ColumnKey, str]]:
    """(key, name) of one side's columns by position; `before` columns of the other side precede them."""
    matches = (_POSITION.fullmatch(key) for key in columns)
    count = max((int(match[2]) + 1 for match in matches if match and match[1] == side), default=0)
    if shape := _CSV_LAYOUT.fullmatch(layout):
        # A column that is missing in every row has no key, but its place in the row is known.
        count = max(count, int(shape[1 + _SIDES.index(side)]))
    return [(f"{side}[{i}]", names[i] if i < len(names) else f"_c{before + i}") for i in range(count)]


def _named(
    side: str, columns: Mapping[ColumnKey, ColumnProfile], preferred: Sequence[str]
) -> list[tuple[ColumnKey, str]]:
    """(key, name) of one side's columns by name, those that `preferred` has in its order, then the others."""
    place = {name: index for index, name in enumerate(preferred)}
    names = [key.removeprefix(f"{side}.") for key in columns if key.startswith(f"{side}.")]
    # A name that both sides have is `input.<name>` in a baseline made from such captures.
    order = {name: place.get(f"{side}.{name}", place.get(name, len(place))) for name in names}
    return [(f"{side}.{name}", name) for name in sorted(names, key=lambda name: (order[name], name))]


def _free(name: str, side: str, taken: Mapping[str, ColumnProfile]) -> str:
    """The name itself, or with the side before it where the other side has it already."""
    while name in taken:
        name = f"{side}.{name}"
    return name
