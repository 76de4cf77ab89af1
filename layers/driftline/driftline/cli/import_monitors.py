"""`driftline import`: SageMaker Model Monitor's schedules become monitor documents."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from driftline.adapters.aws.s3 import S3Stores
from driftline.adapters.aws.sagemaker_monitoring import SageMakerMonitoring
from driftline.adapters.by_hand.dry_run import DryRunStore
from driftline.cli import options
from driftline.cli.columns import show_table, table_of
from driftline.cli.exits import ExitCode
from driftline.cli.output import Output, reporting
from driftline.cli.parity import show_parity
from driftline.cli.places import open_place
from driftline.cli.text import safe
from driftline.domain.errors import InvalidInputError
from driftline.domain.migration.carried import CarriedSchedule, ImportedEndpoint
from driftline.domain.monitors.comparison import Compared
from driftline.kinds.registry import KINDS
from driftline.presentation.migration.import_report import import_report, result_of
from driftline.usecases.migration.import_schedules import import_schedules
from driftline.usecases.migration.read_schedules import Account, read_schedules
from driftline.usecases.ports import EditableStore

_S3 = "s3://"
REPORT = "driftline-import.md"


def import_monitors(
    *,
    to: Annotated[
        str, typer.Option("--to", metavar="PLACE", help="The stack's s3://<bucket>, or a folder of its structure.")
    ] = ".",
    endpoint: Annotated[
        list[str] | None,
        typer.Option("--endpoint", "-e", help="An endpoint; may be repeated. Default: all with schedules."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing but the report.")] = False,
    comparison: Annotated[
        str, typer.Option("--comparison", help="sagemaker: alarm where SageMaker did. driftline: by Driftline's rules.")
    ] = "sagemaker",
    parity: Annotated[
        int,
        typer.Option(
            "--parity",
            min=0,
            max=10_000,
            metavar="N",
            help="Import nothing: check SageMaker's verdicts on the last N windows of each schedule.",
        ),
    ] = 0,
    report: Annotated[
        Path, typer.Option("--report", metavar="FILE", help="The report, in Markdown; as JSON beside it.")
    ] = Path(REPORT),
    as_json: options.Json = False,
) -> None:
    """Turn SageMaker Model Monitor's schedules into monitor documents, with their baselines and scripts.

    Reads SageMaker and S3 with your own AWS credentials, and changes nothing there. What is in the place already stays
    as it is: monitors are added to documents, and nothing is overwritten. The report says what was not carried over,
    why, and how to stop the old schedules. The exit code is 1 if a schedule could not be read or written; with
    --parity also if verdicts differ for a reason that is not known.

    Example: driftline import --to s3://driftline-bucket --dry-run
    """
    if comparison not in ("sagemaker", "driftline"):
        raise typer.BadParameter(f"--comparison {comparison}: sagemaker or driftline")
    compared: Compared = "sagemaker" if comparison == "sagemaker" else "driftline"
    with reporting(as_json=as_json) as output:
        beside = _beside(report) if not parity else report
        store, own_bucket = _destination(to)
        account = Account(SageMakerMonitoring(), S3Stores(), own_bucket, compared)
        if parity:  # by SageMaker's rules, in a folder, which has no captures of its own
            account = replace(account, own_bucket=None, comparison="sagemaker")
        with output.following() as follow:
            done = 0

            def step(name: str) -> None:
                nonlocal done
                done += 1
                follow(f"reading {name}", done, 0)

            found = list(read_schedules(account, endpoint or (), kinds=KINDS, step=step))
        target = DryRunStore(store) if dry_run else store
        if parity:
            show_parity(output, found, account.buckets, parity)
            return
        imported = import_schedules(found, target, kinds=KINDS)
        if not imported and not endpoint:
            output.note("There are no monitoring schedules in this account and region.")
        there = {each.endpoint for each in imported}
        for name in dict.fromkeys(endpoint or ()):
            if name not in there:
                output.note(f"There is no monitoring schedule of {name} in this account and region.")
        document = _document(imported, dry_run=dry_run)
        report.write_text(import_report(imported, dry_run=dry_run), encoding="utf-8")
        beside.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        result = {**document, "report": [str(report), str(beside)]}
        output.result(result, lambda console: _show(console, imported, report, dry_run=dry_run))
        _report_failures(output, imported)
        if any(each.failed for each in imported):
            raise typer.Exit(ExitCode.FAILED)


def _destination(to: str) -> tuple[EditableStore, str | None]:
    """The store, and its bucket if it is one."""
    place = open_place(to)
    return place.store, place.store.name if to.startswith(_S3) else None


def _beside(report: Path) -> Path:
    """The report as JSON.

    Raises:
        InvalidInputError: both would be one file, or cannot be written. It is said before anything is imported.
    """
    found = report.with_suffix(".json")
    if found == report:
        raise InvalidInputError("the report is Markdown", where=str(report), expected="a name that ends in .md")
    if not report.parent.is_dir():
        raise InvalidInputError("no such folder", where=str(report.parent), mend="Make it, or choose another --report.")
    return found


def _document(imported: Sequence[ImportedEndpoint], *, dry_run: bool) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "endpoints": [
            {
                "endpoint": each.endpoint,
                "document": each.document,
                "schedules": [_schedule(schedule) for schedule in each.schedules],
            }
            for each in imported
        ],
    }


def _schedule(schedule: CarriedSchedule) -> dict[str, object]:
    return {
        "schedule": schedule.schedule,
        "monitor": schedule.kind,
        "state": "failed" if schedule.failed else schedule.state,
        "fields": dict(schedule.fields),
        "files": [asdict(each) for each in schedule.files],
        "left_out": [asdict(each) for each in schedule.left_out],
        "error": Output.parts(schedule.error) if schedule.error is not None else None,
    }


def _show(console: Console, imported: Sequence[ImportedEndpoint], report: Path, *, dry_run: bool) -> None:
    if imported:
        show_table(console, _table(imported, dry_run=dry_run), names=3, wraps=True)
    console.print(f"report  {safe(str(report))}", soft_wrap=True)


def _table(imported: Sequence[ImportedEndpoint], *, dry_run: bool) -> Table:
    table = table_of("endpoint", "schedule", "monitor", "result", whole=("endpoint", "schedule", "monitor"))
    for endpoint in imported:
        for each in endpoint.schedules:
            table.add_row(*map(safe, (endpoint.endpoint, each.schedule, each.kind, result_of(each, dry_run=dry_run))))
    return table


def _report_failures(output: Output, imported: Sequence[ImportedEndpoint]) -> None:
    for endpoint in imported:
        for each in endpoint.schedules:
            if each.failed and each.error is not None:
                output.trouble(each.error, about=each.schedule)
