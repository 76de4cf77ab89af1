"""`Capture`: records predictions for an endpoint, whatever serves it."""

import json
import logging
import os
import time
from collections.abc import Iterable
from uuid import uuid4

from driftline.capture.destinations import destination_of
from driftline.capture.limits import Limits
from driftline.capture.names import ALL_TRAFFIC, checked_name, is_name
from driftline.capture.records import Body, Prediction
from driftline.capture.redaction import redactors
from driftline.capture.sampling import is_sampled
from driftline.capture.statistics import Statistics
from driftline.capture.writer import Writer
from driftline.domain.errors import InvalidInputError

_log = logging.getLogger("driftline.capture")

ID_HEADER = "X-Amzn-SageMaker-Inference-Id"
"""SageMaker's header for the id that a client gives a prediction, and finds its label by."""

ATTRIBUTES_HEADER = "X-Amzn-SageMaker-Custom-Attributes"
"""SageMaker's header for what a caller wants to say about a request, which preprocessing scripts see."""

LONGEST_ATTRIBUTES = 1024
"""Characters, as in SageMaker."""

_LONGEST_ID = 256
_MOST_PERCENT = 100
_JSON = "application/json"

type Payload = bytes | str | dict[str, object] | list[object] | float | None


class Capture:
    """Writes capture files as SageMaker's data capture does, from any server, to a bucket or a folder.

    Recording neither raises nor waits for a destination. What does not fit into memory is dropped and counted.

    Args:
        destination: `s3://<bucket>/<prefix>` (needs boto3) or a folder; SageMaker's `DestinationS3Uri`. With
            Driftline's own bucket it is `s3://<bucket>/capture`.
        endpoint: Whose predictions they are; not needed where every record says so.
        variant: A part of the endpoint's traffic, such as one of two models.
        sampling_percentage: From 0 to 100. The inference id alone decides.
        redact: Columns whose values are not kept: `input.email`, `input[3]`, `output.reason`. A payload in which they
            cannot be looked for is not captured at all.
        limits: Bounds of memory, time and file sizes.

    Raises:
        InvalidInputError: an argument is not valid, or boto3 is missing.
    """

    def __init__(
        self,
        destination: str | os.PathLike[str],
        *,
        endpoint: str | None = None,
        variant: str = ALL_TRAFFIC,
        sampling_percentage: float = 100,
        redact: Iterable[str] = (),
        limits: Limits | None = None,
    ) -> None:
        if not 0 <= sampling_percentage <= _MOST_PERCENT:
            raise InvalidInputError(
                f"{sampling_percentage!r} is not a percentage", where="sampling_percentage", expected="0 to 100"
            )
        self.endpoint = None if endpoint is None else checked_name(endpoint, "endpoint")
        self.variant = checked_name(variant, "variant")
        self.limits = limits or Limits()
        self._percentage = sampling_percentage
        self.writer = Writer(destination_of(destination, self.limits), self.limits, redactors(redact))

    def record(
        self,
        input_data: Payload,
        output_data: Payload,
        *,
        input_type: str = "",
        output_type: str = "",
        inference_id: str | None = None,
        custom_attributes: str | None = None,
        time: float | None = None,
        endpoint: str | None = None,
        variant: str | None = None,
    ) -> str:
        """Records one prediction, of one or several rows.

        Args:
            input_data: The request: bytes or text as they were sent, or what json can write; None leaves it out. One of
                the two is needed.
            output_data: The answer, likewise.
            input_type: Content type of the request; by default JSON, for bytes and text, too.
            output_type: Content type of the answer.
            inference_id: What the label will be found by; by default a new one.
            custom_attributes: What the caller says about the request, for preprocessing scripts: at most 1,024
                characters of printable ASCII, as in SageMaker. Others are left out.
            time: When the prediction was asked for, in seconds since 1970; by default now.
            endpoint: By default that of this object.
            variant: By default that of this object.

        Returns:
            The inference id, given or made.
        """
        known = usable_id(inference_id) or str(uuid4())
        try:
            given, answer = _body(input_data, input_type), _body(output_data, output_type)
        except Exception as error:  # a prediction never fails because of its record
            self.note_error(error)
        else:
            self.record_bodies(
                known,
                given,
                answer,
                _now() if time is None else time,
                endpoint=endpoint,
                variant=variant,
                custom_attributes=custom_attributes,
            )
        return known

    def record_bodies(
        self,
        inference_id: str,
        given: Body | None,
        answer: Body | None,
        time: float,
        *,
        endpoint: str | None = None,
        variant: str | None = None,
        custom_attributes: str | None = None,
    ) -> None:
        """As `record`, with bodies as they went over the wire."""
        if given is None and answer is None:
            self.note_error(InvalidInputError("neither input nor output"))
            return
        try:
            place = self._place(endpoint, variant)
            if any(body is not None and len(body.data) > self.limits.body_bytes for body in (given, answer)):
                self.writer.count("oversized")
            elif not self.samples(inference_id):
                self.writer.count("unsampled")
            else:
                attributes = usable_attributes(custom_attributes)
                self.writer.put(Prediction(*place, time, inference_id, given, answer, attributes))
        except Exception as error:  # as above
            self.note_error(error)

    def _place(self, endpoint: str | None, variant: str | None) -> tuple[str, str]:
        place = (endpoint or self.endpoint or "", variant or self.variant)
        if not all(map(is_name, place)):
            raise InvalidInputError(f"{place} are not the names of an endpoint and a variant")
        return place

    def samples(self, inference_id: str) -> bool:
        """Whether a prediction of this id is captured."""
        return is_sampled(inference_id, self._percentage)

    def note_error(self, error: BaseException) -> None:
        """Counts a prediction that could not be captured; the first one is in the log, without its payload."""
        text = f"{type(error).__name__}: {error}"
        self.writer.count("errors", text)
        if self.statistics().errors == 1:
            _log.warning("A prediction could not be captured; further ones are counted only: %s", text)

    def statistics(self) -> Statistics:
        """Counts of this process."""
        return self.writer.statistics()

    def start(self) -> None:
        """Makes everything ready, so that the first prediction does not pay for it. Not needed otherwise."""
        self.writer.start()

    def flush(self, timeout: float | None = None) -> bool:
        """Writes what has been captured so far.

        Args:
            timeout: In seconds; by default `Limits.exit_seconds`.

        Returns:
            Whether everything was written in time. If not, it stays in the queue and is tried again.
        """
        return self.writer.flush(self.limits.exit_seconds if timeout is None else timeout)

    def close(self, timeout: float | None = None) -> bool:
        """As `flush`, and ends the thread. The end of the interpreter does this by itself."""
        return self.writer.close(self.limits.exit_seconds if timeout is None else timeout)


_now = time.time


def usable_id(text: str | None) -> str | None:
    """An inference id as a client gave it; None if there is none, or it is too long or not printable ASCII."""
    return text if text and len(text) <= _LONGEST_ID and text.isascii() and text.isprintable() else None


def usable_attributes(text: str | None) -> str:
    """A caller's custom attributes; empty if there are none, or SageMaker would refuse them: longer than 1,024
    characters, or not printable ASCII."""
    return text if text and len(text) <= LONGEST_ATTRIBUTES and text.isascii() and text.isprintable() else ""


def _body(data: Payload, content_type: str) -> Body | None:
    if data is None:
        return None
    if isinstance(data, bytes | bytearray | memoryview):
        return Body(bytes(data), content_type or _JSON)
    if isinstance(data, str):
        return Body(data.encode("utf-8", "surrogatepass"), content_type or _JSON)
    return Body(json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass"), content_type or _JSON)
