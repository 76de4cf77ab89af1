"""Does one task of explanations, and lets those go on who wait for nothing else."""

import logging

from driftline.domain.errors import InvalidInputError, RetryLaterError
from driftline.domain.explanations.keys import endpoint_of, is_task, result_of, task_of, waiting_key, waiting_prefix
from driftline.domain.explanations.results import Explained, Failure
from driftline.domain.explanations.tasks import Task
from driftline.domain.explanations.waiting import Resume, Waiting
from driftline.usecases.explanations.requested import Solve
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.explanations import Resumes

_log = logging.getLogger(__name__)


def explain_task(
    key: str, *, store: ObjectStore, solve: Solve, resumes: Resumes, last_try: bool
) -> Explained | Failure | None:
    """Stores the result of a task beside it; one that is there is not computed again.

    A task that is damaged, or whose model or endpoint cannot explain, has a failure for a result: those who wait learn
    it, and say it to people. Then it is forgotten: permissions, endpoints and releases change.

    Args:
        last_try: The task is not delivered again: trouble that may pass is a failure, too.

    Returns:
        The result; None if it was there, or the key is not that of a task.

    Raises:
        RetryLaterError: the model cannot be asked now.
    """
    if not is_task(key):
        return None
    result, found = result_of(key), None
    task = store.find(key)
    if task is not None and store.etag(result) is None:
        found = _result(task.body, key, solve, last_try=last_try)
        store.put(result, found.to_bytes())
    resume_those_who_wait(store, endpoint_of(key), resumes)
    return found


def wait(store: ObjectStore, endpoint: str, who: str, needs: tuple[str, ...], resume: Resume, resumes: Resumes) -> None:
    """Records who waits for results; what came in the meantime is noticed.

    Args:
        who: One execution, or one baseline. If it waits again for something else, that is another record: the
            first one is removed after the message, and perhaps after the second one was written.
    """
    store.put(waiting_key(endpoint, who, needs), Waiting(resume, needs).to_json(), content_type="application/json")
    resume_those_who_wait(store, endpoint, resumes)


def resume_those_who_wait(store: ObjectStore, endpoint: str, resumes: Resumes) -> None:
    """Everyone whose results are all there; the record goes after the message, so that none is forgotten.

    Of two tasks that end at once the later one sees both results, and perhaps both do: going on twice does no harm.
    """
    for summary in store.list(waiting_prefix(endpoint)):
        record = store.find(summary.key)
        if record is None:
            continue
        try:
            waiting = Waiting.from_json(record.body, summary.key)
        except InvalidInputError as error:
            _log.error("%s", error)  # the others have nothing to do with it; its execution is requested again
            continue
        if all(_settled(store, need) for need in waiting.needs):
            resumes.resume(waiting.resume)
            store.delete(summary.key)


def _settled(store: ObjectStore, result: str) -> bool:
    """Whether it is there, or was a failure that is forgotten with its task: who waits asks again."""
    return store.etag(result) is not None or store.etag(task_of(result)) is None


def _result(body: bytes, key: str, solve: Solve, *, last_try: bool) -> Explained | Failure:
    try:
        return solve(Task.from_bytes(body, key))
    except InvalidInputError as error:
        return Failure(error.what, error.where, error.expected, error.mend)
    except RetryLaterError as error:
        if not last_try:
            raise
        return Failure(error.what, error.where, "an answer", "The next execution asks again.")
