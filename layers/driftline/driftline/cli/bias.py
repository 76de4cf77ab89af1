"""`driftline bias`: the analysis of a data set by SageMaker Clarify's configuration, without a monitor."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from driftline.adapters.by_hand.files import read_file
from driftline.cli import options
from driftline.cli.analysed_files import DataFiles, FollowedData, check_free, for_machines
from driftline.cli.documents import named_document
from driftline.cli.output import Output, reporting
from driftline.cli.report import drawn_table
from driftline.cli.text import safe
from driftline.kinds.analyst import DataAnalysis
from driftline.kinds.registry import KINDS
from driftline.presentation.pages.execution.html import render
from driftline.presentation.pages.execution.view import page_view
from driftline.presentation.text import count
from driftline.usecases.pages.render_report import PAGE


def bias(
    data: Annotated[list[Path], typer.Argument(help="Files of the data set.", metavar="DATA")],
    *,
    config: Annotated[
        Path, typer.Option("--config", "-c", help="SageMaker's analysis_config.json.", metavar="FILE")
    ] = Path("analysis_config.json"),
    document: Annotated[
        Path | None, typer.Option("--document", help="A monitor document that says where predictions are.")
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Where analysis.json and report.html are written.", metavar="DIR")
    ] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Overwrite an analysis.json that is there.")] = False,
    header: options.Header = None,
    as_json: options.Json = False,
) -> None:
    """Analyse a data set (CSV, JSON Lines, Parquet; plain or gzip) once, as SageMaker Clarify's processing job did.

    Prints Clarify's bias metrics of each group with their 95 % intervals, and writes analysis.json as Clarify writes
    it and a page, report.html. The data set needs labels; without predictions there are only the metrics of labels.

    Example: driftline bias loans.csv --config analysis_config.json
    """
    with reporting(as_json=as_json) as output:
        analyst = KINDS.analyst("bias")
        body, where = read_file(config), str(config)
        named = named_document(document) if document else None
        files = DataFiles.of(data, header)
        targets = {name: out / name for name in analyst.files}
        if not force:
            check_free((*targets.values(), out / PAGE))
        with output.progress("reading", files.blocks) as step:
            followed = FollowedData(files.data_set, lambda rows: step(count(rows, "row")))
            found = analyst.analyse(body, named, followed, where)
        for name, path in targets.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(found.files[name])
        page = out / PAGE
        page.write_bytes(render(page_view(found.report, over_time=None)))
        targets[PAGE] = page
        _result(output, found, targets, tuple(files.data_set.assumed))


def _result(output: Output, found: DataAnalysis, written: Mapping[str, Path], assumed: Sequence[str]) -> None:
    names = [column.name for column in found.table.columns]
    notes = [*assumed, *found.notes]
    result = {
        "rows": found.rows,
        "files": {name: str(path) for name, path in written.items()},
        "metrics": [dict(zip(names, map(for_machines, row.cells), strict=True)) for row in found.table.rows],
        "unusable": dict(found.unusable),
        "notes": notes,
    }

    def show(console: Console) -> None:
        console.print(f"[green]ok[/green]  {safe(found.headline)}", soft_wrap=True)
        console.print(drawn_table(found.table))
        for reason, rows in found.unusable.items():
            console.print(f"[yellow]not used[/yellow]  {safe(reason)}: {rows:,}", soft_wrap=True)
        for note in notes:
            console.print(f"Note: {safe(note)}", soft_wrap=True)
        for path in written.values():
            console.print(f"wrote     {safe(str(path))}", soft_wrap=True)

    output.result(result, show)
