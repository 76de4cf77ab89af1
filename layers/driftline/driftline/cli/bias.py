"""`driftline bias`: the analysis of a data set by SageMaker Clarify's configuration, without a monitor."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isinf
from pathlib import Path
from typing import Annotated, override

import typer
from rich.console import Console

from driftline.adapters.aws.sagemaker_endpoints import SageMakerEndpoints
from driftline.adapters.folder.store import FolderStore
from driftline.adapters.tables.duck import DuckTables
from driftline.cli import options
from driftline.cli.files import read_file
from driftline.cli.output import Output, Step, reporting
from driftline.cli.report import drawn_table
from driftline.cli.text import safe
from driftline.domain.datasets import ProfiledDataset, RowBatch
from driftline.domain.documents.parse import decode_document, parse_document
from driftline.domain.errors import InvalidInputError
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.predictions.questions import Question
from driftline.domain.profiles.resolve import DocumentColumns
from driftline.kinds.analyst import DataAnalysis
from driftline.kinds.engine import DataSet, Explanations
from driftline.kinds.registry import KINDS
from driftline.presentation.pages.execution.html import render
from driftline.presentation.pages.execution.view import page_view
from driftline.presentation.text import count
from driftline.usecases.baselines.answered_data_set import AnsweredDataSet, asked
from driftline.usecases.baselines.data_set import StoredDataSet
from driftline.usecases.baselines.datasets.batch import BLOCK_BYTES
from driftline.usecases.baselines.datasets.format import CsvFormat, DatasetFormat
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
    header: Annotated[
        bool | None,
        typer.Option(
            "--header/--no-header",
            help="State whether the first row of CSV files is a header. Default: detected.",
            show_default=False,
        ),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Analyse a data set (CSV, JSON Lines, Parquet; plain or gzip) once, as SageMaker Clarify's processing job did.

    Prints Clarify's bias metrics of each group with their 95 % intervals, and writes analysis.json as Clarify writes
    it and a page, report.html. The data set needs labels; without predictions there are only the metrics of labels.

    Example: driftline bias loans.csv --config analysis_config.json
    """
    with reporting(as_json=as_json) as output:
        analyst = next(iter(KINDS.analysts()))
        body, where = read_file(config), str(config)
        named = _document(document)
        files = _Files.of(data, header)
        targets = {name: out / name for name in analyst.files}
        if not force:
            _check_free((*targets.values(), out / PAGE))
        with output.progress("reading", files.blocks) as step:
            found = analyst.analyse(body, named, _Followed(files.data_set, step), where)
        for name, path in targets.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(found.files[name])
        page = out / PAGE
        page.write_bytes(render(page_view(found.report, over_time=None)))
        targets[PAGE] = page
        _result(output, found, targets, tuple(files.data_set.assumed))


@dataclass(frozen=True, slots=True)
class _Files:
    data_set: StoredDataSet
    blocks: int

    @classmethod
    def of(cls, paths: list[Path], header: bool | None) -> "_Files":
        """Raises InvalidInputError: a file does not exist."""
        found = [path.expanduser().resolve() for path in paths]
        for path in found:
            if not path.is_file():
                raise InvalidInputError("no such file", where=str(path), expected="CSV, JSON Lines or Parquet")
        store = FolderStore(found[0].anchor, "files")
        keys = [path.relative_to(path.anchor).as_posix() for path in found]
        options_ = DatasetFormat() if header is None else DatasetFormat(csv=CsvFormat(header=header))
        blocks = sum(1 + path.stat().st_size // BLOCK_BYTES for path in found)
        return cls(StoredDataSet(store, keys, options_, DuckTables(), predictor=SageMakerEndpoints()), blocks)


@dataclass(frozen=True, slots=True)
class _Followed(DataSet):
    """A data set that says how far it is read."""

    data: StoredDataSet
    step: Step

    @property
    @override
    def where(self) -> str:
        return self.data.where

    @override
    def profile(self, columns: DocumentColumns | None, optional: Collection[str] = ()) -> ProfiledDataset:
        return self.data.profile(columns, optional)

    @property
    @override
    def explanations(self) -> Explanations:
        return self.data.explanations

    @override
    def batches(self) -> Iterator[tuple[bool, RowBatch]]:
        rows = 0
        for named, batch in self.data.batches():
            rows += len(batch.rows)
            self.step(count(rows, "row"))
            yield named, batch

    @override
    def beside(self, name: str) -> bytes | None:
        return None

    @override
    def with_answers(
        self, question: Question, features: Sequence[str], others: Collection[str], outputs: Sequence[str]
    ) -> DataSet:
        return AnsweredDataSet(self, question, asked(self.data.predictor, question), features, others, outputs)


def _document(path: Path | None) -> MonitorDocument | None:
    if path is None:
        return None
    where = str(path)
    return parse_document(decode_document(read_file(path), where=where), where=where, model=KINDS.document)


def _check_free(paths: Iterable[Path]) -> None:
    """Before the data set is read, which may take long."""
    for path in paths:
        if path.exists():
            raise InvalidInputError(
                "the file is there already",
                where=str(path),
                expected="a folder without it",
                mend="Choose another folder with --out, or overwrite it with --force.",
            )


def _result(output: Output, found: DataAnalysis, written: Mapping[str, Path], assumed: Sequence[str]) -> None:
    names = [column.name for column in found.table.columns]
    notes = [*assumed, *found.notes]
    result = {
        "rows": found.rows,
        "files": {name: str(path) for name, path in written.items()},
        "metrics": [dict(zip(names, map(_for_machines, row.cells), strict=True)) for row in found.table.rows],
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


def _for_machines(cell: object) -> object:
    """JSON has no infinity."""
    if isinstance(cell, tuple):
        return [_for_machines(each) for each in cell]
    return str(cell).replace("inf", "Infinity") if isinstance(cell, float) and isinf(cell) else cell
