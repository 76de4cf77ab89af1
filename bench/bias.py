"""Bias metrics: a day of states → metrics with intervals and a comparison; a table's report, against smclarify."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.random import Generator

from bench.data import temporary_folder
from bench.environments import Environment, EnvironmentUnavailableError, interpreter
from bench.process import ContestantError, measure
from bench.results import Limit, Options, Row, skipped
from driftline.kinds.model_bias.rules.columns import Coded, type_of
from driftline.kinds.model_bias.rules.comparison import Entry
from driftline.kinds.model_bias.rules.counts import Counts, Rows
from driftline.kinds.model_bias.rules.evaluate import evaluate
from driftline.kinds.model_bias.rules.facets import Criterion
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.report import groups_of, report

SCRIPTS = Path(__file__).parent / "peers"
WINDOW = Limit(2, 1, "s")
FASTER = Limit(10, 10, "x faster", more_is_better=True)
ROWS, FLIP_ROWS, SLOTS = 1_000_000, 20_000, 288
# smclarify's own requirements are for reading from S3; its metrics need only these.
PACKAGES = ("pandas<3", "numpy", "scikit-learn", "pyfunctional")
SMCLARIFY = Environment("smclarify", sys.executable, PACKAGES, ("smclarify==0.5",))


def run(options: Options) -> Iterator[Row]:
    rows = options.rows or ROWS
    yield _window(rows)
    try:
        python = interpreter(SMCLARIFY)
    except EnvironmentUnavailableError as error:
        yield skipped("a report, against smclarify 0.5", FASTER, str(error))
        return
    with temporary_folder() as folder:
        for size, flips in ((rows, "no flips"), (min(rows, FLIP_ROWS), "flips")):
            path = folder / f"{size}.npz"
            np.savez(path, allow_pickle=False, **_table(np.random.default_rng(size), size))
            name = f"report of {size:,} rows{' with the flip test' if flips == 'flips' else ''}, against smclarify 0.5"
            arguments = [str(path), flips]
            try:
                theirs = measure(python, SCRIPTS / "bias_smclarify.py", arguments)
                ours = measure(sys.executable, SCRIPTS / "bias_driftline.py", arguments)
            except ContestantError as error:
                yield skipped(name, FASTER, str(error))
                continue
            yield Row(name, FASTER, theirs.cpu_seconds / ours.cpu_seconds, f"{theirs.text()}; {ours.text()}")


def _table(generator: Generator, rows: int) -> dict[str, np.ndarray]:
    features = {f"f_{number}": generator.normal(size=rows).round(3) for number in range(10)}
    label = (generator.random(rows) < 0.3).astype(np.int64)
    return features | {
        "stratum": generator.integers(0, 16, rows),
        "facet": generator.choice(["F", "M"], rows),
        "label": label,
        "predicted": (features["f_0"] + label > 0.8).astype(np.int64),
    }


def _window(rows: int) -> Row:
    """From stored states of five minutes each, three facets, 16 strata."""
    generator = np.random.default_rng(1)
    stored = [_state(_table(generator, rows // SLOTS)).to_bytes() for _ in range(SLOTS)]
    baseline = _state(_table(generator, 10_000))
    started = time.process_time()
    window = Counts.merge_all(Counts.from_bytes(body, "state") for body in stored)
    report(window, FACETS, LABEL)
    entries = [
        Entry(name, now.text, now.tables, before.tables)
        for name, facet in FACETS.items()
        for now, before in zip(
            groups_of(facet, window.facets[name], LABEL.texts),
            groups_of(facet, baseline.facets[name], LABEL.texts),
            strict=True,
        )
    ]
    found = evaluate(entries, tuple(METRICS))
    seconds = time.process_time() - started
    intervals = sum(each.interval is not None for each in found)
    return Row(
        f"{rows:,} merged rows of 24 h, {len(FACETS)} facets, from {SLOTS} states: metrics, intervals, comparison",
        WINDOW,
        seconds,
        f"CPU; {len(found)} metrics, {intervals} with intervals",
    )


SEX = Criterion("facet", ("F",), type_of(Coded.of(["F", "M"]), ("F",)))
FIRST, SECOND = (Criterion(name, (0.5,), type_of(Coded.of([0.1, 0.2, 0.3]), (0.5,))) for name in ("f_1", "f_2"))
LABEL = Criterion("label", (1,), type_of(Coded.of([0, 1]), (1,)))
FACETS = {each.column: each for each in (SEX, FIRST, SECOND)}


def _state(table: dict[str, np.ndarray]) -> Counts:
    columns = {
        name: Coded.of(table[name].tolist()) if name == "facet" else Coded.of_numbers(table[name])
        for name in (*FACETS, "label", "predicted", "stratum")
    }
    facets = {name: (facet, columns[name]) for name, facet in FACETS.items()}
    return Counts.of(Rows(facets, LABEL, columns["label"], columns["predicted"], columns["stratum"]))
