"""When data arrives: it is read, joined with its other half, and evaluated windows are requested again.

Labels whose other half does not arrive are looked at by `take_sweep`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from driftline.domain.attributes.keys import holds_attributes, parse_attributes_key
from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.ground_truth.horizon import DEFAULT_LABEL_DELAY
from driftline.domain.ground_truth.keys import parse_ground_truth_key, parse_profile_key
from driftline.domain.keys import parse_capture_key
from driftline.domain.metrics import Metric
from driftline.domain.monitors.defaults import SHIPPED, StackDefaults
from driftline.domain.unpacking import UNPACKED_BYTES
from driftline.domain.windows import HOUR
from driftline.kinds.kind import Kinds
from driftline.usecases.arrivals.reopen_windows import reopen_windows
from driftline.usecases.capture.profile_capture import CaptureProfiled, NothingReadError, profile_capture
from driftline.usecases.ground_truth.hour_attributes import read_attributes
from driftline.usecases.ground_truth.labels_again import labels_again
from driftline.usecases.ground_truth.merge_ground_truth import LabelsMerged, merge_capture, merge_labels
from driftline.usecases.monitors.monitor_documents import find_document
from driftline.usecases.ports import Metrics, ObjectStore, Reruns, Stores
from driftline.usecases.ports.scripts import Scripts
from driftline.usecases.ports.tables import CaptureTables, LabelTables
from driftline.usecases.unreadable_state import with_state_made_again

NAMESPACE = "driftline/ground-truth"
"""CloudWatch namespace of the counts of labels; SageMaker has none."""


@dataclass(frozen=True, slots=True)
class CaptureTaken:
    """A capture file's profiles, the labels that were waiting for it, and the windows to evaluate again."""

    profiled: CaptureProfiled
    matched: int
    reopened: tuple[ExecutionRequest, ...]


@dataclass(frozen=True, slots=True)
class LabelsTaken:
    """A ground truth file's labels, and the windows to evaluate again."""

    merged: LabelsMerged
    reopened: tuple[ExecutionRequest, ...]

    @property
    def numbers(self) -> Mapping[str, object]:
        """What there is to log."""
        found = self.merged
        numbers = {"labels": found.labels, "matched": found.matched, "rejected": found.rejected}
        return {**numbers, "reopened": len(self.reopened), "reason": found.reason}


@dataclass(frozen=True, slots=True)
class AttributesTaken:
    """A file with attributes, and the windows to evaluate again.

    Attributes:
        rows: Rows that can be used.
        problem: What is wrong with others; empty if nothing is.
        reason: Why nothing was done; otherwise empty.
    """

    endpoint: str
    rows: int = 0
    problem: str = ""
    reason: str = ""
    reopened: tuple[ExecutionRequest, ...] = ()


def take_capture(
    key: str,
    *,
    capture: ObjectStore,
    state: ObjectStore,
    reruns: Reruns,
    arrived: datetime,
    stores: Stores,
    scripts: Scripts,
    tables: CaptureTables,
    kinds: Kinds,
    unpacked_bytes: int = UNPACKED_BYTES,
) -> CaptureTaken:
    """Profiles a capture file; see profile_capture for the arguments and errors.

    Args:
        arrived: The time of the event.
    """
    reopened: list[ExecutionRequest] = []

    def reopen(hours: Iterable[datetime]) -> None:
        endpoint = parse_capture_key(key).endpoint
        reopened.extend(reopen_windows(endpoint, hours, store=state, reruns=reruns, arrived=arrived, kinds=kinds))

    try:
        profiled = profile_capture(
            key,
            capture=capture,
            state=state,
            stores=stores,
            scripts=scripts,
            tables=tables,
            on_lost=reopen,
            kinds=kinds,
            unpacked_bytes=unpacked_bytes,
        )
    except NothingReadError as error:
        reopen(error.hours)  # windows that were evaluated without these lines looked better than they were
        raise
    profiles = [written for written in profiled.written if written.endswith(".profile")]
    matched = 0
    # Ground truth is for endpoints that watch it: for all others the look costs money for nothing.
    delay = _label_delay(state, profiled.endpoint, kinds=kinds) if profiles else None
    if delay is not None:
        for profile in profiles:
            matched += merge_capture(profile, store=state, max_label_delay=delay)
    reopen({parse_profile_key(profile)[1].hour for profile in profiles})
    return CaptureTaken(profiled, matched, tuple(reopened))


