"""`driftline check`: a data set against a reference, without a bucket and without captures. For gates of pipelines."""

import webbrowser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from driftline.adapters.folder.data_files import baseline_files, data_files
from driftline.cli import options
from driftline.cli.documents import named_document
from driftline.cli.exits import ExitCode
from driftline.cli.output import reporting
from driftline.cli.places import open_place
from driftline.cli.report import show_verdict
from driftline.cli.text import safe
from driftline.domain.documents.positions import read_yaml
from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.verdict import Verdict
from driftline.domain.keys import baseline_folder
from driftline.domain.monitors.document import MonitorDocument
from driftline.kinds.kind import Kind
from driftline.kinds.registry import KINDS
from driftline.presentation.builds.job_summary import job_summary
from driftline.presentation.builds.junit import junit
from driftline.usecases.baselines.baseline_files import read_files
from driftline.usecases.baselines.baseline_memory import MEMORY_FILE
from driftline.usecases.comparing.compare import DataComparison, Reference, compare, comparing_kind
from driftline.usecases.comparing.settings import document_of
from driftline.usecases.comparing.verdict_document import verdict_document
from driftline.usecases.monitors.monitor_documents import load_document

_CODES: Mapping[Verdict, ExitCode] = {
    "good": ExitCode.COMPLETED,
    "violations": ExitCode.COMPLETED_WITH_VIOLATIONS,
    "not_evaluated": ExitCode.NOT_EVALUATED,
}


def check(
    data: Annotated[list[Path], typer.Argument(help="Files of the data set to check.", metavar="DATA")],
    *,
    baseline: Annotated[
        list[Path] | None,
        typer.Option(
            "--baseline",
            "-b",
            help="What to compare with: a data set, or the folder of statistics.json and constraints.json; may be "
            "repeated. Default: the baseline in the store, which driftline baseline makes.",
            metavar="FILE",
        ),
    ] = None,
    document: Annotated[
        Path | None, typer.Option("--document", help="With --baseline: a monitor document that says how to compare.")
    ] = None,
    monitor: options.Monitor = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="A field of the monitor; may be repeated.", metavar="FIELD=VALUE"),
    ] = None,
    categorical: Annotated[
        str, typer.Option("--categorical", help="Columns whose numbers are codes, with commas.")
    ] = "",
    exclude: Annotated[str, typer.Option("--exclude", help="Columns to leave out, with commas: ids, dates.")] = "",
    header: Annotated[
        bool | None,
        typer.Option(
            "--header/--no-header",
            help="State whether the first row of CSV files is a header. Default: detected.",
            show_default=False,
        ),
    ] = None,
    store: options.Store = ".",
    endpoint: options.Endpoint = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the report page there.", metavar="FILE")] = None,
    summary: Annotated[
        Path | None,
        typer.Option(
            "--summary", help='Append a summary in Markdown: "$GITHUB_STEP_SUMMARY" of a GitHub job.', metavar="FILE"
        ),
    ] = None,
    junit_: Annotated[
        Path | None,
        typer.Option("--junit", help="Write JUnit's XML: a test for each column.", metavar="FILE"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write all files of the comparison there.", metavar="DIR")
    ] = None,
    open_it: options.Open = False,
    as_json: options.Json = False,
) -> None:
    """Compare a data set (CSV, JSON Lines, Parquet; plain or gzip) with a reference, by the rules of a monitor.

    The rules, limits and numbers are those of the monitor; no bucket and no captures are needed. The exit code is 2 if
    something is violated, and 3 if no rows could be evaluated.

    Example: driftline check new.parquet --baseline reference.parquet --html page.html
    """
    given = _Given(baseline, document, monitor, settings or (), _names(categorical), _names(exclude), header)
    given.refuse_what_a_document_says()
    with reporting(as_json=as_json) as output:
        chosen, how, reference = given.reference() if baseline else given.stored(store, endpoint)
        found = compare(chosen, how, reference, data_files(data, header), ", ".join(path.name for path in data))
        wanted = _Wanted(html, summary, junit_, out, open_it)
        written = wanted.write(found)

        def show(console: Console) -> None:
            show_verdict(console, found.report)
            for path in written:
                console.print(f"wrote     {safe(str(path))}", soft_wrap=True)

        output.result({**verdict_document(found), "files": [str(path) for path in written]}, show)
        if wanted.page is not None and open_it:
            webbrowser.open(wanted.page.resolve().as_uri())
        raise typer.Exit(_CODES[found.envelope.verdict])


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


