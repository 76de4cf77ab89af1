"""What the demo uploads, in SageMaker's formats: baseline data sets, capture files, and what really happened.

Every identifier follows from the flight, so that two runs of the demo write the same bytes.
"""

import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from driftline.domain.ground_truth.keys import GROUND_TRUTH
from driftline.domain.instants import format_instant
from driftline.domain.keys import CAPTURE, hour_folder
from driftline.domain.windows import HOUR, floor_to
from local.demo.days import evaluated_at
from local.demo.flights import Flight
from local.demo.model import FEATURES

ENDPOINT = "flight-delay"
VARIANT = "AllTraffic"
PREDICTION, ACTUAL = "predicted_delay", "arr_delay"

PROMPT_CARRIERS = frozenset({"UA", "B6", "DL", "AA"})
"""These carriers report how late their flights arrived in the following night; the others two days later."""

_PROMPT, _LATE = timedelta(hours=-1), timedelta(hours=47)
"""When the reports arrive, relative to the scheduled time of the day's execution."""

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "flight-delay.driftline.example")


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file on its way to the bucket, JSON Lines."""

    key: str
    body: bytes

    @property
    def records(self) -> int:
        return self.body.count(b"\n")


def baseline_csv(flights: Sequence[Flight], predicted: NDArray[np.float64]) -> bytes:
    """The model's prediction, then its inputs, with a header."""
    rows = zip(flights, predicted.tolist(), strict=True)
    return _lines(",".join((PREDICTION, *FEATURES)), *(f"{value:.2f},{inputs(flight)}" for flight, value in rows))


def groups_baseline_csv(flights: Sequence[Flight], predicted: NDArray[np.float64]) -> bytes:
    """The model's prediction, its inputs and the actual delay of every flight that arrived, with a header."""
    rows = zip(flights, predicted.tolist(), strict=True)
    arrived = (
        f"{value:.2f},{inputs(flight)},{flight.arr_delay}" for flight, value in rows if flight.arr_delay is not None
    )
    return _lines(",".join((PREDICTION, *FEATURES, ACTUAL)), *arrived)


def quality_baseline_csv(flights: Sequence[Flight], predicted: NDArray[np.float64]) -> bytes:
    """The model's prediction and the actual delay of every flight that arrived, with a header."""
    rows = zip(flights, predicted.tolist(), strict=True)
    arrived = (f"{value:.2f},{flight.arr_delay}" for flight, value in rows if flight.arr_delay is not None)
    return _lines(f"{PREDICTION},{ACTUAL}", *arrived)


def capture_files(flights: Sequence[Flight], predicted: NDArray[np.float64]) -> Sequence[UploadedFile]:
    """One file per UTC hour in which the endpoint was called, which is when the flights should leave."""
    hours: dict[datetime, list[str]] = defaultdict(list)
    for flight, value in zip(flights, predicted.tolist(), strict=True):
        hours[floor_to(flight.scheduled, HOUR)].append(json.dumps(_record(flight, value)))
    return [_file(hour, lines) for hour, lines in sorted(hours.items())]


def ground_truth_file(day: date, flights: Sequence[Flight], *, prompt: bool) -> UploadedFile:
    """The actual delays of a day's flights: those of the prompt carriers, or of the others.

    A cancelled or diverted flight never gets one.
    """
    collected = evaluated_at(day) + (_PROMPT if prompt else _LATE)
    reported = (flight for flight in flights if (flight.carrier in PROMPT_CARRIERS) == prompt)
    lines = (json.dumps(_label(flight)) for flight in reported if flight.arr_delay is not None)
    name = f"arrivals-of-{day}-{'prompt' if prompt else 'late'}.jsonl"
    return UploadedFile(f"{GROUND_TRUTH}{ENDPOINT}/{hour_folder(collected)}{name}", _lines(*lines))


def _lines(*lines: str) -> bytes:
    return "\n".join((*lines, "")).encode()


def _file(hour: datetime, lines: Iterable[str]) -> UploadedFile:
    name = f"00-00-000-{uuid.uuid5(_NAMESPACE, format_instant(hour))}.jsonl"
    return UploadedFile(f"{CAPTURE}{ENDPOINT}/{VARIANT}/{hour_folder(hour)}{name}", _lines(*lines))


def _inference_id(flight: Flight) -> str:
    return f"{flight.scheduled:%Y%m%dT%H%M}-{flight.carrier}{flight.number}-{flight.origin}"


def _label(flight: Flight) -> Mapping[str, object]:
    return {
        "groundTruthData": {"data": str(flight.arr_delay), "encoding": "CSV"},
        "eventMetadata": {"eventId": _inference_id(flight)},
        "eventVersion": "0",
    }


def _record(flight: Flight, predicted: float) -> Mapping[str, object]:
    identifier = _inference_id(flight)
    return {
        "captureData": {
            "endpointInput": _side("INPUT", inputs(flight)),
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


def inputs(flight: Flight) -> str:
    """Precipitation always has decimals: 0 next to 0.02 would be two data types for SageMaker's check."""
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
