"""Tables by DuckDB, in memory and on local disk.

Each question has a module of its own, which is imported when it is asked: DuckDB takes 30 ms of a start, and many
executions, and capture files that the native core reads, do without.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from driftline.adapters.tables import (
        capture_files,
        captured_rows,
        columnar,
        csv_columns,
        hour_join,
        inference_ids,
        merged_rows,
        parquet_attributes,
        parquet_files,
        parquet_labels,
        result_files,
    )

__all__ = [
    "capture_files",
    "captured_rows",
    "columnar",
    "csv_columns",
    "hour_join",
    "inference_ids",
    "merged_rows",
    "parquet_attributes",
    "parquet_files",
    "parquet_labels",
    "result_files",
]


def __getattr__(name: str) -> "ModuleType":
    """Called for what is not there yet: an import leaves the module there."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
