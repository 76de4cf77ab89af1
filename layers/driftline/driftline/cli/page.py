"""`driftline report`: the page of one execution, made here."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from driftline.adapters.aws.report_links import PresignedLinks
from driftline.adapters.aws.s3 import S3Store
from driftline.cli import options
from driftline.cli.newest import newest_folder
from driftline.cli.output import reporting
from driftline.cli.places import open_place
from driftline.cli.text import safe
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.domain.executions.place import parse_place
from driftline.domain.keys import report_folder
from driftline.domain.windows import format_instant
from driftline.usecases.executions.failures import failure_in
from driftline.usecases.pages.render_failure import write_failed_page
from driftline.usecases.pages.render_report import PAGE, render_report
from driftline.usecases.ports import ObjectStore

_HOURS = 1
"""So long a link holds that is opened at once."""

Open = Annotated[bool, typer.Option("--open", help="Open it in the browser.")]


def report(
    *,
    store: options.Store = ".",
    endpoint: options.Endpoint = None,
    monitor: options.Monitor = None,
    scheduled: options.Scheduled = None,
    open_it: Open = False,
    as_json: options.Json = False,
) -> None:
    """Make the page of an execution, the newest or that of a scheduled time, and say where it is.

    In the cloud it is made after every execution. Works with files that SageMaker wrote, too.

    Example: driftline report --scheduled 2013-03-09T09:00:00Z --open
    """
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        name = place.endpoint(endpoint)
        chosen = place.monitor(name, monitor)
        folder = report_folder(name, chosen, scheduled) if scheduled else newest_folder(place, name, chosen)
        try:
            size = _size(place.store, folder)
        except ObjectNotFoundError:
            when = f" scheduled for {format_instant(scheduled)}" if scheduled else ""
            raise InvalidInputError(f"there is no execution{when}", where=place.store.uri(folder)) from None
        key = f"{folder}{PAGE}"
        page = place.store.uri(key)

        def show(console: Console) -> None:
            console.print(f"[green]ok[/green]  {safe(page)} ({size / 1000:,.0f} KB)", soft_wrap=True)

        output.result({"report": page, "size": size}, show)
        if open_it:
            webbrowser.open(_address(place.store, key))


def _size(store: ObjectStore, folder: str) -> int:
    """Makes the page, of a verdict or of a failure; gives its bytes. Raises ObjectNotFoundError: there is neither."""
    failure = failure_in(store, folder)
    if failure is not None:
        return write_failed_page(store, parse_place(folder), failure)
    return render_report(store, folder).size


def _address(store: ObjectStore, key: str) -> str:
    """What a browser opens."""
    if isinstance(store, S3Store):
        return PresignedLinks(store.name, _HOURS).to(key).url
    return Path(store.uri(key)).as_uri()
