"""From the column keys of a window to the features of a report: the layout that counts, names, order.

Output columns come first, as in SageMaker. Columns by position (CSV) get their names from the monitor document,
otherwise from the baseline (placing.py), otherwise `_c0`, `_c1` … as in SageMaker for a CSV without a header.
Columns by name (JSON) keep theirs; their order is that of the document, of the baseline, then alphabetical. A side
that is a single list, such as `{"features": [1, 2]}`, is by position, unless its own names (`features[0]`) are known;
so is the list of a serving protocol next to other keys, such as `{"predictions": [0.3], "model_version": "7"}`.

The columns of a preprocessor have names as well, but SageMaker matches them by position in alphabetical order, and its
documentation recommends keys such as `str(i).zfill(20)`. So if neither document nor baseline has any of these names,
they are matched by position, otherwise by name.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.json_tables import ROW_KEYS
from driftline.domain.capture.pairing import PREPROCESSED_LAYOUT
from driftline.domain.profiles.column import ColumnProfile
from driftline.domain.profiles.placing import Placement, Resemblance, Side, SideName, place
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
        by_place: Names of the features that have no name of their own.
        unknown_outputs: Names of the outputs, if the baseline has the inputs only.
    """

    rows: int
    features: tuple[tuple[str, ColumnProfile], ...]
    layout: Layout
    other_layout_rows: Mapping[Layout, int]
    keys: Mapping[str, ColumnKey] = field(default_factory=dict)
    by_place: tuple[str, ...] = ()
    unknown_outputs: tuple[str, ...] = ()

    def width(self, side: SideName) -> int:
        """Number of columns of one side."""
        return sum(_is_of(side, key) for key in self.keys.values())

    @property
    def inputs(self) -> dict[str, ColumnKey]:
        """The column key of each input."""
        return {name: key for name, key in self.keys.items() if _is_of("input", key)}


def resolve_columns(
    window: WindowProfile,
    *,
    document_columns: DocumentColumns | None = None,
    baseline_names: Sequence[str] | None = None,
    resemblance: Resemblance | None = None,
    strictly_by_place: bool = False,
    optional: Collection[str] = (),
) -> ResolvedTable:
    """Names the columns of the layout with the most rows (with equal rows, the first by name).

    Args:
        window: What was captured.
        document_columns: From the monitor document; an empty side gets the names of the baseline.
        baseline_names: The features of the baseline in their order, output columns first.
        resemblance: What a column of the baseline looks like; see placing.py.
        strictly_by_place: As SageMaker does: the baseline has all columns, whatever their number.
        optional: Names of the baseline that captures may lack: columns that are not evaluated.
    """
    if not window.layouts:
        return ResolvedTable(0, (), "", {})
    layout = min(window.layouts, key=lambda name: (-window.layouts[name].rows, name))
    table = window.layouts[layout]
    baseline = list(baseline_names or ())
    outputs, inputs = document_columns or ((), ())
    unknown: tuple[str, ...] = ()
    if layout == PREPROCESSED_LAYOUT:
        wanted = [*outputs, *inputs] or baseline
        keys = _preprocessed(table.columns, wanted)
        own = {_own_name("input", key) for key in table.columns}
        by_place = set(keys.values()) if wanted and own.isdisjoint(wanted) else set[ColumnKey]()
    else:
        output = _side("output", layout, table.columns, outputs, baseline)
        input_ = _side("input", layout, table.columns, inputs, baseline)
        if strictly_by_place:
            placement = Placement(baseline[: output.width], baseline[output.width :])
        else:
            placement = place(output, input_, baseline, table.columns, resemblance, optional)
        keys = _named(output, input_, placement, baseline)
        by_place = {*output.placed, *input_.placed}
        if not placement.outputs_known:
            unknown = tuple(name for name, key in keys.items() if key in output.keys)
    features = tuple((name, table.columns.get(key) or ColumnProfile.empty()) for name, key in keys.items())
    others = {name: window.layouts[name].rows for name in sorted(window.layouts) if name != layout}
    placed = tuple(name for name, key in keys.items() if key in by_place)
    return ResolvedTable(table.rows, features, layout, others, keys, placed, unknown)


