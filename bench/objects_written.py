"""Objects that profile_capture writes for a capture file: each put is billed, and each lights up a listing later."""

from collections.abc import Iterator
from pathlib import Path

from bench.data import ROWS_PER_SECOND, capture_files, temporary_folder
from bench.ingested import profile_file
from bench.results import Limit, Options, Row
from driftline.adapters.folder.store import FolderStore
from driftline.adapters.tables.duck import DuckTables

LIMIT = Limit(2, 2, "objects")
ROWS = 20_000
"""A file of two minutes that touches one five-minute slot or two."""


class CountingStore(FolderStore):
    """A folder that knows how often it was written to."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, "bench")
        self.puts = 0

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        self.puts += 1
        super().put(key, body, content_type=content_type)


def run(_options: Options) -> Iterator[Row]:
    """A file within one hour; what a file across a full hour and one with a bad line take is in the detail."""
    with temporary_folder() as folder:
        [path] = capture_files(folder, ROWS)
        lines = path.read_bytes()
        across = lines.replace(b'"inferenceTime":"2026-03-01T00:01', b'"inferenceTime":"2026-03-01T01:01')
        usual = _written(folder / "usual", lines)
        hours = _written(folder / "hours", across)
        rejects = _written(folder / "rejects", lines + b"no record\n")
    yield Row(
        f"a capture file of {ROWS:,} rows in one hour ({ROWS // ROWS_PER_SECOND} s of traffic)",
        LIMIT,
        usual,
        f"records and one profile; {hours} where the file crosses a full hour, {rejects} where a line is rejected",
    )


def _written(root: Path, body: bytes) -> int:
    store = CountingStore(root)
    key = "capture/endpoint/AllTraffic/2026/03/01/00/file.jsonl"
    store.put(key, body)
    store.puts = 0
    profile_file(store, key, DuckTables())
    return store.puts
