"""Explanations from the store; those that are missing are requested, or computed at once.

A task is an object; its event starts `explain_model`, which stores the result beside it. Rows are known by their
contents, so that a row that an earlier window asked about is not explained again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

import msgspec

from driftline.domain.errors import InvalidInputError, PendingError
from driftline.domain.explanations.keys import holds_hours, period_of, period_prefix, result_of, task_key
from driftline.domain.explanations.results import Explained, Failure, parse_result
from driftline.domain.explanations.tasks import AskedEndpoint, AskedFunction, ModelFile, Task
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.explanations import ExplainedModels
from driftline.usecases.side_by_side import side_by_side

ROWS_AT_ONCE = 500
"""Rows of a piece: a model of a hundred trees explains them in a fraction of a second, one of ten thousand in a
minute."""

REQUESTS_AT_ONCE = 200
"""Requests of a piece, at half a second each well inside one invocation."""

QUESTIONS_AT_ONCE = 500_000
"""Rows of questions to a function in a piece: seconds of a fast one."""

type Follow = Callable[[Task, int, int], None]
"""(what is asked, rows explained, rows in all): called before the first piece, and after each."""

type Solve = Callable[[Task], Explained]
"""Computes explanations at once. Raises InvalidInputError: they cannot be had."""


@dataclass(frozen=True)
class RequestedExplanations:
    """`Explanations` of one endpoint.

    Attributes:
        solve: None: tasks are left to `explain_model`.
        follow: Hears how far it is.
        smaller: Pieces of what is asked are smaller by this factor, so that less is lost when it is interrupted.
    """

    store: ObjectStore
    endpoint: str
    models: ExplainedModels
    solve: Solve | None = None
    follow: Follow | None = None
    smaller: int = 1

    def model_file(self, model: str) -> ModelFile:
        uri = model if "://" in model else self.store.uri(model)
        return ModelFile(uri, self.models.etag(uri))

    def of(self, task: Task, hours: Sequence[datetime] = ()) -> Explained:
        """See `Explanations.of`."""
        if not task.rows:
            raise InvalidInputError("no rows to explain", where=self.endpoint)
        if task.whole:
            return Explained.merge_all(self._asked([(task, ())], task, 0))
        wanted = dict(zip(task.row_digests(), range(len(task.rows)), strict=True))
        known = list(self._known(task, hours))
        there = {row for found in known for row in found.rows}
        missing = [place for row, place in wanted.items() if row not in there]
        return Explained.merge_all(
            [*known, *self._asked(_pieces(task, hours, missing, self.smaller), task, len(wanted) - len(missing))]
        ).only(wanted.keys())

    def _known(self, task: Task, hours: Sequence[datetime]) -> Iterator[Explained]:
        """What was explained of the hours, or of the baseline."""
        question = task.question
        days: dict[str, list[int]] = {}
        for hour in hours:
            days.setdefault(period_of(hour), []).append(hour.hour)
        for period, of_day in (days or {period_of(None): [0]}).items():
            prefix = period_prefix(self.endpoint, question, period)
            first, last = min(of_day), max(of_day)
            keys = [each.key for each in self.store.list(prefix) if holds_hours(each.key, first, last)]
            yield from filter(None, side_by_side(self._explained, keys))

    def _explained(self, key: str) -> Explained | None:
        """None where it failed, is damaged, or was forgotten in the meantime."""
        stored = self.store.find(key)
        try:
            found = parse_result(stored.body, key) if stored else None
        except InvalidInputError:
            return None
        return found if isinstance(found, Explained) else None

    def _asked(self, pieces: Iterable[tuple[Task, Sequence[datetime]]], whole: Task, known: int) -> list[Explained]:
        """Args: whole: the pieces together; known: how many of its rows are explained already.

        Raises:
            InvalidInputError: some failed; all failures are forgotten, so that the next request asks again.
            PendingError: some are left to `explain_model`.
        """
        total, ready = len(whole.rows), known
        if self.follow is not None:
            self.follow(whole, ready, total)
        done: list[Explained] = []
        needs: list[str] = []
        rows = 0
        asked = [(piece, task_key(self.endpoint, piece.question, hours, piece.digest)) for piece, hours in pieces]
        results = [self._result(key) for _, key in asked]
        if failed := [found for found in results if isinstance(found, Failure)]:
            raise failed[0].error()
        for (piece, key), there in zip(asked, results, strict=True):
            found = there if isinstance(there, Explained) else None
            if found is None and self.solve is not None:
                found = self.solve(piece)
                self.store.put(result_of(key), found.to_bytes())
            if found is not None:
                done.append(found)
                ready += len(piece.rows)
                if self.follow is not None:
                    self.follow(whole, ready, total)
                continue
            if self.store.etag(key) is None:
                self.store.put(key, piece.to_bytes())
            needs.append(result_of(key))
            rows += len(piece.rows)
        if needs:
            what = f"{rows:,} rows are being explained, in {len(needs):,} {'parts' if len(needs) > 1 else 'part'}"
            raise PendingError(what, needs=tuple(needs), where=self.endpoint)
        return done

    def _result(self, task: str) -> Explained | Failure | None:
        """Of a task. What is no explanation is forgotten: the task first, so that a task without a result is under way.

        Returns:
            None if it is not there, is damaged, or failed where it is tried again at once.
        """
        result = result_of(task)
        stored = self.store.find(result)
        if stored is None:
            return None
        try:
            found = parse_result(stored.body, result)
        except InvalidInputError:
            found = None
        if isinstance(found, Explained):
            return found
        self.store.delete(task)
        self.store.delete(result)
        return None if self.solve is not None else found


def _pieces(
    task: Task, hours: Sequence[datetime], missing: Sequence[int], smaller: int
) -> Iterator[tuple[Task, Sequence[datetime]]]:
    """Tasks that one invocation can do, each with rows of one day."""
    size = ROWS_AT_ONCE
    if isinstance(task.source, AskedEndpoint):
        size = REQUESTS_AT_ONCE // task.source.requests_of_row(len(task.features))
    elif isinstance(task.source, AskedFunction):
        size = QUESTIONS_AT_ONCE // task.source.kernel.questions_of_row(len(task.features))
    if not isinstance(task.source, ModelFile):
        size = max(1, size // smaller)
    days: dict[str, list[int]] = {}
    for place in missing:
        days.setdefault(period_of(hours[place] if hours else None), []).append(place)
    for places in days.values():
        for some in batched(places, size, strict=False):
            rows = tuple(task.rows[place] for place in some)
            yield msgspec.structs.replace(task, rows=rows), [hours[place] for place in some] if hours else ()
