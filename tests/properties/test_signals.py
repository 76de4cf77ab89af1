"""Whatever order captures, schedules, reruns and people come in, alarms know the newest window that has rows."""

from datetime import UTC, datetime, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.domain.executions.execution import ExecutionRequest, Trigger
from driftline.usecases.executions.last_execution import last_execution
from tests.captures import DOCUMENT, capture_key, hour_of_captures, profile_file
from tests.executing import execute_in, suggest_in
from tests.fakes import InMemoryStore, RecordingMetrics
from tests.fuzz import examples

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
H = timedelta(hours=1)
GOOD = [(f"{i / 40:.2f}", f"{100 + i * 0.5:.1f}", "de" if i % 3 else "fr") for i in range(40)]
BAD = [(score, str(float(amount) * 2), country) for score, amount, country in GOOD]
STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["good", "bad", "nothing"]),
        st.sampled_from(["schedule", "rerun", "rerun", "hand"]),
    ),
    min_size=3,
    max_size=8,
)
"""What arrives for which window, and who has it judged then."""


@cache
def _endpoint() -> dict[str, bytes]:
    lines = "score,amount,country\n" + "".join(",".join(row) + "\n" for row in GOOD)
    baseline = "baselines/shop/data_quality/input/reference.csv"
    store = InMemoryStore(objects={"monitors/shop.yaml": DOCUMENT.encode(), baseline: lines.encode()})
    suggest_in(store, "shop", "data_quality")
    return store.objects


def arrive(store: InMemoryStore, window: int, what: str, name: str) -> None:
    hour = HOUR + window * H
    key = capture_key(hour, f"{name}.jsonl")
    store.put(key, hour_of_captures(hour, BAD if what == "bad" else GOOD))
    profile_file(key, store)


def execute(store: InMemoryStore, window: int, trigger: Trigger) -> tuple[int | None, dict[str, float]]:
    """Violations of the verdict, None without rows, and what alarms received."""
    metrics = RecordingMetrics()
    request = ExecutionRequest(
        endpoint="shop", monitor="data_quality", scheduled_time=HOUR + (window + 1) * H, trigger=trigger
    )
    execution = execute_in(store, request, metrics=metrics, signals_namespace="S")
    signals = {metric.name: metric.value for one in metrics.published if one.namespace == "S" for metric in one.metrics}
    return execution.violations if execution.rows else None, signals  # type: ignore[return-value]


@settings(max_examples=examples(40))
@given(STEPS)
def test_alarms_know_the_newest_window_that_has_rows(steps: list[tuple[int, str, Trigger]]) -> None:
    store = InMemoryStore(objects=_endpoint())
    known: dict[int, int] = {}  # by window, the last violations that alarms received of it
    verdicts: dict[int, int] = {}  # by window, of its last execution that was not by hand, where it had rows
    for number, (window, what, how) in enumerate(steps):
        if what != "nothing":
            arrive(store, window, what, str(number))
        verdict, received = execute(store, window, how)
        if how == "hand":
            assert not received
            continue
        if verdict is None:
            assert received.get("violations") is None
            continue
        newest = max(verdicts, default=window) <= window
        verdicts[window] = verdict
        if "violations" in received:
            assert received["violations"] == verdict
            # An old window speaks up only to say that it is worse
            assert newest or verdict > known.get(window, 0)
            known[window] = verdict
            last = last_execution(store, "shop", "data_quality")
            assert last is not None
            assert last.scheduled_time == HOUR + (window + 1) * H
    if verdicts:
        assert known[max(verdicts)] == verdicts[max(verdicts)]
