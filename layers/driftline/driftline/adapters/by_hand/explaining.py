"""Explanations on the user's own machine: computed at once, so that nobody waits."""

from functools import cached_property
from hashlib import md5
from pathlib import Path
from typing import TYPE_CHECKING

from driftline.adapters.aws.model_files import S3ModelFiles
from driftline.adapters.aws.sagemaker_endpoints import SageMakerEndpoints
from driftline.adapters.by_hand.files import read_file
from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.results import Explained
from driftline.domain.explanations.tasks import Task
from driftline.domain.explanations.waiting import Resume
from driftline.usecases.explanations.explaining import Explaining

if TYPE_CHECKING:
    from driftline.usecases.explanations.solve import Solver

_S3 = "s3://"


class LocalModels:
    """`ExplainedModels`: files of the user, and objects that the user's own credentials may read."""

    def etag(self, uri: str) -> str:
        if uri.startswith(_S3):
            return self._s3.etag(uri)
        return md5(self.read(uri), usedforsecurity=False).hexdigest()

    def read(self, uri: str) -> bytes:
        if uri.startswith(_S3):
            return self._s3.read(uri)
        path = Path(uri)
        if not path.is_file():
            raise InvalidInputError("no such file", where=uri, expected="the model's file, or s3://bucket/key")
        return read_file(path)

    @cached_property
    def _s3(self) -> S3ModelFiles:
        return S3ModelFiles("")


class NobodyWaits:
    """`Resumes` of a command: everything is computed at once."""

    def resume(self, resume: Resume) -> None:
        raise AssertionError(resume)


class SolvedHere:
    """`Solve` in this process. Most windows have nothing to explain: the arithmetic is imported for the first task."""

    def __init__(self, models: LocalModels) -> None:
        self._models = models

    def __call__(self, task: Task) -> Explained:
        return self._solver(task)

    @cached_property
    def _solver(self) -> "Solver":
        from driftline.usecases.explanations.solve import Solver  # noqa: PLC0415, costs 20 ms

        return Solver(self._models, SageMakerEndpoints())


def explaining() -> Explaining:
    """Of a command."""
    models = LocalModels()
    return Explaining(models, NobodyWaits(), SolvedHere(models))
