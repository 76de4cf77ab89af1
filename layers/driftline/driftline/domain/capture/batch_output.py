"""Batch transform: the manifest of its data capture, and output files as capture lines.

Data capture of a transform job writes manifests, `<destination>/output/yyyy/mm/dd/hh/<uuid>.json`, that list output
files (developer guide, "Capture data from batch transform job"):

    [{"prefix": "s3://bucket/path/"}, "file1.csv.out", "file2.csv.out"]

With GenerateInferenceId, CSV rows end in two more columns, the inference id and the ISO time of the job; JSON objects
have SageMakerInferenceId and SageMakerInferenceTime, and the model's answer in SageMakerOutput when it was joined with
the input. Every row becomes a capture line with that id, as SageMaker's ground truth merge writes batch records;
rows without id and time get the manifest's hour.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from driftline.domain.capture.csv_rows import csv_line, rows_of_csv
from driftline.domain.capture.json_rows import PayloadError
from driftline.domain.errors import InvalidInputError
from driftline.domain.instants import format_instant
from driftline.domain.json_reading import JsonDecoder

MANIFEST_FOLDERS = frozenset({"input", "output"})
_SCHEME = "s3://"
_EXPECTED = '[{"prefix": "s3://bucket/path/"}, "file.csv.out", …]'
_TRAILING = 2
_JSON_STARTS = (b"{", b"[")
_JSON = JsonDecoder()
_MANIFEST = JsonDecoder(list[dict[str, str] | str])


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A file that a manifest lists."""

    bucket: str
    key: str


def is_manifest(folder: str, name: str) -> bool:
    """Whether `<folder>/yyyy/mm/dd/hh/<name>` is a manifest rather than a capture file."""
    return folder in MANIFEST_FOLDERS and name.endswith(".json")


def read_manifest(body: bytes, where: str) -> list[BatchFile]:
    """The files that a manifest lists, in its order.

    Raises:
        InvalidInputError: not a manifest.
    """
    try:
        head, *files = _MANIFEST.decode(body)
    except ValueError as error:
        raise InvalidInputError(f"not a manifest ({error})", where=where, expected=_EXPECTED) from None
    prefix = head.get("prefix", "") if isinstance(head, dict) else ""
    bucket, _, folder = prefix.removeprefix(_SCHEME).partition("/")
    names = [file for file in files if isinstance(file, str)]
    if not prefix.startswith(_SCHEME) or not bucket or len(names) != len(files):
        raise InvalidInputError("not a manifest", where=where, expected=_EXPECTED)
    return [BatchFile(bucket, folder + file) for file in names]


def capture_lines(name: str, body: bytes, hour: datetime) -> bytes:
    """An output file as capture lines, one per row (CSV, JSON Lines) or per document (JSON).

    Args:
        name: The file's name; rows without an id are named after it and their number.
        body: CSV without a header, JSON Lines or JSON; by the extension before `.out`, otherwise by the first byte.
        hour: The manifest's hour: the time of rows without one.

    Raises:
        InvalidInputError: the file is not text, or not CSV.
    """
    extension = PurePosixPath(name.removesuffix(".out")).suffix
    if extension == ".parquet":
        raise InvalidInputError("Parquet files of transform jobs are not supported", where=name, expected="CSV or JSON")
    try:
        text = body.decode("utf-8-sig")
        if extension in {".json", ".jsonl", ".jsonlines"} or (
            extension != ".csv" and body.lstrip().startswith(_JSON_STARTS)
        ):
            records = list(_of_json(text))
        else:
            records = [_of_csv(cells) for cells in rows_of_csv(text)]
    except (UnicodeDecodeError, PayloadError) as error:
        raise InvalidInputError(str(error), where=name, expected="CSV or JSON in UTF-8") from None
    lines = []
    for number, (captured, inference_id, time) in enumerate(records, start=1):
        metadata = {"eventId": inference_id or f"{name}#{number}", "inferenceTime": time or format_instant(hour)}
        lines.append(json.dumps({"captureData": captured, "eventMetadata": metadata, "eventVersion": "0"}))
    return "\n".join(lines).encode()


type _Captured = dict[str, dict[str, str]]
type _Found = tuple[_Captured, str | None, str | None]
"""(captureData, inference id, inference time)"""


def _of_csv(cells: list[str]) -> _Found:
    inference_id = time = None
    if len(cells) > _TRAILING and _is_instant(cells[-1]):
        *cells, inference_id, time = cells
    return {"batchTransformOutput": {"data": csv_line(cells), "encoding": "CSV"}}, inference_id, time


def _is_instant(text: str) -> bool:
    """Whether it is meant as one: a time that is out of bounds makes a reject, not a row with two more columns."""
    if "T" not in text:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _of_json(text: str) -> Iterator[_Found]:
    """One document, or one per line; anything that is not JSON is passed on, and rejected later with its reason."""
    try:
        documents = [text] if _JSON.decode(text) is not None else []
    except ValueError:
        documents = [line for line in text.splitlines() if line.strip()]
    for document in documents:
        try:
            yield _of_document(_JSON.decode(document))
        except ValueError:
            yield {"batchTransformOutput": {"data": document, "encoding": "JSON"}}, None, None


def _of_document(document: object) -> _Found:
    if not isinstance(document, dict):
        return {"batchTransformOutput": _json_payload(document)}, None, None
    inference_id = document.pop("SageMakerInferenceId", None)
    time = document.pop("SageMakerInferenceTime", None)
    if "SageMakerOutput" in document:
        output = document.pop("SageMakerOutput")
        captured = {"endpointInput": _json_payload(document), "batchTransformOutput": _json_payload(output)}
    else:
        captured = {"batchTransformOutput": _json_payload(document)}
    return captured, inference_id, time


def _json_payload(document: object) -> dict[str, str]:
    return {"data": json.dumps(document), "encoding": "JSON"}
