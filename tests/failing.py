"""Executions of the shop that its schedule asks for, and such that fail because the baseline is missing."""

from datetime import datetime, timedelta

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.execution import Execution, ExecutionRequest, ExecutionStatus
from driftline.kinds.registry import KINDS
from driftline.usecases.executions.failures import keep_failure
from driftline.usecases.ports import ObjectStore
from tests.executing import execute_in
from tests.fakes import InMemoryStore, RecordingEvents
from tests.rendering import render_execution
from tests.reporting import LAST, folder_of, shop_store

BASELINE = "baselines/shop/data_quality/constraints.json"


def run(
    store: ObjectStore, scheduled: datetime = LAST, events: RecordingEvents | None = None, **more: object
) -> Execution:
    request = ExecutionRequest.model_validate(
        {
            "endpoint": "shop",
            "monitor": "data_quality",
            "scheduled_time": scheduled,
            "trigger": "schedule",
            **more,
        }
    )
    return execute_in(store, request, events=events, signals_namespace="D/s")


def fail(
    store: InMemoryStore, scheduled: datetime = LAST, events: RecordingEvents | None = None, **more: object
) -> Execution:
    """Runs while there is no baseline."""
    baseline = store.objects.pop(BASELINE)
    execution = run(store, scheduled, events, **more)
    store.objects[BASELINE] = baseline
    assert execution.status is ExecutionStatus.FAILED
    return execution


def failed_shop(*texts: str) -> InMemoryStore:
    """With all pages: two good windows, and a newest one that failed; with reasons of these texts, if given."""
    store = shop_store()
    for name in [key for key in store.objects if key.startswith(folder_of("data_quality"))]:
        store.delete(name)
    fail(store)
    for text in texts:
        error = InvalidInputError(text, where=text, expected=text, mend=text)
        keep_failure(store, folder_of("data_quality"), None, error, kinds=KINDS)
    for monitor in ("model_quality", "data_quality"):
        for hour in (2, 1, 0):
            render_execution(store, folder_of(monitor, LAST - timedelta(hours=hour)), kinds=KINDS)
    return store
