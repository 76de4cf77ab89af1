"""`driftline show`: prints an existing verdict."""

import json
from datetime import datetime

from driftline.cli import options
from driftline.cli.newest import newest_folder
from driftline.cli.output import reporting
from driftline.cli.places import Place, open_place
from driftline.cli.report import read_report, show_report
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

    The exit code is 0 whatever the verdict; --json prints its summary.json (null if SageMaker wrote the files), the
    verdict and where the files are. For a failed execution, the command prints the reason, with exit code 1.

    Example: driftline show --scheduled 2013-03-09T09:00:00Z
    """
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        name = place.endpoint(endpoint)
        chosen = place.monitor(name, monitor)
        folder = report_folder(name, chosen, scheduled) if scheduled else newest_folder(place, name, chosen)
        _refuse_without_verdict(place, folder, scheduled)
        report = read_report(place, folder)
        summary = place.store.find(f"{folder}{SUMMARY}")
        result = {
            "folder": place.store.uri(folder),
            "verdict": report.outcome.verdict,
            "summary": json.loads(summary.body) if summary else None,
        }
        output.result(result, lambda console: show_report(console, place, report))


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
