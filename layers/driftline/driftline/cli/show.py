"""`driftline show`: what did this execution find?"""

import json
from collections.abc import Iterator
from datetime import datetime

from driftline.cli import options
from driftline.cli.output import reporting
from driftline.cli.places import Place, open_place
from driftline.cli.report import report_printer
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.domain.keys import REPORTS, report_folder
from driftline.domain.windows import format_instant
from driftline.usecases.executions.failures import failure_in
from driftline.usecases.executions.revisions import SUMMARY


def show(
    *,
    store: options.Store = ".",
    endpoint: options.Endpoint = None,
    monitor: options.Monitor = None,
    scheduled: options.Scheduled = None,
    as_json: options.Json = False,
) -> None:
    """Show a verdict that was written before: the newest, or that of a scheduled time.

    Exit code 0 whatever the verdict is; with --json its summary.json and where its files are. An execution that failed
    has none: its reason is told, with exit code 1.

    Example: driftline show --scheduled 2013-03-09T09:00:00Z
    """
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        name = place.endpoint(endpoint)
        chosen = place.monitor(name, monitor)
        folder = report_folder(name, chosen, scheduled) if scheduled else _newest(place, name, chosen)
        key = f"{folder}{SUMMARY}"
        body = _existing(place, folder, scheduled)
        printer = report_printer(body, place.store.uri(key), place.store.uri(folder))
        result = {"folder": place.store.uri(folder), "summary": json.loads(body)}
        output.result(result, printer)


def _newest(place: Place, endpoint: str, monitor: str) -> str:
    """The last folder in the order of keys, which is that of time."""
    prefix = f"{REPORTS}{endpoint}/{monitor}/"
    folders = [key.removesuffix(SUMMARY) for key in _summaries(place, prefix)]
    if not folders:
        raise InvalidInputError(
            "no execution here", where=place.store.uri(prefix), mend="`driftline run` or `driftline replay` makes some."
        )
    # Half past, `…/09/30/`, comes after the hour, `…/09/`.
    return max(folders, key=lambda folder: folder.split("/")[:-1])


def _summaries(place: Place, prefix: str) -> Iterator[str]:
    """Keys of the newest revision of every execution; the earlier ones lie in folders below."""
    for found in place.store.list(prefix):
        if found.key.endswith(f"/{SUMMARY}") and "/revision-" not in found.key:
            yield found.key


def _existing(place: Place, folder: str, scheduled: datetime | None) -> bytes:
    key = f"{folder}{SUMMARY}"
    try:
        return place.store.get(key).body
    except ObjectNotFoundError:
        failure = failure_in(place.store, folder)
        if failure is not None:
            what = f"the execution failed: {failure.what}"
            raise InvalidInputError(
                what, where=failure.where or place.store.uri(folder), expected=failure.expected, mend=failure.mend
            ) from None
        when = f" scheduled for {format_instant(scheduled)}" if scheduled else ""
        raise InvalidInputError(f"there is no execution{when}", where=place.store.uri(key)) from None
