"""The counts of a window's rows, hour by hour; each hour's state is kept for the next window.

An hour is read once for the same captures, labels, attributes and settings: a month that is judged together is made of
the states of its hours.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.predictions.outputs import output_columns, outputs_of
from driftline.domain.predictions.picking import pick_columns, why_unusable
from driftline.kinds.data import HourRows, WindowRows
from driftline.kinds.model_bias.counting import Counted, counted_rows
from driftline.kinds.model_bias.flip_rows import MOST_OF_AN_HOUR, FlipRows
from driftline.kinds.model_bias.places import Places
from driftline.kinds.model_bias.rules.counts import Counts
from driftline.kinds.model_bias.typed import TypedPlan

_VERSION = 1
"""Of what is counted and kept: states of an earlier version are made again."""

_FLIPS = " flips"
_ORIGIN = ("label", "attributes", "inference_id", "event_id", "row")
_OBJECT = JsonDecoder(dict[str, object])


class _Stored(msgspec.Struct, frozen=True):
    rows: int
    labelled: int
    predicted: int
    unusable: dict[str, int]
    found: dict[str, str]
    counts: bytes


_STORED = msgspec.msgpack.Decoder(_Stored)


@dataclass(frozen=True, slots=True)
class WindowCounts:
    """The state of some rows.

    Attributes:
        rows: All of them, each inference once.
        labelled, predicted: Those with a usable label, a usable prediction.
        unusable: Labels and predictions that are there and cannot be used, by reason.
        found: What the first of these rows had, by reason.
    """

    counts: Counts = field(default_factory=Counts.empty)
    rows: int = 0
    labelled: int = 0
    predicted: int = 0
    unusable: Mapping[str, int] = field(default_factory=dict)
    found: Mapping[str, str] = field(default_factory=dict)

    @property
    def explained(self) -> dict[str, int]:
        """The number of unusable rows by reason, each with what was found."""
        return {
            f"{reason} ({self.found[reason]})" if reason in self.found else reason: rows
            for reason, rows in sorted(self.unusable.items())
        }

    @classmethod
    def merge_all(cls, parts: Sequence["WindowCounts"]) -> "WindowCounts":
        unusable: Counter[str] = Counter()
        found: dict[str, str] = {}
        for part in parts:
            unusable.update(part.unusable)
            found = {**part.found, **found}  # The first one stays.
        return cls(
            Counts.merge_all(part.counts for part in parts),
            sum(part.rows for part in parts),
            sum(part.labelled for part in parts),
            sum(part.predicted for part in parts),
            dict(unusable),
            found,
        )

    def to_bytes(self) -> bytes:
        stored = _Stored(
            self.rows,
            self.labelled,
            self.predicted,
            dict(self.unusable),
            dict(self.found),
            self.counts.to_bytes(),
        )
        return msgspec.msgpack.encode(stored)

    @classmethod
    def from_bytes(cls, body: bytes | None) -> "WindowCounts | None":
        """None if there is nothing, or something of another version: it is made again."""
        if body is None:
            return None
        try:
            kept = _STORED.decode(body)
            counts = Counts.from_bytes(kept.counts, "the state of an hour")
        except (InvalidInputError, msgspec.DecodeError):
            return None
        return cls(counts, kept.rows, kept.labelled, kept.predicted, kept.unusable, kept.found)


def window_counts(captured: WindowRows, typed: TypedPlan, places: Places) -> WindowCounts:
    """The state of all rows of the window."""
    made_with = _settings(typed, places)
    parts = []
    for hour in captured.hours:
        found = WindowCounts.from_bytes(hour.kept(made_with))
        parts.append(found if found is not None else _read(hour, typed, places, made_with)[0])
    return WindowCounts.merge_all(parts)


def window_flips(captured: WindowRows, typed: TypedPlan, places: Places) -> FlipRows:
    """The rows for the flip test: apart from the counts, because they take hundreds of times their room."""
    made_with = _settings(typed, places)
    parts = []
    for hour in captured.hours:
        found = _kept_flips(hour.kept(f"{made_with}{_FLIPS}"))
        parts.append(found if found is not None else _read(hour, typed, places, made_with)[1])
    return FlipRows.merge_all(parts)


def _kept_flips(body: bytes | None) -> FlipRows | None:
    """None: there are none, or they are damaged, and are made again."""
    try:
        return FlipRows.from_bytes(body) if body is not None else None
    except (ValueError, InvalidInputError):
        return None


def _read(hour: HourRows, typed: TypedPlan, places: Places, made_with: str) -> tuple[WindowCounts, FlipRows]:
    counts, flips = _hour_counts(hour, typed, places)
    hour.keep(made_with, counts.to_bytes())
    hour.keep(f"{made_with}{_FLIPS}", flips.to_bytes())
    return counts, flips


def _settings(typed: TypedPlan, places: Places) -> str:
    """All that the state of an hour depends on, besides its rows."""
    plan = typed.plan
    columns = {name: places.of_column(name) for name in plan.columns}
    used = (
        plan.facets,
        plan.positive,
        plan.attributes,
        plan.group_variable,
        typed.label,
        sorted(typed.columns.items()),
    )
    return f"{_VERSION} {used!r} {columns!r} {places.inputs()!r}"


def _hour_counts(hour: HourRows, typed: TypedPlan, places: Places) -> tuple[WindowCounts, FlipRows]:
    captured = hour.columns()
    outputs = output_columns(captured)
    keys = {name: key for name in typed.plan.columns if (key := places.of_column(name)) in set(captured)}
    features = [key for key in places.inputs() if key in set(captured)]
    wanted = list(dict.fromkeys((*_ORIGIN, *outputs, *keys.values(), *features)))
    parts, flips = [], []
    for batch in hour.batches(wanted):
        labels = [_document(label) for label in batch["label"]]
        rows = list(outputs_of(outputs, [batch[name] for name in outputs])) if outputs else [() for _ in labels]
        picked = pick_columns(rows, labels, typed.plan.attributes)
        known = [labels, [_document(cell) for cell in batch["attributes"]]]
        cells = {
            name: batch[keys[name]] if name in keys else list(_elsewhere(name, known)) for name in typed.plan.columns
        }
        counted = counted_rows(typed, cells, picked)
        found = {
            reason: why_unusable(reason, rows[place], labels[place], typed.plan.attributes)
            for reason, place in counted.first.items()
        }
        parts.append(_part(counted, found))
        flips.append(FlipRows.of(batch, features, counted.rows))
    return WindowCounts.merge_all(parts), FlipRows.merge_all(flips, MOST_OF_AN_HOUR)


def _part(counted: Counted, found: Mapping[str, str]) -> WindowCounts:
    return WindowCounts(
        Counts.of(counted.rows),
        counted.total,
        counted.labelled,
        counted.predicted,
        counted.unusable,
        found,
    )


def _elsewhere(name: str, known: Sequence[Sequence[object]]) -> Iterator[object]:
    """A column that was not captured: of the label, if it is an object, or of the attributes."""
    for documents in zip(*known, strict=True):
        objects = (each for each in documents if isinstance(each, Mapping))
        yield next((each[name] for each in objects if name in each), None)


def _document(cell: str | int | None) -> object:
    """A JSON object as one, all else as it is."""
    if not isinstance(cell, str) or not cell.startswith("{"):
        return cell
    try:
        return _OBJECT.decode(cell)
    except msgspec.DecodeError:
        return cell
