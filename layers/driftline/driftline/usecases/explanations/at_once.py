"""Explanations that are computed at once and kept nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from driftline.domain.explanations.results import Explained
from driftline.domain.explanations.tasks import ModelFile, Task
from driftline.usecases.explanations.requested import Solve
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.explanations import ExplainedModels


@dataclass(frozen=True)
class ExplanationsAtOnce:
    """`Explanations` of a few rows.

    Attributes:
        store: Where a model's key is a key of.
    """

    store: ObjectStore
    models: ExplainedModels
    solve: Solve

    def model_file(self, model: str) -> ModelFile:
        """See `Explanations.model_file`."""
        uri = model if "://" in model else self.store.uri(model)
        return ModelFile(uri, self.models.etag(uri))

    def of(self, task: Task, hours: Sequence[datetime] = ()) -> Explained:  # noqa: ARG002, part of the port
        """See `Explanations.of`."""
        return Explained.merge_all([self.solve(task)])
