"""SageMaker's last verdicts of a schedule, each checked against what Driftline's rules say about the same files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from driftline.domain.errors import DriftlineError, InvalidInputError
from driftline.domain.migration.translate import bucket_and_key
from driftline.kinds.kind import Kinds
from driftline.kinds.parity import Recheck
from driftline.usecases.migration.read_schedules import ReadSchedule, error_of
from driftline.usecases.ports import ObjectStore, Stores
from driftline.usecases.time_folders import Level, time_folders


@dataclass(frozen=True, slots=True)
class ParityWindow:
    """One execution of a schedule.

    Attributes:
        scheduled: The hour of its folder.
        found: Both verdicts; None if a file could not be read.
        error: Why.
    """

    endpoint: str
    schedule: str
    kind: str
    scheduled: datetime
    folder: str
    found: Recheck | None
    error: DriftlineError | None = None

    @property
    def same(self) -> bool:
        """All violations are the same, but for those that the files do not decide."""
        return self.found is not None and not self.found.unexplained


def parity_of(read: ReadSchedule, buckets: Stores, most: int, *, kinds: Kinds) -> Iterator[ParityWindow]:
    """The newest executions whose reports are still there, newest first. One that cannot be read is said.

    Args:
        most: Maximum number of executions.

    Raises:
        InvalidInputError: the schedule says no place of its reports.
    """
    uri = read.source.definition.output_uri
    if uri is None:
        raise InvalidInputError("it has no MonitoringOutputs", where=read.source.name)
    bucket, key = bucket_and_key(uri)
    store = buckets(bucket)
    below = read.source.name if read.source.definition.batch else f"{read.monitor.endpoint}/{read.source.name}"
    root = f"{key.strip('/')}/{below}/".removeprefix("/")
    baseline = {each.name: each.body for each in read.baseline}
    for folder in islice(time_folders(store, root, Level.HOUR, newest_first=True), most):
        found, error = _recheck(read, store, folder.path, baseline, kinds)
        yield ParityWindow(
            read.monitor.endpoint,
            read.source.name,
            read.monitor.kind,
            folder.start,
            store.uri(folder.path),
            found,
            error,
        )


def _recheck(
    read: ReadSchedule, store: ObjectStore, folder: str, baseline: Mapping[str, bytes], kinds: Kinds
) -> tuple[Recheck | None, DriftlineError | None]:
    kind = kinds.named(read.monitor.kind)
    parity = kind.parity
    if parity is None:
        return None, InvalidInputError(f"verdicts on {kind.title} cannot be checked", where=store.uri(folder))
    try:
        own = {name: each.body for name in kind.verdict_files if (each := store.find(folder + name)) is not None}
        return parity.recheck(own, baseline, store.uri(folder)), None
    except Exception as error:  # noqa: BLE001 - of AWS, too: the next window has nothing to do with it
        return None, error_of(error)
