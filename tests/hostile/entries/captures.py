"""Capture files, as profile_capture takes them."""

import json
from collections.abc import Mapping

from driftline.domain.errors import DriftlineError
from driftline.domain.keys import parse_capture_key, rejects_prefix
from tests.captures import DOCUMENT, capture_key, csv_capture, take_file
from tests.fakes import InMemoryStore
from tests.hostile.entries.entry import HOUR
from tests.hostile.inputs import Change
from tests.hostile.outcome import Outcome, Word, refused

GOOD = b"".join(csv_capture(HOUR, f"0.{at}", f"{at},DE", f"id-{at}") for at in range(1, 4))
BEFORE, BAD, AFTER = (capture_key(HOUR, f"{name}.jsonl") for name in ("a", "b", "c"))


def json_line(payload: str, time: str = "2026-03-01T14:00:00Z") -> bytes:
    side = {"observedContentType": "application/json", "encoding": "JSON", "mode": "INPUT", "data": payload}
    record = {
        "captureData": {"endpointInput": side},
        "eventMetadata": {"eventId": "e", "inferenceTime": time},
        "eventVersion": "0",
    }
    return json.dumps(record).encode() + b"\n"


def state_of(objects: Mapping[str, bytes]) -> dict[str, bytes]:
    return {key: body for key, body in objects.items() if key.startswith("state/")}


def outcome_of(store: InMemoryStore, key: str, named: str = "") -> Outcome:
    """Takes one file. Every line of it is a record, or named among the rejects.

    Args:
        named: What an error has to name; the file unless given.
    """
    try:
        profiled = take_file(key, store, HOUR).profiled
    except DriftlineError as error:
        return refused(error, named or key)
    if profiled.reason:
        return Outcome(Word.IGNORED, profiled.reason)
    if profiled.rejected:
        at = parse_capture_key(key)
        prefix = rejects_prefix(at.endpoint, at.variant, at.hour)
        lines = [line for name, body in store.objects.items() if name.startswith(prefix) for line in body.splitlines()]
        assert len(lines) == profiled.rejected
        reasons = [json.loads(line)["reason"] for line in lines]
        assert all(reasons)
        return Outcome(Word.PARTLY if profiled.records else Word.REFUSED, reasons[0])
    return Outcome(Word.USED if profiled.records else Word.EMPTY)


class Captures:
    """The endpoint `shop`, and three capture files of an hour, of which the one in the middle is bad."""

    def body(self, change: Change) -> Outcome:
        return self._between(BAD, change(GOOD))

    def value(self, raw: bytes) -> Outcome:
        good = json_line('{"amount": 1, "country": "DE"}')
        return self._between(BAD, good + json_line(f'{{"amount": {raw.decode()}, "country": "DE"}}') + good)

    def time(self, text: str) -> Outcome:
        good = json_line('{"amount": 1, "country": "DE"}')
        return self._between(BAD, good + json_line('{"amount": 2, "country": "DE"}', text) + good)

    def name(self, name: str) -> Outcome:
        return self._between(capture_key(HOUR, name), GOOD)

    def _between(self, key: str, body: bytes) -> Outcome:
        objects = {"monitors/shop.yaml": DOCUMENT.encode(), BEFORE: GOOD, AFTER: GOOD}
        alone, store = InMemoryStore(objects=objects), InMemoryStore(objects=objects | {key: body})
        for neighbour in (BEFORE, AFTER):
            take_file(neighbour, alone, HOUR)
        take_file(BEFORE, store, HOUR)
        outcome = outcome_of(store, key)
        take_file(AFTER, store, HOUR)
        assert state_of(alone.objects).items() <= state_of(store.objects).items()
        return outcome
