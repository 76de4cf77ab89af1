"""SageMaker's last verdicts of a schedule, each checked against what Driftline's rules say about the same files."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Literal

from driftline.domain.errors import DriftlineError, InvalidInputError
from driftline.domain.migration.translate import bucket_and_key
from driftline.kinds.kind import Kinds
from driftline.kinds.parity import Recheck
from driftline.usecases.migration.captured_verdict import Captured, Tools
from driftline.usecases.migration.read_schedules import ReadSchedule, error_of
from driftline.usecases.ports import ObjectStore
from driftline.usecases.time_folders import Level, TimeFolder, time_folders


@dataclass(frozen=True, slots=True)
class ParityWindow:
    """One execution of a schedule.

    Attributes:
        scheduled: The hour of its folder.
        found: Both verdicts; None if a file could not be read.
        error: Why.
        source: What our verdict is on.
    """

    endpoint: str
    schedule: str
    kind: str
    scheduled: datetime
    folder: str
    found: Recheck | None
    error: DriftlineError | None = None
    source: Literal["captures", "statistics"] = "statistics"

    @property
    def same(self) -> bool:
        """All violations are the same, but for those that the files do not decide."""
        return self.found is not None and not self.found.unexplained

    @property
    def in_part(self) -> bool:
        """The same, as far as the files decide: there are violations that could not be checked."""
        return self.same and self.found is not None and self.found.theirs != self.found.ours


def parity_of(read: ReadSchedule, tools: Tools, most: int, *, kinds: Kinds) -> Iterator[ParityWindow]:
    """The newest executions whose reports are still there, newest first. One that cannot be read is said.

    Our verdict is on the captures of the window if they are there, otherwise on the statistics that SageMaker wrote.

    Args:
        most: Maximum number of executions.

    Raises:
        InvalidInputError: the schedule says no place of its reports.
    """
    uri = read.source.definition.output_uri
    if uri is None:
        raise InvalidInputError("it has no MonitoringOutputs", where=read.source.name)
    bucket, key = bucket_and_key(uri)
    store = tools.buckets(bucket)
    below = read.source.name if read.source.definition.batch else f"{read.monitor.endpoint}/{read.source.name}"
    root = f"{key.strip('/')}/{below}/".removeprefix("/")
    checking = _Checking(read, store, tools, kinds)
    for folder in islice(time_folders(store, root, Level.HOUR, newest_first=True), most):
        yield checking.window(folder)


class _Checking:
    """The executions of one schedule.

    Args:
        store: With its reports.
    """

    def __init__(self, read: ReadSchedule, store: ObjectStore, tools: Tools, kinds: Kinds) -> None:
        self._read, self._store, self._tools, self._kinds = read, store, tools, kinds
        self._baseline = {each.name: each.body for each in read.baseline}

    def window(self, folder: TimeFolder) -> ParityWindow:
        monitor, place = self._read.monitor, self._store.uri(folder.path)
        window = ParityWindow(monitor.endpoint, self._read.source.name, monitor.kind, folder.start, place, None)
        try:
            return self._checked(window, folder)
        except Exception as error:  # noqa: BLE001 - of AWS, too: the next window has nothing to do with it
            return replace(window, error=error_of(error, where=place))

    @cached_property
    def _captured(self) -> Captured:
        return Captured(self._read, self._tools, kinds=self._kinds)

    def _checked(self, window: ParityWindow, folder: TimeFolder) -> ParityWindow:
        kind = self._kinds.named(window.kind)
        parity = kind.parity
        if parity is None:
            raise InvalidInputError(f"verdicts on {kind.title} cannot be checked", where=window.folder)
        names = kind.verdict_files
        own = {name: each.body for name in names if (each := self._store.find(folder.path + name)) is not None}
        found = parity.recheck(own, self._baseline, window.folder)
        captured = self._captured.verdict(folder.start) if parity.from_captures else None
        if captured is None:
            return replace(window, found=found)
        ours = parity.violated(captured.violations, window.folder)
        return replace(window, found=found.with_captures(ours, captured.rows), source="captures")
