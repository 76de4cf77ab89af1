"""What the endpoint of the demo writes: its baseline data set and its capture files, in SageMaker's formats.

Every identifier follows from the flight, so that two runs of the demo write the same bytes.
"""

import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from driftline.domain.layout import CAPTURE, hour_folder
from driftline.domain.windows import HOUR, floor_to, format_instant
from local.demo.flights import Flight
from local.demo.model import FEATURES

ENDPOINT = "flight-delay"
VARIANT = "AllTraffic"
PREDICTION = "predicted_delay"

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "flight-delay.driftline.example")


@dataclass(frozen=True, slots=True)
class CaptureFile:
    """A capture file on its way to the bucket."""

    key: str
    body: bytes
    records: int


def baseline_csv(flights: Sequence[Flight], predicted: NDArray[np.float64]) -> bytes:
    """The model's prediction first, then what it was given, with a header."""
    lines = [",".join((PREDICTION, *FEATURES))]
    lines += [f"{value:.2f},{_inputs(flight)}" for flight, value in zip(flights, predicted.tolist(), strict=True)]
    return "\n".join((*lines, "")).encode()


def capture_files(flights: Sequence[Flight], predicted: NDArray[np.float64]) -> Sequence[CaptureFile]:
    """One file for each UTC hour in which the endpoint was asked, which is when the flights should leave."""
    hours: dict[datetime, list[str]] = defaultdict(list)
    for flight, value in zip(flights, predicted.tolist(), strict=True):
        hours[floor_to(flight.scheduled, HOUR)].append(json.dumps(_record(flight, value)))
    return [_file(hour, lines) for hour, lines in sorted(hours.items())]


def _file(hour: datetime, lines: Iterable[str]) -> CaptureFile:
    lines = list(lines)
    name = f"00-00-000-{uuid.uuid5(_NAMESPACE, format_instant(hour))}.jsonl"
    body = "\n".join((*lines, "")).encode()
    return CaptureFile(f"{CAPTURE}{ENDPOINT}/{VARIANT}/{hour_folder(hour)}{name}", body, len(lines))


def _record(flight: Flight, predicted: float) -> Mapping[str, object]:
    identifier = f"{flight.scheduled:%Y%m%dT%H%M}-{flight.carrier}{flight.number}-{flight.origin}"
    return {
        "captureData": {
            "endpointInput": _side("INPUT", _inputs(flight)),
            "endpointOutput": _side("OUTPUT", f"{predicted:.2f}"),
        },
        "eventMetadata": {
            "eventId": str(uuid.uuid5(_NAMESPACE, identifier)),
            "inferenceId": identifier,
            "inferenceTime": format_instant(flight.scheduled),
        },
        "eventVersion": "0",
    }


def _side(mode: str, data: str) -> Mapping[str, str]:
    return {"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": "CSV"}


def _inputs(flight: Flight) -> str:
    """Precipitation always has decimals: 0 beside 0.02 would be two data types in one column, for SageMaker's check."""
    return ",".join(
        (
            flight.carrier,
            flight.origin,
            str(flight.dep_hour),
            str(flight.distance),
            "" if flight.dep_delay is None else str(flight.dep_delay),
            "" if flight.precip is None else f"{flight.precip:.2f}",
        )
    )
