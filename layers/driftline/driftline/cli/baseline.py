"""`driftline baseline`: statistics and constraints from a data set."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from driftline.adapters.aws.sagemaker_endpoints import SageMakerEndpoints
from driftline.adapters.by_hand.explaining import explaining
from driftline.adapters.by_hand.staged import StagedStore, by_name
from driftline.adapters.tables.duck import DuckTables
from driftline.cli import options
from driftline.cli.calibration import Calibrate, TimeColumn, calibrated, show_calibration
from driftline.cli.output import reporting
from driftline.cli.places import Place, open_place
from driftline.cli.report import drawn_table
from driftline.cli.text import safe
from driftline.cli.unpublished import TerminalOperators
from driftline.domain.keys import baseline_folder
from driftline.kinds.registry import KINDS
from driftline.presentation.tables import Table
from driftline.presentation.text import count
from driftline.usecases.baselines.calibrate import Calibration
from driftline.usecases.baselines.data_set import stated_format
from driftline.usecases.baselines.datasets.format import FORMAT_FILE
from driftline.usecases.baselines.suggest_baseline import BaselineSuggested, is_no_data, suggest_baseline


def baseline(
    data: Annotated[
        list[Path] | None, typer.Argument(help="Files of the data set. They replace those in input/.", metavar="DATA")
    ] = None,
    *,
    store: options.Store = ".",
    endpoint: options.Endpoint = None,
    monitor: options.Monitor = None,
    add: Annotated[bool, typer.Option("--add", help="Add the files to those in input/.")] = False,
    header: Annotated[
        bool | None,
        typer.Option(
            "--header/--no-header",
            help="State whether the first row of CSV files is a header; it is kept in input/_format.json. "
            "Default: that file, otherwise detected.",
            show_default=False,
        ),
    ] = None,
    calibrate: Calibrate = None,
    time_column: TimeColumn = None,
    as_json: options.Json = False,
) -> None:
    """Suggest statistics.json and constraints.json from a data set (CSV, JSON Lines, Parquet; plain or gzip).

    Reads the given files, and copies them to baselines/<endpoint>/<monitor>/input/ if they can be read. Files that they
    replace go to replaced/ next to it. Without files, reads those in input/. Edited constraints are not overwritten;
    the suggestion is written next to them.

    Example: driftline baseline january.csv february.csv --endpoint flight-delay
    """
    if time_column and calibrate is None:
        raise typer.BadParameter("--time-column needs --calibrate")
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        name = place.endpoint(endpoint)
        chosen = place.monitor(name, monitor)
        folder = baseline_folder(name, chosen)
        files = by_name(data or (), f"{folder}input/")
        replaced = _replaced(place, folder, files) if files and not add else []
        with _stated(place, name, chosen, header) as stated:
            staged = StagedStore(place.store, files | stated, replaced)
            with staged.naming_files():
                suggested = suggest_baseline(
                    name,
                    chosen,
                    store=staged,
                    tables=DuckTables(),
                    operators=TerminalOperators(output),
                    kinds=KINDS,
                    predictor=SageMakerEndpoints(),
                    explaining=explaining(),
                )
            _set_aside(place, folder, replaced)
            staged.copy()
        found = calibrated(place.store, name, chosen, calibrate, time_column) if calibrate else None
        result = {
            "endpoint": suggested.endpoint,
            "monitor": suggested.monitor,
            "rows": suggested.rows,
            "read": [staged.place_of(key) for key in suggested.read],
            "replaced": [key.rsplit("/", 1)[-1] for key in replaced],
            "files": {file: place.store.uri(key) for file, key in suggested.files.items()},
            "kept": list(suggested.kept),
            "left_out": list(suggested.left_out),
            "unusable_rows": dict(suggested.unusable),
            "unchanged": suggested.unchanged,
            "warnings": list(suggested.warnings),
            "sensitivity": list(suggested.sensitivity),
        }
        if found:
            result["calibration"] = asdict(found)
        output.result(result, lambda console: _show(console, place, staged, suggested, replaced, found))


@contextmanager
def _stated(place: Place, endpoint: str, monitor: str, header: bool | None) -> Iterator[dict[str, Path]]:
    """Key -> file of what was stated about the header, which is copied with the data set if that can be read."""
    if header is None:
        yield {}
        return
    key, body = stated_format(place.store, endpoint, monitor, header=header)
    with TemporaryDirectory() as folder:
        file = Path(folder) / FORMAT_FILE
        file.write_bytes(body)
        yield {key: file}


def _replaced(place: Place, folder: str, files: Mapping[str, Path]) -> list[str]:
    """Keys of the data that the files replace: all of input/ that has another name."""
    there = [summary.key for summary in place.store.list(f"{folder}input/")]
    return [key for key in there if key not in files and not is_no_data(key.rsplit("/", 1)[-1])]


def _set_aside(place: Place, folder: str, replaced: Sequence[str]) -> None:
    """They may be the only copies."""
    for key in replaced:
        place.store.put(f"{folder}replaced/{key.removeprefix(f'{folder}input/')}", place.store.get(key).body)
        place.store.delete(key)


def _show(
    console: Console,
    place: Place,
    staged: StagedStore,
    suggested: BaselineSuggested,
    replaced: Sequence[str],
    found: Calibration | None,
) -> None:
    same = ", unchanged: nothing was written" if suggested.unchanged else ""
    console.print(f"[green]ok[/green]  {count(suggested.rows, 'row')}{same}", soft_wrap=True)
    for key in suggested.read:
        console.print(f"read      {safe(staged.place_of(key))}", soft_wrap=True)
    for key in replaced:
        console.print(f"replaced  {safe(place.store.uri(key))}", soft_wrap=True)
    console.print(drawn_table(_measured(place, suggested)))
    if suggested.left_out:
        console.print(f"Columns not in the monitor document: {safe(', '.join(suggested.left_out))}", soft_wrap=True)
    for reason, rows in suggested.unusable.items():
        console.print(f"[yellow]rows left out[/yellow]  {safe(reason)}: {rows:,}", soft_wrap=True)
    for warning in suggested.warnings:
        console.print(f"[yellow]warning[/yellow]  {safe(warning)}", soft_wrap=True)
    if suggested.sensitivity:
        console.print("What the suggested limits find:")
    for sentence in suggested.sensitivity:
        console.print(f"  {safe(sentence)}", soft_wrap=True)
    if found:
        show_calibration(console, found)
    for file, written in suggested.files.items():
        console.print(f"{file:<28} {safe(place.store.uri(written))}", soft_wrap=True)


def _measured(place: Place, suggested: BaselineSuggested) -> Table:
    kind = KINDS.named(suggested.monitor)
    files = {name.replace(".suggested.", "."): place.store.get(key).body for name, key in suggested.files.items()}
    return kind.reporter.baseline(files, place.store.uri(baseline_folder(suggested.endpoint, suggested.monitor)))