@dataclass(frozen=True, slots=True)
class _Given:
    """What the user says about the comparison."""

    baseline: Sequence[Path] | None
    document: Path | None
    monitor: str | None
    settings: Sequence[str]
    categorical: tuple[str, ...]
    exclude: tuple[str, ...]
    header: bool | None

    def refuse_what_a_document_says(self) -> None:
        """Raises BadParameter: options that a monitor document decides, which is there."""
        if self.baseline is not None and self.document is None:
            return
        where = "--document says it" if self.document else "the monitor document of the store says it"
        stated = {"--set": self.settings, "--categorical": self.categorical, "--exclude": self.exclude}
        for option, value in stated.items():
            if value:
                raise typer.BadParameter(f"{option} goes with --baseline and without --document: {where}")
        if self.baseline is None and self.document is not None:
            raise typer.BadParameter("--document goes with --baseline; without, the store has both")

    def reference(self) -> tuple[Kind, MonitorDocument, Reference]:
        """Of --baseline."""
        how, where = self._how()
        kind = comparing_kind(KINDS, _monitor(how, self.monitor, where))
        paths = self.baseline or ()
        name = ", ".join(path.name or str(path) for path in paths)
        files = baseline_files(paths, kind)
        if files is not None:
            return kind, how, Reference.of_files(name, files)
        return kind, how, Reference.of_data(name, data_files(paths, self.header), kind, how, where)

    def stored(self, store: str, endpoint: str | None) -> tuple[Kind, MonitorDocument, Reference]:
        """What init and baseline have written."""
        place = open_place(store)
        name = place.endpoint(endpoint)
        how = load_document(place.store, name, kinds=KINDS)
        kind = comparing_kind(KINDS, _monitor(how, place.monitor(name, self.monitor), name))
        folder = baseline_folder(name, kind.name)
        files = read_files(place.store, folder, (*kind.baseline_files, *kind.derived_files, MEMORY_FILE))
        if not files:
            raise InvalidInputError(
                "there is no baseline to compare with",
                where=place.store.uri(folder),
                expected=" and ".join(kind.baseline_files),
                mend="Make it with driftline baseline, or name a data set with --baseline.",
            )
        return kind, how, Reference.of_files(f"the baseline of {name}", files)

    def _how(self) -> tuple[MonitorDocument, str]:
        if self.document is not None:
            return named_document(self.document), str(self.document)
        monitor = self.monitor or KINDS.names[0]
        columns = {"categorical": self.categorical, "exclude": self.exclude}
        comparing_kind(KINDS, monitor)
        return document_of(KINDS, monitor, dict(map(_setting, self.settings)), columns, "--set"), "--set"


def _monitor(document: MonitorDocument, wanted: str | None, where: str) -> str:
    """The wanted one, the first kind's, or the only one."""
    there = tuple(document.monitors.by_name())
    if wanted is None:
        wanted = KINDS.names[0] if KINDS.names[0] in there else there[0]
    if wanted not in there:
        raise InvalidInputError(
            f"the monitor document has no monitor {wanted}", where=where, expected=f"one of {', '.join(there)}"
        )
    return wanted


def _setting(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"--set {text}: expected FIELD=VALUE")
    return name, read_yaml(value).value


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Files that are wanted of the comparison."""

    html: Path | None
    summary: Path | None
    junit: Path | None
    out: Path | None
    open_it: bool

    @property
    def page(self) -> Path | None:
        """The page that is opened; one that was not asked for is in the current folder."""
        if self.html is not None or self.out is not None:
            return self.html or (self.out / "report.html" if self.out else None)
        return Path("report.html") if self.open_it else None

    def write(self, found: DataComparison) -> list[Path]:
        """Returns the paths of what was written."""
        files: dict[Path, bytes] = {}
        if self.out is not None or self.page is not None:
            # A gate that only wants the verdict does without what renders pages.
            from driftline.usecases.comparing.comparison_files import (  # noqa: PLC0415
                comparison_files,
                comparison_page,
            )
        if self.out is not None:
            files |= {self.out / name: body for name, body in comparison_files(found).items()}
        if self.page is not None:
            files[self.page] = comparison_page(found)
        if self.junit is not None:
            files[self.junit] = junit(found.report)
        for path, body in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        if self.summary is not None:
            self.summary.parent.mkdir(parents=True, exist_ok=True)
            with self.summary.open("a", encoding="utf-8") as file:
                file.write(job_summary(found.report))
            return [*files, self.summary]
        return list(files)
