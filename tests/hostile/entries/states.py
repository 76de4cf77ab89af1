"""What Driftline itself keeps, as a broken disk, another program or a person may have left it.

Afterwards a capture and a label arrive, the sweep comes by, and the window is judged as if nothing had been wrong.
"""

import json
from datetime import timedelta
from functools import cached_property

from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.keys import last_execution_key, profiles_prefix, report_folder
from driftline.domain.windows import HOUR as ONE_HOUR
from tests.captures import csv_capture, take_file
from tests.executing import execute_in, suggest_in
from tests.fakes import InMemoryStore
from tests.hostile.entries import captures, labels
from tests.hostile.entries.entry import HOUR, folders_of
from tests.hostile.inputs import Change
from tests.hostile.outcome import Outcome, Word

DOCUMENT = b"""\
endpoint: shop
columns: {output: [score], input: [amount, country]}
monitors:
  data_quality: {}
  model_quality: {problem_type: Regression, inference_attribute: score, ground_truth_attribute: label, max_label_delay: P2D}
"""
SCHEDULED = HOUR + ONE_HOUR
LAST = last_execution_key("shop", "data_quality")
FILES = {
    captures.BEFORE: b"".join(csv_capture(HOUR, f"0.{at}", f"{at},DE", f"id-{at}") for at in range(1, 4)),
    captures.BAD: b"".join(csv_capture(HOUR, f"0.{at}", f"{at},FR", f"id-{at}") for at in range(4, 7)),
    labels.BEFORE: b"".join(labels.label(f"id-{at}") for at in range(1, 9)),
}
LATER = {
    captures.AFTER: b"".join(csv_capture(HOUR, f"0.{at}", f"{at},DE", f"id-{at}") for at in range(7, 10)),
    labels.AFTER: labels.label("id-9"),
}
ROWS = b"score,amount,country\n" + b"".join(f"0.{at},{at},DE\n0.{at},{at},FR\n".encode() for at in range(1, 10))


class States:
    """The endpoint `shop` with two capture files and one of labels, judged once; then its state is changed."""

    def body(self, change: Change) -> Outcome:
        store = self._judged()
        key = self._profile_of(store, captures.BAD)
        store.put(key, change(store.objects[key]))
        return self._goes_on(store, key)

    def value(self, raw: bytes) -> Outcome:
        store = self._judged()
        text = json.dumps(json.loads(store.objects[LAST]) | {"scheduled_time": "%RAW%"}).encode()
        store.put(LAST, text.replace(b'"%RAW%"', raw))
        return self._goes_on(store, LAST)

    def time(self, text: str) -> Outcome:
        store = self._judged()
        [waiting] = [key for key in store.objects if key.startswith("state/open-labels/")]
        compact = folders_of(text).replace("/", "")
        key = f"state/open-labels/shop/{compact[:8]}T{compact[8:]}-{'0' * 32}.labels"
        store.put(key, store.objects[waiting])
        return self._goes_on(store, key)

    def name(self, name: str) -> Outcome:
        store = self._judged()
        key = f"{profiles_prefix('shop', 'AllTraffic', HOUR)}{name}"
        store.put(key, b"no profile")
        waiting = f"state/open-labels/shop/{name}"
        store.put(waiting, b"no labels")
        return self._goes_on(store, key)

    @cached_property
    def _expected(self) -> dict[str, bytes]:
        return self._arrive(self._judged())

    def _judged(self) -> InMemoryStore:
        return InMemoryStore(objects=self._before)

    @cached_property
    def _before(self) -> dict[str, bytes]:
        store = InMemoryStore(objects={"monitors/shop.yaml": DOCUMENT, **FILES})
        for monitor in ("data_quality", "model_quality"):
            store.put(f"baselines/shop/{monitor}/input/data.csv", self._rows(monitor))
            suggest_in(store, "shop", monitor)
        for key in FILES:
            _take(store, key)
        self._judge(store)
        return store.objects

    def _rows(self, monitor: str) -> bytes:
        return (
            ROWS
            if monitor == "data_quality"
            else ROWS.replace(b"country\n", b"country,label\n")
            .replace(b"DE\n", b"DE,0.5\n")
            .replace(b"FR\n", b"FR,0.4\n")
        )

    def _judge(self, store: InMemoryStore) -> dict[str, bytes]:
        """The statistics of each monitor."""
        found = {}
        for monitor in ("data_quality", "model_quality"):
            request = ExecutionRequest(endpoint="shop", monitor=monitor, scheduled_time=SCHEDULED, trigger="schedule")
            execute_in(store, request)
            found[monitor] = store.objects[report_folder("shop", monitor, SCHEDULED) + "statistics.json"]
        return found

    def _arrive(self, store: InMemoryStore) -> dict[str, bytes]:
        """What comes later; the statistics after it."""
        for key, body in LATER.items():
            store.put(key, body)
            _take(store, key)
        labels.sweep_at(store, HOUR + timedelta(hours=5))
        return self._judge(store)

    def _goes_on(self, store: InMemoryStore, key: str) -> Outcome:
        changed = store.objects[key]
        assert self._arrive(store) == self._expected
        if store.objects.get(key) == changed:
            return Outcome(Word.IGNORED)
        # Nothing is lost, but what the next execution writes anew in any case.
        aside = {body for name, body in store.objects.items() if name.startswith("state/unreadable/")}
        assert key == LAST or changed in aside
        return Outcome(Word.REBUILT)

    def _profile_of(self, store: InMemoryStore, source: str) -> str:
        keys = [key for key in store.objects if key.startswith("state/profiles/")]
        [found] = [key for key in keys if source.encode() in store.objects[key]]
        return found


def _take(store: InMemoryStore, key: str) -> None:
    if key.startswith("ground-truth/"):
        labels.take(store, key)
    else:
        take_file(key, store, HOUR)
