"""The result of joining the captured rows of an hour with their labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from driftline.domain.ground_truth.labels import Label


@dataclass(frozen=True, slots=True)
class SlotRows:
    """Records and rows of one five-minute slot, and how many of them have a label; each inference counts once."""

    records: int
    rows: int
    labelled_records: int = 0
    labelled_rows: int = 0


@dataclass(frozen=True, slots=True)
class RejectedLabel:
    """A label that does not match the rows of its inference."""

    label: Label
    reason: str


@dataclass(frozen=True, slots=True)
class Winner:
    """Which of several records with one join id counts."""

    file: int
    event_id: str
    time: str


@dataclass(frozen=True, slots=True)
class MergedRows:
    """The result of an hour.

    Attributes:
        labels: Join id -> label, for inferences with a matching label.
        repeated: Join id -> the record that counts, if several were captured.
        rejected: In the order of join ids.
        slots: In the order of their starts.
        table: The Parquet file.
    """

    labels: Mapping[str, Label]
    repeated: Mapping[str, Winner]
    rejected: Sequence[RejectedLabel]
    slots: Mapping[datetime, SlotRows]
    table: bytes
