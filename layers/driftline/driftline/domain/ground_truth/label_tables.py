"""Ground truth as tables: CSV and Parquet with the columns `inference_id` and `label`; others are ignored."""

import csv
import math
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

import msgspec

from driftline.domain.capture.cells import value_text
from driftline.domain.capture.csv_rows import csv_line, csv_reader
from driftline.domain.capture.records import QUOTED_CHARACTERS, shorten
from driftline.domain.capture.separators import separator_of
from driftline.domain.errors import InvalidInputError
from driftline.domain.ground_truth.labels import Label, LabelReject, ParsedLabels, parse_json_lines, too_long
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.unpacking import UNPACKED_BYTES, unpacked

ID_NAMES = ("inference_id", "inferenceid", "event_id", "eventid")
"""Columns with the ids of inferences, in lower case."""

_LABEL_NAME = "label"
_EXPECTED = "columns inference_id and label"
_PARQUET_MAGIC = b"PAR1"
_JSON = JsonDecoder()


def parse_labels(
    name: str, body: bytes, parquet: Callable[[bytes, str], ParsedLabels], *, unpacked_bytes: int = UNPACKED_BYTES
) -> ParsedLabels:
    """The labels of a file: Parquet by its first bytes, CSV by its name, JSON Lines otherwise; gzip in any of them.

    Args:
        name: The file's key; `.csv` and `.csv.gz` are CSV with a header.
        body: The file.
        parquet: Reads (a Parquet file, its name).
        unpacked_bytes: Maximum size of the file, unpacked if it is gzip.

    Raises:
        InvalidInputError: too large, with too many labels, damaged, not UTF-8, a table without the two columns, or
            without a single label.
    """
    suffixes = PurePosixPath(name.lower()).suffixes
    if ".csv" in suffixes[-2:]:
        parsed = _parse_csv(unpacked(body, unpacked_bytes, name), name)
    elif body.startswith(_PARQUET_MAGIC):
        parsed = parquet(body, name)
    elif ".parquet" in suffixes[-2:]:
        parsed = parquet(unpacked(body, unpacked_bytes, name), name)
    else:
        parsed = parse_json_lines(body, name, unpacked_bytes=unpacked_bytes)
    if parsed.rejects and not parsed.labels:
        first = parsed.rejects[0]
        raise InvalidInputError(
            f"none of {len(parsed.rejects)} lines is a label; line {first.line}: {first.reason}",
            where=name,
            expected='{"groundTruthData":{"data":"1","encoding":"CSV"},"eventMetadata":{"eventId":"…"},'
            f'"eventVersion":"0"}} on each line, or CSV or Parquet with {_EXPECTED}',
        )
    return parsed


_BEGINNING = 1 << 16
"""Characters that show what separates the cells."""


_CHECKED = 10_000
"""Rows after which their number is checked."""


def _parse_csv(body: bytes, name: str) -> ParsedLabels:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"not UTF-8 ({error.reason} at byte {error.start})", where=name) from None
    reader = csv_reader(text, separator_of(text[:_BEGINNING]))
    parsed = ParsedLabels([], [])
    try:
        header = next(reader, [])
        if not header:
            return parsed
        id_at, label_at = label_columns(header, name)
        for number, row in enumerate(reader):
            if number % _CHECKED == 0:
                parsed.check_size(name)
            if row and len(row) != len(header):
                reason = f"{len(row)} cells for {len(header)} columns"
                parsed.rejects.append(LabelReject(reader.line_num, reason, _shown(row)))
            elif row:
                take_label(parsed, reader.line_num, row[id_at], row[label_at])
    except csv.Error as error:
        raise InvalidInputError(f"no CSV: {error}", where=f"{name}, line {reader.line_num}") from None
    parsed.check_size(name)
    return parsed


def label_columns(header: Sequence[str], name: str) -> tuple[int, int]:
    """Positions of the id and the label.

    Raises:
        InvalidInputError: there is not one of each; `name` is the file's.
    """
    names = [each.strip().lower() for each in header]
    ids = [names.index(each) for each in ID_NAMES if each in names]
    if not ids or _LABEL_NAME not in names:
        raise InvalidInputError(
            f"columns {', '.join(header)}", where=name, expected=_EXPECTED, mend="Name them in the header."
        )
    return ids[0], names.index(_LABEL_NAME)


def take_label(parsed: ParsedLabels, number: int, id_: str | None, value: object) -> None:
    """Adds a row to the labels or to the rejects; lists and objects, written or real, are JSON."""
    payload = _payload(value)
    reason = too_long(id_ or "", value if isinstance(value, str) else "")
    if id_ and payload and not reason:
        parsed.labels.append(Label(id_, *payload, number))
    else:
        reason = reason or ("the label is empty" if id_ else "no inference_id")
        parsed.rejects.append(LabelReject(number, reason, _shown((id_, value))))


def _shown(cells: Sequence[object]) -> str:
    return shorten(",".join("" if cell is None else str(cell)[:QUOTED_CHARACTERS] for cell in cells).encode())


def _payload(value: object) -> tuple[str, str] | None:
    """(data, encoding) of a cell; lists and objects, written or real, are JSON; None if there is no label."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, (list, dict)):
        return msgspec.json.encode(value, enc_hook=str).decode(), "JSON"
    text = value if isinstance(value, str) else value_text(value) or str(value)
    if not text.strip():
        return None
    if text[0] in "[{":
        try:
            _JSON.decode(text)
        except msgspec.DecodeError:
            return csv_line([text]), "CSV"
        return text, "JSON"
    return csv_line([text]), "CSV"
