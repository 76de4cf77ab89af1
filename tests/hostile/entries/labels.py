"""Ground truth files, as merge_ground_truth takes them; then a capture arrives, and the sweep comes by."""

import json
from datetime import datetime, timedelta

from driftline.domain.errors import DriftlineError
from driftline.kinds.registry import KINDS
from driftline.usecases.arrivals.take_arrivals import LabelsTaken, take_labels
from driftline.usecases.arrivals.take_sweep import request_sweeps, take_sweep
from tests.captures import capture_key, csv_capture, take_file
from tests.fakes import InMemoryStore, RecordingMetrics, RecordingReruns, RecordingSweeps
from tests.hostile.entries.entry import FOLDER, HOUR, folders_of
from tests.hostile.inputs import Change
from tests.hostile.outcome import Outcome, Word, refused
from tests.tables import TABLES

DOCUMENT = b"""\
endpoint: shop
monitors:
  model_quality: {problem_type: Regression, inference_attribute: "0", max_label_delay: P2D}
"""


def label(name: str, data: str = '"1"') -> bytes:
    """One line; `data` is JSON."""
    event = json.dumps({"eventId": name})
    return (
        f'{{"groundTruthData": {{"data": {data}, "encoding": "CSV"}}, "eventMetadata": {event}, "eventVersion": "0"}}\n'
    ).encode()


GOOD = b"".join(label(f"id-{at}") for at in range(1, 4))
BEFORE, BAD, AFTER = (f"ground-truth/shop/{FOLDER}/{name}.jsonl" for name in ("a", "b", "c"))
EARLY, LATE = (capture_key(HOUR, f"{name}.jsonl") for name in ("early", "late"))


def take(store: InMemoryStore, key: str) -> LabelsTaken:
    return take_labels(
        key,
        store=store,
        tables=TABLES,
        reruns=RecordingReruns(),
        metrics=RecordingMetrics(),
        arrived=HOUR,
        kinds=KINDS,
    )


def sweep_at(store: InMemoryStore, moment: datetime) -> None:
    sweeps = RecordingSweeps()
    request_sweeps(moment, store=store, sweeps=sweeps)
    for endpoint, at in sweeps.asked:
        take_sweep(
            endpoint,
            at,
            store=store,
            tables=TABLES,
            reruns=RecordingReruns(),
            metrics=RecordingMetrics(),
            kinds=KINDS,
        )


class Labels:
    """The endpoint `shop` with a capture file, three files of labels, of which the one in the middle is bad, and a
    capture file that comes after its labels."""

    def body(self, change: Change) -> Outcome:
        return self._between(BAD, change(GOOD))

    def value(self, raw: bytes) -> Outcome:
        return self._between(BAD, label("id-1") + label("id-2", raw.decode()) + label("id-3"))

    def time(self, text: str) -> Outcome:
        return self._between(f"ground-truth/shop/{folders_of(text)}/b.jsonl", GOOD)

    def name(self, name: str) -> Outcome:
        return self._between(f"ground-truth/shop/{FOLDER}/{name}", GOOD)

    def _between(self, key: str, body: bytes) -> Outcome:
        objects = {
            "monitors/shop.yaml": DOCUMENT,
            EARLY: b"".join(csv_capture(HOUR, f"0.{at}", "1,DE", f"id-{at}") for at in range(1, 7)),
            LATE: b"".join(csv_capture(HOUR, f"0.{at}", "1,DE", f"id-{at}") for at in range(7, 10)),
            BEFORE: b"".join(label(f"id-{at}") for at in range(4, 6)),
            AFTER: b"".join(label(f"id-{at}") for at in range(6, 9)),
        }
        alone, store = InMemoryStore(objects=objects), InMemoryStore(objects=objects | {key: body})
        self._others_first(alone)
        self._others_last(alone)
        self._others_first(store)
        outcome = self._take(store, key)
        self._others_last(store)
        ours = {key: body for key, body in alone.objects.items() if key.startswith("state/labels/")}
        assert len(ours) == 3  # of both neighbours: the early inferences, and a late one
        assert ours.items() <= store.objects.items()
        return outcome

    def _others_first(self, store: InMemoryStore) -> None:
        take_file(EARLY, store, HOUR)
        take(store, BEFORE)

    def _others_last(self, store: InMemoryStore) -> None:
        take(store, AFTER)
        take_file(LATE, store, HOUR)
        sweep_at(store, HOUR + timedelta(hours=5))

    def _take(self, store: InMemoryStore, key: str) -> Outcome:
        try:
            taken = take(store, key).merged
        except DriftlineError as error:
            return refused(error, key)
        if taken.reason:
            return Outcome(Word.IGNORED, taken.reason)
        if taken.rejected:
            [lines] = [body.splitlines() for name, body in store.objects.items() if "label-rejects/" in name]
            assert len(lines) == taken.rejected
            return Outcome(Word.PARTLY, json.loads(lines[0])["reason"])
        return Outcome(Word.USED if taken.labels else Word.EMPTY)
