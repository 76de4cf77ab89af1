"""Records of executions without a verdict, where the verdict's files would be."""

from driftline.domain.errors import DriftlineError
from driftline.domain.executions.failure import FAILURE, Failure, parse_failure
from driftline.domain.executions.place import parse_place
from driftline.domain.windows import Window
from driftline.kinds.kind import Kinds
from driftline.usecases.ports import ObjectStore


def keep_failure(
    store: ObjectStore, folder: str, window: Window | None, error: DriftlineError, *, kinds: Kinds
) -> None:
    """Writes it, unless the folder has a verdict, which stays even if a later evaluation fails."""
    if not has_verdict(store, folder, kinds=kinds):
        failure = Failure.of(parse_place(folder), window, error)
        store.put(f"{folder}{FAILURE}", failure.to_json(), content_type="application/json")


def failure_in(store: ObjectStore, folder: str, *, kinds: Kinds) -> Failure | None:
    """None if nothing failed, or a verdict came since.

    Raises:
        InvalidInputError: not a record of a failure.
    """
    if has_verdict(store, folder, kinds=kinds):
        return None
    key = f"{folder}{FAILURE}"
    found = store.find(key)
    return parse_failure(found.body, key) if found else None


def has_verdict(store: ObjectStore, folder: str, *, kinds: Kinds) -> bool:
    """Whether the folder has the files of a verdict."""
    return any(store.etag(f"{folder}{marker}") is not None for marker in kinds.markers)
