"""Keys of files with attributes: `attributes/<endpoint>/yyyy/mm/dd/hh/<name>`, the UTC hour of their inferences."""

import re
from datetime import datetime

from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import day_folder, hour_folder, hour_of_folders

ATTRIBUTES = "attributes/"
_KEY = re.compile(r"attributes/(?P<endpoint>[^/]+)/(?P<y>\d{4})/(?P<m>\d{2})/(?P<d>\d{2})/(?P<h>\d{2})/(?P<name>.+)")


def attributes_prefix(endpoint: str, hour: datetime) -> str:
    """Of everything known of inferences of one UTC hour, of all variants."""
    return f"{ATTRIBUTES}{endpoint}/{hour_folder(hour)}"


def attributes_day_prefix(endpoint: str, day: datetime) -> str:
    return f"{ATTRIBUTES}{endpoint}/{day_folder(day)}"


def parse_attributes_key(key: str) -> tuple[str, datetime]:
    """(endpoint, hour of the inferences).

    Raises:
        InvalidInputError: the key has another shape.
    """
    match = _KEY.fullmatch(key)
    if match is None:
        raise InvalidInputError(
            "not the key of a file with attributes", where=key, expected="attributes/<endpoint>/yyyy/mm/dd/hh/<name>"
        )
    return match["endpoint"], hour_of_folders(match, key)


def holds_attributes(key: str, size: int) -> bool:
    """Whether an object is data: no folder, no marker such as `_SUCCESS`."""
    return size > 0 and not key.rsplit("/", 1)[-1].startswith(("_", "."))
