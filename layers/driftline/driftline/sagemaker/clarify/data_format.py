"""How the files of a `DataConfig` are read."""

import csv
import gzip
import zlib
from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path

from driftline.domain.capture.header_line import header_names
from driftline.domain.keys import is_data_name
from driftline.sagemaker.clarify.data_config import DataConfig
from driftline.usecases.baselines.datasets.files import opened

_OTHERS = {"application/jsonlines": "json", "application/x-parquet": "parquet"}


def data_only(files: Mapping[str, Path]) -> dict[str, Path]:
    """Without markers such as `_SUCCESS`."""
    return {name: path for name, path in files.items() if is_data_name(name)}


def format_of(config: DataConfig, files: Mapping[str, Path]) -> dict[str, dict[str, object]]:
    """The dataset_format. A first line that is `headers` is a header; where that says nothing, it is detected."""
    other = _OTHERS.get(config.analysis_config["dataset_type"])
    if other is not None:
        return {other: {}}
    first = next(iter(files.values()), None)
    header = _is_header(first, config.headers) if first is not None and config.headers else None
    return {"csv": {} if header is None else {"header": header}}


def _is_header(path: Path, headers: Sequence[str]) -> bool | None:
    """None: some of its cells are headers, or it cannot be read, which is said when all of it is."""
    try:
        with opened(path) as file, TextIOWrapper(file, "utf-8-sig", newline="") as text:
            names = header_names(next(csv.reader(text), []))
    except (OSError, EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError, csv.Error):
        return None
    if names == list(headers):
        return True
    return None if set(names) & set(headers) else False
