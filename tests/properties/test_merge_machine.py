"""Captures and labels in any order, twice, late, corrected, withdrawn, interrupted, interleaved: at rest one result."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from driftline.domain.errors import StaleReadError
from driftline.domain.instants import format_instant, parse_instant
from driftline.domain.windows import HOUR, Window
from driftline.usecases.arrivals.take_sweep import raise_for_files
from driftline.usecases.ground_truth import merged_window
from driftline.usecases.ground_truth.hour_labels import LabelFile
from driftline.usecases.ground_truth.merge_ground_truth import merge_capture, merge_labels
from driftline.usecases.ground_truth.sweep_labels import sweep
from driftline.usecases.ports import ObjectStore
from tests.captures import profile_file
from tests.fakes import FailingStore, InjectedError
from tests.fuzz import examples
from tests.merging import (
    DELAY,
    ENDPOINT,
    START,
    Inference,
    InterruptedStore,
    WatchedStore,
    capture_file,
    capture_key,
    label_file,
    label_key,
    load,
    merged_in,
    single_pass,
)
from tests.tables import TABLES

BUDGET = settings(
    derandomize=True,
    deadline=None,
    max_examples=examples(50),
    stateful_step_count=14,
    suppress_health_check=list(HealthCheck),
)
EVERYTHING = Window(START - 2 * HOUR, START + 12 * HOUR)
MOST_DELIVERIES = 400

IDS = [f"id-{number}" for number in range(6)]
CAPTURE_KEYS = [capture_key(name, START, variant) for variant in ("AllTraffic", "Canary") for name in "abc"]
LABEL_KEYS = [
    *(label_key(name, START + hours * HOUR) for name, hours in (("a", 0), ("b", 0), ("a", 3), ("c", 30))),
    label_key("yesterday", START - 30 * HOUR),
    label_key("too-late", START + DELAY + 4 * HOUR),
]


def _rows(number: int) -> int:
    return 2 if number % 5 == 0 else 1


def _variant(number: int) -> str:
    return "Canary" if number % 4 == 3 else "AllTraffic"


@st.composite
def _inferences(draw: st.DrawFn, key: str) -> list[Inference]:
    """An id belongs to one variant and hour, whichever files it is captured in; some only have an event id."""
    numbers = [number for number in range(len(IDS)) if f"/{_variant(number)}/" in key]
    chosen = draw(st.lists(st.tuples(st.sampled_from(numbers), st.integers(0, 3)), min_size=1, max_size=5))
    return [
        Inference(
            IDS[number],
            START + (number % 3) * HOUR + timedelta(minutes=7 * (number % 7) + minute),
            rows=_rows(number),
            note="" if number == 1 else draw(st.sampled_from("xy")),
            named=number != 1,
        )
        for number, minute in chosen
    ]


@st.composite
def _labels(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Now and then another number of labels than the inference has rows, and ids that nothing captured."""
    chosen = draw(st.lists(st.sampled_from([*range(len(IDS)), 99]), min_size=2, max_size=7))
    values = st.sampled_from("01")
    return [
        (f"id-{number}", "\n".join(draw(values) for _ in range(_rows(number) + draw(st.sampled_from([0] * 7 + [1])))))
        for number in chosen
    ]


CALLS = st.integers(1, 10) | st.integers(1, 30)
"""A handler makes its most delicate calls first; it makes about 30 in all."""

RETRY = "retry"
WINDOW = "window "
PLACES = ("capture/", "state/profiles/", "ground-truth/", RETRY, WINDOW)
HOURS = [START + number * HOUR for number in range(3)]
NOTHING_CAPTURED = [("id-99", "0")]


