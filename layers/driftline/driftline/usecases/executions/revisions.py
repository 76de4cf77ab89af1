"""Revisions: what was announced for a report folder, and how a later verdict takes the place of an earlier one.

The report folder always holds the newest revision, where SageMaker's readers look. Earlier ones are kept beside it in
`revision-1/`, `revision-2/` and so on. The number is in the event and in this record, not in the report files: those
follow from the data alone, so that a replay gives the same bytes however often its window was judged before.
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
    """The newest revision of a report folder whose metrics and event are out.

    Attributes:
        revision: Counts from 1.
        digest: Of all its files.
        files: Their names.
        told: Violations of the window that alarms heard of last, maybe in an earlier revision; None if of no verdict.
        signalled: Alarms heard of this revision, or it was no news to them. Not so what was announced by hand: its
            schedule still has to tell them.
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
    """Names and bytes of all files, in the order of the names."""
    whole = sha256()
    for name in sorted(files):
        whole.update(f"{name} {len(files[name])}\n".encode())
        whole.update(files[name])
    return whole.hexdigest()


def last_announced(store: ObjectStore, folder: str) -> Announced | None:
    """None when nothing was announced yet, or by a version that wrote other records: then it is announced again."""
    found = store.find(execution_key(folder))
    try:
        return Announced.model_validate_json(found.body) if found else None
    except ValidationError:
        return None


def announce(store: ObjectStore, folder: str, announced: Announced) -> None:
    store.put(execution_key(folder), announced.model_dump_json().encode(), content_type=_JSON)


def write_files(store: ObjectStore, folder: str, files: Mapping[str, bytes], earlier: Announced | None) -> None:
    """Writes the files of a report folder, the summary last; an earlier revision with other bytes is kept first.

    Cut short anywhere and repeated it ends the same: nothing is overwritten before all of the earlier revision is
    kept, and what is kept already is not copied again.
    """
    if earlier is not None and earlier.digest != digest_of(files):
        _keep(store, folder, earlier)
    for name in sorted(files, key=lambda name: (name == SUMMARY, name)):
        store.put(folder + name, files[name], content_type=_JSON)


def _keep(store: ObjectStore, folder: str, earlier: Announced) -> None:
    beside = f"{folder}revision-{earlier.revision}/"
    kept = {summary.key for summary in store.list(beside)}
    for name in earlier.files:
        if beside + name not in kept:
            found = store.find(folder + name)
            if found is not None:  # else somebody deleted it, and there is nothing to keep
                store.put(beside + name, found.body, content_type=_JSON)
