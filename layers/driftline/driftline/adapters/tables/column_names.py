"""Names of the columns of columnar records.

Keys that differ only in case cannot both be column names in DuckDB: the later ones get the suffix `#2`, `#3` …
"""

from collections.abc import Iterable

from driftline.domain.capture.columns import ColumnKey

ORIGIN = ("event_id", "inference_id", "inference_time", "row", "slot")


def column_names(keys: Iterable[ColumnKey]) -> dict[ColumnKey, str]:
    """The name of each column in the file, in their order."""
    names: dict[ColumnKey, str] = {}
    taken = set(ORIGIN)
    for key in keys:
        if key in names:
            continue
        name, number = key, 1
        while name.lower() in taken:
            number += 1
            name = f"{key}#{number}"
        taken.add(name.lower())
        names[key] = name
    return names
