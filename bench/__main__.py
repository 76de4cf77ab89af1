"""`python -m bench [names …]`: runs the benchmarks one after the other and prints a table each.

Absolute times differ from machine to machine; ratios are taken within one run. Exit code 1 when a bar is missed.
"""

import argparse
import json
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import import_module

from bench.machine import described
from bench.results import Options, Row, Verdict


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One module of this package with a `run(options)` that yields rows.

    Attributes:
        module: Imported only when it runs, so that a listing needs no package.
        what: One line for `--list`.
    """

    module: str
    what: str


BENCHMARKS = {
    "profile_capture": Benchmark("bench.profile_capture", "capture files → profile, against decoding their JSON alone"),
    "whole_capture": Benchmark("bench.whole_capture", "the whole of profile_capture: CSV, JSON and gzip"),
    "peers": Benchmark("bench.against_peers", "the same job by whylogs, Evidently and PySpark"),
    "memory": Benchmark("bench.memory", "memory while profiling, few rows and many"),
    "capture_middleware": Benchmark("bench.capture_middleware", "what capturing costs a prediction, and with S3 down"),
    "run_monitor": Benchmark("bench.run_monitor", "24 hours of profiles → verdict"),
    "long_window": Benchmark("bench.long_window", "a month of thin hours: from its days, against from its hours"),
    "join": Benchmark("bench.join", "captures with shuffled labels → merged lines, against pandas and a dictionary"),
    "label_index": Benchmark("bench.label_index", "labels of one hour found among 14 days of inferences"),
    "model_quality": Benchmark("bench.model_quality", "metrics over merged records, few hours and many"),
    "coverage": Benchmark(
        "bench.coverage", "how often the intervals of model quality hold, and how often there is none"
    ),
    "bias": Benchmark("bench.bias", "bias metrics with intervals over a day of states; reports, against smclarify"),
    "bias_baseline": Benchmark("bench.bias_baseline", "a data set of bias → analysis.json: time and memory"),
    "explain": Benchmark("bench.explain", "exact TreeSHAP of a model's file, against its own library"),
    "kernel_shap": Benchmark("bench.kernel_shap", "Kernel SHAP besides the model, against the package shap"),
    "report": Benchmark("bench.report_page", "files of an execution → its page"),
    "size": Benchmark("bench.artifact_size", "unzipped code and layers"),
    "cold_start": Benchmark("bench.cold_start", "CPU seconds from the start of the process to a ready handler"),
    "latency": Benchmark("bench.latency", "object created → metric and verdict, on the embedded cloud"),
    "messages": Benchmark("bench.message_latency", "object created → Slack message, on the embedded cloud"),
    "fleet": Benchmark("bench.fleet", "calls and CPU of an execution, a sweep and the index, 1, 30 and 300 endpoints"),
    "objects": Benchmark("bench.objects_written", "objects written per capture file"),
    "merge": Benchmark("bench.merge_hours", "an hour of few rows and many columns, with labels"),
    "command_line": Benchmark("bench.command_line", "CPU seconds of a command before its work"),
    "ingest": Benchmark("bench.ingest", "capture files a second on the command line"),
    "backfill": Benchmark("bench.backfill", "a backfill's files against the same files one by one; a terabyte"),
    "quiet_data_quality": Benchmark(
        "bench.quiet_data_quality", "how often limits of data quality ring when nothing has changed"
    ),
    "quiet_model_quality": Benchmark(
        "bench.quiet_model_quality", "how often limits of model quality ring when nothing has changed"
    ),
    "quiet_bias": Benchmark(
        "bench.quiet_bias", "how often bias drift rings when nothing has changed, and whether its intervals hold"
    ),
    "quiet_attribution": Benchmark(
        "bench.quiet_attribution", "how often attribution drift rings when no reason has changed, and what it finds"
    ),
    "surrogate": Benchmark(
        "bench.surrogate", "how faithful a surrogate is to real models, and what it sees of a change"
    ),
    "bank_shuffles": Benchmark("bench.bank_shuffles", "days of real calls in a random order that ring"),
    "quiet_drift": Benchmark("bench.quiet_drift", "simulated: how often drift is found without a change, and with one"),
    "drift_default": Benchmark("bench.drift_default", "both ways to decide on drift, over real data"),
    "scripts": Benchmark("bench.scripts", "what the process of a user's script costs"),
    "cost": Benchmark("bench.cost.scenarios", "what a monitored endpoint costs"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Benchmarks; the bars are in docs/design/performance.md."
    )
    parser.add_argument("names", nargs="*", metavar="name", help="benchmarks to run (default: all)")
    parser.add_argument("--rows", type=int, help="rows of synthetic data, where the number can vary")
    parser.add_argument("--large", action="store_true", help="also run what takes many minutes and 6 GB of disk")
    parser.add_argument("--seed", type=int, help="seed of simulations (default: a fresh one, which they print)")
    parser.add_argument("--json", action="store_true", help="print JSON on standard output, progress on standard error")
    parser.add_argument("--list", action="store_true", help="list the benchmarks and exit")
    asked = parser.parse_args(arguments)
    if asked.list:
        for name, benchmark in BENCHMARKS.items():
            print(f"{name:16} {benchmark.what}")
        return 0
    unknown = [name for name in asked.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"unknown benchmark {', '.join(unknown)}; known are {', '.join(BENCHMARKS)}")
    if asked.rows is not None and asked.rows < 1:
        parser.error("--rows must be 1 or more")

    results: dict[str, list[Row]] = {}
    options = Options(rows=asked.rows, large=asked.large, seed=asked.seed)
    broken: dict[str, str] = {}
    for name in asked.names or BENCHMARKS:
        try:
            results[name] = _run(name, options, show=not asked.json)
        except Exception as error:  # noqa: BLE001, the others are run all the same
            broken[name] = f"{type(error).__name__}: {error}"
            _progress(f"{name} failed: {broken[name]}")
    if asked.json:
        print(json.dumps(_as_json(results), indent=2, ensure_ascii=False))
    rows = [row for found in results.values() for row in found]
    below = [row for row in rows if row.verdict is Verdict.BELOW]
    if not asked.json:
        print(f"{len(rows)} rows, {len(below)} below the bar; {described()}")
    for name, said in broken.items():
        print(f"{name} failed: {said}", file=sys.stderr)
    return 1 if below or broken else 0


def _run(name: str, options: Options, *, show: bool) -> list[Row]:
    started = time.perf_counter()
    _progress(f"{name}: {BENCHMARKS[name].what} …")
    rows = []
    for row in import_module(BENCHMARKS[name].module).run(options):
        _progress(f"  {row.name}: {_measured(row)}")
        rows.append(row)
    _progress(f"{name}: {time.perf_counter() - started:.0f} s")
    if show:
        print(_table(name, rows), flush=True)
    return rows


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _measured(row: Row) -> str:
    return "skipped" if row.measured is None else f"{row.measured:.3g} {row.limit.unit}"


def _table(name: str, rows: Sequence[Row]) -> str:
    head = ("what", "bar", "aim", "measured", "verdict")
    cells = [
        (row.name, row.limit.text(row.limit.bar), row.limit.text(row.limit.aim), _measured(row), row.verdict.value)
        for row in rows
    ]
    widths = [max(len(line[column]) for line in (head, *cells)) for column in range(len(head))]
    lines = [f"\n{name}", "  ".join(text.ljust(width) for text, width in zip(head, widths, strict=True)).rstrip()]
    for row, line in zip(rows, cells, strict=True):
        lines.append("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
        if row.detail:
            lines.append(f"    {row.detail}")
    return "\n".join(lines)


def _as_json(results: dict[str, list[Row]]) -> dict[str, object]:
    return {
        "machine": described(),
        "python": platform.python_version(),
        "benchmarks": {
            name: [{**asdict(row), **_limits(row), "verdict": row.verdict.value} for row in rows]
            for name, rows in results.items()
        },
    }


def _limits(row: Row) -> dict[str, object]:
    """Bar and aim for JSON, which has no infinity: null where there is none."""
    limit = asdict(row.limit)
    if row.verdict is Verdict.NO_BAR:
        limit |= {"bar": None, "aim": None}
    return {"limit": limit}


if __name__ == "__main__":
    sys.exit(main())
