"""Ground truth as uploaded: labels with the ids of their inferences."""

from dataclasses import dataclass

import msgspec

from driftline.domain.capture.lines import LineBatch, line_batches
from driftline.domain.capture.records import shorten
from driftline.domain.errors import InvalidInputError
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.unpacking import UNPACKED_BYTES

ENCODINGS = ("CSV", "JSON")

MOST_LABELS = 1_000_000
"""In a file. A label takes about 600 bytes until it is merged or stored, and merge_ground_truth has 1 GB."""

LONGEST_LABEL = 1 << 20
"""Characters of a label and of an id."""


class Label(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What really happened to one inference.

    Attributes:
        id: The inferenceId, or the eventId if there is none.
        data: As uploaded: CSV without a header, or JSON; one row per row of the inference.
        encoding: CSV or JSON.
        position: Number of the line or row in its file, from 1: of two labels for one id the later one wins.
    """

    id: str
    data: str
    encoding: str
    position: int


@dataclass(frozen=True, slots=True)
class LabelReject:
    """A line without a label: where, why, and its beginning."""

    line: int
    reason: str
    quoted: str


@dataclass(frozen=True, slots=True)
class ParsedLabels:
    """The labels of one file in order, and its other lines."""

    labels: list[Label]
    rejects: list[LabelReject]

    def check_size(self, where: str) -> None:
        """Raises InvalidInputError: more lines than a file may have."""
        if len(self.labels) + len(self.rejects) > MOST_LABELS:
            raise InvalidInputError(
                f"more than {MOST_LABELS:,} labels in one file",
                where=where,
                expected=f"at most {MOST_LABELS:,}",
                mend="Split the file.",
            )


class _Truth(msgspec.Struct, gc=False):
    data: str | int | float | bool
    encoding: str = "CSV"


class _Metadata(msgspec.Struct, gc=False):
    eventId: str = ""  # noqa: N815 - SageMaker's names
    inferenceId: str = ""  # noqa: N815 - some writers repeat the capture's name for it


class _Line(msgspec.Struct, gc=False):
    groundTruthData: _Truth  # noqa: N815
    eventMetadata: _Metadata  # noqa: N815


_DECODER = JsonDecoder(_Line)


def parse_json_lines(body: bytes, where: str, *, unpacked_bytes: int = UNPACKED_BYTES) -> ParsedLabels:
    """SageMaker's ground truth records, plain or gzip, one per line; empty lines are ignored.

    Raises:
        InvalidInputError: too large, with too many lines, or a gzip file that is damaged or cut off.
    """
    parsed = ParsedLabels([], [])
    for batch in line_batches(body, where, unpacked_bytes=unpacked_bytes):
        try:
            lines = _DECODER.decode_lines(batch.body)
        except ValueError:
            lines = []
        if len(lines) == batch.lines:
            for number, line in enumerate(lines, start=batch.first_line):
                _take(parsed, number, line, b"")
        else:
            _one_by_one(parsed, batch)
        parsed.check_size(where)
    return parsed


def too_long(id_: str, data: str) -> str:
    """Why a label cannot be kept; empty if it can."""
    for what, text in (("id", id_), ("label", data)):
        if len(text) > LONGEST_LABEL:
            return f"the {what} has {len(text):,} characters, expected: at most {LONGEST_LABEL:,}"
    return ""


def _one_by_one(parsed: ParsedLabels, batch: LineBatch) -> None:
    for number, raw in enumerate(batch.body.split(b"\n"), start=batch.first_line):
        if not raw.strip():
            continue
        try:
            line = _DECODER.decode(raw)
        except ValueError as error:
            parsed.rejects.append(LabelReject(number, f"not a ground truth record ({error})", shorten(raw)))
        else:
            _take(parsed, number, line, raw)


def _take(parsed: ParsedLabels, number: int, line: _Line, raw: bytes) -> None:
    truth = line.groundTruthData
    id_ = line.eventMetadata.eventId or line.eventMetadata.inferenceId
    data = truth.data if isinstance(truth.data, str) else msgspec.json.encode(truth.data).decode()
    reason = ""
    if not id_:
        reason = "no eventId to say which inference it belongs to"
    elif truth.encoding not in ENCODINGS:
        reason = f"encoding {truth.encoding!r} is not one of {', '.join(ENCODINGS)}"
    elif not data.strip():
        reason = "the label is empty"
    else:
        reason = too_long(id_, data)
    if reason:
        quoted = shorten(raw or msgspec.json.encode(line))
        parsed.rejects.append(LabelReject(number, reason, quoted))
    else:
        parsed.labels.append(Label(id_, data, truth.encoding, number))
