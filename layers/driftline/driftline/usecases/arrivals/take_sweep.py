"""Looks again at the labels that wait: a message for each endpoint, so that none keeps another from its turn."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.ground_truth.keys import OPEN_LABELS, VariantHour
from driftline.domain.monitors.defaults import SHIPPED, StackDefaults
from driftline.kinds.kind import Kinds
from driftline.usecases.arrivals.reopen_windows import reopen_windows
from driftline.usecases.arrivals.take_arrivals import label_delay, publish_counts, publishes_labels
from driftline.usecases.each_alone import each_alone, raise_for
from driftline.usecases.ground_truth.labels_again import labels_again, labels_waiting_to_be_made
from driftline.usecases.ground_truth.sweep_labels import Swept, sweep
from driftline.usecases.ports import Metrics, ObjectStore, Reruns, Sweeps
from driftline.usecases.ports.tables import LabelTables
from driftline.usecases.unreadable_state import UNREADABLE_LABELS


@dataclass(frozen=True, slots=True)
class SweepTaken:
    """What was waiting, and the windows to evaluate again."""

    swept: Swept
    reopened: tuple[ExecutionRequest, ...]


def request_sweeps(as_of: datetime, *, store: ObjectStore, sweeps: Sweeps) -> int:
    """Requests a sweep of every endpoint with labels that wait. Returns the number of endpoints.

    Repeating it does no harm: a sweep that finds nothing new changes nothing.

    Args:
        as_of: The scheduled time.
    """
    endpoints = sorted({*store.folders(OPEN_LABELS), *store.folders(UNREADABLE_LABELS)})
    sweeps.request(endpoints, as_of)
    return len(endpoints)


def take_sweep(
    endpoint: str,
    as_of: datetime,
    *,
    store: ObjectStore,
    tables: LabelTables,
    reruns: Reruns,
    metrics: Metrics,
    kinds: Kinds,
    defaults: StackDefaults = SHIPPED,
) -> SweepTaken:
    """Looks once more for the captures of an endpoint's labels that wait, and lists those whose time is over.

    Args:
        as_of: The scheduled time.

    Raises:
        StaleReadError: some files could not be looked at; all others are, and their windows are requested.
    """
    swept = sweep_endpoint(endpoint, as_of, store=store, tables=tables, kinds=kinds)
    hours = {at.hour for at in swept.hours}
    reopened = reopen_windows(
        endpoint, hours, store=store, reruns=reruns, arrived=as_of, waiting_for_labels=True, kinds=kinds
    )
    if publishes_labels(store, endpoint, kinds=kinds, defaults=defaults):
        publish_counts(metrics, endpoint, {"labels_unmatched": swept.unmatched}, as_of)
    raise_for_files(swept)
    return SweepTaken(swept, tuple(reopened))


def sweep_endpoint(endpoint: str, as_of: datetime, *, store: ObjectStore, tables: LabelTables, kinds: Kinds) -> Swept:
    """See `sweep`; labels that cannot be read are made again from their ground truth files before."""
    delay = label_delay(store, endpoint, kinds=kinds)
    again = partial(labels_again, store=store, tables=tables, max_label_delay=delay)
    made: set[VariantHour] = set()

    def make_again(key: str) -> None:
        made.update(again(key))

    tried = each_alone(labels_waiting_to_be_made(store, endpoint), make_again)
    swept = sweep(endpoint, as_of, store=store, max_label_delay=delay, make_again=make_again)
    # A ground truth file that cannot be read has its own dead letter: a person has to upload it again.
    failed = {key: error for key, error in tried.failed.items() if not isinstance(error, InvalidInputError)}
    return replace(swept, hours=tuple(sorted({*swept.hours, *made})), failed={**failed, **swept.failed})


def raise_for_files(swept: Swept) -> None:
    """Raises StaleReadError: some files could not be looked at."""
    what = f"labels of {len(swept.failed)} ground truth files of {swept.endpoint} could not be looked at"
    raise_for(swept.failed, what)
