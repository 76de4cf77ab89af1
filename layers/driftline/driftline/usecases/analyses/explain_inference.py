"""Explains one captured inference of a watched endpoint, with what its monitor explains windows with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.conditions import Condition
from driftline.domain.errors import InvalidInputError
from driftline.domain.ground_truth.join_ids import join_hashes
from driftline.domain.keys import document_key, variants_prefix
from driftline.domain.profiles.window import WindowProfile
from driftline.domain.windows import HOUR, Window
from driftline.kinds.analyst import DataAnalysis
from driftline.kinds.data import Coverage, Explanations, HourRows, WindowData, WindowRows
from driftline.kinds.engine import Context
from driftline.kinds.kind import Kinds
from driftline.usecases.executions.window_data import StoredWindow
from driftline.usecases.ground_truth.inference_index import captured_hours, find_hours
from driftline.usecases.monitors.monitor_documents import load_document
from driftline.usecases.ports import ObjectStore, Stores
from driftline.usecases.ports.tables import Tables
from driftline.usecases.time_folders import Level, time_folders

_ORIGIN = ("inference_id", "event_id")
_KEEP_NO_INDEX = datetime(1970, 1, 1, tzinfo=UTC)
"""A command that only reads stores no indexes of hours."""

_MOST_VARIANTS = 20


def explain_inference(
    inference: str,
    endpoint: str,
    *,
    store: ObjectStore,
    stores: Stores,
    tables: Tables,
    kinds: Kinds,
    explanations: Explanations,
    since: datetime | None = None,
    until: datetime | None = None,
) -> DataAnalysis:
    """Finds the inference among the captures, whenever it was, by the indexes of their hours.

    Args:
        inference: Its inferenceId, or its eventId if it has none.
        since, until: Only captures of these times are searched; None: all.

    Raises:
        InvalidInputError: the endpoint has no monitor that explains, the inference was not captured, or it cannot be
            explained.
        ObjectNotFoundError: the endpoint has no monitor document.
    """
    document = load_document(store, endpoint, kinds=kinds)
    known = document.monitors.by_name()
    explaining = next(((kind, each) for kind, each in kinds.explaining_inferences() if kind.name in known), None)
    if explaining is None:
        raise InvalidInputError(
            "no monitor of the document explains inferences",
            where=store.uri(document_key(endpoint)),
            expected=f"a monitor {' or '.join(kind.name for kind, _ in kinds.explaining_inferences())}",
            mend="Add it, with a source; or explain a data set: driftline explain DATA --model FILE.",
        )
    kind, analyst = explaining
    hour = _hour(store, endpoint, inference, since, until)
    window = Window(hour, hour + HOUR)
    stored = StoredWindow(store, stores, tables, document, kind.name, window, explanations)
    context = Context(document=document, monitor=kind.name, schedule="", window=window, scheduled_time=window.end)
    return analyst.explain_inference(context, _OneInference(stored, inference), inference)


def _hour(
    store: ObjectStore, endpoint: str, inference: str, since: datetime | None, until: datetime | None
) -> datetime:
    """The hour in which it was captured."""
    variants = store.folders(variants_prefix(endpoint))[:_MOST_VARIANTS]
    days = {
        folder.start
        for variant in variants
        for folder in time_folders(store, f"{variants_prefix(endpoint)}{variant}/", Level.DAY, since=since, until=until)
    }
    hours = captured_hours(store, endpoint, sorted(days))
    asked = [each for each in hours if _touches(each.at.hour, since, until)]
    found = find_hours(store, endpoint, join_hashes([inference]), asked, _KEEP_NO_INDEX)
    if not found:
        searched = f"{min(days):%Y-%m-%d} to {max(days):%Y-%m-%d}" if days else "no capture at all"
        raise InvalidInputError(
            f"there is no inference {inference} among the captures",
            where=endpoint,
            expected=f"an inferenceId, or eventId, of {searched}",
            mend="Check the id and the endpoint; `driftline ingest` reads capture files first.",
        )
    return min(at.hour for at in found)


def _touches(hour: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or hour + timedelta(hours=1) > since) and (until is None or hour < until)


@dataclass(frozen=True)
class _OneInference(WindowData):
    """A window in which nothing else was captured."""

    window: StoredWindow
    inference: str

    @property
    def baseline_folder(self) -> str:
        return self.window.baseline_folder

    def uri(self, key: str) -> str:
        return self.window.uri(key)

    def baseline(self, *names: str) -> Mapping[str, bytes]:
        return self.window.baseline(*names)

    def suggested(self, name: str) -> bool:
        return self.window.suggested(name)

    @property
    def explanations(self) -> Explanations:
        return self.window.explanations

    def profile(self) -> WindowProfile:
        """Of the whole hour: it only says what is where."""
        return self.window.profile()

    def labelled(self) -> WindowRows:
        return _OneOfRows(self.window.labelled(), self.inference)

    def captured(self, since: datetime | None = None) -> WindowRows:
        return _OneOfRows(self.window.captured(since), self.inference)

    def inference_ids[Name](self, wanted: Mapping[Name, tuple[ColumnKey, Condition]]) -> Mapping[Name, tuple[str, ...]]:
        return dict.fromkeys(wanted, (self.inference,))


@dataclass(frozen=True)
class _OneOfRows(WindowRows):
    rows: WindowRows
    inference: str

    @property
    def coverage(self) -> Coverage:
        return self.rows.coverage

    @property
    def hours(self) -> Sequence[HourRows]:
        return tuple(_OneOfHour(hour, self.inference) for hour in self.rows.hours)

    @property
    def misfits(self) -> int:
        return 0

    @property
    def problems(self) -> Sequence[str]:
        return self.rows.problems

    def why_none(self) -> str:
        return self.rows.why_none()


@dataclass(frozen=True)
class _OneOfHour(HourRows):
    """Nothing is kept: it would be taken for the whole hour."""

    hour: HourRows
    inference: str

    @property
    def start(self) -> datetime:
        return self.hour.start

    def columns(self) -> list[str]:
        return self.hour.columns()

    def batches(self, columns: Sequence[str]) -> Iterator[Mapping[str, Sequence[str | int | None]]]:
        for batch in self.hour.batches([*columns, *(name for name in _ORIGIN if name not in columns)]):
            ids = [a or b for a, b in zip(batch["inference_id"], batch["event_id"], strict=True)]
            places = [place for place, each in enumerate(ids) if each == self.inference]
            yield {name: [cells[place] for place in places] for name, cells in batch.items()}

    def kept(self, made_with: str) -> bytes | None:  # noqa: ARG002
        return None

    def keep(self, made_with: str, body: bytes) -> None:
        pass
