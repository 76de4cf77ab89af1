"""How far a run is, for somebody who waits: what did not change since the last look is not read again."""

from collections.abc import Mapping

from driftline.domain.backfill.keys import results_prefix
from driftline.domain.backfill.plan import STEPS, Plan, Step, step_of
from driftline.usecases.backfill.work_batch import load_result
from driftline.usecases.ports import ObjectStore
from driftline.usecases.side_by_side import side_by_side


class Progress:
    """Of one run; `look` as often as wanted."""

    def __init__(self, plan: Plan, store: ObjectStore) -> None:
        self._plan, self._store = plan, store
        self._seen: dict[str, tuple[str, int]] = {}

    def look(self) -> Mapping[Step, int]:
        """Step -> items that are done or failed."""
        prefix = results_prefix(self._plan.id)
        found = {each.key.removeprefix(prefix).removesuffix(".json"): each.etag for each in self._store.list(prefix)}
        ours = set(self._plan.batches) & found.keys()
        changed = [batch for batch in sorted(ours) if self._seen.get(batch, ("", 0))[0] != found[batch]]
        for batch, settled in zip(changed, side_by_side(self._settled, changed), strict=True):
            self._seen[batch] = (found[batch], settled)
        counts: dict[Step, int] = dict.fromkeys(STEPS, 0)
        for batch, (_, settled) in self._seen.items():
            if batch in found:
                counts[step_of(batch)] += settled
        return counts

    def _settled(self, batch: str) -> int:
        result = load_result(self._store, self._plan.id, batch)
        return len(result.done) + len(result.failed)
