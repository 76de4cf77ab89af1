"""Merged records as SageMaker's merge job writes them, with the captured bytes unchanged.

    {"eventVersion":"0","groundTruthData":{…},"captureData":{…},"eventMetadata":{…}}
    {"eventMetadata":{…},"eventVersion":"0","groundTruthData":{…},"captureData":{"batchTransformOutput":{…}}}

The values of captureData and eventMetadata are cut out of the capture line and spliced in, without decoding them.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from driftline.domain.capture.lines import LineBatch, line_batches
from driftline.domain.capture.records import SlotClock
from driftline.domain.errors import InvalidInputError
from driftline.domain.ground_truth.labels import Label
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.windows import HOUR, floor_to

_SHADOW = "ShadowExperiment"
_BATCH = b'{"batchTransformOutput"'
_REMEMBERED = 10_000


class _Metadata(msgspec.Struct, gc=False):
    inferenceTime: str  # noqa: N815 - SageMaker's names
    eventId: str = ""  # noqa: N815
    inferenceId: str | None = None  # noqa: N815
    invocationSource: str | None = None  # noqa: N815


class _IdLine(msgspec.Struct, gc=False):
    eventMetadata: _Metadata  # noqa: N815


class _RawLine(msgspec.Struct, gc=False):
    captureData: msgspec.Raw  # noqa: N815
    eventMetadata: msgspec.Raw  # noqa: N815
    eventVersion: msgspec.Raw = msgspec.Raw(b'"0"')  # noqa: N815


_IDS = JsonDecoder(_IdLine)
_RAW = JsonDecoder(_RawLine)


@dataclass
class MergedLines:
    """Takes capture files one after the other and returns the merged lines of records with a label.

    Args:
        hour: Inference times outside this UTC hour belong elsewhere.
        labels: Join id -> label.
        counts: Whether a record counts, called for ids that occur more than once: (join id, event id, time) -> bool.
    """

    hour: datetime
    labels: Mapping[str, Label]
    repeated: Mapping[str, Callable[[str, str], bool]] = field(default_factory=dict)
    _clock: SlotClock = field(default_factory=SlotClock)
    _truths: dict[tuple[str, str], bytes] = field(default_factory=dict)
    _hours: dict[str, bool] = field(default_factory=dict)

    def read(self, body: bytes, where: str) -> Iterator[bytes]:
        """The merged lines of one capture file, some at a time, each with its line end.

        Args:
            body: The file.
            where: The file, as errors name it.

        Raises:
            InvalidInputError: the file cannot be unpacked.
        """
        seen: set[str] = set()
        for batch in line_batches(body, where, unpacked_bytes=sys.maxsize):  # it was profiled under a limit
            merged = [self._merged(label, raw) for label, raw in self._matches(batch, seen)]
            if merged:
                yield b"".join(merged)

    def _matches(self, batch: LineBatch, seen: set[str]) -> Iterator[tuple[Label, bytes]]:
        lines = batch.body.split(b"\n")
        try:
            decoded: list[_IdLine] | None = _IDS.decode_lines(batch.body)
        except ValueError:
            decoded = None
        if decoded is None or len(decoded) != batch.lines:
            decoded, lines = _decodable(lines)
        labels = self.labels
        for at, record in enumerate(decoded):
            metadata = record.eventMetadata
            id_ = metadata.inferenceId or metadata.eventId
            label = labels.get(id_)
            if label is not None and self._counts(id_, metadata, seen):
                yield label, lines[at]

    def _counts(self, id_: str, metadata: _Metadata, seen: set[str]) -> bool:
        time = metadata.inferenceTime
        inside = self._hours.get(time)
        if inside is None:
            if len(self._hours) >= _REMEMBERED:
                self._hours.clear()  # times with fractions differ in every record
            inside = self._hours[time] = self._is_inside(time)
        if not inside or metadata.invocationSource == _SHADOW:
            return False
        chosen = self.repeated.get(id_)
        if chosen is None:
            return True
        if id_ in seen or not chosen(metadata.eventId, time):
            return False
        seen.add(id_)  # the same record twice in one file
        return True

    def _is_inside(self, time: str) -> bool:
        try:
            return floor_to(self._clock.slot_of(time), HOUR) == self.hour
        except InvalidInputError:
            return False

    def _merged(self, label: Label, line: bytes) -> bytes:
        raw = _RAW.decode(line)
        truth = self._truths.get((label.data, label.encoding))
        if truth is None:
            truth = msgspec.json.encode({"data": label.data, "encoding": label.encoding})
            if len(self._truths) < _REMEMBERED:  # labels repeat in classification, but not in regression
                self._truths[label.data, label.encoding] = truth
        captured, metadata, version = bytes(raw.captureData), bytes(raw.eventMetadata), bytes(raw.eventVersion)
        head = b'{"eventMetadata":%b,"eventVersion":%b' % (metadata, version)
        tail = b"}\n"
        if not captured.startswith(_BATCH):
            head, tail = b'{"eventVersion":' + version, b',"eventMetadata":' + metadata + tail
        return b"".join((head, b',"groundTruthData":', truth, b',"captureData":', captured, tail))


def _decodable(lines: list[bytes]) -> tuple[list[_IdLine], list[bytes]]:
    decoded: list[_IdLine] = []
    kept: list[bytes] = []
    for line in lines:
        try:
            decoded.append(_IDS.decode(line))
        except ValueError:  # not a capture record, or an empty line: rejected when it was profiled
            continue
        kept.append(line)
    return decoded, kept
