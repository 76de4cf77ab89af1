"""A label and its capture at the same time: whatever one does in the middle of the other, the pair is found."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from driftline.domain.errors import StaleReadError
from driftline.domain.windows import HOUR, Window
from driftline.usecases.ground_truth.merge_ground_truth import merge_capture, merge_labels
from driftline.usecases.ports import ObjectStore
from tests.captures import profile_file
from tests.fakes import FailingStore, InjectedError
from tests.merging import (
    DELAY,
    START,
    Inference,
    InterruptedStore,
    Merged,
    WatchedStore,
    capture_file,
    capture_key,
    label_file,
    label_key,
    merged_in,
    single_pass,
)
from tests.tables import TABLES

CAPTURES = {
    capture_key("a"): [Inference("id-0", START, rows=2), Inference("id-1", START + HOUR, named=False)],
    capture_key("b"): [Inference("id-2", START + timedelta(minutes=9))],
}
BEFORE = {label_key("a"): [("id-2", "0")]}
LABELS = {label_key("a"): [("id-0", "0\n1"), ("id-1", "1"), ("id-2", "1"), ("id-9", "1")]}
LABEL_KEY = label_key("a")
WINDOW = Window(START - HOUR, START + 4 * HOUR)
MOST_CALLS = 80
"""No handler makes so many calls for inputs this small; a bound for the loops below."""


def endpoint() -> WatchedStore:
    """File b is merged with its first label; then the labels are replaced and file a comes."""
    store = WatchedStore()
    files = {key: capture_file(inferences) for key, inferences in CAPTURES.items()}
    store.objects |= {capture_key("b"): files[capture_key("b")], LABEL_KEY: label_file(BEFORE[LABEL_KEY])}
    captured(store, capture_key("b"))
    labelled(store)
    store.objects |= files | {LABEL_KEY: label_file(LABELS[LABEL_KEY])}
    return store


def captured(store: ObjectStore, key: str) -> None:
    """Profiles a capture file, then what the events of its profiles start."""
    done = profile_file(key, store)
    for written in done.written:
        if written.startswith("state/profiles/"):
            merge_capture(written, store=store, max_label_delay=DELAY)


def labelled(store: ObjectStore) -> None:
    merge_labels(LABEL_KEY, store=store, tables=TABLES, max_label_delay=DELAY)


def capture_a(store: ObjectStore) -> None:
    captured(store, capture_key("a"))


def labelled_before_laid_open(store: ObjectStore) -> None:
    """A planted fault: looks for captures before its own labels can be seen."""

    held: dict[str, bytes] = {}

    class Late(InterruptedStore):
        def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
            if key.startswith("state/open-labels/"):
                held[key] = body
            else:
                super().put(key, body, content_type=content_type)

    late = Late(store, 0, lambda: None)
    labelled(late)
    for key, body in held.items():
        store.put(key, body)


def interleaved(one: Callable[[ObjectStore], None], other: Callable[[ObjectStore], None]) -> list[Merged]:
    """What is there at rest when the other runs before the 1st, 2nd, 3rd … call of the one."""
    results: list[Merged] = []
    for call in range(1, MOST_CALLS):
        store = endpoint()
        ran: list[int] = []

        def meanwhile(store: ObjectStore = store, ran: list[int] = ran) -> None:
            ran.append(1)
            other(store)

        try:
            one(InterruptedStore(store, call, meanwhile))
        except StaleReadError:
            one(store)  # comes again
        if not ran:
            return results
        results.append(merged_in(store, WINDOW))
    raise AssertionError(f"more than {MOST_CALLS} calls")


@pytest.mark.parametrize(("one", "other"), [(labelled, capture_a), (capture_a, labelled), (labelled, labelled)])
def test_whatever_runs_in_the_middle_the_pair_is_found(
    one: Callable[[ObjectStore], None], other: Callable[[ObjectStore], None]
) -> None:
    both = one is not other
    expected = single_pass(CAPTURES if both else {capture_key("b"): CAPTURES[capture_key("b")]}, LABELS)

    results = interleaved(one, other)

    assert len(results) > 10
    assert [at for at, result in enumerate(results, start=1) if result != expected] == []


def test_a_look_before_the_own_labels_are_written_would_lose_the_pair() -> None:
    results = interleaved(labelled_before_laid_open, capture_a)

    assert any(result != single_pass(CAPTURES, LABELS) for result in results)


@pytest.mark.parametrize("operation", ["put", "delete", "get", "etag", "get_range", "list", "folders"])
@pytest.mark.parametrize("first", ["labels", "captures"])
def test_a_crash_at_any_call_leaves_no_trace_after_redelivery(operation: str, first: str) -> None:
    steps = [labelled, capture_a] if first == "labels" else [capture_a, labelled]
    expected = single_pass(CAPTURES, LABELS)
    for call in range(1, MOST_CALLS):
        store = endpoint()
        crashed = 0
        for step in steps:
            failing = FailingStore(store, call - crashed, [operation])
            try:
                step(failing)
            except InjectedError:
                step(store)
            crashed += failing.calls
        assert merged_in(store, WINDOW) == expected, f"{operation}, call {call}"
        if crashed < call:
            return
    pytest.fail(f"more than {MOST_CALLS} calls of {operation}")
