"""Model quality of a window's labelled rows, hour by hour; each hour's state is kept for the next window."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.predictions.attributes import Attributes
from driftline.domain.predictions.outputs import output_columns, outputs_of
from driftline.domain.predictions.picking import NO_LABEL, pick_columns, why_unusable
from driftline.domain.predictions.problem import ProblemType
from driftline.domain.predictions.values import label_text
from driftline.kinds.data import HourRows, WindowRows
from driftline.kinds.model_quality.records import record_ids, whole_records
from driftline.kinds.model_quality.rules.rows import Classes
from driftline.kinds.model_quality.rules.samples import row_hashes
from driftline.kinds.model_quality.rules.spelling import misspelled
from driftline.kinds.model_quality.rules.state import State, empty_state, merge_states, state_from_bytes, state_to_bytes
from driftline.kinds.model_quality.rules.usable import state_of, usable_rows


class _Stored(msgspec.Struct, frozen=True):
    """An hour's state as it is kept, with the rows that could not be used."""

    unusable: dict[str, int]
    state: bytes
    found: dict[str, str] = {}


_VERSION = 3
"""Of what counts as usable and what is kept: states of an earlier version are made again."""

_STORED = msgspec.msgpack.Decoder(_Stored)


@dataclass(frozen=True, slots=True)
class WindowQuality:
    """State of the usable rows.

    Attributes:
        unusable: Number of other labelled rows, by reason.
        found: What the first of these rows had, by reason.
    """

    state: State
    unusable: Mapping[str, int]
    found: Mapping[str, str] = field(default_factory=dict)

    @property
    def explained(self) -> Mapping[str, int]:
        """The number of unusable rows by reason, each with what was found."""
        return {
            f"{reason} ({self.found[reason]})" if reason in self.found else reason: rows
            for reason, rows in self.unusable.items()
            if reason != NO_LABEL
        }

    @property
    def missing_labels(self) -> int:
        return self.unusable.get(NO_LABEL, 0)


def window_quality(labelled: WindowRows, attributes: Attributes) -> WindowQuality:
    """The state of the window's rows. A whole hour is read once: a week's window finds the states of its hours.

    Rows whose labels are spelled in another way than the settings say are unusable, all of them.
    """
    parts, made_with = [], f"{_VERSION} {attributes!r}"
    for hour in labelled.hours:
        found = _stored(hour.kept(made_with), attributes.problem)
        if found is None:
            found = _hour_quality(hour, attributes)
            stored = _Stored(dict(found.unusable), state_to_bytes(found.state), dict(found.found))
            hour.keep(made_with, msgspec.msgpack.encode(stored))
        parts.append(found)
    whole = _merged(parts, attributes)
    reason = misspelled(whole.state)
    if reason is None:
        return whole
    return WindowQuality(_empty(attributes), {**whole.unusable, reason: whole.state.rows}, whole.found)


def _hour_quality(hour: HourRows, attributes: Attributes) -> WindowQuality:
    columns = hour.columns()
    outputs = output_columns(columns)
    parts = []
    for batch in whole_records(hour.batches([*outputs, "label", "inference_id", "event_id", "row"])):
        rows = list(outputs_of(outputs, [batch[name] for name in outputs]))
        ids = record_ids(batch)
        picked = pick_columns(rows, batch["label"], attributes)
        hashes = row_hashes(ids, (int(row or 0) for row in batch["row"]))
        usable = usable_rows(picked, hashes, attributes, Classes.of(ids).codes)
        found = {
            reason: why_unusable(reason, rows[place], batch["label"][place], attributes)
            for reason, place in usable.first.items()
        }
        parts.append(WindowQuality(state_of(usable.rows, attributes), usable.unusable, found))
    return _merged(parts, attributes)


def _merged(parts: list[WindowQuality], attributes: Attributes) -> WindowQuality:
    unusable: Counter[str] = Counter()
    found: dict[str, str] = {}
    for part in parts:
        unusable.update(part.unusable)
        found = {**part.found, **found}  # The first one stays.
    return WindowQuality(merge_states(_empty(attributes), [part.state for part in parts]), dict(unusable), found)


def _empty(attributes: Attributes) -> State:
    return empty_state(attributes.problem, label_text(attributes.positive_label) or attributes.positive_label)


def _stored(body: bytes | None, problem: ProblemType) -> WindowQuality | None:
    if body is None:
        return None
    try:
        kept = _STORED.decode(body)
        return WindowQuality(state_from_bytes(problem, kept.state, "the state of an hour"), kept.unusable, kept.found)
    except (InvalidInputError, msgspec.DecodeError):
        return None  # Of another version: it is made again.
