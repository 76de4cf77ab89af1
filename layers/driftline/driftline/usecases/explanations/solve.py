"""Computes the explanations of a task: the model's file is read, or an endpoint asked, or trees are fitted."""

from dataclasses import dataclass

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.tasks import AskedEndpoint, Explained, ModelFile, Surrogate, Task
from driftline.usecases.explanations.answers import EndpointModel
from driftline.usecases.ports.explanations import ExplainedModels
from driftline.usecases.ports.predictions import Predictor


@dataclass(frozen=True)
class Solver:
    """`Solve` with real models."""

    models: ExplainedModels
    predictor: Predictor | None

    def __call__(self, task: Task) -> Explained:
        raise NotImplementedError
