"""The data-quality monitor's part of an execution: a window's rows against the stored baseline."""

from datetime import datetime

from driftline.domain.drift.distance import Comparison
from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.judgement import Judgement
from driftline.domain.keys import baseline_folder
from driftline.domain.models.new_model import NewModel
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.naming import metric_schedule
from driftline.domain.profiles.resolve import resolve_columns
from driftline.domain.windows import Window
from driftline.kinds.data_quality.rules.constraints import Constraints, parse_constraints
from driftline.kinds.data_quality.rules.evaluate import Context, Evaluation, evaluate
from driftline.kinds.data_quality.rules.statistics import Statistics, parse_statistics
from driftline.kinds.data_quality.settings import NAMESPACE, DataQualityMonitor
from driftline.usecases.baselines.baseline_files import CONSTRAINTS, STATISTICS, read_files
from driftline.usecases.capture.window_profile import load_window
from driftline.usecases.executions.evidence import sample_inferences
from driftline.usecases.executions.signals import alarmed_names
from driftline.usecases.ports import ObjectStore

MONITOR = "data_quality"


def judge_data_quality(
    store: ObjectStore,
    document: MonitorDocument,
    monitor: DataQualityMonitor,
    window: Window,
    scheduled: datetime,
    model: NewModel | None = None,
) -> Judgement:
    """Merges the window's profiles and checks them against baselines/<endpoint>/data_quality/.

    Args:
        model: The model that the endpoint got shortly before the window, for its summary.

    Raises:
        InvalidInputError: there are no constraints, or a file of the baseline cannot be read.
    """
    endpoint = document.endpoint
    folder = baseline_folder(endpoint, MONITOR)
    files = read_files(store, folder, (STATISTICS, CONSTRAINTS))
    constraints, constraints_key = _constraints(files.get(CONSTRAINTS), store, folder)
    statistics, statistics_key = _statistics(files.get(STATISTICS), folder)
    loaded = load_window(store, endpoint, window, document.variant)
    table = resolve_columns(
        loaded.profile,
        document_columns=(document.columns.output, document.columns.input) if document.columns else None,
        baseline_names=[feature.name for feature in constraints.features],
    )
    evaluation = evaluate(
        table,
        statistics,
        constraints,
        Comparison(monitor.comparison),
        Context(
            endpoint=endpoint,
            monitor=MONITOR,
            schedule=metric_schedule(document, MONITOR),
            window=window,
            scheduled_time=scheduled,
            records=loaded.profile.records,
            rejected=loaded.profile.rejected,
            skipped=loaded.profile.skipped,
            statistics_key=statistics_key,
            constraints_key=constraints_key,
            metrics_level=monitor.metrics,
            top_features=monitor.top_features,
            alarmed=alarmed_names(monitor),
            model=model,
        ),
    )
    samples = sample_inferences(store, loaded.parts, window, evaluation.verdict.findings, table.keys, constraints)
    return _judgement(evaluation.with_inference_ids(samples))


def _judgement(evaluation: Evaluation) -> Judgement:
    summary = evaluation.summary
    worst = summary.worst_drift
    return Judgement(
        files={name: text.encode() for name, text in evaluation.files().items()},
        metrics=evaluation.metrics,
        alarmed=evaluation.alarmed,
        namespace=NAMESPACE,
        rows=summary.rows,
        judged_rows=summary.rows,
        violations=len(summary.violations),
        reason=summary.reason,
        worst_drift=worst.value if worst else None,
        worst_feature=worst.feature if worst else None,
    )


def _constraints(body: bytes | None, store: ObjectStore, folder: str) -> tuple[Constraints, str]:
    key = folder + CONSTRAINTS
    if body is None:
        raise InvalidInputError(
            "there is no baseline to judge against",
            where=store.uri(key),
            expected="constraints.json, and statistics.json for the drift check",
            mend=f"Upload a data set to {folder}input/, or the files that SageMaker made to {folder}.",
        )
    return parse_constraints(body, key), key


def _statistics(body: bytes | None, folder: str) -> tuple[Statistics | None, str | None]:
    if body is None:
        return None, None  # The summary says that drift was not checked.
    key = folder + STATISTICS
    return parse_statistics(body, key), key
