"""`driftline report`: writes the page of one execution."""

import webbrowser
from pathlib import Path

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
from driftline.domain.instants import format_instant
from driftline.domain.keys import report_folder
from driftline.kinds.registry import KINDS
from driftline.usecases.executions.failures import failure_in
from driftline.usecases.pages.render_failure import write_failed_page
from driftline.usecases.pages.render_report import PAGE, render_report
from driftline.usecases.ports import ObjectStore

_HOURS = 1
"""Lifetime of a link that is opened at once."""


def report(
    *,
    store: options.Store = ".",
    endpoint: options.Endpoint = None,
    monitor: options.Monitor = None,
    scheduled: options.Scheduled = None,
    open_it: options.Open = False,
    as_json: options.Json = False,
) -> None:
    """Write the page of an execution, the newest or that of a scheduled time, and print where it is.

    In the cloud the page is written after every execution. This also works with files that SageMaker wrote.

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
            raise InvalidInputError(f"no execution{when} found", where=place.store.uri(folder)) from None
        key = f"{folder}{PAGE}"
        page = place.store.uri(key)

        def show(console: Console) -> None:
            console.print(f"[green]ok[/green]  {safe(page)} ({size / 1000:,.0f} KB)", soft_wrap=True)

        output.result({"report": page, "size": size}, show)
        if open_it:
            webbrowser.open(_address(place.store, key))


def _size(store: ObjectStore, folder: str) -> int:
    """Writes the page of a verdict or a failure; returns its size. Raises ObjectNotFoundError: there is neither."""
    failure = failure_in(store, folder, kinds=KINDS)
    if failure is not None:
        return write_failed_page(store, parse_place(folder), failure, kinds=KINDS)
    return render_report(store, folder, kinds=KINDS).size


def _address(store: ObjectStore, key: str) -> str:
    """The address for the browser."""
    if isinstance(store, S3Store):
        return PresignedLinks(store.name, _HOURS).to(key).url
    return Path(store.uri(key)).as_uri()
