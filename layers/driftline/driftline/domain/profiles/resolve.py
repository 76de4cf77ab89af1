"""From the column keys of a window to the features of a report: the layout that counts, names, order.

Output columns come first, as in SageMaker. Columns by position (CSV) get their names from the monitor document,
otherwise from the baseline at the same position, otherwise `_c0`, `_c1` … as in SageMaker for a CSV without a header.
Columns by name (JSON) keep theirs; their order is that of the document, of the baseline, then alphabetical. A side
that is a single list, such as `{"features": [1, 2]}`, is by position, unless its own names (`features[0]`) are known.

The columns of a preprocessor have names as well, but SageMaker matches them by position in alphabetical order, and its
documentation recommends keys such as `str(i).zfill(20)`. So if neither document nor baseline has any of these names,
they are matched by position, otherwise by name.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.pairing import PREPROCESSED_LAYOUT
from driftline.domain.profiles.column import ColumnProfile
from driftline.domain.profiles.span import Layout, WindowProfile

type DocumentColumns = tuple[Sequence[str], Sequence[str]]
"""Names of the output and input columns in the monitor document."""

type Columns = Mapping[ColumnKey, ColumnProfile]

_ELEMENT = re.compile(r"(.*)\[(\d+)\]", re.DOTALL)
_INDEX = re.compile(r"\[(\d+)\]")
_WIDTH_IN_LAYOUT = {"output": re.compile(r"csv:(\d+)\+.*"), "input": re.compile(r".*\+(?:csv:)?(\d+)")}
"""`csv:1+6`, `csv:1+json`, `json+csv:6` (capture/pairing.py)."""


@dataclass(frozen=True, slots=True)
class ResolvedTable:
    """The rows that are evaluated.

    Attributes:
        rows: Rows of the layout that counts.
        features: (name, profile) in the order of the columns; a column without any value has an empty profile.
        layout: The layout with the most rows; empty if nothing was captured.
        other_layout_rows: Rows of the other layouts, which are not evaluated.
        keys: The column key of each feature in the columnar records.
    """

    rows: int
    features: tuple[tuple[str, ColumnProfile], ...]
    layout: Layout
    other_layout_rows: Mapping[Layout, int]
    keys: Mapping[str, ColumnKey] = field(default_factory=dict)


def resolve_columns(
    window: WindowProfile,
    *,
    document_columns: DocumentColumns | None = None,
    baseline_names: Sequence[str] | None = None,
) -> ResolvedTable:
    """Names the columns of the layout with the most rows (with equal rows, the first by name).

    Args:
        window: What was captured.
        document_columns: From the monitor document; an empty side gets the names of the baseline.
        baseline_names: The features of the baseline in their order, output columns first.
    """
    if not window.layouts:
        return ResolvedTable(0, (), "", {})
    layout = min(window.layouts, key=lambda name: (-window.layouts[name].rows, name))
    table = window.layouts[layout]
    baseline = list(baseline_names or ())
    outputs, inputs = document_columns or ((), ())
    if layout == PREPROCESSED_LAYOUT:
        keys = _preprocessed(table.columns, [*outputs, *inputs] or baseline)
    else:
        keys = _captured(layout, table.columns, outputs, inputs, baseline)
    features = tuple((name, table.columns.get(key) or ColumnProfile.empty()) for name, key in keys.items())
    others = {name: window.layouts[name].rows for name in sorted(window.layouts) if name != layout}
    return ResolvedTable(table.rows, features, layout, others, keys)


def _captured(
    layout: Layout, columns: Columns, outputs: Sequence[str], inputs: Sequence[str], baseline: Sequence[str]
) -> dict[str, ColumnKey]:
    """Feature name -> key, the output side first."""
    keys: dict[str, ColumnKey] = {}
    for side, declared in (("output", outputs), ("input", inputs)):
        own = {key: _own_name(side, key) for key in columns if key.startswith((f"{side}.", f"{side}["))}
        by_place = _by_place(side, layout, own, declared or baseline[len(keys) :], before=len(keys))
        by_name = _by_name(side, {key: name for key, name in own.items() if key not in by_place}, declared or baseline)
        for key, name in (by_place | by_name).items():
            keys[_free(name, side, keys)] = key
    return keys


def _preprocessed(columns: Columns, known: Sequence[str]) -> dict[str, ColumnKey]:
    """All columns are on the input side, by name; `known`: the names of the document or the baseline, in order."""
    keys = {
        name: key for key, name in _by_name("input", {key: _own_name("input", key) for key in columns}, known).items()
    }
    if not known or not keys.keys().isdisjoint(known):
        return keys
    return {known[place] if place < len(known) else name: keys[name] for place, name in enumerate(sorted(keys))}


def _by_place(
    side: str, layout: Layout, own: Mapping[ColumnKey, str], names: Sequence[str], *, before: int
) -> dict[ColumnKey, str]:
    """Key -> name of one side's columns that are the elements of its list; `before` columns precede them."""
    elements = [match for key in own if (match := _ELEMENT.fullmatch(key))]
    stem = _only_list(own, elements)
    if stem is None or not set(own.values()).isdisjoint(names):
        stem = side  # known by name, or with several shapes: then only a plain list is by position
    count = max((int(match[2]) + 1 for match in elements if match[1] == stem), default=0)
    if width := _WIDTH_IN_LAYOUT[side].fullmatch(layout):
        # A column that is missing in every row has no key, but a known position.
        count = max(count, int(width[1]))
    keys = [f"{stem}[{i}]" for i in range(count)]
    unnamed = [f"_c{before + i}" if stem == side else _own_name(side, key) for i, key in enumerate(keys)]
    return dict(zip(keys, [*names[:count], *unnamed[len(names) :]], strict=True))


def _only_list(own: Collection[ColumnKey], elements: Sequence[re.Match[str]]) -> str | None:
    """The part before the index, if the keys are one list without gaps."""
    lists = {match[1] for match in elements}
    indexes = sorted(int(match[2]) for match in elements)
    return lists.pop() if len(lists) == 1 and indexes == list(range(len(own))) else None


def _own_name(side: str, key: ColumnKey) -> str:
    """`carrier` of `input.carrier`, `features[0]` of `input.features[0]`."""
    return key.removeprefix(side).removeprefix(".")


def _by_name(side: str, own: Mapping[ColumnKey, str], preferred: Sequence[str]) -> dict[ColumnKey, str]:
    """Key -> name of one side's columns: those in `preferred`, in its order, then the others."""
    place = {name: index for index, name in enumerate(preferred)}
    # A name on both sides is `input.<name>` in a baseline made from such captures.
    order = {key: place.get(f"{side}.{name}", place.get(name, len(place))) for key, name in own.items()}
    return {key: own[key] for key in sorted(own, key=lambda key: (order[key], _alphabetical(own[key])))}


def _alphabetical(name: str) -> list[tuple[str, int]]:
    """Sorts alphabetically, but `a[2]` before `a[10]`."""
    texts_and_indexes = _INDEX.split(name)
    indexes = [int(index) for index in texts_and_indexes[1::2]]
    return list(zip(texts_and_indexes[::2], [*indexes, -1], strict=True))


def _free(name: str, side: str, taken: Mapping[str, ColumnKey]) -> str:
    """The name, prefixed with its side if the other side has the same name."""
    while name in taken:
        name = f"{side}.{name}"
    return name
