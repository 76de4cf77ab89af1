"""`driftline show`: prints an existing verdict."""

from datetime import datetime
from typing import Annotated

import typer

from driftline.cli import options
from driftline.cli.lone import lone_execution
from driftline.cli.newest import newest_folder
from driftline.cli.output import reporting
from driftline.cli.places import Place, open_place
from driftline.cli.report import read_report, report_of, show_report
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.domain.executions.files import SUMMARY
from driftline.domain.instants import format_instant
from driftline.domain.json_reading import load_json
from driftline.domain.keys import report_folder
from driftline.kinds.registry import KINDS
from driftline.presentation.report import Report
from driftline.usecases.executions.failures import failure_in, has_verdict
from driftline.usecases.ports import ObjectStore


def show(
    execution: Annotated[
        str | None,
        typer.Argument(help="A folder, or s3:// prefix, with the files of one execution.", metavar="[FOLDER]"),
    ] = None,
    *,
    baseline: Annotated[
        str | None, typer.Option("--baseline", help="With FOLDER: the folder of the baseline's files.")
    ] = None,
    store: options.Store = ".",
    endpoint: options.Endpoint = None,
    monitor: options.Monitor = None,
    scheduled: options.Scheduled = None,
    as_json: options.Json = False,
) -> None:
    """Show an existing verdict: the newest, that of a scheduled time, or the one in a folder.

    FOLDER may be anywhere, and SageMaker may have written its files: no store or monitor document is needed.

    The exit code is 0 whatever the verdict; --json prints its summary.json (null if SageMaker wrote the files), the
    verdict and where the files are. For a failed execution, the command prints the reason, with exit code 1.

    Example: driftline show --scheduled 2013-03-09T09:00:00Z
    """
    if execution is not None:
        if scheduled is not None or monitor is not None or endpoint is not None:
            raise typer.BadParameter("pass FOLDER, or --endpoint, --monitor and --scheduled")
        _show_folder(execution, baseline, as_json=as_json)
        return
    if baseline is not None:
        raise typer.BadParameter("--baseline goes with FOLDER")
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        name = place.endpoint(endpoint)
        chosen = place.monitor(name, monitor)
        folder = report_folder(name, chosen, scheduled) if scheduled else newest_folder(place, name, chosen)
        _refuse_without_verdict(place, folder, scheduled)
        report = read_report(place, folder)
        output.result(_document(place.store, report), lambda console: show_report(console, place.store, report))


def _show_folder(folder: str, baseline: str | None, *, as_json: bool) -> None:
    with reporting(as_json=as_json) as output:
        lone = lone_execution(folder, baseline)
        try:
            report = report_of(lone.store, lone.place, lone.baseline)
        except ObjectNotFoundError as error:
            expected = f"a file {' or '.join(KINDS.markers)}"
            raise InvalidInputError("there is no execution", where=error.where, expected=expected) from None
        output.result(_document(lone.store, report), lambda console: show_report(console, lone.store, report))


def _document(store: ObjectStore, report: Report) -> dict[str, object]:
    outcome = report.outcome
    folder = outcome.place.folder
    summary = store.find(f"{folder}{SUMMARY}")
    return {
        "folder": store.uri(folder),
        "verdict": outcome.verdict,
        "headline": report.headline,
        "violations": [
            {"subject": each.subject, "check": each.check, "description": each.description}
            for each in outcome.violations
        ],
        "summary": load_json(summary.body) if summary else None,
    }


def _refuse_without_verdict(place: Place, folder: str, scheduled: datetime | None) -> None:
    """Says why there is none."""
    if has_verdict(place.store, folder, kinds=KINDS):
        return
    failure = failure_in(place.store, folder, kinds=KINDS)
    if failure is not None:
        what = f"the execution failed: {failure.what}"
        raise InvalidInputError(
            what, where=failure.where or place.store.uri(folder), expected=failure.expected, mend=failure.mend
        )
    when = f" scheduled for {format_instant(scheduled)}" if scheduled else ""
    raise InvalidInputError(f"no execution{when} found", where=place.store.uri(folder))
