"""Makes train, validation and test sets from merged records and earlier training data; configures Clarify.

Runs in SageMaker's XGBoost image, whose Python is 3.10; the standard library is enough. Rows are the captured CSV
payloads, with their ground truth as the label. The set of a row follows from its text only: the same row is never in
two sets, and the same data gives the same sets.
"""

import argparse
import base64
import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

TRAIN, VALIDATION = 0.70, 0.85
"""Shares up to which a row is in train, then in validation; the rest is test."""

ROOT = Path("/opt/ml/processing")
_INSTANCE = "ml.m5.large"
_SHAP_SAMPLES = 100


def main(arguments: Sequence[str]) -> None:
    given = _parsed(arguments)
    header, history = read_history(given.input / "history", given.label)
    if given.facet not in header[1:]:
        sys.exit(f"The facet {given.facet} is not a column. Columns: {', '.join(header[1:])}.")
    until = _moment(given.until) if given.until else datetime.max.replace(tzinfo=UTC)
    since = until - timedelta(days=given.days) if given.until else datetime.min.replace(tzinfo=UTC)
    counts = Counter[str]()
    recent = read_merged(given.input / "merged", len(header) - 1, since, until, counts)
    sets: dict[str, list[list[str]]] = {"train": [], "validation": [], "test": []}
    for row in [*history, *recent]:
        sets[part_of(row)].append(row)
    for name, rows in sets.items():
        if not rows:
            sys.exit(f"No rows for {name}: {len(history)} earlier rows, and records {dict(counts)}.")
        _write_csv(given.output / name / f"{name}.csv", rows)
    _write_json(given.output / "bias-config" / "analysis_config.json", bias_config(header, given))
    explainability = explainability_config(header, sets["train"])
    _write_json(given.output / "explainability-config" / "analysis_config.json", explainability)
    sizes = {name: len(rows) for name, rows in sets.items()}
    sys.stdout.write(json.dumps({"earlier rows": len(history), "records": counts, "sets": sizes}) + "\n")


def read_history(folder: Path, label: str) -> tuple[list[str], list[list[str]]]:
    """(header with the label first, rows in that order) of all CSV files, which have one header."""
    header: list[str] = []
    rows: list[list[str]] = []
    for path in sorted(folder.rglob("*.csv")):
        with path.open(newline="") as file:
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
        with path.open() as file:
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


def bias_config(header: Sequence[str], given: argparse.Namespace) -> dict[str, object]:
    """Post-training bias of the facet: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-configure-analysis.html."""
    return {
        "dataset_type": "text/csv",
        "headers": list(header),
        "label": header[0],
        "label_values_or_threshold": [1],
        "facet": [{"name_or_index": given.facet, "value_or_threshold": [float(given.facet_value)]}],
        "probability_threshold": float(given.probability_threshold),
        "methods": {"post_training_bias": {"methods": "all"}, "report": {"name": "report", "title": "Bias"}},
        "predictor": _predictor(),
    }


def explainability_config(header: Sequence[str], train: Iterable[Sequence[str]]) -> dict[str, object]:
    """Attributions relative to the mean row of the training data."""
    columns = list(zip(*(map(float, row[1:]) for row in train), strict=True))
    mean = [sum(column) / len(column) for column in columns]
    shap = {"baseline": [mean], "num_samples": _SHAP_SAMPLES, "agg_method": "mean_abs", "save_local_shap_values": False}
    return {
        "dataset_type": "text/csv",
        "headers": list(header),
        "label": header[0],
        "methods": {"shap": shap, "report": {"name": "report", "title": "Explainability"}},
        "predictor": _predictor(),
    }


def _predictor() -> dict[str, object]:
    """How Clarify serves the model while it queries it; the step passes the model's name."""
    return {
        "instance_type": _INSTANCE,
        "initial_instance_count": 1,
        "content_type": "text/csv",
        "accept_type": "text/csv",
    }


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))  # noqa: FURB162, Python 3.10 knows no Z
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _write_csv(path: Path, rows: Iterable[Sequence[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2), encoding="utf-8")


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--label", required=True)
    parser.add_argument("--facet", required=True)
    parser.add_argument("--facet-value", required=True)
    parser.add_argument("--until", required=True, help="empty: all records")
    parser.add_argument("--days", type=int, required=True)
    parser.add_argument("--probability-threshold", required=True)
    parser.add_argument("--input", type=Path, default=ROOT / "input")
    parser.add_argument("--output", type=Path, default=ROOT / "output")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
