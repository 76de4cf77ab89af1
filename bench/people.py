"""Made-up visitors of an endpoint that scores them: baseline rows and capture files."""

import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

DOCUMENT = """\
endpoint: {endpoint}
columns: {{output: [score], input: [age, income]}}
monitors:
  data_quality:
    metrics: top
    window: {{start_offset: -PT1H}}
"""

type Person = tuple[float, int, float]
"""Score, age in years, income."""


def people(chance: random.Random, count: int, *, years_older: int = 0) -> list[Person]:
    gauss = chance.gauss
    return [
        (round(gauss(0.5, 0.1), 4), int(gauss(40 + years_older, 9)), round(gauss(30_000, 8_000), 2))
        for _ in range(count)
    ]


def baseline_csv(rows: Sequence[Person]) -> bytes:
    return "\n".join(["score,age,income", *(f"{score},{age},{income}" for score, age, income in rows)]).encode()


def capture_file(hour: datetime, rows: Sequence[Person]) -> bytes:
    """SageMaker's JSON Lines, spread over the hour."""
    side = {"observedContentType": "text/csv", "encoding": "CSV"}
    lines = []
    for number, (score, age, income) in enumerate(rows):
        moment = hour + timedelta(seconds=number * 3500 / len(rows))
        record = {
            "captureData": {
                "endpointInput": {**side, "mode": "INPUT", "data": f"{age},{income}"},
                "endpointOutput": {**side, "mode": "OUTPUT", "data": str(score)},
            },
            "eventMetadata": {"eventId": str(number), "inferenceTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ")},
            "eventVersion": "0",
        }
        lines.append(json.dumps(record))
    return "\n".join(lines).encode()
