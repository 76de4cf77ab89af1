"""A ground truth file of a backfill: its labels find the inferences of all capture files, which are read before."""

from collections.abc import Mapping

from driftline.domain.backfill.plan import Item, Plan
from driftline.domain.unpacking import UNPACKED_BYTES
from driftline.kinds.kind import Kinds
from driftline.usecases.arrivals.take_arrivals import label_delay, merge_file
from driftline.usecases.backfill.work_batch import Work
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.tables import LabelTables


def label_work(
    plan: Plan,
    _batch: str,
    *,
    store: ObjectStore,
    tables: LabelTables,
    kinds: Kinds,
    unpacked_bytes: int = UNPACKED_BYTES,
) -> Work:
    """See merge_labels for the errors."""
    delay = label_delay(store, plan.endpoint, kinds=kinds)

    def merge(item: Item) -> Mapping[str, int]:
        merged = merge_file(item.key, store=store, tables=tables, max_label_delay=delay, unpacked_bytes=unpacked_bytes)
        return {
            "label files": 1,
            "labels": merged.labels,
            "matched": merged.matched,
            "rejected labels": merged.rejected,
        }

    return merge
