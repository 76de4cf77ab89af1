"""What a backfill is going to do: decided once, before it starts, and never changed.

The id of a run follows from its input: the same command over the same files continues the run that there is.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Literal

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.json_reading import JsonDecoder

type Step = Literal["files", "suggest", "captures", "labels", "days", "windows", "pages", "overview"]

STEPS: tuple[Step, ...] = ("files", "suggest", "captures", "labels", "days", "windows", "pages", "overview")
"""In this order. Of a baseline: the files of its data set are profiled, then it is suggested. Of captures: labels find
the inferences that are there, windows are evaluated when everything is, a long one after its days, and pages show their
trends, so they are made when all windows are evaluated; the endpoint's page lists them."""

READING: tuple[Step, ...] = ("files", "captures", "labels")
"""Steps that read files."""

MOST_FILES = 500
MOST_BYTES = 256 << 20
"""Of a batch: less than a minute's work of profile_capture. A file that is larger is a batch of its own."""

LEAST_FILES = 20
LEAST_BYTES = 8 << 20
"""Of a batch, where there are few files: each batch starts a function."""

_SIDE_BY_SIDE = 64
"""Few files are cut into so many batches, so that many can work on them."""

MOST_BATCHES = 10_000
"""Of a step. The results of a Distributed Map may have 256 KB together; larger runs get larger batches."""

BASELINE = "baseline"
"""The beginning of the id of a baseline's run."""

WINDOWS = 100
"""Executions of a batch."""

DAYS = 5
"""Days of a batch: what they have is not known before they are read, and few days are many files."""


class Item(msgspec.Struct, frozen=True, order=True):
    """A file to read, a window to evaluate, or a page to make.

    Attributes:
        key: The file's key, the day, or the scheduled time of a window, or its start and end with a slash between; of
            single items, the endpoint or the folder.
        size: Bytes; 0 if unknown.
        etag: The file's entity tag; empty if unknown.
    """

    key: str
    size: int = 0
    etag: str = ""

    @property
    def marker(self) -> str:
        """Says that exactly this version of the file is done."""
        return sha256(f"{self.key}\n{self.etag}".encode()).hexdigest()[:16]


class Part(msgspec.Struct, frozen=True):
    """How much there is of a step.

    Attributes:
        items: Files, or windows.
        size: Bytes of the files.
        batches: Names of the batches, in their order.
    """

    items: int = 0
    size: int = 0
    batches: tuple[str, ...] = ()


class DataSetPlan(msgspec.Struct, frozen=True):
    """What is known of a baseline's data set before its files are profiled side by side.

    Attributes:
        monitor: Whose baseline it is.
        kind: The format of all files.
        names: Of the columns of all CSV files; None if they are not CSV.
        header: Whether these have a header.
        assumed: What had to be guessed, and how to state it; empty if nothing.
        format: The entity tag of `_format.json`; None if there is none.
        release: That reads the files.
    """

    monitor: str
    kind: Literal["csv", "json", "parquet"]
    names: tuple[str, ...] | None
    header: bool
    assumed: str
    format: str | None
    release: str

    @property
    def digest(self) -> str:
        """Equal where a file has the same profile."""
        return sha256(msgspec.json.encode(self)).hexdigest()[:16]