def _is_of(side: str, key: ColumnKey) -> bool:
    return key.startswith((f"{side}.", f"{side}["))


def _named(output: Side, input_: Side, placement: Placement, baseline: Sequence[str]) -> dict[str, ColumnKey]:
    """Feature name -> key, the output side first."""
    keys: dict[str, ColumnKey] = {}
    # Without outputs in the baseline its names are those of inputs, also where an output has the same.
    taken = set[str]() if placement.outputs_known else set(baseline)
    for side, names in ((output, placement.outputs), (input_, placement.inputs)):
        given = side.declared or names
        before = len(keys) if placement.outputs_known else 0
        own = [_without_name(side, index, before, known=placement.outputs_known) for index in range(len(side.placed))]
        by_place = dict(zip(side.placed, [*given[: len(own)], *own[len(given) :]], strict=True))
        by_name = _by_name(side.name, side.named, side.declared or baseline)
        for key, name in (by_place | by_name).items():
            keys[_free(name, side.name, taken | keys.keys() if side is output else keys)] = key
    return keys


def _without_name(side: Side, index: int, before: int, *, known: bool) -> str:
    """The name of a column by position that neither document nor baseline names."""
    key = side.placed[index]
    if not key.startswith(f"{side.name}["):
        return _own_name(side.name, key)
    return f"_c{before + index}" if known or side.name == "input" else key


def _preprocessed(columns: Columns, known: Sequence[str]) -> dict[str, ColumnKey]:
    """All columns are on the input side, by name; `known`: the names of the document or the baseline, in order."""
    keys = {
        name: key for key, name in _by_name("input", {key: _own_name("input", key) for key in columns}, known).items()
    }
    if not known or not keys.keys().isdisjoint(known):
        return keys
    return {known[place] if place < len(known) else name: keys[name] for place, name in enumerate(sorted(keys))}


def _side(name: SideName, layout: Layout, columns: Columns, declared: Sequence[str], baseline: Sequence[str]) -> Side:
    """The columns of one side: those by position are the elements of its list, the others have names."""
    own = {key: _own_name(name, key) for key in columns if _is_of(name, key)}
    elements = [match for key in own if (match := _ELEMENT.fullmatch(key))]
    stem = _only_list(name, own, elements)
    if stem is None or not set(own.values()).isdisjoint(declared or baseline):
        stem = name  # known by name, or with several shapes: then only a plain list is by position
    count = max((int(match[2]) + 1 for match in elements if match[1] == stem), default=0)
    if width := _WIDTH_IN_LAYOUT[name].fullmatch(layout):
        # A column that is missing in every row has no key, but a known position.
        count = max(count, int(width[1]))
    placed = [f"{stem}[{index}]" for index in range(count)]
    return Side(name, placed, {key: own[key] for key in own if key not in placed}, declared)


def _only_list(side: SideName, own: Collection[ColumnKey], elements: Sequence[re.Match[str]]) -> str | None:
    """The part before the index, if the keys are one list without gaps.

    A list of a serving protocol (`{"predictions": [0.3], "model_version": "7"}`) may have other keys next to it.
    """
    lists = {match[1] for match in elements}
    indexes = sorted(int(match[2]) for match in elements)
    if len(lists) != 1 or indexes != list(range(len(elements))):
        return None
    (stem,) = lists
    return stem if len(elements) == len(own) or stem in {f"{side}.{key}" for key in ROW_KEYS} else None


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


def _free(name: str, side: str, taken: Collection[str]) -> str:
    """The name, prefixed with its side if it belongs to another column."""
    while name in taken:
        name = f"{side}.{name}"
    return name
