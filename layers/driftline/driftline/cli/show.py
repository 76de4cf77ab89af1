"""`driftline show`: prints an existing verdict."""

import json
from datetime import datetime

from driftline.cli import options
from driftline.cli.newest import newest_folder
from driftline.cli.output import reporting
from driftline.cli.places import Place, open_place
from driftline.cli.report import report_printer
from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.files import SUMMARY
from driftline.domain.keys import report_folder
from driftline.domain.windows import format_instant
from driftline.kinds.registry import KINDS
from driftline.usecases.executions.failures import failure_in, has_verdict


def show(
    *,
    store: options.Store = ".",
    endpoint: options.Endpoint = None,
    monitor: options.Monitor = None,
    scheduled: options.Scheduled = None,
    as_json: options.Json = False,
) -> None:
    """Show an existing verdict: the newest, or that of a scheduled time.

    The exit code is 0 whatever the verdict; --json prints its summary.json and where its files are. For a failed
    execution, the command prints the reason, with exit code 1.

    Example: driftline show --scheduled 2013-03-09T09:00:00Z
    """
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        name = place.endpoint(endpoint)
        chosen = place.monitor(name, monitor)
        folder = report_folder(name, chosen, scheduled) if scheduled else newest_folder(place, name, chosen)
        key = f"{folder}{SUMMARY}"
        body = _existing(place, folder, scheduled)
        printer = report_printer(body, place.store.uri(key), place.store.uri(folder))
        result = {"folder": place.store.uri(folder), "summary": json.loads(body)}
        output.result(result, printer)


def _existing(place: Place, folder: str, scheduled: datetime | None) -> bytes:
    key = f"{folder}{SUMMARY}"
    found = place.store.find(key)
    if found is not None:
        return found.body
    failure = failure_in(place.store, folder, kinds=KINDS)
    if failure is not None:
        what = f"the execution failed: {failure.what}"
        raise InvalidInputError(
            what, where=failure.where or place.store.uri(folder), expected=failure.expected, mend=failure.mend
        )
    if has_verdict(place.store, folder, kinds=KINDS):
        raise InvalidInputError(
            "this execution has no summary, because SageMaker wrote it",
            where=place.store.uri(key),
            mend="Run `driftline report` to get its page.",
        )
    when = f" scheduled for {format_instant(scheduled)}" if scheduled else ""
    raise InvalidInputError(f"no execution{when} found", where=place.store.uri(key))
