"""run_monitor and suggest_baseline, with the ports that a test does not ask about."""

from typing import Any

from driftline.adapters.scripts.processes import ScriptProcesses
from driftline.domain.executions.execution import Execution, ExecutionRequest
from driftline.domain.monitors.defaults import StackDefaults
from driftline.kinds.kind import Kinds
from driftline.kinds.registry import KINDS
from driftline.usecases.baselines.suggest_baseline import BaselineSuggested, suggest_baseline
from driftline.usecases.executions.run_monitor import run_monitor
from driftline.usecases.explanations.explaining import Explaining
from driftline.usecases.ports import Events, Metrics, ObjectStore, Operators
from driftline.usecases.ports.predictions import Predictor
from tests.explaining import at_once
from tests.fakes import RecordingEvents, RecordingMetrics, RecordingOperators, only
from tests.tables import TABLES

PUBLISHING = StackDefaults(metrics="top")
"""So that tests see what a monitor publishes; by default it is nothing."""


def execute_in(
    store: ObjectStore,
    request: ExecutionRequest,
    *,
    metrics: Metrics | None = None,
    events: Events | None = None,
    signals_namespace: str | None = None,
    kinds: Kinds = KINDS,
    explaining: Explaining | None = None,
    predictor: Predictor | None = None,
    defaults: StackDefaults = PUBLISHING,
) -> Execution:
    """One execution in a bucket that has everything, its captures too."""
    reading = reading_in(store) | {"kinds": kinds, "explaining": explaining or at_once(store, predictor)}
    return run_monitor(
        request,
        metrics=metrics or RecordingMetrics(),
        events=events or RecordingEvents(),
        signals_namespace=signals_namespace,
        defaults=defaults,
        **reading,
    )


def reading_in(store: ObjectStore) -> dict[str, Any]:
    """What reading a window takes."""
    return {
        "store": store,
        "stores": only(store),
        "scripts": ScriptProcesses(),
        "tables": TABLES,
        "kinds": KINDS,
        "explaining": at_once(store),
    }


def suggest_in(
    store: ObjectStore,
    endpoint: str,
    monitor: str,
    operators: Operators | None = None,
    kinds: Kinds = KINDS,
    predictor: Predictor | None = None,
    explaining: Explaining | None = None,
    most_bytes: int | None = None,
) -> BaselineSuggested:
    """suggest_baseline, with everything in one bucket."""
    return suggest_baseline(
        endpoint,
        monitor,
        store=store,
        tables=TABLES,
        operators=operators or RecordingOperators(),
        kinds=kinds,
        predictor=predictor,
        explaining=explaining or at_once(store, predictor),
        most_bytes=most_bytes,
    )
