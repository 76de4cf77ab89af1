"""Baselines of the bias monitor: CSV of one million rows and 20 columns → analysis.json, and how memory grows."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.data import temporary_folder
from bench.process import ContestantError, Measurement, measure
from bench.results import Limit, Options, Row, skipped

SCRIPT = Path(__file__).parent / "peers" / "bias_baseline_driftline.py"
TIME = Limit(15, 8, "s CPU")
PEAK = Limit(300, 250, "MiB")
ROWS, BLOCK = 1_000_000, 50_000
FEATURES = 16
DOCUMENT = """\
endpoint: loans
monitors:
  model_bias:
    facets: [{column: sex, values: [F]}, {column: age, threshold: 40.0}, {column: income, threshold: 2.5}]
    positive_label: "1"
    inference_attribute: predicted
    ground_truth_attribute: label
    group_variable: region
"""
"""The flip test looks at all numbers; one facet has almost as many values as rows."""


def run(options: Options) -> Iterator[Row]:
    rows = options.rows or ROWS
    name = f"a baseline of {rows:,} rows x {FEATURES + 4} columns"
    with temporary_folder() as folder:
        try:
            found = _measured(folder, rows)
        except ContestantError as error:
            yield skipped(name, TIME, str(error))
            return
    yield Row(name, TIME, found.cpu_seconds, found.text())
    yield Row("peak memory of it", PEAK, found.peak_rss_mb, found.text())


def _measured(folder: Path, rows: int) -> Measurement:
    data = folder / "baselines" / "loans" / "model_bias" / "input" / "data.csv"
    data.parent.mkdir(parents=True)
    (folder / "monitors").mkdir()
    (folder / "monitors" / "loans.yaml").write_text(DOCUMENT)
    generator = np.random.default_rng(1)
    names = ["label", "predicted", "sex", "age", "region", "income", *(f"f_{each}" for each in range(FEATURES - 2))]
    with data.open("w", encoding="utf-8") as file:
        file.write(",".join(names) + "\n")
        for start in range(0, rows, BLOCK):
            count = min(BLOCK, rows - start)
            label = generator.random(count) < 0.3
            columns = [
                label.astype(int),
                np.where(generator.random(count) < 0.85, label, ~label).astype(int),
                generator.choice(["F", "M"], count),
                generator.integers(18, 90, count),
                generator.integers(0, 16, count),
                generator.lognormal(1.0, 0.5, count),
                *(generator.normal(size=count).round(4) for _ in range(FEATURES - 2)),
            ]
            lines = zip(*(column.tolist() for column in columns), strict=True)
            file.writelines(",".join(map(str, line)) + "\n" for line in lines)
    return measure(sys.executable, SCRIPT, [str(folder)])
