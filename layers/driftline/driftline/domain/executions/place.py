"""The execution that a report folder belongs to."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from driftline.domain.errors import InvalidInputError
from driftline.domain.instants import within_bounds

_FOLDER = re.compile(
    r"(?:.*/)?(?P<endpoint>[^/]+)/(?P<monitor>[^/]+)/(?P<y>\d{4})/(?P<m>\d{2})/(?P<d>\d{2})/(?P<h>\d{2})/"
    r"(?:(?P<minute>\d{2})/)?(?P<hand>from-[^/]+/)?"
)


@dataclass(frozen=True, slots=True)
class Place:
    """An execution, from the key of its folder.

    Attributes:
        folder: With a trailing slash.
        scheduled: The hour, or minute, of the folder.
        by_hand: A window requested by hand.
    """

    folder: str
    endpoint: str
    monitor: str
    scheduled: datetime
    by_hand: bool = False


def parse_place(folder: str) -> Place:
    """Reads `…/<endpoint>/<monitor>/yyyy/mm/dd/hh/`, with a subfolder for a minute or for a window by hand.

    SageMaker's own schedules write to such folders, too, with the schedule's name in place of the monitor's.

    Raises:
        InvalidInputError: the folder has another shape.
    """
    match = _FOLDER.fullmatch(folder)
    if match is None:
        raise InvalidInputError(
            "not the folder of an execution", where=folder, expected="…/<endpoint>/<monitor>/yyyy/mm/dd/hh/"
        )
    numbers = (int(match[part] or 0) for part in ("y", "m", "d", "h", "minute"))
    try:
        scheduled = within_bounds(datetime(*numbers, tzinfo=UTC))  # type: ignore[misc,arg-type]
    except (ValueError, InvalidInputError) as error:
        raise InvalidInputError(f"the folders are not a date and hour ({error})", where=folder) from None
    return Place(folder, match["endpoint"], match["monitor"], scheduled, by_hand=match["hand"] is not None)
