"""The port behind which a capture file becomes profiles and columnar records."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from driftline.domain.capture.blocks import Preprocess, SlotCount
from driftline.domain.capture.records import Reject
from driftline.domain.profiles.parts import ProfiledTable
from driftline.domain.profiles.span import Layout

HOURS_METADATA = "driftline_hours"
"""The key of the hours in the metadata of columnar records, separated by spaces."""

type Parser = Literal["native", "python"]
"""Which implementation read a file. The results are the same, byte for byte."""


@dataclass(frozen=True, slots=True)
class CaptureFile:
    """What is to be profiled.

    Attributes:
        bodies: Reads the capture lines of the file, in parts if it is a manifest's; may be called again.
        where: The file, as errors name it.
        hour: For lines without a time.
        preprocess: The monitor's script, if it has one.
        unpacked_bytes: Maximum size of a body, unpacked if it is gzip.
    """

    bodies: Callable[[], Iterable[bytes]]
    where: str
    hour: datetime
    preprocess: Preprocess | None
    unpacked_bytes: int


class ProfiledCapture(Protocol):
    """What became of a capture file."""

    @property
    def parser(self) -> Parser: ...

    @property
    def counts(self) -> Mapping[datetime, SlotCount]:
        """Slot -> counts of its records; includes records without rows."""
        ...

    @property
    def rejects(self) -> Sequence[Reject]:
        """In the order of their lines, as many as are listed."""
        ...

    @property
    def rejected(self) -> int:
        """How many there are."""
        ...

    @property
    def tables(self) -> Mapping[tuple[datetime, Layout], ProfiledTable]:
        """(slot, layout) -> profile of all its rows."""
        ...

    def join_hashes(self, hour: datetime) -> bytes:
        """The join ids of a UTC hour, as HourProfile has them."""
        ...

    def records(self, hours: Iterable[datetime]) -> bytes:
        """The columnar records, in Parquet. Call it once.

        Args:
            hours: The UTC hours whose profiles come from the file; they are stored in it.
        """
        ...


class CaptureProfiler(Protocol):
    """Profiles capture files."""

    def profile(self, file: CaptureFile) -> AbstractContextManager[ProfiledCapture]:
        """Reads the file; what it needs on local disk is deleted when the context ends.

        Raises:
            InvalidInputError: the file cannot be unpacked, is too large, or its preprocessing script cannot go on.
        """
        ...