class Merging(RuleBasedStateMachine):
    """Queues of events as S3 sends them: at least once, in any order, and one that fails comes again."""

    sweeps = True

    def __init__(self) -> None:
        super().__init__()
        self.store = WatchedStore()
        self.store.told = self._enqueue
        self.queue: list[str] = []
        self.captures: dict[str, Sequence[Inference]] = {}
        self.labels: dict[str, Sequence[tuple[str, str]]] = {}

    def _enqueue(self, key: str) -> None:
        # A profile that is removed is no event: who removed it has looked for labels of those that are left
        if key.startswith(PLACES) and key in self.store.objects:
            self.queue.append(key)

    def handle(self, key: str, store: ObjectStore) -> None:
        if key.startswith("capture/"):
            profile_file(key, store)
        elif key.startswith("state/profiles/"):
            merge_capture(key, store=store, max_label_delay=DELAY)
        elif key == RETRY:
            raise_for_files(sweep(ENDPOINT, START, store=store, max_label_delay=DELAY))
        elif key.startswith(WINDOW):
            start = parse_instant(key.removeprefix(WINDOW))
            load(store, Window(start, start + HOUR))
        else:
            self.take_labels(key, store)

    def take_labels(self, key: str, store: ObjectStore) -> None:
        merge_labels(key, store=store, tables=TABLES, max_label_delay=DELAY)

    def deliver(self, at: int, store: ObjectStore) -> None:
        """Takes an event from the queue; it comes back when its handler fails."""
        key = self.queue.pop(at % len(self.queue))
        try:
            self.handle(key, store)
        except (InjectedError, StaleReadError):
            self.queue.append(key)

    def drain(self, store: ObjectStore) -> None:
        for _ in range(MOST_DELIVERIES):
            if not self.queue:
                return
            self.deliver(0, store)
        raise AssertionError("events keep coming back")

    @initialize(data=st.data())
    def an_endpoint_at_work(self, data: st.DataObject) -> None:
        for key in data.draw(st.permutations([CAPTURE_KEYS[0], CAPTURE_KEYS[1], CAPTURE_KEYS[3], *LABEL_KEYS[:2]])):
            if key.startswith("capture/"):
                self.a_capture_file_comes_or_is_replaced(data, key)
            else:
                self.labels_come_or_are_corrected(key, data.draw(_labels()))

    @rule(data=st.data(), key=st.sampled_from(CAPTURE_KEYS))
    def a_capture_file_comes_or_is_replaced(self, data: st.DataObject, key: str) -> None:
        self.captures[key] = data.draw(_inferences(key))
        self.store.put(key, capture_file(self.captures[key]))

    @rule(key=st.sampled_from(LABEL_KEYS), labels=_labels())
    def labels_come_or_are_corrected(self, key: str, labels: list[tuple[str, str]]) -> None:
        self.labels[key] = labels
        self.store.put(key, label_file(labels))

    @precondition(lambda self: self.labels)
    @rule(at=st.integers(0, 9))
    def labels_are_withdrawn(self, at: int) -> None:
        """Their file is replaced by one with labels of nothing that was captured."""
        self.labels_come_or_are_corrected(sorted(self.labels)[at % len(self.labels)], NOTHING_CAPTURED)

    @precondition(lambda self: self.captures)
    @rule(at=st.integers(0, 9))
    def captures_are_withdrawn(self, at: int) -> None:
        key = sorted(self.captures)[at % len(self.captures)]
        self.captures[key] = []
        self.store.put(key, b"")

    @rule(hour=st.sampled_from(HOURS))
    def a_window_is_to_be_evaluated(self, hour: datetime) -> None:
        self.queue.append(f"{WINDOW}{format_instant(hour)}")

    @precondition(lambda self: self.queue)
    @rule(at=st.integers(0, 9), twice=st.booleans())
    def an_event_is_delivered(self, at: int, twice: bool) -> None:
        if twice:
            self.queue.append(self.queue[at % len(self.queue)])
        self.deliver(at, self.store)

    @precondition(lambda self: self.queue)
    @rule(at=st.integers(0, 9), call=st.integers(1, 40))
    def a_handler_crashes(self, at: int, call: int) -> None:
        self.deliver(at, FailingStore(self.store, call))

    @precondition(lambda self: self.queue)
    @rule(kind=st.sampled_from(PLACES), call=CALLS, all_others=st.booleans())
    def others_run_in_the_middle_of_one(self, kind: str, call: int, all_others: bool) -> None:
        """All others that wait, or the same event once more."""
        at = next((at for at, key in enumerate(self.queue) if key.startswith(kind)), 0)
        key = self.queue[at]

        def meanwhile() -> None:
            if all_others:
                self.drain(self.store)
            else:
                self.queue.append(key)
                self.deliver(len(self.queue) - 1, self.store)

        self.deliver(at, InterruptedStore(self.store, call, meanwhile))

    @rule(data=st.data(), keys=st.tuples(st.sampled_from(CAPTURE_KEYS), st.sampled_from(LABEL_KEYS[:4])), call=CALLS)
    def captures_come_while_labels_are_taken_in(self, data: st.DataObject, keys: tuple[str, str], call: int) -> None:
        self.a_capture_file_comes_or_is_replaced(data, keys[0])
        self.labels_come_or_are_corrected(keys[1], data.draw(_labels()))
        self.deliver(len(self.queue) - 1, InterruptedStore(self.store, call, lambda: self.drain(self.store)))

    @rule()
    def everything_settles(self) -> None:
        self.drain(self.store)

    @precondition(lambda self: self.sweeps)
    @rule()
    def what_waits_is_to_be_retried(self) -> None:
        self.queue.append(RETRY)

    def teardown(self) -> None:
        self.drain(self.store)
        assert merged_in(self.store, EVERYTHING) == single_pass(self.captures, self.labels)


