"""`driftline explain`: why a model says what it says, of a data set or of one inference."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from driftline.adapters.by_hand.explaining import LocalModels
from driftline.adapters.by_hand.files import read_file
from driftline.cli import options
from driftline.cli.analysed_files import DataFiles, FollowedData, check_free, for_machines
from driftline.cli.documents import named_document
from driftline.cli.explain_inference import OneInference
from driftline.cli.explaining_once import CACHE, ModelChoice, Work
from driftline.cli.output import Output, reporting
from driftline.cli.report import drawn_table
from driftline.cli.text import safe
from driftline.domain.errors import InvalidInputError
from driftline.kinds.analyst import Wishes
from driftline.kinds.registry import KINDS
from driftline.presentation.pages.execution.html import render
from driftline.presentation.pages.execution.view import page_view
from driftline.presentation.tables import Table
from driftline.usecases.analyses.analyse import WholeAnalysis, analyse, default_config, wanted_analysts
from driftline.usecases.pages.render_report import PAGE

_SHOWN = 20
"""Features of the table on a terminal; the files have all."""


def explain(
    data: Annotated[list[Path] | None, typer.Argument(help="Files of the data set.", metavar="DATA")] = None,
    *,
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="SageMaker's analysis_config.json. Default: SHAP and PDP.", metavar="FILE"),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="The model's file, or s3://bucket/key: XGBoost JSON or UBJ, LightGBM text, model.tar.gz.",
            metavar="FILE",
        ),
    ] = None,
    endpoint: Annotated[
        str | None, typer.Option("--endpoint", "-e", help="A SageMaker endpoint that answers for the model.")
    ] = None,
    predictor: Annotated[
        str | None,
        typer.Option(
            help="Your own Python in the current folder: module:function(rows, features).", metavar="MODULE:FUNCTION"
        ),
    ] = None,
    label: Annotated[str | None, typer.Option(help="The column with the label: the model does not get it.")] = None,
    features: Annotated[
        str | None, typer.Option(help="The model's features in its order, separated by commas.", metavar="NAMES")
    ] = None,
    exclude: Annotated[
        str | None, typer.Option(help="Columns that the model does not get, separated by commas.", metavar="NAMES")
    ] = None,
    rows: Annotated[
        int | None,
        typer.Option(
            min=1, help="Rows to explain, an even sample. Default: 10,000; own Python 1,000; an endpoint 300."
        ),
    ] = None,
    most_requests: Annotated[int, typer.Option(min=1, help="Maximum number of requests to an endpoint.")] = 1_000,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before many requests.")] = False,
    document: Annotated[
        Path | None, typer.Option("--document", help="A monitor document that names the endpoint's columns.")
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Where analysis.json, report.html and the rest go.", metavar="DIR")
    ] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
    inference_id: Annotated[
        str | None,
        typer.Option(help="Instead of DATA: one captured inference of an endpoint, by its inferenceId.", metavar="ID"),
    ] = None,
    endpoint_name: Annotated[
        str | None, typer.Option(help="The watched endpoint. Default: the only one with a monitor document.")
    ] = None,
    store: options.Store = ".",
    start: options.Start = None,
    end: options.End = None,
    header: options.Header = None,
    as_json: options.Json = False,
) -> None:
    """Explain a model on a data set (CSV, JSON Lines, Parquet; plain or gzip), as Clarify's processing job did.

    Computes SHAP values and partial dependence, and bias metrics where the configuration asks for them. Writes
    analysis.json and explanations_shap/ as Clarify writes them, and one page, report.html.

    A model's file is explained exactly, by TreeSHAP. An endpoint and your own Python are asked about many changed rows
    (Kernel SHAP). What is explained is kept in a folder next to the results: an interrupted analysis goes on where it
    stopped.

    With --inference-id, explains one inference among the captures, as its monitor model_explainability explains
    windows; --start and --end shorten the search, --out DIR writes a page of it.

    Example: driftline explain loans.csv --model model.json
    """
    if (inference_id is None) == (not data):
        raise typer.BadParameter("DATA, or --inference-id: one of both")
    if inference_id is not None:
        wanted = OneInference(inference_id, store, endpoint_name, start, end, out if out != Path() else None, force)
        wanted.explain(as_json=as_json)
        return
    with reporting(as_json=as_json) as output:
        where = str(config) if config else "the configuration"
        body = read_file(config) if config else default_config(label, _names(exclude))
        choice = ModelChoice(model, endpoint, predictor)
        chosen = choice.chosen(body, where, _names(features))
        names = {name for each in wanted_analysts(chosen.config, KINDS) for name in each.files}
        if not force:
            check_free(out / name for name in (*sorted(names), PAGE))
        named = named_document(document) if document else None
        with output.following() as bar:
            work = Work(output, bar, out / CACHE, chosen, most_requests, ask=not yes)
            files = DataFiles.of(data or (), header, work.predictor, work.explanations)
            wishes = Wishes(
                model=chosen.model,
                features=chosen.features,
                most_rows=rows,
                most_requests=most_requests,
                read=LocalModels().read,
            )
            followed = FollowedData(files.data_set, lambda read: bar("reading rows", read, 0))
            found = analyse(chosen.config, followed, where=where, kinds=KINDS, document=named, wishes=wishes)
        written = _write(found, out)
        _result(output, found, written, work, (*files.data_set.assumed, *found.notes))


def _names(given: str | None) -> tuple[str, ...]:
    names = tuple(name.strip() for name in (given or "").split(",") if name.strip())
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        raise InvalidInputError(f"{doubled} is there twice", where="--features, --exclude", expected="each name once")
    return names


def _write(found: WholeAnalysis, out: Path) -> dict[str, Path]:
    written = {}
    for name, body in (*found.files.items(), (PAGE, render(page_view(found.report, over_time=None)))):
        written[name] = out / name
        written[name].parent.mkdir(parents=True, exist_ok=True)
        written[name].write_bytes(body)
    return written


def _result(
    output: Output, found: WholeAnalysis, written: Mapping[str, Path], work: Work, notes: tuple[str, ...]
) -> None:
    tables = {part.table.name: part.table for part in found.parts.values()}
    result = {
        "rows": found.rows,
        "files": {name: str(path) for name, path in written.items()},
        **{name: _for_machines(table) for name, table in tables.items()},
        "unusable": {reason: rows for part in found.parts.values() for reason, rows in part.unusable.items()},
        "requests": work.requests,
        "kept": str(work.cache),
        "notes": list(notes),
    }

    def show(console: Console) -> None:
        for part in found.parts.values():
            console.print(f"[green]ok[/green]  {safe(part.headline)}", soft_wrap=True)
            if part.table.rows:
                console.print(drawn_table(part.table))
            for reason, rows in part.unusable.items():
                console.print(f"[yellow]not used[/yellow]  {safe(reason)}: {rows:,}", soft_wrap=True)
        for note in notes:
            console.print(f"Note: {safe(note)}", soft_wrap=True)
        for path in written.values():
            console.print(f"wrote     {safe(str(path))}", soft_wrap=True)
        if work.cache.exists():
            console.print(f"kept      {safe(str(work.cache))}: what is explained already", soft_wrap=True)

    output.result(result, show)


def _for_machines(table: Table) -> list[dict[str, object]]:
    names = [column.name for column in table.columns]
    return [dict(zip(names, map(for_machines, row.cells), strict=True)) for row in table.rows]
