"""The data of a window and its baseline for engines, from the store."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.conditions import Condition
from driftline.domain.ground_truth.horizon import DEFAULT_LABEL_DELAY
from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.keys import baseline_folder
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.profiles.window import WindowProfile
from driftline.domain.windows import Window
from driftline.kinds.data import Explanations, HourRows
from driftline.usecases.baselines.baseline_files import read_files
from driftline.usecases.baselines.baseline_memory import MEMORY_FILE, is_ours
from driftline.usecases.capture.capture_files import CaptureFiles
from driftline.usecases.capture.row_samples import sample_inferences
from driftline.usecases.capture.window_profile import LoadedWindow, load_window
from driftline.usecases.ground_truth.captured_window import CapturedWindow
from driftline.usecases.ground_truth.hour_states import HourStates
from driftline.usecases.ground_truth.merged_hours import MergedHour
from driftline.usecases.ground_truth.merged_window import Coverage, MergedWindow, load_merged
from driftline.usecases.ground_truth.why_unlabelled import Unlabelled
from driftline.usecases.monitors.monitor_documents import captures_of
from driftline.usecases.ports import ObjectStore, Stores
from driftline.usecases.ports.tables import Tables


@dataclass(frozen=True)
class StoredWindow:
    """`WindowData` of one monitor: read on demand, and once.

    Attributes:
        stores: Opens the bucket of the captures.
        tables: Reads and joins rows.
        explanations: Of the endpoint's rows.
    """

    store: ObjectStore
    stores: Stores
    tables: Tables
    document: MonitorDocument
    kind: str
    window: Window
    explanations: Explanations

    @property
    def baseline_folder(self) -> str:
        return baseline_folder(self.document.endpoint, self.kind)

    def uri(self, key: str) -> str:
        return self.store.uri(key)

    def baseline(self, *names: str) -> Mapping[str, bytes]:
        return read_files(self.store, self.baseline_folder, names)

    def suggested(self, name: str) -> bool:
        return is_ours(name, self.baseline(name, MEMORY_FILE))

    def profile(self) -> WindowProfile:
        return self._loaded.profile

    def labelled(self) -> "StoredRows":
        endpoint = self.document.endpoint
        captures = CaptureFiles(self.store, captures_of(self.document, self.store, self.stores), self.stores)
        merged = load_merged(
            self.store, endpoint, self.window, self.document.variant, captures=captures, tables=self.tables
        )
        hours = (StoredHour(self.store, endpoint, self.kind, merged, hour) for hour in merged.hours)
        return StoredRows(merged.coverage, tuple(hours), merged.labels_that_do_not_fit, self._why_unlabelled)

    def captured(self, since: datetime | None = None) -> "CapturedRows":
        window = self.window if since is None else Window(since, self.window.end)
        rows = CapturedWindow(self.store, self.tables, self.document.endpoint, self.kind, window, self.document.variant)
        return CapturedRows(rows, self._why_unlabelled)

    def inference_ids[Name](self, wanted: Mapping[Name, tuple[ColumnKey, Condition]]) -> Mapping[Name, tuple[str, ...]]:
        loaded = self._loaded
        return sample_inferences(self.store, loaded.parts, self.window, wanted, self.tables, largest=loaded.largest)

    def _why_unlabelled(self) -> str:
        """Of the window itself, also when earlier rows were requested."""
        monitor = self.document.monitors.by_name()[self.kind]
        delay = monitor.label_delay or DEFAULT_LABEL_DELAY
        loaded = self._loaded
        return Unlabelled(
            self.store, self.document.endpoint, self.window, loaded.parts, delay, self.tables, loaded.largest
        ).why()

    @cached_property
    def _loaded(self) -> LoadedWindow:
        return load_window(self.store, self.document.endpoint, self.window, self.document.variant)


@dataclass(frozen=True, slots=True)
class StoredRows:
    """`WindowRows` of a window."""

    coverage: Coverage
    hours: tuple["StoredHour", ...]
    misfits: int
    why_unlabelled: Callable[[], str]

    @property
    def problems(self) -> Sequence[str]:
        """Attributes are not read."""
        return ()

    def why_none(self) -> str:
        return "" if self.misfits else self.why_unlabelled()


@dataclass(frozen=True, slots=True)
class CapturedRows:
    """`WindowRows` of everything that was captured."""

    captured: CapturedWindow
    why_unlabelled: Callable[[], str]

    @property
    def coverage(self) -> Coverage:
        return self.captured.coverage

    @property
    def hours(self) -> Sequence[HourRows]:
        return self.captured.hours

    @property
    def misfits(self) -> int:
        return self.captured.misfits

    @property
    def problems(self) -> Sequence[str]:
        return self.captured.problems

    def why_none(self) -> str:
        return "" if self.misfits else self.why_unlabelled()


@dataclass(frozen=True, slots=True)
class StoredHour:
    """`HourRows`, with what a kind of monitor stores for it."""

    store: ObjectStore
    endpoint: str
    kind: str
    window: MergedWindow
    hour: MergedHour

    @property
    def start(self) -> datetime:
        return self.hour.hour

    def columns(self) -> list[str]:
        return self.window.columns(self.hour)

    def batches(self, columns: Sequence[str]) -> Iterator[Mapping[str, Sequence[str | int | None]]]:
        return self.window.batches(columns, self.hour)

    def kept(self, made_with: str) -> bytes | None:
        return self._states.kept(made_with)

    def keep(self, made_with: str, body: bytes) -> None:
        self._states.keep(made_with, body)

    @property
    def _states(self) -> HourStates:
        """The table's name holds the digest of everything that was merged."""
        at = VariantHour(self.hour.variant, self.hour.hour)
        whole = self.window.window.covers_hour(self.hour.hour)
        return HourStates(self.store, self.endpoint, self.kind, at, self.hour.table, whole)
