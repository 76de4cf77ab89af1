"""`suggestion.json` beside a baseline: which data set was read last, and which of the files are Driftline's own."""

from hashlib import sha256

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from driftline.domain.errors import ObjectNotFoundError
from driftline.domain.layout import baseline_folder
from driftline.usecases.ports import ObjectStore

GENERATION = 2
"""Grows when the same data set gives other files, so that they are written anew."""

MEMORY_FILE = "suggestion.json"
CONSTRAINTS = "constraints.json"


class Memory(BaseModel):
    """What was read and written last.

    Attributes:
        inputs: Entity tag by key of the data set's files.
        settings: What the monitor document said that decides the result.
        written: SHA-256 by name of each file as we wrote it; a file that differs was made by somebody else.
        edited: Names of files that we wrote and that somebody changed since.
        rows: Those that the files are of.
        unusable: Rows that are left out, by reason.
    """

    # Fields of other versions do no harm: losing `written` would.
    model_config = ConfigDict(frozen=True, extra="ignore")

    generation: int = GENERATION
    inputs: dict[str, str] = {}
    settings: dict[str, JsonValue] = {}
    written: dict[str, str] = {}
    edited: tuple[str, ...] = ()
    rows: int = 0
    unusable: dict[str, int] = {}

    def made(self, digest: str) -> bool:
        """Whether a file with this content is one that we wrote, or a suggestion of ours that was accepted."""
        return digest in self.written.values()

    def was_ours(self, name: str) -> bool:
        """Whether a file of this name is ours, or was before somebody edited it."""
        return name in self.written or name in self.edited


def recall(store: ObjectStore, folder: str) -> Memory:
    """What was written last; nothing if there is no memory, or none that this version can read."""
    try:
        return Memory.model_validate_json(store.get(folder + MEMORY_FILE).body)
    except (ObjectNotFoundError, ValidationError):
        return Memory(generation=0)


def digest_of(store: ObjectStore, key: str) -> str | None:
    """The SHA-256 of an object; None if there is none."""
    try:
        return sha256(store.get(key).body).hexdigest()
    except ObjectNotFoundError:
        return None


def constraints_are_ours(store: ObjectStore, endpoint: str, monitor: str) -> bool:
    """Whether the baseline's constraints.json was suggested by Driftline, or edited from such a one.

    False if it was uploaded without a suggestion before it: made by SageMaker, or by hand.
    """
    folder = baseline_folder(endpoint, monitor)
    memory = recall(store, folder)
    digest = digest_of(store, folder + CONSTRAINTS)
    return digest is not None and (memory.was_ours(CONSTRAINTS) or memory.made(digest))
