"""Driftline: capture files and one ground truth file → merged lines, the captured bytes kept."""

import sys
from datetime import timedelta
from pathlib import Path

from measuring import measured

sys.path.insert(0, str(Path(__file__).parents[2] / "layers" / "driftline"))

from driftline.adapters.tables.parquet_labels import parquet_labels
from driftline.domain.ground_truth.label_tables import parse_labels
from driftline.domain.ground_truth.merged_lines import MergedLines
from driftline.domain.instants import parse_instant
from driftline.domain.windows import HOUR, floor_to

_TIME = b'"inferenceTime":"'


def main(output: str, labels: str, *captures: str) -> None:
    hours = {path: _hours(Path(path)) for path in captures}
    with measured():
        known = {label.id: label for label in parse_labels(labels, Path(labels).read_bytes(), parquet_labels).labels}
        merged = 0
        with Path(output).open("wb") as file:
            for hour in sorted({hour for found in hours.values() for hour in found}):
                lines = MergedLines(hour, known)
                for path in captures:
                    if hour in hours[path]:
                        for part in lines.read(Path(path).read_bytes(), path):
                            file.write(part)
                            merged += part.count(b"\n")
    assert merged == len(known), (merged, len(known))


def _hours(path: Path) -> set[object]:
    """What the profiles of a file say: the hours that it touches."""
    body = path.read_bytes()
    ends = [body[at + len(_TIME) : at + len(_TIME) + 20] for at in (body.find(_TIME), body.rfind(_TIME))]
    first, last = (floor_to(parse_instant(text.decode()), HOUR) for text in ends)
    return {first + timedelta(hours=number) for number in range(int((last - first) / HOUR) + 1)}


if __name__ == "__main__":
    main(*sys.argv[1:])
