"""`error.json` next to a baseline: why the data set that is there gave none.

Operators get the same text as a message. This file is for whoever uploaded the data set and waits for its baseline.
"""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import baseline_folder
from driftline.usecases.ports import EditableStore, ObjectStore

ERROR_FILE = "error.json"
_ATTEMPTS = 10
"""Each one lost means that another event of the same inputs has told."""

type Inputs = Mapping[str, str]
"""Entity tag by key of everything below `input/`."""


class _Refusal(BaseModel):
    """Attributes: what, where, expected, mend: Of the error; inputs: What was refused."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    what: str
    where: str
    expected: str
    mend: str
    inputs: dict[str, str]


def inputs_of(store: ObjectStore, endpoint: str, monitor: str) -> Inputs:
    """What there is to read, before it is read: what arrives meanwhile is not refused with it."""
    return {each.key: each.etag for each in store.list(f"{baseline_folder(endpoint, monitor)}input/")}


def keep_refusal(store: EditableStore, endpoint: str, monitor: str, inputs: Inputs, error: InvalidInputError) -> None:
    """Writes why these inputs cannot be read, unless others are there by now: the event of these tells.

    Two files of a data set are two events. The slower one may have seen the first file alone, and would replace what is
    said of both.
    """
    refusal = _Refusal(
        what=error.what, where=error.where, expected=error.expected, mend=error.mend, inputs=dict(inputs)
    )
    key = baseline_folder(endpoint, monitor) + ERROR_FILE
    body = refusal.model_dump_json(indent=4).encode()
    for _ in range(_ATTEMPTS):
        since = store.etag(key)  # before the inputs: what is written after both were looked at is about others
        if inputs_of(store, endpoint, monitor) != inputs:
            return
        if store.put_if_unchanged(key, body, since, content_type="application/json"):
            return


def take_back_refusal(store: EditableStore, endpoint: str, monitor: str, inputs: Inputs) -> None:
    """These inputs can be read. What is said of others stays; `refusal_of` leaves it out unless it is about these.

    In a versioned bucket a deletion leaves a marker, so that one needs a file.
    """
    key = baseline_folder(endpoint, monitor) + ERROR_FILE
    since = store.etag(key)
    if since is not None and inputs_of(store, endpoint, monitor) == inputs:
        store.delete_if_unchanged(key, since)


def refusal_of(store: ObjectStore, endpoint: str, monitor: str) -> InvalidInputError | None:
    """Why what is there now was refused; None if it was not, or has not been read yet."""
    found = store.find(baseline_folder(endpoint, monitor) + ERROR_FILE)
    if found is None:
        return None
    try:
        refusal = _Refusal.model_validate_json(found.body)
    except ValidationError:  # not of this version
        return None
    if refusal.inputs != inputs_of(store, endpoint, monitor):
        return None
    return InvalidInputError(refusal.what, where=refusal.where, expected=refusal.expected, mend=refusal.mend)
