"""What a script's own process costs: its start, and each record, in CPU time of both processes."""

import json
import os
from collections.abc import Iterator

from bench.results import Limit, Options, Row
from driftline.adapters.scripts.processes import ScriptProcesses

START = Limit(250, 100, "ms")
RECORD = Limit(300, 100, "µs")
STARTS, RECORDS, REQUESTS = 10, 1_000, 10

_SCRIPT = """
def preprocess_handler(record):
    data = record.endpoint_output.data + "," + record.endpoint_input.data
    return {str(i).zfill(20): value for i, value in enumerate(data.split(","))}
"""
"""As in SageMaker's developer guide."""


def run(_options: Options) -> Iterator[Row]:
    line = _record()
    before = _cpu()
    for _ in range(STARTS):
        with ScriptProcesses().preprocessor(_SCRIPT, "prepare.py") as script:
            script({1: line})
    start = (_cpu() - before) / STARTS
    yield Row("a capture file with a preprocessing script", START, start * 1e3, "the start of the process")
    lines = dict.fromkeys(range(1, RECORDS + 1), line)
    before = _cpu()
    with ScriptProcesses().preprocessor(_SCRIPT, "prepare.py") as script:
        for _ in range(REQUESTS):
            script(lines)
    each = (_cpu() - before - start) / (RECORDS * REQUESTS)
    yield Row("a record of 31 columns", RECORD, each * 1e6, "both processes, the script's own work included")


def _cpu() -> float:
    """CPU seconds of this process and its ended children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _record() -> bytes:
    side = {"observedContentType": "text/csv", "encoding": "CSV"}
    given = ",".join(str(number * 1.25) for number in range(30))
    document = {
        "captureData": {
            "endpointInput": {**side, "mode": "INPUT", "data": given},
            "endpointOutput": {**side, "mode": "OUTPUT", "data": "0.01"},
        },
        "eventMetadata": {"eventId": "e-1", "inferenceTime": "2026-03-01T14:00:00Z"},
        "eventVersion": "0",
    }
    return json.dumps(document).encode()
