"""Explanations on the user's own machine: computed at once, so that nobody waits."""

from collections.abc import Mapping
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
    from mypy_boto3_s3 import S3Client

    from driftline.usecases.explanations.solve import Solver
    from driftline.usecases.ports.predictions import Predictor

_S3 = "s3://"


def located(model: str) -> str:
    """Where a model's file is, whatever the current folder will be."""
    return model if "://" in model else str(Path(model).expanduser().resolve())


class LocalModels:
    """`ExplainedModels`: files of the user, and objects that the user's own credentials may read.

    Args:
        client: A boto3 client of S3; by default with the credentials of the process.
        staged: Files of the user that count as where they will be copied.
    """

    def __init__(self, client: "S3Client | None" = None, staged: Mapping[str, Path] | None = None) -> None:
        self._client = client
        self._staged = staged or {}

    def etag(self, uri: str) -> str:
        if uri.startswith(_S3) and uri not in self._staged:
            return self._s3.etag(uri)
        return md5(self.read(uri), usedforsecurity=False).hexdigest()

    def read(self, uri: str) -> bytes:
        if uri.startswith(_S3) and uri not in self._staged:
            return self._s3.read(uri)
        path = self._staged.get(uri, Path(uri))
        if not path.is_file():
            raise InvalidInputError("no such file", where=uri, expected="the model's file, or s3://bucket/key")
        return read_file(path)

    @cached_property
    def _s3(self) -> S3ModelFiles:
        return S3ModelFiles("", self._client)


class NobodyWaits:
    """`Resumes` of a command: everything is computed at once."""

    def resume(self, resume: Resume) -> None:
        raise AssertionError(resume)


class SolvedHere:
    """`Solve` in this process. Most windows have nothing to explain: the arithmetic is imported for the first task."""

    def __init__(self, models: LocalModels, endpoints: "Predictor") -> None:
        self._models = models
        self._endpoints = endpoints

    def __call__(self, task: Task) -> Explained:
        return self._solver(task)

    @cached_property
    def _solver(self) -> "Solver":
        from driftline.usecases.explanations.solve import Solver  # noqa: PLC0415, costs 20 ms

        return Solver(self._models, self._endpoints)


def explaining(models: LocalModels | None = None, endpoints: "Predictor | None" = None) -> Explaining:
    """Of a command, or of a notebook; with the credentials of the process unless given."""
    models = models or LocalModels()
    return Explaining(models, NobodyWaits(), SolvedHere(models, endpoints or SageMakerEndpoints()))
