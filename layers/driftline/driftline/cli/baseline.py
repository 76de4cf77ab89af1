"""`driftline baseline`: statistics and constraints from a data set."""

from math import isnan
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from driftline.adapters.tables.duck import DuckTables
from driftline.cli import options
from driftline.cli.columns import table_of
from driftline.cli.files import read_file
from driftline.cli.output import reporting
from driftline.cli.places import Place, open_place
from driftline.cli.text import safe
from driftline.cli.unpublished import TerminalOperators
from driftline.domain.keys import baseline_folder
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics, parse_statistics
from driftline.kinds.model_quality.rules.statistics import parse_baseline_quality
from driftline.kinds.registry import KINDS
from driftline.presentation.text import count, number
from driftline.usecases.baselines.suggest_baseline import BaselineSuggested, suggest_baseline


def baseline(
    data: Annotated[list[Path] | None, typer.Argument(help="Files to copy to input/ first.", metavar="DATA")] = None,
    *,
    store: options.Store = ".",
    endpoint: options.Endpoint = None,
    monitor: options.Monitor = None,
    as_json: options.Json = False,
) -> None:
    """Suggest statistics.json and constraints.json from a data set (CSV, JSON Lines, Parquet; plain or gzip).

    Reads baselines/<endpoint>/<monitor>/input/. Edited constraints are not overwritten; the suggestion is written
    next to them.

    Example: driftline baseline january.csv february.csv --endpoint flight-delay
    """
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        name = place.endpoint(endpoint)
        chosen = place.monitor(name, monitor)
        for path in data or ():
            place.store.put(f"{baseline_folder(name, chosen)}input/{path.name}", read_file(path))
        suggested = suggest_baseline(
            name, chosen, store=place.store, tables=DuckTables(), operators=TerminalOperators(output), kinds=KINDS
        )
        result = {
            "endpoint": suggested.endpoint,
            "monitor": suggested.monitor,
            "rows": suggested.rows,
            "files": {file: place.store.uri(key) for file, key in suggested.files.items()},
            "kept": list(suggested.kept),
            "left_out": list(suggested.left_out),
            "unusable_rows": dict(suggested.unusable),
            "unchanged": suggested.unchanged,
        }
        output.result(result, lambda console: _show(console, place, suggested))


def _show(console: Console, place: Place, suggested: BaselineSuggested) -> None:
    same = ", unchanged: nothing was written" if suggested.unchanged else ""
    console.print(f"[green]ok[/green]  {count(suggested.rows, 'row')}{same}", soft_wrap=True)
    key = suggested.files.get("statistics.json") or suggested.files["statistics.suggested.json"]
    statistics, where = place.store.get(key).body, place.store.uri(key)
    console.print(_metrics(statistics, where) if suggested.monitor == "model_quality" else _features(statistics, where))
    if suggested.left_out:
        console.print(f"Columns not in the monitor document: {safe(', '.join(suggested.left_out))}", soft_wrap=True)
    for reason, rows in suggested.unusable.items():
        console.print(f"[yellow]rows left out[/yellow]  {safe(reason)}: {rows:,}", soft_wrap=True)
    for file, written in suggested.files.items():
        console.print(f"{file:<28} {safe(place.store.uri(written))}", soft_wrap=True)


def _features(statistics: bytes, where: str) -> Table:
    figures = ("present", "missing", "mean", "min", "max", "distinct")
    table = table_of("feature", "type", *figures, numbers=figures)
    for feature in parse_statistics(statistics, where).features:
        table.add_row(*_cells(feature))
    return table


def _metrics(statistics: bytes, where: str) -> Table:
    figures = ("value", "standard deviation")
    table = table_of("metric", *figures, numbers=figures)
    for name, figure in parse_baseline_quality(statistics, where).metrics.items():
        deviation = "" if isnan(figure.standard_deviation) else number(figure.standard_deviation, 2)
        table.add_row(name, number(figure.value, 6), deviation)
    return table


def _cells(feature: FeatureStatistics) -> tuple[str, ...]:
    numbers, strings, common = feature.numerical_statistics, feature.string_statistics, feature.common
    figures = (numbers.mean, numbers.min, numbers.max) if numbers else (None, None, None)
    distinct = strings.distinct_count if strings else numbers.approximate_num_distinct_values if numbers else None
    return (
        safe(feature.name),
        safe(feature.inferred_type),
        f"{common.num_present:,}",
        f"{common.num_missing:,}",
        *("" if figure is None else number(figure) for figure in figures),
        "" if distinct is None else number(distinct),
    )
