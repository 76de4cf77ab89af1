"""A million captures joined with 300,000 shuffled labels, into merged lines; against pandas and a plain dictionary.

Driftline splices the captured bytes; the two others decode every record and write it again. Each runs in a process of
its own over the same files.

`python -m bench.join --rows 1000000`
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.data import capture_files, temporary_folder
from bench.environments import Environment, EnvironmentUnavailableError, interpreter
from bench.process import ContestantError, Measurement, measure
from bench.results import Limit, Options, Row, skipped

SCRIPTS = Path(__file__).parent / "peers"
ROWS = 1_000_000
LABELLED = 0.3
PANDAS = Environment("pandas", "3.13", ("pandas==2.3.3", "numpy==2.5.5"))
TIME = Limit(4, 3, "s")
MEMORY = Limit(250, 160, "MiB")
FASTER_THAN_DICT = Limit(2, 3, "x faster", more_is_better=True)
FASTER_THAN_PANDAS = Limit(3, 6, "x faster", more_is_better=True)
_ID = b'"inferenceId":"'


def run(options: Options) -> Iterator[Row]:
    """Time, memory, and the two others; all over `rows` captures."""
    rows = options.rows or ROWS
    with temporary_folder() as folder:
        captures = capture_files(folder / "capture", rows)
        labels = folder / "labels.jsonl"
        count = _write_labels(labels, captures)
        arguments = [str(folder / "merged.jsonl"), str(labels), *map(str, captures)]
        name = f"{rows:,} captures with {count:,} shuffled labels"
        ours = measure(sys.executable, SCRIPTS / "join_driftline.py", arguments)
        written = (folder / "merged.jsonl").stat().st_size / 1e6
        yield Row(
            f"{name}, bytes kept", _for_rows(TIME, rows), ours.seconds, f"{ours.text()}; {written:.0f} MB written"
        )
        yield Row(f"{name}, peak memory", MEMORY, ours.peak_rss_mb)
        yield _compared(
            name, "a plain dictionary", FASTER_THAN_DICT, Path(sys.executable), "join_dict.py", arguments, ours
        )
        try:
            python = interpreter(PANDAS)
        except EnvironmentUnavailableError as error:
            yield skipped(f"{name}, against pandas 2.3.3", FASTER_THAN_PANDAS, str(error))
            return
        yield _compared(name, "pandas 2.3.3", FASTER_THAN_PANDAS, python, "join_pandas.py", arguments, ours)


def _compared(
    name: str, title: str, limit: Limit, python: Path, script: str, arguments: Sequence[str], ours: Measurement
) -> Row:
    try:
        theirs = measure(python, SCRIPTS / script, arguments)
    except ContestantError as error:
        return skipped(f"{name}, against {title}", limit, str(error))
    return Row(f"{name}, against {title}", limit, theirs.seconds / ours.seconds, f"{theirs.text()}; {ours.text()}")


def _for_rows(limit: Limit, rows: int) -> Limit:
    """The bar is for a million rows."""
    return Limit(limit.bar * max(rows, 100_000) / ROWS, limit.aim * max(rows, 100_000) / ROWS, limit.unit)


def _write_labels(path: Path, captures: Sequence[Path]) -> int:
    """Ground truth for a part of the captures, shuffled; the same in every run."""
    generator = random.Random(20_260_301)
    ids: list[str] = []
    for capture in captures:
        for line in capture.read_bytes().splitlines():
            at = line.rfind(_ID) + len(_ID)
            if generator.random() < LABELLED:
                ids.append(line[at : line.index(b'"', at)].decode())
    generator.shuffle(ids)
    with path.open("w", encoding="utf-8") as file:
        for number, id_ in enumerate(ids):
            truth = {"data": str(number % 2), "encoding": "CSV"}
            document = {"groundTruthData": truth, "eventMetadata": {"eventId": id_}, "eventVersion": "0"}
            file.write(json.dumps(document) + "\n")
    return len(ids)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Captures joined with shuffled labels.")
    parser.add_argument("--rows", type=int, default=ROWS, help="captures (default: %(default)s)")
    for row in run(Options(rows=parser.parse_args().rows)):
        measured = "skipped" if row.measured is None else f"{row.measured:.2f} {row.limit.unit}"
        print(f"{row.name}: {measured} ({row.verdict.value})\n    {row.detail}")
