"""Explanations in tests: computed at once, from files in the same store, or by a function that a test plays."""

from dataclasses import dataclass, field

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.waiting import Resume
from driftline.usecases.explanations.explaining import Explaining
from driftline.usecases.explanations.solve import Solver
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.predictions import Predictor


@dataclass(frozen=True)
class StoredModels:
    """`ExplainedModels` in one bucket."""

    store: ObjectStore

    def etag(self, uri: str) -> str:
        found = self.store.etag(self._key(uri))
        if found is None:
            raise InvalidInputError("it does not exist, or the stack may not read it", where=uri)
        return found

    def read(self, uri: str) -> bytes:
        return self.store.get(self._key(uri)).body

    def _key(self, uri: str) -> str:
        return uri.removeprefix(self.store.uri(""))


@dataclass
class RecordingResumes:
    """`Resumes` that remembers who went on."""

    resumed: list[Resume] = field(default_factory=list)

    def resume(self, resume: Resume) -> None:
        self.resumed.append(resume)


def at_once(store: ObjectStore, predictor: Predictor | None = None) -> Explaining:
    """Nobody waits."""
    models = StoredModels(store)
    return Explaining(models, RecordingResumes(), Solver(models, predictor))


def later(store: ObjectStore, resumes: RecordingResumes) -> Explaining:
    """As in the cloud: a task is left to `explain_model`."""
    return Explaining(StoredModels(store), resumes)
