"""The model-quality monitor's part of an execution: predictions against the ground truth that is known by now."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.judgement import Judgement
from driftline.domain.keys import baseline_folder, quality_state_key
from driftline.domain.models.new_model import NewModel
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.naming import metric_schedule
from driftline.domain.windows import Window
from driftline.kinds.model_quality.rules.attributes import Attributes, attributes_of
from driftline.kinds.model_quality.rules.constraints import QualityConstraints, parse_quality_constraints
from driftline.kinds.model_quality.rules.evaluate import QualityContext, evaluate
from driftline.kinds.model_quality.rules.outputs import output_columns, outputs_of
from driftline.kinds.model_quality.rules.picking import pick_columns, state_of, usable_rows
from driftline.kinds.model_quality.rules.rows import ProblemType
from driftline.kinds.model_quality.rules.samples import row_hashes
from driftline.kinds.model_quality.rules.state import State, empty_state, merge_states, state_from_bytes, state_to_bytes
from driftline.kinds.model_quality.rules.values import label_text
from driftline.kinds.model_quality.settings import NAMESPACE, ModelQualityMonitor
from driftline.usecases.baselines.baseline_files import CONSTRAINTS, read_files
from driftline.usecases.baselines.baseline_memory import MEMORY_FILE, constraints_are_ours
from driftline.usecases.executions.signals import alarmed_names
from driftline.usecases.ground_truth.merged_hours import MergedHour
from driftline.usecases.ground_truth.merged_window import MergedWindow, load_merged
from driftline.usecases.ports import ObjectStore, Stores

MONITOR = "model_quality"


def judge_model_quality(
    store: ObjectStore,
    document: MonitorDocument,
    monitor: ModelQualityMonitor,
    window: Window,
    scheduled: datetime,
    stores: Stores | None = None,
    model: NewModel | None = None,
) -> Judgement:
    """Merges captures and ground truth of the window and checks its metrics against the baseline's constraints.

    Without constraints the metrics are computed and nothing is judged; the summary says so.

    Args:
        stores: Opens the bucket that the captures are in, if it is another one.
        model: The model that the endpoint got shortly before the window, for its summary.

    Raises:
        InvalidInputError: the constraints cannot be read or are for another problem.
    """
    endpoint = document.endpoint
    constraints, constraints_key, ours = _constraints(store, endpoint)
    captures = stores(document.capture.bucket) if stores and document.capture.bucket else store
    merged = load_merged(store, endpoint, window, document.variant, captures=captures, stores=stores)
    attributes = attributes_of(monitor, document.columns.output if document.columns else ())
    quality = window_quality(store, endpoint, merged, attributes)
    evaluation = evaluate(
        quality.state,
        constraints,
        QualityContext(
            endpoint=endpoint,
            monitor=MONITOR,
            schedule=metric_schedule(document, MONITOR),
            window=window,
            scheduled_time=scheduled,
            rows=merged.coverage.rows,
            labelled_rows=merged.coverage.labelled_rows,
            unusable=quality.unusable,
            alarm_on=monitor.alarm_on or ("interval" if ours else "point"),
            constraints_key=constraints_key,
            alarmed=alarmed_names(monitor),
            model=model,
        ),
    )
    return Judgement(
        files={name: text.encode() for name, text in evaluation.files().items()},
        metrics=evaluation.metrics if monitor.metrics == "all" else (),
        alarmed=evaluation.alarmed,
        namespace=NAMESPACE,
        rows=merged.coverage.rows,
        judged_rows=evaluation.quality.rows,
        violations=len(evaluation.summary.violations),
        reason=evaluation.summary.reason,
        worst_feature=evaluation.summary.violations[0].metric if evaluation.summary.violations else None,
        coverage=merged.coverage.share,
    )


class _Stored(msgspec.Struct, frozen=True):
    """An hour's state as it is kept, with the rows that could not be used."""

    unusable: dict[str, int]
    state: bytes


_STORED = msgspec.msgpack.Decoder(_Stored)


@dataclass(frozen=True, slots=True)
class WindowQuality:
    """State of the usable rows, and how many were not usable, by reason."""

    state: State
    unusable: Mapping[str, int]


def window_quality(store: ObjectStore, endpoint: str, merged: MergedWindow, attributes: Attributes) -> WindowQuality:
    """Hour by hour. The state of a whole hour is kept under what it was made of, so a week is not read again."""
    parts = []
    for hour in merged.hours:
        whole = merged.window.covers_hour(hour.hour)
        key = _state_key(endpoint, hour, attributes)
        found = _stored(store, key, attributes.problem) if whole else None
        if found is None:
            found = _hour_quality(merged, hour, attributes)
            if whole:
                kept = _Stored(dict(found.unusable), state_to_bytes(found.state))
                store.put(key, msgspec.msgpack.encode(kept))
        parts.append(found)
    return _merged(parts, attributes)


def _hour_quality(merged: MergedWindow, hour: MergedHour, attributes: Attributes) -> WindowQuality:
    columns = merged.columns(hour)
    outputs = output_columns(columns)
    parts = []
    for batch in merged.batches([*outputs, "label", "inference_id", "event_id", "row"], hour):
        rows = list(outputs_of(outputs, [batch[name] for name in outputs]))
        ids = [
            str(inference or event) for inference, event in zip(batch["inference_id"], batch["event_id"], strict=True)
        ]
        picked = pick_columns(rows, batch["label"], attributes)
        usable = usable_rows(picked, row_hashes(ids, (int(row or 0) for row in batch["row"])), attributes)
        parts.append(WindowQuality(state_of(usable.rows, attributes), usable.unusable))
    return _merged(parts, attributes)


def _merged(parts: list[WindowQuality], attributes: Attributes) -> WindowQuality:
    first = empty_state(attributes.problem, label_text(attributes.positive_label) or attributes.positive_label)
    unusable: Counter[str] = Counter()
    for part in parts:
        unusable.update(part.unusable)
    return WindowQuality(merge_states(first, [part.state for part in parts]), dict(unusable))


def _state_key(endpoint: str, hour: MergedHour, attributes: Attributes) -> str:
    """The table's name holds the digest of everything that was merged."""
    digest = sha256(f"{hour.table}\n{attributes!r}".encode()).hexdigest()[:32]
    return quality_state_key(endpoint, hour.variant, hour.hour, digest)


def _stored(store: ObjectStore, key: str, problem: ProblemType) -> WindowQuality | None:
    found = store.find(key)
    if found is None:
        return None
    try:
        kept = _STORED.decode(found.body)
        return WindowQuality(state_from_bytes(problem, kept.state, key), kept.unusable)
    except (InvalidInputError, msgspec.DecodeError):
        return None  # Of another version: it is made anew.


def _constraints(store: ObjectStore, endpoint: str) -> tuple[QualityConstraints | None, str | None, bool]:
    """(constraints, their key, whether Driftline suggested them); where there are none, they are nobody else's."""
    folder = baseline_folder(endpoint, MONITOR)
    files = read_files(store, folder, (CONSTRAINTS, MEMORY_FILE))
    body = files.get(CONSTRAINTS)
    if body is None:
        return None, None, True
    key = folder + CONSTRAINTS
    return parse_quality_constraints(body, key), key, constraints_are_ours(files)
