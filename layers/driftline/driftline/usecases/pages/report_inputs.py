"""What a report is made of: an execution's files, its baseline's, and a few figures of the executions before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from driftline.domain.errors import ObjectNotFoundError
from driftline.domain.keys import baseline_folder, baseline_predictions_key
from driftline.kinds.data_quality.page.read_data_quality import read_data_quality
from driftline.kinds.data_quality.page.view_data_quality import data_quality_view
from driftline.kinds.model_quality.page.read_model_quality import read_model_quality
from driftline.kinds.model_quality.page.view_model_quality import model_quality_view
from driftline.presentation.pages.execution.facts import DataQuality, ModelQuality, PastExecution, Place
from driftline.presentation.pages.execution.files import ExecutionFiles, Kind, baseline_keys, kind_of
from driftline.presentation.pages.execution.past import past_execution
from driftline.presentation.pages.execution.since import last_verdict
from driftline.presentation.pages.execution.view import PageView
from driftline.usecases.executions.past_executions import (
    STATISTICS,
    VIOLATIONS,
    bodies_or_none,
    body_or_none,
    past_executions,
)
from driftline.usecases.executions.revisions import SUMMARY, last_announced
from driftline.usecases.ports import ObjectStore


@dataclass(frozen=True, slots=True)
class ReportInputs:
    """Attributes: past: earlier executions, oldest first; revised: the revision that this one replaced."""

    place: Place
    kind: Kind
    files: ExecutionFiles
    past: Sequence[PastExecution] = ()
    revised: PastExecution | None = None

    def facts(self) -> DataQuality | ModelQuality:
        """Raises InvalidInputError: a file cannot be read."""
        match self.kind:
            case Kind.DATA_QUALITY:
                return read_data_quality(self.place, self.files)
            case Kind.MODEL_QUALITY:
                return read_model_quality(self.place, self.files)

    def view(self, facts: DataQuality | ModelQuality | None = None) -> PageView:
        """The page; of facts that were read already, if given. Raises InvalidInputError: a file cannot be read."""
        match facts or self.facts():
            case DataQuality() as found:
                return data_quality_view(found, self.past, self.revised)
            case ModelQuality() as found:
                return model_quality_view(found, self.past, self.revised)


def report_inputs(store: ObjectStore, place: Place, *, revision: int | None = None) -> ReportInputs:
    """Reads everything that the page of an execution tells.

    Args:
        revision: As its event says; the store remembers it a moment later.

    Raises:
        ObjectNotFoundError: there is no statistics.json.
        InvalidInputError: neither a data-quality nor a model-quality execution.
    """
    files, kind = execution_files(store, place, baseline_folder(place.endpoint, place.monitor))
    if files.summary is not None and (announced := last_announced(store, place.folder)) is not None:
        # Events come in any order, and the files are always those of the newest revision.
        revision = max(revision or 0, announced.revision)
    past = past_executions(store, place, kind)
    files = replace(files, revision=revision)
    if kind is Kind.DATA_QUALITY and files.baseline_statistics is None and (previous := last_verdict(past)):
        files = replace(files, previous_statistics=body_or_none(store, f"{previous.place.folder}{STATISTICS}"))
    return ReportInputs(place, kind, files, past, _revised(store, place, revision))


def _revised(store: ObjectStore, place: Place, revision: int | None) -> PastExecution | None:
    """The revision before, which is kept beside the one that replaced it."""
    if revision is None or revision == 1:
        return None
    summary = body_or_none(store, f"{place.folder}revision-{revision - 1}/{SUMMARY}")
    return past_execution(place, summary) if summary is not None else None


def execution_files(store: ObjectStore, place: Place, baseline: str) -> tuple[ExecutionFiles, Kind]:
    """The files of one execution alone.

    Args:
        baseline: Folder of the baseline's files, unless the summary names others; ends in a slash.

    Raises:
        ObjectNotFoundError: there is no statistics.json.
        InvalidInputError: neither a data-quality nor a model-quality execution.
    """
    keys = (f"{place.folder}{name}" for name in (STATISTICS, SUMMARY, VIOLATIONS))
    statistics, summary, violations = bodies_or_none(store, keys)
    if statistics is None:
        raise ObjectNotFoundError("there is no such object", where=store.uri(f"{place.folder}{STATISTICS}"))
    kind = kind_of(statistics, place)
    statistics_key, constraints_key = baseline_keys(summary, baseline)
    beside = [baseline_predictions_key(statistics_key)] if kind is Kind.MODEL_QUALITY else []
    baseline_statistics, baseline_constraints, *predictions = bodies_or_none(
        store, [statistics_key, constraints_key, *beside]
    )
    files = ExecutionFiles(
        statistics,
        violations,
        summary,
        baseline_statistics,
        baseline_constraints,
        baseline_predictions=next(iter(predictions), None),
    )
    return files, kind
