"""What differs from monitor to monitor when a baseline is suggested."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import JsonValue

from driftline.usecases.baselines.datasets.format import DatasetFormat
from driftline.usecases.ports import ObjectStore


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a data set suggests.

    Attributes:
        rows: Those that the files are of.
        unusable: Rows that are left out, by reason.
        files: The bytes of each file, by name.
        beside: Of files that are Driftline's alone and follow from those: they are written whatever is there.
        left_out: Columns of the data set that the monitor document does not name.
    """

    rows: int
    files: Mapping[str, bytes]
    unusable: Mapping[str, int] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    beside: Mapping[str, bytes] = field(default_factory=dict)


class BaselineStrategy(Protocol):
    """How one monitor reads data sets, for one endpoint."""

    @property
    def settings(self) -> dict[str, JsonValue]:
        """What the monitor document says that decides the result."""
        ...

    def suggest(self, store: ObjectStore, keys: Sequence[str], options: DatasetFormat) -> Suggestion:
        """Reads the files in this order; memory does not grow with their size.

        Raises:
            InvalidInputError: a file cannot be read, or the data set lacks what the monitor needs.
        """
        ...
