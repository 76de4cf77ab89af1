"""Makes train, validation and test sets from merged records and earlier training data.

Runs in SageMaker's XGBoost image, whose Python is 3.10; the standard library is enough. Rows are the captured CSV
payloads, with their ground truth as the label. The set of a row follows from its text only: the same row is never in
two sets, and the same data gives the same sets. Train and validation are as XGBoost reads them: numbers, label first,
no header. Test keeps the texts and has a header, because baselines are made from it.
"""

import argparse
import base64
import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

from numbers_of import written  # next to this script, wherever SageMaker puts it

TRAIN, VALIDATION = 0.70, 0.85
"""Shares up to which a row is in train, then in validation; the rest is test."""

ROOT = Path(__file__).resolve().parents[2]
"""/opt/ml/processing: SageMaker puts the scripts into input/code/ there, and so does the embedded cloud elsewhere."""
_UTC = timezone.utc  # noqa: UP017, Python 3.10 knows no datetime.UTC


def main(arguments: Sequence[str]) -> None:
    given = _parsed(arguments)
    header, history = read_history(given.input / "history", given.label)
    until = _moment(given.until) if given.until else datetime.max.replace(tzinfo=_UTC)
    since = until - timedelta(days=given.days) if given.until else datetime.min.replace(tzinfo=_UTC)
    counts = Counter[str]()
    recent = read_merged(given.input / "merged", len(header) - 1, since, until, counts)
    sets: dict[str, list[list[str]]] = {"train": [], "validation": [], "test": []}
    for row in [*history, *recent]:
        sets[part_of(row)].append(row)
    for name, rows in sets.items():
        if not rows:
            sys.exit(f"No rows for {name}: {len(history)} earlier rows, and records {dict(counts)}.")
    for name in ("train", "validation"):
        _write_csv(given.output / name / f"{name}.csv", (list(map(written, row)) for row in sets[name]))
    _write_csv(given.output / "test" / "test.csv", [header, *sets["test"]])
    sizes = {name: len(rows) for name, rows in sets.items()}
    sys.stdout.write(json.dumps({"earlier rows": len(history), "records": counts, "sets": sizes}) + "\n")


def read_history(folder: Path, label: str) -> tuple[list[str], list[list[str]]]:
    """(header with the label first, rows in that order) of all CSV files, which have one header."""
    header: list[str] = []
    rows: list[list[str]] = []
    for path in sorted(folder.rglob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            lines = csv.reader(file)
            names = next(lines, [])
            if label not in names:
                sys.exit(f"{path.name} has no column {label}. Columns: {', '.join(names)}.")
            order = [names.index(label), *(index for index, name in enumerate(names) if name != label)]
            named = [names[index] for index in order]
            if header and named != header:
                sys.exit(f"{path.name} has other columns than the previous files.")
            header = named
            rows.extend([line[index] for index in order] for line in lines if len(line) == len(names))
    if not header:
        sys.exit(f"No CSV file in {folder}.")
    return header, rows


def read_merged(
    folder: Path, width: int, since: datetime, until: datetime, counts: Counter[str]
) -> Iterator[list[str]]:
    """Rows, label first, of records in the time range [since, until); others are counted by reason.

    Args:
        width: Number of features of a row.
    """
    for path in sorted(folder.rglob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            for line in file:
                try:
                    record = json.loads(line)
                    moment = _moment(record["eventMetadata"]["inferenceTime"])
                    features, labels = _rows(record["captureData"]["endpointInput"]), _rows(record["groundTruthData"])
                except (KeyError, TypeError, ValueError):
                    counts["not readable"] += 1
                    continue
                if not since <= moment < until:
                    counts["outside the time range"] += 1
                    continue
                values = labels[0] if len(labels) == 1 else [row[0] for row in labels if row]
                if len(values) != len(features) or any(len(row) != width for row in features):
                    counts["with another number of columns"] += 1
                    continue
                counts["used"] += len(features)
                yield from ([value, *row] for value, row in zip(values, features, strict=True))


def _rows(side: dict[str, str]) -> list[list[str]]:
    """Raises ValueError: the payload is not CSV."""
    text = side["data"]
    if side["encoding"] == "BASE64":
        text = base64.b64decode(text, validate=True).decode()
    elif side["encoding"] != "CSV":
        raise ValueError(side["encoding"])
    return [row for row in csv.reader(text.splitlines()) if row]


def part_of(row: Sequence[str]) -> str:
    share = int.from_bytes(sha256("\x1f".join(row).encode()).digest()[:8], "big") / 2**64
    return "train" if share < TRAIN else "validation" if share < VALIDATION else "test"


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))  # noqa: FURB162, Python 3.10 knows no Z
    return moment if moment.tzinfo else moment.replace(tzinfo=_UTC)


def _write_csv(path: Path, rows: Iterable[Sequence[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--label", required=True)
    parser.add_argument("--until", required=True, help="empty: all records")
    parser.add_argument("--days", type=int, required=True)
    parser.add_argument("--input", type=Path, default=ROOT / "input")
    parser.add_argument("--output", type=Path, default=ROOT / "output")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
