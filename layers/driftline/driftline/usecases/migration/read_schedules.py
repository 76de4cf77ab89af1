"""Reads an account's monitoring schedules, and the files that they name. Each one fails alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from driftline.domain.errors import DriftlineError, InvalidInputError
from driftline.domain.migration.clarify_config import needs_an_endpoint
from driftline.domain.migration.source import SourceSchedule
from driftline.domain.migration.translate import bucket_and_key, translate, unknown_type
from driftline.domain.migration.translated import LeftOut, MonitorType, TranslatedMonitor, Wanted
from driftline.domain.monitors.comparison import Compared
from driftline.kinds.kind import Kinds
from driftline.usecases.ports import Stores
from driftline.usecases.ports.model_monitor import ModelMonitor
from driftline.usecases.ports.monitoring_schedules import ListedSchedule
from driftline.usecases.side_by_side import side_by_side

_PANDAS = b"pandas"
_CONFIG = "analysis_config.json"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of the account.

    Attributes:
        name: In the folder of the baseline, or below scripts/.
    """

    name: str
    uri: str
    body: bytes


@dataclass(frozen=True, slots=True)
class ReadSchedule:
    """A schedule as a monitor, with its files.

    Attributes:
        baseline: Those that were found.
        missing: Files that the schedule names and that are not there.
        scripts: Field of the document → script.
    """

    source: SourceSchedule
    monitor: TranslatedMonitor
    baseline: tuple[FoundFile, ...]
    missing: tuple[Wanted, ...]
    scripts: Mapping[str, FoundFile]


@dataclass(frozen=True, slots=True)
class Unread:
    """A schedule that cannot become a monitor, or could not be read."""

    listed: ListedSchedule
    error: Exception


@dataclass(frozen=True, slots=True)
class Account:
    """What is read from, and how.

    Attributes:
        buckets: Opens buckets of the account.
        own_bucket: That of the stack; None for a folder, which stands for any.
        comparison: What the monitors compare by.
    """

    sagemaker: ModelMonitor
    buckets: Stores
    own_bucket: str | None
    comparison: Compared = "sagemaker"


def monitor_types(kinds: Kinds) -> dict[str, MonitorType]:
    """The kinds that SageMaker has, by its name of their type."""
    return {
        kind.monitoring_type: MonitorType(
            name=kind.name,
            monitoring_type=kind.monitoring_type,
            fields=frozenset(kind.settings.model_fields),
            namespace=kind.settings.metrics_namespace,
            files=kind.baseline_files,
            companions=kind.companions,
        )
        for kind in kinds
        if kind.monitoring_type
    }


def read_schedules(
    account: Account, endpoints: Sequence[str], *, kinds: Kinds, step: Callable[[str], None]
) -> Iterator[ReadSchedule | Unread]:
    """The schedules of these endpoints, or of all; in the order of their names.

    Args:
        endpoints: Names, for batch transform jobs the folder of their captures; none: all.
        step: Called with the name of each schedule that was read.
    """
    listed = sorted(account.sagemaker.schedules(), key=lambda each: each.name)
    wanted = [each for each in listed if not endpoints or each.endpoint is None or each.endpoint in endpoints]
    types = monitor_types(kinds)

    def read(each: ListedSchedule) -> ReadSchedule | Unread:
        try:
            return _read(account, each, types)
        except Exception as error:  # noqa: BLE001 - of AWS, too: the next schedule has nothing to do with it
            return Unread(each, error)

    for each, found in zip(wanted, side_by_side(read, wanted), strict=True):
        step(each.name)
        name = found.monitor.endpoint if isinstance(found, ReadSchedule) else each.endpoint
        if not endpoints or name in endpoints or name is None:
            yield found


def _read(account: Account, listed: ListedSchedule, types: Mapping[str, MonitorType]) -> ReadSchedule:
    source = account.sagemaker.schedule(listed.name)
    kind = types.get(source.monitoring_type)
    if kind is None:
        raise unknown_type(source, types)
    inputs = source.definition.input
    capture = account.sagemaker.captured(inputs.endpoint_name) if inputs.endpoint_name else None
    monitor = translate(source, kind, capture, own_bucket=account.own_bucket, comparison=account.comparison)
    wanted = _with_job_outputs(account, monitor)
    files = {each.name: _find(account.buckets, each) for each in wanted}
    baseline = tuple(each for each in files.values() if each is not None)
    missing = tuple(each for each in wanted if files[each.name] is None and each.stated)
    scripts = {field: _script(account.buckets, each, listed.name) for field, each in monitor.scripts.items()}
    monitor = _with_what_files_say(monitor, baseline, scripts)
    return ReadSchedule(source, monitor, baseline, missing, scripts)


def _with_job_outputs(account: Account, monitor: TranslatedMonitor) -> list[Wanted]:
    """Files that no URI says where they are may be among the outputs of the job that suggested them."""
    unplaced = [each for each in monitor.baseline if not each.uris]
    if not unplaced or monitor.baselining_job is None:
        return [each for each in monitor.baseline if each.uris]
    folders = [each.rstrip("/") for each in account.sagemaker.job_outputs(monitor.baselining_job)]
    placed = [
        replace(each, uris=tuple(f"{folder}/{each.name}" for folder in folders), stated=True) for each in unplaced
    ]
    return [*(each for each in monitor.baseline if each.uris), *placed]


def _find(buckets: Stores, wanted: Wanted) -> FoundFile | None:
    for uri in wanted.uris:
        bucket, key = bucket_and_key(uri)
        try:
            found = buckets(bucket).find(key)
        except Exception as error:
            raise error_of(error, where=uri) from error
        if found is not None:
            return FoundFile(wanted.name, uri, found.body)
    return None


def _script(buckets: Stores, wanted: Wanted, schedule: str) -> FoundFile:
    """Raises InvalidInputError: it is not there; without it the monitor would judge other rows."""
    found = _find(buckets, wanted)
    if found is None:
        raise InvalidInputError(
            f"its script {wanted.uris[0]} is not there",
            where=schedule,
            expected="the script, without which the monitor would evaluate other rows",
            mend="Upload it there, or write the monitor by hand.",
        )
    return found


def _with_what_files_say(
    monitor: TranslatedMonitor, baseline: Sequence[FoundFile], scripts: Mapping[str, FoundFile]
) -> TranslatedMonitor:
    """What only shows in the files: a script that needs pandas, an endpoint that SageMaker would have started."""
    fields, left_out = dict(monitor.fields), list[LeftOut]()
    for each in baseline:
        needed = needs_an_endpoint(each.body) if each.name == _CONFIG else None
        if needed is not None:
            fields["enabled"] = False
            left_out.append(needed)
    for each in scripts.values():
        if _PANDAS in each.body:
            why = "Scripts have numpy, and no pandas (docs/reference/scripts.md#modules)."
            left_out.append(LeftOut("pandas", each.name, why, "Write the script without it."))
    return replace(monitor, fields=fields, left_out=(*left_out, *monitor.left_out))


def error_of(error: Exception, *, where: str) -> DriftlineError:
    """Any exception as the error that the report shows, with where it happened.

    Args:
        where: Unless the error says so itself.
    """
    if isinstance(error, DriftlineError):
        return error
    mend = "Check the credentials, region and permissions (docs/reference/permissions.md)."
    return DriftlineError(str(error), where=where, mend=mend)


def is_final(error: Exception) -> bool:
    """Whether there can be no such monitor, however often it is tried."""
    return isinstance(error, InvalidInputError)
