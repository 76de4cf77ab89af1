"""`driftline baseline`: statistics and constraints from a data set."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from driftline.adapters.tables.duck import DuckTables
from driftline.cli import options
from driftline.cli.files import read_file
from driftline.cli.output import reporting
from driftline.cli.places import Place, open_place
from driftline.cli.report import drawn_table
from driftline.cli.text import safe
from driftline.cli.unpublished import TerminalOperators
from driftline.domain.keys import baseline_folder
from driftline.kinds.registry import KINDS
from driftline.presentation.tables import Table
from driftline.presentation.text import count
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
            "warnings": list(suggested.warnings),
        }
        output.result(result, lambda console: _show(console, place, suggested))


def _show(console: Console, place: Place, suggested: BaselineSuggested) -> None:
    same = ", unchanged: nothing was written" if suggested.unchanged else ""
    console.print(f"[green]ok[/green]  {count(suggested.rows, 'row')}{same}", soft_wrap=True)
    console.print(drawn_table(_measured(place, suggested)))
    if suggested.left_out:
        console.print(f"Columns not in the monitor document: {safe(', '.join(suggested.left_out))}", soft_wrap=True)
    for reason, rows in suggested.unusable.items():
        console.print(f"[yellow]rows left out[/yellow]  {safe(reason)}: {rows:,}", soft_wrap=True)
    for warning in suggested.warnings:
        console.print(f"[yellow]warning[/yellow]  {safe(warning)}", soft_wrap=True)
    for file, written in suggested.files.items():
        console.print(f"{file:<28} {safe(place.store.uri(written))}", soft_wrap=True)


def _measured(place: Place, suggested: BaselineSuggested) -> Table:
    kind = KINDS.named(suggested.monitor)
    files = {name.replace(".suggested.", "."): place.store.get(key).body for name, key in suggested.files.items()}
    return kind.reporter.baseline(files, place.store.uri(baseline_folder(suggested.endpoint, suggested.monitor)))
