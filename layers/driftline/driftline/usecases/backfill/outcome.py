"""How far a run is, what came of it, and what to do again."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from driftline.domain.backfill.keys import failed_key, outcome_key, result_key, results_prefix
from driftline.domain.backfill.plan import READING, STEPS, Plan, Step, monitor_of, pages_of, step_of
from driftline.domain.backfill.results import Result
from driftline.domain.errors import StaleReadError
from driftline.presentation.text import count
from driftline.usecases.backfill.work_batch import load_result, save_result
from driftline.usecases.ports import ObjectStore
from driftline.usecases.side_by_side import side_by_side


@dataclass(frozen=True, slots=True)
class Failure:
    """A file or a window that failed, by name."""

    step: Step
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run until now.

    Attributes:
        done: Step -> items that are done.
        left: Step -> items that are neither done nor failed.
        numbers: Sums over what is done.
    """

    done: Mapping[Step, int]
    left: Mapping[Step, int]
    failures: Sequence[Failure]
    numbers: Mapping[str, int]

    @property
    def complete(self) -> bool:
        """Nothing is left but what has failed."""
        return not any(self.left.values())

    @property
    def judged(self) -> int:
        """Windows with a verdict."""
        return self.numbers.get("windows violations", 0) + self.numbers.get("windows good", 0)

    @property
    def blind(self) -> int:
        """Windows in which no row could be evaluated, or that wait for explanations."""
        return self.done["windows"] - self.judged

    def checked(self, plan: Plan) -> Self:
        """Itself. Raises StaleReadError: something is left."""
        if self.complete:
            return self
        left = ", ".join(f"{number:,} of {step}" for step, number in self.left.items() if number)
        raise StaleReadError(f"left to do: {left}", mend=f"Continue with `driftline backfill --resume {plan.id}`.")

    def document(self) -> dict[str, object]:
        return {
            "complete": self.complete,
            "done": dict(self.done),
            "left": dict(self.left),
            "failed": len(self.failures),
            "numbers": dict(sorted(self.numbers.items())),
        }


def read_outcome(plan: Plan, store: ObjectStore) -> Outcome:
    """Reads all results: an object a batch."""
    done: Counter[Step] = Counter()
    failed: Counter[Step] = Counter()
    numbers: Counter[str] = Counter()
    failures: list[Failure] = []
    for batch, result in _results(plan, store):
        step = step_of(batch)
        done[step] += len(result.done)
        failed[step] += len(result.failed)
        numbers.update(result.numbers)
        failures += [Failure(step, _named(step, batch, key), reason) for key, reason in result.failed.items()]
    left = {step: plan.part(step).items - done[step] - failed[step] for step in STEPS}
    return Outcome({step: done[step] for step in STEPS}, left, failures, numbers)


def check_read(plan: Plan, store: ObjectStore) -> None:
    """Before the first window: a verdict without the files that nobody read would be blind.

    Raises:
        StaleReadError: files are neither done nor failed. Those that failed have a reason, and a person can read it.
    """
    left = read_outcome(plan, store).left
    files = sum(left[step] for step in READING)
    if files:
        raise StaleReadError(
            f"{count(files, 'file')} could not be read, so no window is evaluated",
            where=store.uri(results_prefix(plan.id)),
            mend=f"Continue with `driftline backfill --resume {plan.id}`.",
        )


def conclude(plan: Plan, store: ObjectStore) -> Outcome:
    """Writes what came of the run, and all failures by name."""
    outcome = read_outcome(plan, store)
    lines = (
        json.dumps({"step": each.step, "name": each.name, "reason": each.reason}, ensure_ascii=False)
        for each in outcome.failures
    )
    body = "".join(f"{line}\n" for line in lines).encode()
    store.put(failed_key(plan.id), body, content_type="application/jsonl")
    document = json.dumps({"id": plan.id, "endpoint": plan.endpoint, **outcome.document()}, indent=2)
    store.put(outcome_key(plan.id), document.encode(), content_type="application/json")
    return outcome


def unfinished(plan: Plan, store: ObjectStore) -> list[str]:
    """The batches with work left, in their order."""
    finished = {batch for batch, result in _results(plan, store) if result.finished}
    return [batch for batch in plan.batches if batch not in finished]


def again(plan: Plan, store: ObjectStore) -> None:
    """What failed, or ended its process, is to be tried again.

    If a file can be read now, all windows are evaluated again: without it they would look better than they are. The
    page of a window that is evaluated again is made again.
    """
    results = dict(_results(plan, store))
    tried = {batch for batch, result in results.items() if result.failed or not result.finished}
    outdated = _outdated(results, tried)
    for batch in sorted(results.keys() & outdated):  # first: what is cut short here is found again
        store.delete(result_key(plan.id, batch))
    for batch in sorted(tried - outdated):
        results[batch].again()
        save_result(store, plan.id, batch, results[batch])


def _outdated(batches: Collection[str], tried: Collection[str]) -> set[str]:
    """Batches whose results follow from those that are tried again."""
    if any(step_of(batch) in READING for batch in tried):
        return {batch for batch in batches if step_of(batch) not in READING}
    pages = {pages_of(batch) for batch in tried if step_of(batch) == "windows"}
    return pages | {batch for batch in batches if tried and step_of(batch) == "overview"}


def _results(plan: Plan, store: ObjectStore) -> Iterator[tuple[str, Result]]:
    """Those that are there, in the order of the plan."""
    there = {summary.key for summary in store.list(results_prefix(plan.id))}
    batches = [batch for batch in plan.batches if result_key(plan.id, batch) in there]
    yield from zip(batches, side_by_side(lambda batch: load_result(store, plan.id, batch), batches), strict=True)


def _named(step: Step, batch: str, key: str) -> str:
    """A scheduled time with its monitor; a file's key is its name."""
    return f"{monitor_of(batch)} {key}" if step in {"days", "windows", "pages"} else key
