"""Data sets of baselines, as suggest_baseline takes them."""

import json

from driftline.kinds.registry import KINDS
from driftline.usecases.baselines.uploads import Reading, suggest_uploaded
from tests.explaining import at_once
from tests.fakes import InMemoryStore, RecordingOperators
from tests.hostile.entries.entry import HOUR
from tests.hostile.inputs import Change
from tests.hostile.outcome import Outcome, Word
from tests.tables import TABLES

ROWS = [{"amount": at, "country": "DE", "when": "2026-03-01T14:00:00Z"} for at in range(1, 9)]


def lines(rows: list[dict[str, object]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


GOOD = lines([*map(dict, ROWS)])


def document(endpoint: str) -> bytes:
    return f"endpoint: {endpoint}\nmonitors:\n  data_quality: {{}}\n".encode()


class Baselines:
    """Three endpoints' data sets, of which the one in the middle is bad."""

    def body(self, change: Change) -> Outcome:
        return self._between("data.jsonl", change(GOOD))

    def value(self, raw: bytes) -> Outcome:
        row = f'{{"amount": {raw.decode()}, "country": "DE", "when": "2026-03-01"}}\n'.encode()
        return self._between("data.jsonl", GOOD + row + GOOD)

    def time(self, text: str) -> Outcome:
        return self._between("data.jsonl", GOOD + lines([{**ROWS[0], "when": text}]) + GOOD)

    def name(self, name: str) -> Outcome:
        return self._between(name, GOOD)

    def _between(self, name: str, body: bytes) -> Outcome:
        store, operators = InMemoryStore(), RecordingOperators()
        reading = Reading(store, TABLES, operators, KINDS, None, at_once(store))  # type: ignore[arg-type]
        outcomes: dict[str, list[str]] = {}
        for endpoint in ("ante", "shop", "post"):
            mine = (name, body) if endpoint == "shop" else ("data.jsonl", GOOD)
            key = f"baselines/{endpoint}/data_quality/input/{mine[0]}"
            store.put(f"monitors/{endpoint}.yaml", document(endpoint))
            store.put(key, mine[1])
            outcomes[endpoint] = [what for what, _ in suggest_uploaded(key, "", reading)]
        assert outcomes["ante"] == outcomes["post"] == ["suggested"]
        made = "baselines/{}/data_quality/statistics.json".format
        assert store.objects[made("ante")] == store.objects[made("post")]
        return self._outcome(outcomes["shop"], store.objects.get(made("shop")), operators, body)

    def _outcome(self, what: list[str], made: bytes | None, operators: RecordingOperators, body: bytes) -> Outcome:
        if what == ["refused"]:
            assert made is None
            [(_, said)] = operators.told
            assert "baselines/shop" in said
            return Outcome(Word.REFUSED, said)
        if what == ["no data yet"]:
            return Outcome(Word.IGNORED if body else Word.EMPTY)
        assert what == ["suggested"]
        assert made is not None
        json.loads(made)
        return Outcome(Word.USED, " ".join(said for _, said in operators.told))


assert HOUR.isoformat().startswith("2026-03-01T14")  # the time in the rows
