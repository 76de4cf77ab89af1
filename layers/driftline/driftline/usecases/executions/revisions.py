"""Revisions: what was announced for a report folder, and how a later verdict replaces an earlier one.

The report folder always has the newest revision, where SageMaker's readers look. Earlier ones are kept in
`revision-1/`, `revision-2/` and so on. The number is in the event and in this record, not in the report files: those
depend on the data only, so that a replay gives the same bytes however often its window was evaluated before.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from driftline.domain.executions.files import SUMMARY
from driftline.domain.keys import execution_key
from driftline.usecases.ports import ObjectStore

_JSON = "application/json"


class Announced(BaseModel):
    """The newest revision of a report folder whose metrics and event are published.

    Attributes:
        revision: From 1.
        digest: Digest of all its files.
        files: Their names.
        told: Violations of the window that were last signalled, maybe in an earlier revision; None if there was no
            verdict.
        signalled: This revision was signalled, or had nothing new. False if it was announced by hand: its schedule
            still has to signal it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    revision: int
    digest: str
    files: tuple[str, ...]
    told: int | None = None
    signalled: bool = False

    @classmethod
    def of(cls, revision: int, files: Mapping[str, bytes], told: int | None, *, signalled: bool) -> Self:
        return cls(
            revision=revision,
            digest=digest_of(files),
            files=tuple(sorted(files)),
            told=told,
            signalled=signalled,
        )


def digest_of(files: Mapping[str, bytes]) -> str:
    """The digest of names and bytes of all files, in the order of the names."""
    whole = sha256()
    for name in sorted(files):
        whole.update(f"{name} {len(files[name])}\n".encode())
        whole.update(files[name])
    return whole.hexdigest()


def last_announced(store: ObjectStore, folder: str) -> Announced | None:
    """None if nothing was announced yet, or by a version with other records: then it is announced again."""
    found = store.find(execution_key(folder))
    try:
        return Announced.model_validate_json(found.body) if found else None
    except ValidationError:
        return None


def announce(store: ObjectStore, folder: str, announced: Announced) -> None:
    store.put(execution_key(folder), announced.model_dump_json().encode(), content_type=_JSON)


def write_files(store: ObjectStore, folder: str, files: Mapping[str, bytes], earlier: Announced | None) -> None:
    """Writes the files of a report folder, the summary last; an earlier revision with other bytes is kept first.

    If it is interrupted and repeated, the result is the same: nothing is overwritten before the whole earlier revision
    is kept, and what is already kept is not copied again.
    """
    if earlier is not None and earlier.digest != digest_of(files):
        _keep(store, folder, earlier)
    for name in sorted(files, key=lambda name: (name == SUMMARY, name)):
        store.put(folder + name, files[name], content_type=_JSON)


def _keep(store: ObjectStore, folder: str, earlier: Announced) -> None:
    kept_in = f"{folder}revision-{earlier.revision}/"
    kept = {summary.key for summary in store.list(kept_in)}
    for name in earlier.files:
        if kept_in + name not in kept:
            found = store.find(folder + name)
            if found is not None:  # otherwise it was deleted, and there is nothing to keep
                store.put(kept_in + name, found.body, content_type=_JSON)
