"""An hour of an endpoint: what it captured, what really happened, and how it is watched.

The people are twenty years older than those of the baseline, so that there is something to notify of.
"""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from driftline.domain.keys import hour_folder
from driftline.domain.windows import SLOT, floor_to

MONITORS = ("data_quality", "model_quality")
FILES = 12
ROWS = 50  # of a file
_HOUR = timedelta(hours=1)
_OLDER = 20.0


@dataclass(frozen=True, slots=True)
class Person:
    age: float
    score: float
    label: float


def people(count: int, seed: int, *, older: float = 0) -> list[Person]:
    """So many people, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 (data of an example)
    found = []
    for _ in range(count):
        age = round(chance.gauss(40, 9) + older, 1)
        score = round(age / 100 + chance.gauss(0, 0.05), 4)
        found.append(Person(age, score, round(score + chance.gauss(0, 0.02), 4)))
    return found


@dataclass(frozen=True, slots=True)
class Hour:
    """The full hour of five-minute slots before some moment.

    Attributes:
        endpoint: Has the name of the run, so that its metrics are no other endpoint's, nor an earlier run's.
    """

    endpoint: str
    end: datetime

    @classmethod
    def before(cls, moment: datetime, endpoint: str) -> "Hour":
        return cls(endpoint, floor_to(moment, SLOT))

    @property
    def start(self) -> datetime:
        return self.end - _HOUR

    def captures(self) -> Iterator[tuple[str, bytes]]:
        """(key, body) of each capture file, as SageMaker writes them."""
        for number in range(FILES):
            first = self.start + number * SLOT
            lines = b"".join(_record(first, number, row, who) for row, who in enumerate(_of_file(number)))
            yield f"capture/{self.endpoint}/AllTraffic/{hour_folder(first)}{first:%M}-00-000.jsonl", lines

    def labels(self) -> tuple[str, bytes]:
        """(key, body) of the ground truth of all of them."""
        lines = [
            json.dumps(
                {
                    "groundTruthData": {"data": str(who.label), "encoding": "CSV"},
                    "eventMetadata": {"eventId": _id(number, row)},
                    "eventVersion": "0",
                }
            )
            for number in range(FILES)
            for row, who in enumerate(_of_file(number))
        ]
        return f"ground-truth/{self.endpoint}/{hour_folder(self.end)}labels.jsonl", "\n".join(lines).encode()

    def baselines(self) -> Iterator[tuple[str, bytes]]:
        """(key, body) of the data set of each monitor: people who are not older."""
        known = people(2000, seed=1)
        inputs = {
            "data_quality": _csv("score,age", ((who.score, who.age) for who in known)),
            "model_quality": _csv("score,age,label", ((who.score, who.age, who.label) for who in known)),
        }
        for monitor, body in inputs.items():
            yield f"baselines/{self.endpoint}/{monitor}/input/people.csv", body

    def document(self, at: datetime | None) -> str:
        """The monitor document.

        Args:
            at: When the monitors run, once; None: not yet.
        """
        when = at or self.end
        due = floor_to(when, SLOT)
        common = (
            f"    enabled: {'true' if at else 'false'}\n"
            f"    schedule: at({when:%Y-%m-%dT%H:%M:%S})\n"
            f"    window: {{start_offset: {_offset(self.start - due)}, end_offset: {_offset(self.end - due)}}}\n"
        )
        return (
            f"endpoint: {self.endpoint}\n"
            "columns: {output: [score], input: [age]}\n"
            "dashboard: true\n"
            "monitors:\n"
            f"  data_quality:\n{common}"
            f"  model_quality:\n{common}"
            "    problem_type: Regression\n"
            "    inference_attribute: score\n"
            "    ground_truth_attribute: label\n"
        )


def _csv(header: str, rows: Iterable[Sequence[float]]) -> bytes:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows), ""]).encode()


def _of_file(number: int) -> list[Person]:
    return people(ROWS, seed=100 + number, older=_OLDER)


def _id(number: int, row: int) -> str:
    return f"smoke-{number:02}-{row:04}"


def _record(first: datetime, number: int, row: int, who: Person) -> bytes:
    side = {"observedContentType": "text/csv", "encoding": "CSV"}
    record = {
        "captureData": {
            "endpointInput": {**side, "mode": "INPUT", "data": str(who.age)},
            "endpointOutput": {**side, "mode": "OUTPUT", "data": str(who.score)},
        },
        "eventMetadata": {
            "eventId": f"00000000-0000-4000-8000-{number:06}{row:06}",
            "inferenceId": _id(number, row),
            "inferenceTime": f"{first + timedelta(seconds=row):%Y-%m-%dT%H:%M:%SZ}",
        },
        "eventVersion": "0",
    }
    return json.dumps(record).encode() + b"\n"


def _offset(length: timedelta) -> str:
    minutes = round(length / timedelta(minutes=1))
    return f"{'-' if minutes < 0 else ''}PT{abs(minutes)}M"
