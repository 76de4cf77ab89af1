"""Capture files into pandas, by the fastest route that was found: msgspec for the lines, Arrow's reader for the CSV.

Peers have no reader of capture files. This one is kind to them: it knows the shape of these files and checks nothing.
"""

import io
from pathlib import Path

import msgspec
import pandas as pd

COLUMNS = [
    "score",
    *(f"whole{n}" for n in range(10)),
    *(f"number{n}" for n in range(14)),
    *(f"text{n}" for n in range(5)),
]
TEXTS = [name for name in COLUMNS if name.startswith("text")]
_BATCH = 1 << 20
"""Bytes of lines decoded at once: larger batches are slower, because their objects leave the CPU's cache."""


class _Side(msgspec.Struct, gc=False):
    data: str


class _Data(msgspec.Struct, rename="camel", gc=False):
    endpoint_input: _Side
    endpoint_output: _Side


class _Record(msgspec.Struct, rename="camel", gc=False):
    capture_data: _Data


def load(path: Path) -> pd.DataFrame:
    """One capture file as a frame with typed columns."""
    decoder = msgspec.json.Decoder(_Record)
    parts = []
    with path.open("rb") as file:
        while lines := file.readlines(_BATCH):
            records = decoder.decode_lines(b"".join(lines))
            parts.extend(
                f"{record.capture_data.endpoint_output.data},{record.capture_data.endpoint_input.data}\n"
                for record in records
            )
    return pd.read_csv(io.BytesIO("".join(parts).encode()), names=COLUMNS, engine="pyarrow")


def load_all(paths: list[Path]) -> pd.DataFrame:
    """All files as one frame."""
    return pd.concat([load(path) for path in paths], ignore_index=True)
