"""Explanations on the user's own machine: computed at once, so that nobody waits."""

from functools import cached_property
from hashlib import md5
from pathlib import Path

from driftline.adapters.aws.model_files import S3ModelFiles
from driftline.adapters.aws.sagemaker_endpoints import SageMakerEndpoints
from driftline.cli.files import read_file
from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.waiting import Resume
from driftline.usecases.explanations.explaining import Explaining
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


def explaining() -> Explaining:
    """Of a command."""
    models = LocalModels()
    return Explaining(models, NobodyWaits(), Solver(models, SageMakerEndpoints()))
