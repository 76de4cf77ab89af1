"""Model quality of a window's labelled rows, hour by hour; each hour's state is kept for the next window."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.kinds.engine import LabelledHour, LabelledRows
from driftline.kinds.model_quality.rules.attributes import Attributes
from driftline.kinds.model_quality.rules.outputs import output_columns, outputs_of
from driftline.kinds.model_quality.rules.picking import pick_columns, state_of, usable_rows
from driftline.kinds.model_quality.rules.rows import ProblemType
from driftline.kinds.model_quality.rules.samples import row_hashes
from driftline.kinds.model_quality.rules.state import State, empty_state, merge_states, state_from_bytes, state_to_bytes
from driftline.kinds.model_quality.rules.values import label_text


class _Stored(msgspec.Struct, frozen=True):
    """An hour's state as it is kept, with the rows that could not be used."""

    unusable: dict[str, int]
    state: bytes


_STORED = msgspec.msgpack.Decoder(_Stored)


@dataclass(frozen=True, slots=True)
class WindowQuality:
    """State of the usable rows, and how many were not usable, by reason."""

    state: State
    unusable: Mapping[str, int]


def window_quality(labelled: LabelledRows, attributes: Attributes) -> WindowQuality:
    """The state of the window's rows. A whole hour is read once: a week's window finds the states of its hours."""
    parts = []
    for hour in labelled.hours:
        found = _stored(hour.kept(repr(attributes)), attributes.problem)
        if found is None:
            found = _hour_quality(hour, attributes)
            stored = _Stored(dict(found.unusable), state_to_bytes(found.state))
            hour.keep(repr(attributes), msgspec.msgpack.encode(stored))
        parts.append(found)
    return _merged(parts, attributes)


def _hour_quality(hour: LabelledHour, attributes: Attributes) -> WindowQuality:
    columns = hour.columns()
    outputs = output_columns(columns)
    parts = []
    for batch in hour.batches([*outputs, "label", "inference_id", "event_id", "row"]):
        rows = list(outputs_of(outputs, [batch[name] for name in outputs]))
        ids = [
            str(inference or event) for inference, event in zip(batch["inference_id"], batch["event_id"], strict=True)
        ]
        picked = pick_columns(rows, batch["label"], attributes)
        usable = usable_rows(picked, row_hashes(ids, (int(row or 0) for row in batch["row"])), attributes)
        parts.append(WindowQuality(state_of(usable.rows, attributes), usable.unusable))
    return _merged(parts, attributes)


def _merged(parts: list[WindowQuality], attributes: Attributes) -> WindowQuality:
    first = empty_state(attributes.problem, label_text(attributes.positive_label) or attributes.positive_label)
    unusable: Counter[str] = Counter()
    for part in parts:
        unusable.update(part.unusable)
    return WindowQuality(merge_states(first, [part.state for part in parts]), dict(unusable))


def _stored(body: bytes | None, problem: ProblemType) -> WindowQuality | None:
    if body is None:
        return None
    try:
        kept = _STORED.decode(body)
        return WindowQuality(state_from_bytes(problem, kept.state, "the state of an hour"), kept.unusable)
    except (InvalidInputError, msgspec.DecodeError):
        return None  # Of another version: it is made again.