def test_at_rest_everything_is_as_from_a_single_pass() -> None:
    run_state_machine_as_test(Merging, settings=BUDGET)


class _LateStore(InterruptedStore):
    """Holds back what is put under a prefix until the handler is through."""

    def __init__(self, inner: ObjectStore, prefix: str) -> None:
        super().__init__(inner, 0, lambda: None)
        self._prefix = prefix
        self._held: list[tuple[str, bytes]] = []

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        if key.startswith(self._prefix):
            self._held.append((key, body))
        else:
            super().put(key, body, content_type=content_type)

    def release(self) -> None:
        for key, body in self._held:
            self.inner.put(key, body)


class LooksBeforeItWrites(Merging):
    """The planted fault: labels are laid open only after the look at the captures. A sweep would heal it."""

    sweeps = False

    def take_labels(self, key: str, store: ObjectStore) -> None:
        late = _LateStore(store, "state/open-labels/")
        merge_labels(key, store=late, tables=TABLES, max_label_delay=DELAY)
        late.release()


class ForgetsReplacedLabels(Merging):
    """The planted fault: what a replaced file gave to the hours is not removed."""

    def take_labels(self, key: str, store: ObjectStore) -> None:
        with patch.object(LabelFile, "drop_other_versions", LabelFile.hours):
            super().take_labels(key, store)


class KeepsWithdrawnRecords(Merging):
    """The planted fault: an hour without labels is passed over, and its merged records with it."""

    def teardown(self) -> None:
        with patch.object(merged_window, "hours_with_merged_lines", lambda *_: ()):
            super().teardown()


CAPTURED = Inference(IDS[0], START, rows=2, note="x", named=True)
LABELLED = (CAPTURED.id, "1\n0")


def _captures_come(machine: Merging) -> None:
    machine.captures[CAPTURE_KEYS[0]] = [CAPTURED]
    machine.store.put(CAPTURE_KEYS[0], capture_file([CAPTURED]))
    machine.drain(machine.store)


def _captures_come_while_labels_are_taken_in(machine: Merging, call: int) -> None:
    machine.labels_come_or_are_corrected(LABEL_KEYS[0], [LABELLED])
    machine.deliver(0, InterruptedStore(machine.store, call, lambda: _captures_come(machine)))


def _labels_are_replaced(machine: Merging, _call: int) -> None:
    _captures_come(machine)
    for labels in ([LABELLED], [(IDS[1], "1")]):
        machine.labels_come_or_are_corrected(LABEL_KEYS[0], labels)
        machine.drain(machine.store)


def _labels_of_an_evaluated_window_are_withdrawn(machine: Merging, call: int) -> None:
    _captures_come(machine)
    machine.labels_come_or_are_corrected(LABEL_KEYS[0], [LABELLED])
    machine.a_window_is_to_be_evaluated(START)
    machine.drain(machine.store)
    machine.labels_are_withdrawn(0)
    machine.deliver(0, InterruptedStore(machine.store, call, lambda: None))


@pytest.mark.parametrize(
    ("faulty", "history"),
    [
        (LooksBeforeItWrites, _captures_come_while_labels_are_taken_in),
        (ForgetsReplacedLabels, _labels_are_replaced),
        (KeepsWithdrawnRecords, _labels_of_an_evaluated_window_are_withdrawn),
    ],
)
def test_the_machine_sees_planted_faults(faulty: type[Merging], history: Callable[[Merging, int], None]) -> None:
    """What a search finds depends on chance; in these histories the faults show, whatever is drawn."""

    def right(kind: type[Merging], call: int) -> bool:
        machine = kind()
        machine.sweeps = faulty.sweeps
        history(machine, call)
        try:
            machine.teardown()
        except AssertionError:
            return False
        return True

    calls = range(1, 30)
    assert all(right(Merging, call) for call in calls)
    assert not all(right(faulty, call) for call in calls)
