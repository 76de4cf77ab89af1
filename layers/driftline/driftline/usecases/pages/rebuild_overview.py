"""The overview pages for executions that were never rendered: in a folder, of SageMaker, of an older version.

They are made from the folders of `reports/`: an execution without a verdict has a `failure.json`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.failure import FAILURE
from driftline.domain.executions.place import Place, parse_place
from driftline.domain.instants import END
from driftline.domain.keys import REPORTS, baseline_folder, hour_folder
from driftline.domain.windows import HOUR
from driftline.kinds.kind import Kinds
from driftline.presentation.report import Report
from driftline.usecases.executions.failures import failure_in, has_verdict
from driftline.usecases.executions.past_executions import folders_before
from driftline.usecases.executions.revisions import last_announced
from driftline.usecases.pages.overview_records import NEWEST, keep_failed_record, keep_record
from driftline.usecases.pages.render_failure import write_failed_page
from driftline.usecases.pages.render_overview import render_endpoint_page
from driftline.usecases.pages.render_report import PAGE, render_report
from driftline.usecases.pages.report_inputs import ReportInputs, execution_files
from driftline.usecases.ports import ObjectStore

_LAST_HOUR = hour_folder(END - HOUR)


@dataclass(frozen=True, slots=True)
class RebuiltOverview:
    """The result for one endpoint.

    Attributes:
        executions: Number of executions on its page.
        reports: Number of missing pages of executions that were written.
        left_out: (folder, why) of executions that cannot be read.
    """

    endpoint: str
    executions: int
    reports: int
    left_out: tuple[tuple[str, str], ...]


def rebuild_overview(
    store: ObjectStore, endpoint: str, *, kinds: Kinds, reports: bool, step: Callable[[str], None]
) -> RebuiltOverview | None:
    """Writes the records of the newest executions of every monitor again, and the endpoint's page.

    Args:
        reports: Also write the pages of these executions if they are missing.
        step: Called with every execution.

    Returns:
        None if there is no execution to show; nothing is written then.
    """
    made, left_out, kept = 0, [], 0
    for monitor in store.folders(f"{REPORTS}{endpoint}/"):
        for place in _newest(store, endpoint, monitor, kinds=kinds):
            step(place.folder)
            try:
                recorded, rendered = _recorded(store, place, kinds=kinds, reports=reports)
            except InvalidInputError as error:
                left_out.append((place.folder, str(error)))
                continue
            made += rendered
            kept += recorded
    if not kept:
        return None
    return RebuiltOverview(endpoint, render_endpoint_page(store, endpoint, kinds=kinds), made, tuple(left_out))


def _newest(store: ObjectStore, endpoint: str, monitor: str, *, kinds: Kinds) -> Sequence[Place]:
    """Folders with an execution, oldest first."""
    end = parse_place(f"{REPORTS}{endpoint}/{monitor}/{_LAST_HOUR}")
    found: list[Place] = []
    for place in folders_before(store, end):
        if has_verdict(store, place.folder, kinds=kinds) or store.etag(f"{place.folder}{FAILURE}") is not None:
            found.append(place)
        if len(found) == NEWEST:
            break
    return found[::-1]


def _recorded(store: ObjectStore, place: Place, *, kinds: Kinds, reports: bool) -> tuple[bool, bool]:
    """Whether it is on the endpoint's page, and whether its own page was written."""
    failure = failure_in(store, place.folder, kinds=kinds)
    if failure is not None:
        rendered = reports and store.etag(f"{place.folder}{PAGE}") is None
        if rendered:
            write_failed_page(store, place, failure, kinds=kinds)
        keep_failed_record(store, place, failure)
        return True, rendered
    report, baseline, rendered = _read(store, place, kinds=kinds, reports=reports)
    return keep_record(store, report, baseline) is not None, rendered


def _read(store: ObjectStore, place: Place, *, kinds: Kinds, reports: bool) -> tuple[Report, bytes | None, bool]:
    """The execution's report, its baseline's statistics, and whether its page was written."""
    if reports and store.etag(f"{place.folder}{PAGE}") is None:
        rendered = render_report(store, place.folder, kinds=kinds)
        return rendered.report, rendered.inputs.baseline, True
    files, kind = execution_files(store, place, baseline_folder(place.endpoint, place.monitor), kinds=kinds)
    announced = last_announced(store, place.folder) if files.summary is not None else None
    files = replace(files, revision=announced.revision if announced else None)
    inputs = ReportInputs(place, kind, files)
    return inputs.report(), inputs.baseline, False
