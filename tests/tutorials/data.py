"""The data of each tutorial, laid out as a reader gets them from where they were published."""

import gzip
from collections.abc import Callable
from pathlib import Path

type LayOut = Callable[[Path, Path], None]


def nothing(shared: Path, folder: Path) -> None:
    """A tutorial that makes its data itself."""


def bike_sharing(shared: Path, folder: Path) -> None:
    """UCI's archive 275, unpacked."""
    (folder / "hour.csv").write_bytes(gzip.decompress((shared / "bike_sharing" / "hour.csv.gz").read_bytes()))


DATA: dict[str, LayOut] = {"fastapi": bike_sharing}
"""By the name of the tutorial."""
