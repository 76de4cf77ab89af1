"""Loads the native core (`native/`), or says why Python does its work.

The core is compiled code that a layer or a wheel may have or not. Nothing depends on it: without it, the same results
take longer. `DRIFTLINE_NATIVE=off` switches it off.
"""

import os
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:  # who only asks for the parser need not wait for numpy
    from driftline.usecases.ports.captures import Parser

ABI = 1
"""What the core must say of itself: it changes with the functions and what they return."""

SWITCH = "DRIFTLINE_NATIVE"
_MODULE = "driftline_core"

type EncodedColumn = tuple[str, bytes, bytes | None, bytes | None]
"""Key, the MessagePack of its ColumnWire, and the numbers (float64) whose sketch that lacks: all, and those by type."""

type CoreTable = tuple[int, str, int, int, bytes | list[EncodedColumn]]
"""Start of the slot in seconds since 1970, layout, rows, number of columns; the MessagePack of its TableWire, or its
columns if some are not complete."""

type CoreLayout = tuple[str, tuple[int, int] | None, list[str]]
"""Name, widths of outputs and inputs if it is by position, column keys if it is by name."""

type Row = tuple[int, int, tuple[int, int] | str, str, str | None, str, int, Sequence[object]]
"""Line in the batch, slot, widths or name of the layout, eventId, inferenceId, inferenceTime, number of the row in its
record, cells: texts by position; by name (key, text or None, whether it is a JSON string)."""


class CoreCapture(Protocol):
    """A capture file, batch by batch."""

    def read(self, lines: bytes, /) -> list[int] | None:
        """Reads a batch: the lines, from 0, that are capture records whose rows must be added; None: those of all."""
        ...

    def add(self, *row: object) -> None:
        """Adds a `Row`; those of a record in their order."""
        ...

    def layouts(self) -> list[CoreLayout]: ...

    def counts(self) -> list[tuple[int, int]]:
        """Slot, number of records that were read in this batch."""
        ...

    def take(self) -> list[CoreTable]:
        """Takes the rows of the batch; tables of chunks that are complete with it."""
        ...

    def flush(self) -> list[CoreTable]:
        """The tables of the last chunk."""
        ...

    def join_hashes(self) -> list[tuple[int, bytes]]:
        """Start of each hour, hashes (uint64) in the order of the rows."""
        ...

    def columns(self) -> list[str]:
        """Columns of the records."""
        ...

    def finish(self, key: str, value: str, names: Sequence[str], /) -> bytes:
        """The records as Parquet: metadata, and the names that the columns get."""
        ...


class Core(Protocol):
    """The module."""

    @property
    def ABI(self) -> int: ...  # noqa: N802 - as the module calls it

    def Capture(self, keep_records: bool, chunk_cells: int, /) -> CoreCapture: ...  # noqa: N802

    def write_parquet(
        self,
        groups: list[tuple[str, int, list[tuple[str, list[object]]]]],
        metadata: list[tuple[str, str]],
        level: int,
        /,
    ) -> bytes:
        """A file of row groups: (rank, rows, columns), and a column is its name and cells, str or int or None.

        Args:
            level: Of zstd.
        """
        ...


def load_core(environment: dict[str, str] | Any = os.environ) -> tuple[Core | None, str]:
    """The core, or None and why there is none."""
    if environment.get(SWITCH, "").strip().lower() in {"off", "0", "false", "no"}:
        return None, f"switched off by {SWITCH}"
    try:
        module = import_module(_MODULE)
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == _MODULE
        return None, "not installed" if missing else f"it cannot be loaded: {error}"
    found = getattr(module, "ABI", None)
    if found != ABI:
        return None, f"of another release: its interface is {found}, expected {ABI}"
    return cast("Core", module), ""


CORE, WHY_NOT = load_core()
"""The core of this process, or None and the reason."""


def parser() -> "Parser":
    """What reads capture files in this process."""
    return "native" if CORE else "python"
