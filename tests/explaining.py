"""Explanations in tests: computed at once, from files in the same store, or by a function that a test plays."""

from dataclasses import dataclass, field

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.keys import EXPLANATIONS, is_task, result_of
from driftline.domain.explanations.results import Explained, Failure
from driftline.domain.explanations.tasks import Task
from driftline.domain.explanations.waiting import Resume
from driftline.usecases.explanations.explain_task import explain_task
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


@dataclass
class ExplainModel:
    """Plays the function `explain_model`, with real models: each delivery of an event does one task.

    Attributes:
        rows: Digests of the rows that were explained, each time that they were.
    """

    store: ObjectStore
    resumes: RecordingResumes = field(default_factory=RecordingResumes)
    predictor: Predictor | None = None
    rows: list[bytes] = field(default_factory=list)

    @property
    def tasks(self) -> list[str]:
        """Keys of all tasks, done or not."""
        return [each.key for each in self.store.list(EXPLANATIONS) if is_task(each.key)]

    @property
    def open(self) -> list[str]:
        return [key for key in self.tasks if self.store.etag(result_of(key)) is None]

    def deliver(self, key: str, *, last_try: bool = False) -> Explained | Failure | None:
        return explain_task(key, store=self.store, solve=self._solve, resumes=self.resumes, last_try=last_try)

    def work(self) -> int:
        """Does everything that is open; returns the number of tasks."""
        keys = self.open
        for key in keys:
            self.deliver(key)
        return len(keys)

    def _solve(self, task: Task) -> Explained:
        found = Solver(StoredModels(self.store), self.predictor)(task)
        self.rows += found.rows
        return found