class Plan(msgspec.Struct, frozen=True):
    """A run of a backfill.

    Attributes:
        start, end: The half-open range of the hours in the capture files' folders; None for a baseline.
        bucket: Of the capture files; None for the stack's own.
        monitors: Whose windows are evaluated.
        publish: Whether metrics, events and signals for alarms of these windows are published.
        release: That planned it.
        pages: Of the executions, a batch for each of windows; empty if they are not wanted, or follow from events.
        overview: The endpoint's page, if there are pages.
        files, suggest, data_set: Of a baseline; then there is nothing else.
        days: Of the one window by hand that is evaluated, instead of those of the schedules; empty without one.
    """

    id: str
    endpoint: str
    start: datetime | None
    end: datetime | None
    bucket: str | None
    captures: Part
    labels: Part
    windows: Part
    monitors: tuple[str, ...]
    publish: bool
    release: str
    pages: Part = Part()
    overview: Part = Part()
    files: Part = Part()
    suggest: Part = Part()
    data_set: DataSetPlan | None = None
    days: Part = Part()

    def part(self, step: Step) -> Part:
        return {
            "files": self.files,
            "suggest": self.suggest,
            "captures": self.captures,
            "labels": self.labels,
            "days": self.days,
            "windows": self.windows,
            "pages": self.pages,
            "overview": self.overview,
        }[step]

    @property
    def batches(self) -> Iterator[str]:
        """All of them, in their order."""
        for step in STEPS:
            yield from self.part(step).batches

    def windows_of(self, monitor: str) -> list[str]:
        """The batches of one monitor, in the order of time."""
        return [batch for batch in self.windows.batches if monitor_of(batch) == monitor]

    def to_json(self) -> bytes:
        return msgspec.json.encode(self)

    @classmethod
    def from_json(cls, body: bytes, key: str) -> "Plan":
        """Raises InvalidInputError: not a plan."""
        try:
            return _PLAN.decode(body)
        except msgspec.DecodeError as error:
            raise _unreadable(f"not the plan of a backfill ({error})", key) from None


def step_of(batch: str) -> Step:
    """Raises InvalidInputError: not the name of a batch."""
    step = batch.partition("-")[0]
    if step not in STEPS:
        raise InvalidInputError(
            "not the name of a batch", where=batch, expected=", ".join(f"{each}-…" for each in STEPS)
        )
    return step


def monitor_of(batch: str) -> str:
    """The monitor whose windows, or pages, a batch has."""
    return batch.partition("-")[2].rpartition("-")[0]


def pages_of(windows: str) -> str:
    """The batch with the pages of a batch of windows."""
    return f"pages-{windows.partition('-')[2]}"


def name_of(step: Step, number: int, monitor: str = "") -> str:
    return "-".join([step, *([monitor] if monitor else []), f"{number:05}"])


def into_batches(items: Sequence[Item]) -> list[Sequence[Item]]:
    """The items in their order, cut by bytes and number."""
    most_files = _of_a_batch(len(items), LEAST_FILES, MOST_FILES)
    most_bytes = _of_a_batch(sum(each.size for each in items), LEAST_BYTES, MOST_BYTES)
    batches: list[list[Item]] = []
    size = 0
    for item in items:
        if not batches or len(batches[-1]) >= most_files or size + item.size > most_bytes:
            batches.append([])
            size = 0
        batches[-1].append(item)
        size += item.size
    return list(batches)


def _of_a_batch(total: int, least: int, most: int) -> int:
    """A share of the total, within bounds. Cut by two measures, each half as often, there are at most MOST_BATCHES."""
    return max(min(max(total // _SIDE_BY_SIDE, least), most), -(-2 * total // MOST_BATCHES))


def run_id(of: str, made_of: Iterable[str]) -> str:
    """The run's name, which is also that of an execution of the state machine.

    Args:
        of: What people should recognise: `range_of`, or BASELINE.
    """
    return f"{of}-{sha256('\n'.join(made_of).encode()).hexdigest()[:12]}"


def range_of(start: datetime, end: datetime) -> str:
    return f"{start:%Y%m%dT%H}-{end:%Y%m%dT%H}"


def items_to_lines(items: Iterable[Item]) -> bytes:
    return b"".join(msgspec.json.encode(item) + b"\n" for item in items)


def items_of_lines(body: bytes, key: str) -> list[Item]:
    """Raises InvalidInputError: not a batch."""
    try:
        return _ITEM.decode_lines(body)
    except msgspec.DecodeError as error:
        raise _unreadable(f"not a batch of a backfill ({error})", key) from None


def _unreadable(what: str, key: str) -> InvalidInputError:
    """Nobody makes it again: it does not follow from one object of the user."""
    return InvalidInputError(what, where=key, mend="Delete the folder of this run, and start it again.")


_PLAN = JsonDecoder(Plan)
_ITEM = JsonDecoder(Item)