def take_labels(
    key: str,
    *,
    store: ObjectStore,
    tables: LabelTables,
    reruns: Reruns,
    metrics: Metrics,
    arrived: datetime,
    kinds: Kinds,
    unpacked_bytes: int = UNPACKED_BYTES,
    defaults: StackDefaults = SHIPPED,
) -> LabelsTaken:
    """Takes in a ground truth file; see merge_labels for the errors.

    The merged records of an hour are written when a window with it is evaluated, so that many files cost one merge. How
    old a window may be to open again counts from the hour in which the labels were collected, which the key says.

    Args:
        arrived: The time of the event, which is that of the metrics.
    """
    place = parse_ground_truth_key(key)
    endpoint = place.endpoint
    delay = label_delay(store, endpoint, kinds=kinds)
    merged = merge_file(key, store=store, tables=tables, max_label_delay=delay, unpacked_bytes=unpacked_bytes)
    hours = {at.hour for at in merged.hours}
    reopened = reopen_windows(
        endpoint,
        hours,
        store=store,
        reruns=reruns,
        arrived=arrived,
        collected=place.hour + HOUR,
        waiting_for_labels=True,
        kinds=kinds,
    )
    counts = {"labels_matched": merged.matched, "labels_waiting": merged.waiting, "labels_rejected": merged.rejected}
    if publishes_labels(store, endpoint, kinds=kinds, defaults=defaults):
        publish_counts(metrics, endpoint, counts, arrived)
    return LabelsTaken(merged, tuple(reopened))


def merge_file(
    key: str,
    *,
    store: ObjectStore,
    tables: LabelTables,
    max_label_delay: timedelta,
    unpacked_bytes: int = UNPACKED_BYTES,
) -> LabelsMerged:
    """See `merge_labels`; labels that cannot be read are made again from their ground truth files."""
    again = partial(
        labels_again, store=store, tables=tables, max_label_delay=max_label_delay, unpacked_bytes=unpacked_bytes
    )
    merge = partial(
        merge_labels, key, store=store, tables=tables, max_label_delay=max_label_delay, unpacked_bytes=unpacked_bytes
    )
    return with_state_made_again(merge, store, again)


def take_attributes(
    key: str, *, store: ObjectStore, tables: LabelTables, reruns: Reruns, arrived: datetime, kinds: Kinds
) -> AttributesTaken:
    """Requests the windows with the hour of a file with attributes, and checks the file.

    The file is read where it is when a window is evaluated. One that cannot be read opens windows, too: it may have
    replaced another one.

    Args:
        arrived: The time of the event.

    Raises:
        InvalidInputError: not the key of such a file, or no row of it can be used; windows are requested before.
        StaleReadError: the file was replaced meanwhile.
    """
    endpoint, hour = parse_attributes_key(key)
    summary = next((each for each in store.list(key) if each.key == key), None)
    if summary is None or not holds_attributes(key, summary.size):
        return AttributesTaken(endpoint, reason="the file no longer exists, or holds no attributes")
    reopened = reopen_windows(
        endpoint, [hour], store=store, reruns=reruns, arrived=arrived, reading_attributes=True, kinds=kinds
    )
    rows, problem = read_attributes(store, summary, tables).check()
    return AttributesTaken(endpoint, rows, problem, reopened=tuple(reopened))


def publishes_labels(store: ObjectStore, endpoint: str, *, kinds: Kinds, defaults: StackDefaults) -> bool:
    """Whether counts of labels are published: where a monitor that needs labels publishes more than totals."""
    document = find_document(store, endpoint, kinds=kinds)
    monitors = document.monitors.by_name().values() if document else ()
    return any(
        document is not None
        and monitor.label_delay is not None
        and defaults.metrics_of(document, getattr(monitor, "metrics", None)) in {"top", "all"}
        for monitor in monitors
    )


def publish_counts(metrics: Metrics, endpoint: str, counts: Mapping[str, int], at: datetime) -> None:
    """Publishes what became of an endpoint's labels, by the name of the metric."""
    dimensions = {"Endpoint": endpoint}
    values = [Metric(name, float(count), "Count", dimensions) for name, count in counts.items()]
    metrics.publish(NAMESPACE, values, at)


def _label_delay(store: ObjectStore, endpoint: str, *, kinds: Kinds) -> timedelta | None:
    """None where no monitor of the endpoint waits for labels."""
    document = find_document(store, endpoint, kinds=kinds)
    return document.label_delay if document else None


def label_delay(store: ObjectStore, endpoint: str, *, kinds: Kinds) -> timedelta:
    """How long after an inference its label may come, by the monitor document; the default without one."""
    return _label_delay(store, endpoint, kinds=kinds) or DEFAULT_LABEL_DELAY
