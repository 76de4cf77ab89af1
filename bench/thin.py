"""A minute's capture files: 100 rows of 143 columns, as a busy endpoint of many features writes them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec

from driftline.adapters.folder.store import FolderStore
from driftline.domain.ground_truth.keys import GROUND_TRUTH
from driftline.domain.keys import hour_folder

COLUMNS = 143
ENDPOINT = "thin"
START = datetime(2026, 3, 1, tzinfo=UTC)


def put_captures(store: FolderStore, files: int, rows: int, apart: timedelta, *, labels: bool = False) -> list[str]:
    """Capture files, and a ground truth file for each if asked for; the keys of the captures.

    Args:
        files: Each begins when the one before ended.
        rows: Of a file.
        apart: From row to row.
    """
    random, keys = Random(7), []
    for file in range(files):
        begin = START + file * rows * apart
        records = [_record(random, file * rows + row, begin + row * apart) for row in range(rows)]
        keys.append(f"capture/{ENDPOINT}/AllTraffic/{hour_folder(begin)}{begin:%M-%S}.jsonl")
        store.put(keys[-1], b"".join(msgspec.json.encode(record) + b"\n" for record in records))
        if labels:
            found = [msgspec.json.encode(_label(file * rows + row)) + b"\n" for row in range(rows)]
            store.put(f"{GROUND_TRUTH}{ENDPOINT}/{hour_folder(begin)}{begin:%M-%S}.jsonl", b"".join(found))
    return keys


def _record(random: Random, number: int, time: datetime) -> dict[str, object]:
    sides = {"endpointInput": ",".join(_cells(random)), "endpointOutput": repr(random.random())}
    captured = {
        side: {"observedContentType": "text/csv", "mode": side[8:].upper(), "data": data, "encoding": "CSV"}
        for side, data in sides.items()
    }
    event = {"eventId": f"e{number:08}", "inferenceId": f"i{number:08}", "inferenceTime": f"{time:%Y-%m-%dT%H:%M:%SZ}"}
    return {"captureData": captured, "eventMetadata": event, "eventVersion": "0"}


def _label(number: int) -> dict[str, object]:
    data = {"data": str(number % 2), "encoding": "CSV"}
    return {"groundTruthData": data, "eventMetadata": {"eventId": f"i{number:08}"}, "eventVersion": "0"}


def _cells(random: Random) -> Iterator[str]:
    """Numbers, whole and with digits, codes and texts in turn; 5 % are missing."""
    for at in range(COLUMNS - 1):
        value = (
            str(random.randrange(100)),
            repr(round(random.gauss(50, 12), 4)),
            f"{random.expovariate(1):.6g}",
            f"c{random.randrange(30)}",
            str(random.randrange(2)),
            repr(round(random.random() * 1000, 2)),
        )[at % 6]
        yield "" if random.random() < 0.05 else value
