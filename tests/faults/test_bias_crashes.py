"""Bias, with a crash after any call to the store and redelivery: the verdict is as if nothing had happened."""

import pytest

from driftline.domain.executions.execution import ExecutionRequest
from driftline.kinds.registry import KINDS
from driftline.usecases.arrivals.take_arrivals import take_labels
from tests.captures import profile_file
from tests.executing import execute_in, suggest_in
from tests.fakes import FailingStore, InjectedError, InMemoryStore, RecordingMetrics, RecordingReruns
from tests.loans import ENDPOINT, FOLDER, SCHEDULED, Loans, people
from tests.tables import TABLES

REQUEST = ExecutionRequest(endpoint=ENDPOINT, monitor="model_bias", scheduled_time=SCHEDULED)
MOST_CALLS = 250
"""No use case makes so many calls for inputs this small; a bound for the loops below."""


def uploads() -> InMemoryStore:
    """Everything that users upload, before any function has run."""
    loans = Loans()
    rows = people(120, 2)
    loans.baseline(people(200, 1))
    loans.capture(rows[:60])
    loans.capture(rows[60:], name="b.jsonl", first=60)
    loans.capture(rows[:60], name="again.jsonl")
    loans.label({number: person.repaid for number, person in enumerate(rows)})
    derived = ("state/", "merged/", f"{FOLDER}analysis", f"{FOLDER}groups", f"{FOLDER}_", f"{FOLDER}baseline")
    kept = {key: body for key, body in loans.store.objects.items() if not key.startswith(derived)}
    return InMemoryStore(objects=kept)


def everything(store: InMemoryStore | FailingStore) -> None:
    suggest_in(store, ENDPOINT, "model_bias")
    keys = sorted(summary.key for summary in store.list("capture/"))
    for key in keys:
        profile_file(key, store)
    for summary in list(store.list("ground-truth/")):
        take_labels(
            summary.key,
            store=store,
            tables=TABLES,
            reruns=RecordingReruns(),
            metrics=RecordingMetrics(),
            arrived=SCHEDULED,
            kinds=KINDS,
        )
    execute_in(store, REQUEST)


@pytest.mark.parametrize("operation", ["put", "get", "delete"])
def test_a_crash_at_any_call_leaves_no_trace_after_redelivery(operation: str) -> None:
    given = uploads().objects
    calm = InMemoryStore(objects=given)
    everything(calm)
    summary = [key for key in calm.objects if key.endswith("model_bias/2026/03/01/15/summary.json")]
    assert len(summary) == 1
    crashes = 0
    for call in range(1, MOST_CALLS):
        store = InMemoryStore(objects=given)
        try:
            everything(FailingStore(store, call, [operation]))
        except InjectedError:
            crashes += 1
        else:
            break
        everything(store)
        assert store.objects == calm.objects, f"{operation}, call {call}"
    else:
        pytest.fail(f"more than {MOST_CALLS} calls of {operation}")
    assert crashes or operation == "delete"


def test_deliveries_in_any_order_and_twice_give_the_same_verdict() -> None:
    given = uploads().objects
    once, twice = InMemoryStore(objects=given), InMemoryStore(objects=given)
    everything(once)
    everything(twice)
    everything(twice)
    folder = "reports/credit/model_bias/2026/03/01/15/"
    reports = [{key: body for key, body in store.objects.items() if key.startswith(folder)} for store in (once, twice)]
    assert reports[0] == reports[1]
