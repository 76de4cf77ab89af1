"""Everything that was captured in a window, with labels and attributes where they exist.

Only the inputs of an hour are listed at first. Its records are read when its columns or rows are requested, which a
monitor that finds what it kept of the hour never does.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

import msgspec

from driftline.domain.attributes.keys import (
    ATTRIBUTES,
    attributes_day_prefix,
    attributes_prefix,
    holds_attributes,
)
from driftline.domain.errors import ObjectNotFoundError, StaleReadError
from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.keys import variants_prefix
from driftline.domain.profiles.window import rollup_digest
from driftline.domain.windows import HOUR, Window
from driftline.usecases.capture.window_profile import load_window
from driftline.usecases.ground_truth.hour_attributes import HourAttributes
from driftline.usecases.ground_truth.hour_states import HourStates
from driftline.usecases.ground_truth.merged_hours import (
    HourInputs,
    any_repeated,
    captured_hours,
    hour_inputs,
    hour_sources,
    latest_labels,
    record_readers,
    stored_hour,
)
from driftline.usecases.ground_truth.merged_window import Coverage, coverage_of_slots
from driftline.usecases.listed_hours import listed_hours
from driftline.usecases.ports import ObjectStore, ObjectSummary
from driftline.usecases.ports.tables import CapturedHour, Cells, LabelTables

_BATCH_ROWS = 50_000


class _Notes(msgspec.Struct, frozen=True):
    """What was found in an hour's labels and attributes, for executions that need not read the hour again."""

    misfits: int = 0
    problems: tuple[str, ...] = ()


_NOTES = JsonDecoder(_Notes)


@dataclass(frozen=True)
class CapturedWindow:
    """The rows of all variants, or one; see the module.

    Attributes:
        kind: The kind of monitor whose states of hours are kept.
    """

    store: ObjectStore
    tables: LabelTables
    endpoint: str
    kind: str
    window: Window
    variant: str | None = None

    @cached_property
    def hours(self) -> tuple["StoredCaptures", ...]:
        """Hours with captures, in the order of variant and time."""
        prefix = variants_prefix(self.endpoint)
        variants = [self.variant] if self.variant else sorted(self.store.folders(prefix))
        return tuple(
            StoredCaptures(
                self.store,
                self.tables,
                self.endpoint,
                self.kind,
                self.window,
                at,
                inputs,
                self._attributes.get(at.hour, ()),
            )
            for name in variants
            for at, inputs in captured_hours(self.store, self.endpoint, self.window, name)
        )

    @cached_property
    def coverage(self) -> Coverage:
        """What the stored profiles and merged hours know. No records are read, so two numbers are approximate.

        In an hour that was not merged since its last label or capture arrived, an inference that was captured twice
        counts as two, and each label of the hour counts as one row.
        """
        return sum((hour.coverage() for hour in self.hours), Coverage())

    @property
    def misfits(self) -> int:
        """Labels that have another number of values than their inference has rows: they are of no row."""
        return sum(hour.misfits() for hour in self.hours)

    @property
    def problems(self) -> Sequence[str]:
        """One sentence for each file with attributes that cannot be used, or not all of it."""
        return tuple(dict.fromkeys(problem for hour in self.hours for problem in hour.problems()))

    @cached_property
    def _attributes(self) -> Mapping[datetime, Sequence[ObjectSummary]]:
        """By hour; of all variants."""
        if not self.store.folders(f"{ATTRIBUTES}{self.endpoint}/"):
            return {}
        found: dict[datetime, Sequence[ObjectSummary]] = {}
        prefix_of = partial(attributes_day_prefix, self.endpoint)
        for hour, summaries in listed_hours(self.store, self.window, prefix_of).items():
            data = tuple(each for each in summaries if holds_attributes(each.key, each.size))
            if data:
                found[hour] = data
        return found


