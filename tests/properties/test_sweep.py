"""A sweep that remembers finds what one finds that reads everything anew, after any history of captures and labels."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driftline.domain.ground_truth.keys import sweep_memory_key
from driftline.domain.windows import HOUR
from driftline.usecases.ground_truth.merge_ground_truth import merge_capture, merge_labels
from driftline.usecases.ground_truth.sweep_labels import Swept, sweep
from tests import former_sweep
from tests.captures import profile_file
from tests.fakes import FailingStore, InjectedError, InMemoryStore
from tests.fuzz import examples
from tests.merging import ENDPOINT, START, Inference, capture_file, capture_key, label_file, label_key
from tests.tables import TABLES

BUDGET = settings(derandomize=True, deadline=None, max_examples=examples(15), suppress_health_check=list(HealthCheck))
IDS = [f"id-{number}" for number in range(4)]
DAY = timedelta(days=1)


class Sweep(Protocol):
    """The former sweep's result has fewer fields."""

    def __call__(
        self,
        endpoint: str,
        as_of: datetime,
        *,
        store: InMemoryStore,
        max_label_delay: timedelta,
        make_again: Callable[[str], object] | None = None,
    ) -> "Swept | former_sweep.Swept": ...


@dataclass(frozen=True)
class Captured:
    """Attributes: seen: its event also looks for labels; otherwise only the profile was written."""

    key: str
    ids: Sequence[str]
    seen: bool

    def happen(self, store: InMemoryStore, _sweep: Sweep) -> object:
        hour = START + timedelta(hours=int(self.key[-7]))
        body = capture_file(Inference(each, hour + timedelta(minutes=7)) for each in self.ids)
        store.put(self.key, body)
        for written in profile_file(self.key, store).written:
            if self.seen and written.endswith(".profile"):
                merge_capture(written, store=store)
        return None


@dataclass(frozen=True)
class Labelled:
    """Attributes: finished: otherwise its event was given up after its labels were laid open."""

    key: str
    ids: Sequence[str]
    finished: bool

    def happen(self, store: InMemoryStore, _sweep: Sweep) -> object:
        store.put(self.key, label_file([(each, "1") for each in self.ids]))
        broken = store if self.finished else FailingStore(store, 1, ["list", "folders"])
        with suppress(InjectedError):
            merge_labels(self.key, store=broken, tables=TABLES)
        return None


@dataclass(frozen=True)
class Sweeping:
    """Attributes: after: days since the labels; delay: in days."""

    after: int
    delay: int

    def happen(self, store: InMemoryStore, sweep: Sweep) -> object:
        found = sweep(ENDPOINT, START + self.after * DAY, store=store, max_label_delay=self.delay * DAY)
        return found.files, found.matched, found.waiting, found.unmatched, found.hours


@dataclass(frozen=True)
class Lost:
    """An object of the state is removed, by whomever."""

    at: int

    def happen(self, store: InMemoryStore, _sweep: Sweep) -> object:
        found = sorted(key for key in store.objects if key.startswith(("state/labels/", "state/profiles/")))
        if found:
            store.delete(found[self.at % len(found)])
        return None


Step = Captured | Labelled | Sweeping | Lost

CAPTURE_KEYS = [
    capture_key(f"{name}{hour}", START + hour * HOUR, variant)
    for variant in ("AllTraffic", "Canary")
    for name, hour in (("a", 0), ("b", 0), ("a", 1))
]
LABEL_KEYS = [label_key(name, START + hours * HOUR) for name, hours in (("a", 0), ("b", 0), ("c", 1), ("d", 30))]
SOME = st.lists(st.sampled_from(IDS), min_size=1, max_size=3)
OFTEN = st.sampled_from([False, False, True])
CHANGES = st.lists(
    st.builds(Captured, st.sampled_from(CAPTURE_KEYS), SOME, OFTEN)
    | st.builds(Labelled, st.sampled_from(LABEL_KEYS), SOME, OFTEN)
    | st.builds(Lost, st.integers(0, 9)),
    min_size=1,
    max_size=2,
)
SWEEPS = st.builds(Sweeping, st.sampled_from([1, 1, 1, 2, 2, 20]), st.sampled_from([14, 14, 14, 14, 2]))


@BUDGET
@given(st.lists(st.tuples(CHANGES, SWEEPS), min_size=3, max_size=7))
def test_what_a_sweep_remembers_changes_nothing_of_what_it_finds(history: list[tuple[list[Step], Sweeping]]) -> None:
    now, before = InMemoryStore(), InMemoryStore()
    for changes, sweeping in history:
        for step in (*changes, sweeping, sweeping):  # the second one remembers what the first one has found
            assert step.happen(now, sweep) == step.happen(before, former_sweep.sweep), step
            assert _found(now) == _found(before), step


def _found(store: InMemoryStore) -> dict[str, bytes]:
    """All but what makes a sweep fast: its notes, and the indexes of hours, which may be made earlier."""
    fast = (sweep_memory_key(ENDPOINT), "state/indexes/")
    return {key: body for key, body in store.objects.items() if not key.startswith(fast)}
