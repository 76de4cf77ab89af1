"""How many requests analyses may send to endpoints in a month.

A reservation is an object whose name says how many: `state/analyses/<yyyymm>/<analysis>-<what for>-<requests>`. It is
written before the others are counted, so of two that come at once at least one sees both: the limit holds without a
lock. The same question of the same analysis is the same object, so that redelivery reserves nothing twice.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.partial_dependence import MOST_ROWS
from driftline.domain.explanations.tasks import AskedEndpoint, Task
from driftline.domain.keys import STATE
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.predictions import Predictor

BUDGETS = f"{STATE}analyses/"

_LUMP = 100
"""Requests for predictions that are reserved together."""

_AMOUNT = re.compile(r".*-(\d+)")


@dataclass(frozen=True)
class RequestBudget:
    """Of one analysis, in its month.

    Attributes:
        analysis: Its name.
        content: Of its configuration: a changed one is another analysis.
        limit: Requests of all analyses in the month.
    """

    store: ObjectStore
    analysis: str
    content: str
    month: datetime
    limit: int

    def follow(self, task: Task, done: int, total: int) -> None:
        """See `Follow`: what a task asks an endpoint is reserved before it is requested.

        Raises:
            InvalidInputError: too many.
        """
        source = task.source
        if not isinstance(source, AskedEndpoint) or done == total:
            return
        wanted = (total - done) * source.requests_of_row(len(task.features))
        if task.dependence is not None:
            values = len(task.dependence.features) * max(task.dependence.buckets, 1)
            wanted = -(-min(len(task.rows), MOST_ROWS) * values // source.rows_per_request)
        self.reserve(task.digest, wanted)

    def reserve(self, what: str, requests: int) -> None:
        """Raises InvalidInputError: more than are left in the month."""
        folder = f"{BUDGETS}{self.month:%Y%m}/"
        who = sha256(f"{self.analysis} {self.content} {what}".encode()).hexdigest()[:32]
        own = f"{folder}{self.analysis}-{who}-"
        known = [each.key for each in self.store.list(own)]
        if known:
            return
        key = f"{own}{requests}"
        self.store.put(key, b"")
        used = sum(_amount(each.key) for each in self.store.list(folder))
        if used > self.limit:
            self.store.delete(key)
            raise InvalidInputError(
                f"{requests:,} requests are needed, and {max(self.limit - used + requests, 0):,} are left this month",
                where=self.analysis,
                expected=f"at most {self.limit:,} requests of all analyses in a month",
                mend="Lower num_samples, explain a model's file, which takes none, or raise AnalysisRequestsPerMonth.",
            )


@dataclass
class BudgetedPredictor:
    """`Predictor` whose requests are reserved before they are sent."""

    predictor: Predictor
    budget: RequestBudget
    sent: int = 0

    def answer(self, endpoint: str, body: bytes, content_type: str, accept: str) -> bytes:
        """See `Predictor.answer`.

        Raises:
            InvalidInputError: no requests are left, too.
        """
        if self.sent % _LUMP == 0:
            self.budget.reserve(f"predictions {self.sent}", _LUMP)
        self.sent += 1
        return self.predictor.answer(endpoint, body, content_type, accept)


def _amount(key: str) -> int:
    found = _AMOUNT.fullmatch(key)
    return int(found[1]) if found else 0
