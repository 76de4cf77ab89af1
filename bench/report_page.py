"""Files of an execution → its page: CPU seconds and size, for few features and many, and what reading them takes.

Sketches are as full as those of 20,000 rows and of a baseline of 60,000; twenty earlier executions are in the trends.
"""

import json
from collections.abc import Iterator
from time import process_time

import numpy as np

from bench import report_reads
from bench.results import Limit, Options, Row
from driftline.domain.profiles.kll import KllSketch
from driftline.kinds.registry import KINDS
from driftline.usecases.pages.render_report import render_report
from tests.fakes import InMemoryStore
from tests.reporting import MADE, made_store

CPU = {30: Limit(1.0, 0.2, "s"), 500: Limit(5.0, 1.0, "s")}
SIZE = {30: Limit(1.5, 0.5, "MB"), 500: Limit(5.0, 2.5, "MB")}
TRIES = 5
_SIDES = ((f"{MADE}statistics.json", 20_000), ("baselines/shop/data_quality/statistics.json", 60_000))


def run(_options: Options) -> Iterator[Row]:
    for features, limit in CPU.items():
        store = _store(features)
        size = render_report(store, MADE, kinds=KINDS).size  # The first one reads the templates, too.
        seconds = min(_seconds(store) for _ in range(TRIES))
        yield Row(f"page of {features} features, CPU", limit, seconds, f"best of {TRIES}")
        yield Row(f"page of {features} features, size", SIZE[features], size / 1e6)
    yield from report_reads.run()


def _seconds(store: InMemoryStore) -> float:
    before = process_time()
    render_report(store, MADE, kinds=KINDS)
    return process_time() - before


def _store(features: int) -> InMemoryStore:
    store = made_store([f"feature_{i}" for i in range(features)], [f"category {i}" for i in range(60)])
    rng = np.random.default_rng(0)
    for key, rows in _SIDES:
        statistics = json.loads(store.objects[key])
        for feature in statistics["features"]:
            numbers = feature.get("numerical_statistics")
            if numbers is not None:
                levels = KllSketch.of(rng.normal(size=rows)).levels
                numbers["distribution"]["kll"]["sketch"]["data"] = [level.tolist() for level in levels]
        store.objects[key] = json.dumps(statistics).encode()
    summary = store.objects[f"{MADE}summary.json"]
    hours = [f"2026/02/28/{hour:02}" for hour in range(19, 24)] + [f"2026/03/01/{hour:02}" for hour in range(15)]
    store.objects |= {f"reports/shop/data_quality/{hour}/summary.json": summary for hour in hours}
    return store
