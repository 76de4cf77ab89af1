"""A capture file of a backfill: profiled and joined with waiting labels, as when it arrives."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from driftline.domain.backfill.plan import Item, Plan
from driftline.domain.unpacking import UNPACKED_BYTES
from driftline.kinds.kind import Kinds
from driftline.usecases.backfill.work_batch import Work
from driftline.usecases.capture.profile_capture import profile_capture
from driftline.usecases.ground_truth.merge_ground_truth import merge_capture
from driftline.usecases.monitors.monitor_documents import find_document
from driftline.usecases.ports import ObjectStore, Stores
from driftline.usecases.ports.scripts import Scripts
from driftline.usecases.ports.tables import CaptureTables


def capture_work(
    plan: Plan,
    _batch: str,
    *,
    state: ObjectStore,
    stores: Stores,
    scripts: Scripts,
    tables: CaptureTables,
    kinds: Kinds,
    unpacked_bytes: int = UNPACKED_BYTES,
) -> Work:
    """See profile_capture for the arguments and errors."""
    capture = stores(plan.bucket) if plan.bucket else state
    document = find_document(state, plan.endpoint, kinds=kinds)
    delay = document.label_delay if document else None

    def profile(item: Item) -> Mapping[str, int]:
        profiled = profile_capture(
            item.key,
            capture=capture,
            state=state,
            stores=stores,
            scripts=scripts,
            tables=tables,
            on_lost=_evaluated_later,
            kinds=kinds,
            unpacked_bytes=unpacked_bytes,
        )
        matched = 0
        if delay is not None:
            profiles = [key for key in profiled.written if key.endswith(".profile")]
            matched = sum(merge_capture(key, store=state, max_label_delay=delay) for key in profiles)
        return {
            "files": 1,
            "records": profiled.records,
            "rows": profiled.rows,
            "rejected": profiled.rejected,
            "matched": matched,
        }

    return profile


def _evaluated_later(_: Sequence[datetime]) -> None:
    """Hours that an earlier version of the file had: the run evaluates its windows when all files are read."""
