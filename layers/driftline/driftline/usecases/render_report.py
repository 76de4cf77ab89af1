"""The page of one execution: report.html beside its files.

Everything on it comes from the store: the execution's files, the baseline's, and the last executions before it. The
same objects give the same bytes, so a page may be made again at any time.
"""

from dataclasses import dataclass, replace

from driftline.domain import layout
from driftline.domain.reports.facts import PastExecution, Place
from driftline.domain.reports.files import ExecutionFiles, Kind, baseline_keys, kind_of
from driftline.domain.reports.html import render
from driftline.domain.reports.place import parse_place
from driftline.domain.reports.read_data_quality import read_data_quality
from driftline.domain.reports.read_model_quality import read_model_quality
from driftline.domain.reports.view import PageView
from driftline.domain.reports.view_data_quality import data_quality_view
from driftline.domain.reports.view_model_quality import model_quality_view
from driftline.usecases.past_executions import STATISTICS, VIOLATIONS, body_or_none, past_executions
from driftline.usecases.ports import ObjectStore
from driftline.usecases.revisions import SUMMARY, last_announced

PAGE = "report.html"


@dataclass(frozen=True, slots=True)
class RenderedReport:
    """Attributes: key: of the page; size: bytes; past: earlier executions in its trends."""

    key: str
    size: int
    past: int


def render_report(store: ObjectStore, folder: str, *, revision: int | None = None) -> RenderedReport:
    """Writes the page of the execution whose files are in a folder.

    Args:
        folder: `reports/<endpoint>/<monitor>/yyyy/mm/dd/hh/`, or another such folder that SageMaker wrote to.
        revision: As announced; by default as the store remembers it.

    Raises:
        ObjectNotFoundError: there is no statistics.json.
        InvalidInputError: a file cannot be read, or no page is made of this kind of monitor.
    """
    place = parse_place(folder)
    statistics = store.get(f"{folder}{STATISTICS}").body
    kind = kind_of(statistics, place)
    summary = body_or_none(store, f"{folder}{SUMMARY}")
    baseline = layout.baseline_folder(place.endpoint, place.monitor)
    statistics_key, constraints_key = baseline_keys(summary, baseline)
    if revision is None and summary is not None:
        announced = last_announced(store, folder)
        revision = announced.revision if announced else None
    past = past_executions(store, place, kind)
    files = ExecutionFiles(
        statistics,
        body_or_none(store, f"{folder}{VIOLATIONS}"),
        summary,
        body_or_none(store, statistics_key),
        body_or_none(store, constraints_key),
        revision=revision,
    )
    if kind is Kind.DATA_QUALITY and files.baseline_statistics is None and past:
        files = replace(files, previous_statistics=body_or_none(store, f"{past[-1].place.folder}{STATISTICS}"))
    body = render(_view(place, kind, files, past))
    store.put(f"{folder}{PAGE}", body, content_type="text/html; charset=utf-8")
    return RenderedReport(f"{folder}{PAGE}", len(body), len(past))


def _view(place: Place, kind: Kind, files: ExecutionFiles, past: list[PastExecution]) -> PageView:
    earlier = range(1, files.revision or 1)
    match kind:
        case Kind.DATA_QUALITY:
            return data_quality_view(read_data_quality(place, files), past, earlier)
        case Kind.MODEL_QUALITY:
            return model_quality_view(read_model_quality(place, files), past, earlier)