@dataclass(frozen=True, slots=True)
class StoredCaptures:
    """`HourRows` of everything that was captured in one hour of one variant.

    Attributes:
        window: May begin or end within the hour.
        attributes: Files with attributes of its inferences.
    """

    store: ObjectStore
    tables: LabelTables
    endpoint: str
    kind: str
    window: Window
    at: VariantHour
    inputs: HourInputs
    attributes: Sequence[ObjectSummary] = ()

    @property
    def start(self) -> datetime:
        return self.at.hour

    def columns(self) -> list[str]:
        with self._joined() as (hour, _):
            return hour.columns

    def batches(self, columns: Sequence[str], rows: int = _BATCH_ROWS) -> Iterator[Mapping[str, Cells]]:
        """See `CapturedHour.batches`."""
        with self._joined() as (hour, attributes):
            yield from hour.batches(columns, self.window, rows)
            self._noted(hour, attributes)

    def kept(self, made_with: str) -> bytes | None:
        return self._states.kept(made_with)

    def keep(self, made_with: str, body: bytes) -> None:
        self._states.keep(made_with, body)

    def coverage(self) -> Coverage:
        """See `CapturedWindow.coverage`."""
        merged = stored_hour(self.store, self.endpoint, self.at, self.inputs)
        if merged is not None and merged.table:
            return coverage_of_slots(merged, self.window)
        inside = Window(max(self.window.start, self.at.hour), min(self.window.end, self.at.hour + HOUR))
        profile = load_window(self.store, self.endpoint, inside, self.at.variant).profile
        labels = len(latest_labels(self.store, self.inputs)) if self.inputs.labels else 0
        return Coverage(profile.records, profile.rows, min(labels, profile.records), min(labels, profile.rows))

    def misfits(self) -> int:
        """See `CapturedWindow.misfits`."""
        merged = stored_hour(self.store, self.endpoint, self.at, self.inputs)
        return self._notes().misfits if merged is None else merged.rejected

    def problems(self) -> Sequence[str]:
        """See `CapturedWindow.problems`."""
        return self._notes().problems if self.attributes else ()

    def _notes(self) -> _Notes:
        """As found when the hour was read; otherwise it is read."""
        remembered = self.store.find(self._notes_key)
        if remembered is not None:
            with suppress(ValueError):  # damaged: they are made again
                return _NOTES.decode(remembered.body)
        with self._joined() as (hour, attributes):
            return self._noted(hour, attributes)

    @property
    def _states(self) -> HourStates:
        attributes = rollup_digest((summary.key, summary.etag) for summary in self.attributes)
        made_of = f"captured\n{self.inputs.digest}\n{attributes}"
        whole = self.window.covers_hour(self.at.hour)
        return HourStates(self.store, self.endpoint, self.kind, self.at, made_of, whole)

    @property
    def _notes_key(self) -> str:
        """Of the whole hour, whatever part of it the window has."""
        return self._states.key("notes")

    def _noted(self, hour: CapturedHour, attributes: HourAttributes) -> _Notes:
        """Hours without labels and attributes have nothing to note."""
        notes = _Notes(hour.misfits, tuple(attributes.problems))
        if self.inputs.mergeable or self.attributes:
            self.store.put(self._notes_key, msgspec.json.encode(notes))
        return notes

    @contextmanager
    def _joined(self) -> Iterator[tuple[CapturedHour, HourAttributes]]:
        attributes = HourAttributes(self.store, self.tables, self.attributes)
        try:
            labels = latest_labels(self.store, self.inputs) if self.inputs.labels else {}
            sources = hour_sources(self.store, self.inputs)
            records = record_readers(self.store, sources)
            repeated = any_repeated(sources)
            with self.tables.captured_hour(records, self.at.hour, labels, attributes.rows(), repeated=repeated) as hour:
                yield hour, attributes
        except ObjectNotFoundError as error:
            prefix = attributes_prefix(self.endpoint, self.at.hour)
            others = (each for each in self.store.list(prefix) if holds_attributes(each.key, each.size))
            if hour_inputs(self.store, self.endpoint, self.at) == self.inputs and tuple(others) == self.attributes:
                raise
            raise StaleReadError("data of an hour was replaced while it was read", where=error.where) from error
