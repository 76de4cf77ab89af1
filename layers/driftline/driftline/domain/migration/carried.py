"""What became of an account's monitoring schedules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from driftline.domain.errors import DriftlineError
from driftline.domain.migration.translated import LeftOut

type State = Literal["added", "there", "not carried over"]
type FileState = Literal["copied", "there", "kept", "missing"]


@dataclass(frozen=True, slots=True)
class CarriedFile:
    """What became of a file.

    Attributes:
        uri: Where it was.
        place: Where it is now.
        state: `there`: the same bytes were; `kept`: others were, and stay; `missing`: there is none in the account.
    """

    uri: str
    place: str
    state: FileState


@dataclass(frozen=True, slots=True)
class CarriedSchedule:
    """What became of a schedule.

    Attributes:
        kind: Name of the monitor; empty if the schedule could not be read.
        error: Why it is not carried over, or could not be read.
        failed: It could not be read or written: another try may help.
    """

    schedule: str
    kind: str
    state: State
    fields: Mapping[str, object]
    files: tuple[CarriedFile, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    error: DriftlineError | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class ImportedEndpoint:
    """What became of an endpoint's schedules.

    Attributes:
        document: Where its monitor document is.
        text: The document as it is now, or would be; empty without one.
    """

    endpoint: str
    document: str
    schedules: tuple[CarriedSchedule, ...]
    text: str = ""

    @property
    def failed(self) -> bool:
        return any(each.failed for each in self.schedules)
