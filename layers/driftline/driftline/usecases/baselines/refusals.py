"""`error.json` next to a baseline: why the data set that is there gave none.

Operators get the same text as a message. This file is for whoever uploaded the data set and waits for its baseline.
"""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import baseline_folder
from driftline.usecases.ports import ObjectStore

ERROR_FILE = "error.json"

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


def keep_refusal(store: ObjectStore, endpoint: str, monitor: str, inputs: Inputs, error: InvalidInputError) -> None:
    """Writes why these inputs cannot be read."""
    refusal = _Refusal(
        what=error.what, where=error.where, expected=error.expected, mend=error.mend, inputs=dict(inputs)
    )
    key = baseline_folder(endpoint, monitor) + ERROR_FILE
    store.put(key, refusal.model_dump_json(indent=4).encode(), content_type="application/json")


def take_back_refusal(store: ObjectStore, endpoint: str, monitor: str) -> None:
    """The data set can be read now. In a versioned bucket a deletion leaves a marker, so that one needs a file."""
    key = baseline_folder(endpoint, monitor) + ERROR_FILE
    if store.etag(key) is not None:
        store.delete(key)


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
