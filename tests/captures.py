"""Small capture files and a whole small endpoint, for tests."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from driftline.adapters.scripts.processes import ScriptProcesses
from driftline.domain.instants import format_instant
from driftline.domain.keys import hour_folder
from driftline.kinds.kind import Kinds
from driftline.kinds.registry import KINDS
from driftline.usecases.arrivals.take_arrivals import CaptureTaken, take_capture
from driftline.usecases.capture.profile_capture import CaptureProfiled, profile_capture
from driftline.usecases.ports import ObjectStore, Stores
from tests.fakes import RecordingReruns, only
from tests.tables import TABLES

DOCUMENT = """\
endpoint: shop
columns: {output: [score], input: [amount, country]}
monitors:
  data_quality:
    schedule: cron(0 * ? * * *)
"""


def csv_capture(moment: datetime, output: str, given: str, inference_id: str | None = None) -> bytes:
    """One line of a capture file, as SageMaker writes it for CSV on both sides."""
    event = {"eventId": str(uuid5(NAMESPACE_URL, f"{moment}{output}{given}{inference_id}"))}
    if inference_id:
        event["inferenceId"] = inference_id
    event["inferenceTime"] = format_instant(moment)
    sides = {
        name: {"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": "CSV"}
        for name, mode, data in (("endpointInput", "INPUT", given), ("endpointOutput", "OUTPUT", output))
    }
    return json.dumps({"captureData": sides, "eventMetadata": event, "eventVersion": "0"}).encode() + b"\n"


def hour_of_captures(start: datetime, rows: Iterable[Sequence[str]], seconds: int = 30) -> bytes:
    """Rows (score, amount, country), one record each, so many seconds apart."""
    return b"".join(
        csv_capture(start + timedelta(seconds=seconds * i), score, f"{amount},{country}", f"id-{i}")
        for i, (score, amount, country) in enumerate(rows)
    )


def capture_key(hour: datetime, name: str = "00-00-000-a.jsonl") -> str:
    return f"capture/shop/AllTraffic/{hour_folder(hour)}{name}"


def profile_file(
    key: str,
    store: ObjectStore,
    capture: ObjectStore | None = None,
    *,
    stores: Stores | None = None,
    kinds: Kinds = KINDS,
) -> CaptureProfiled:
    """Profiles a capture file of the store itself, or of another one, for nobody who waits for it."""
    return profile_capture(
        key,
        capture=capture or store,
        state=store,
        stores=stores or only(capture or store),
        scripts=ScriptProcesses(),
        tables=TABLES,
        on_lost=lambda _: None,
        kinds=kinds,
    )


def take_file(key: str, store: ObjectStore, arrived: datetime, reruns: RecordingReruns | None = None) -> CaptureTaken:
    """Takes a capture file of the store in, as profile_capture does on its event."""
    return take_capture(
        key,
        capture=store,
        state=store,
        stores=only(store),
        scripts=ScriptProcesses(),
        tables=TABLES,
        reruns=reruns or RecordingReruns(),
        arrived=arrived,
        kinds=KINDS,
    )
