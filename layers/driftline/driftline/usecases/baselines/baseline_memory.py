"""`suggestion.json` beside a baseline: which data set was read last, and which of the files are Driftline's own."""

from collections.abc import Mapping
from hashlib import sha256

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from driftline.usecases.baselines.baseline_files import read_files
from driftline.usecases.ports import ObjectStore

GENERATION = 2
"""Grows when the same data set gives other files, so that they are written anew."""

MEMORY_FILE = "suggestion.json"


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

    def suggested(self, name: str, body: bytes) -> bool:
        """Whether a file is a suggestion of ours, or was edited from one."""
        return self.was_ours(name) or self.made(sha256(body).hexdigest())

    def was_ours(self, name: str) -> bool:
        """Whether a file of this name is ours, or was before somebody edited it."""
        return name in self.written or name in self.edited


def recall(store: ObjectStore, folder: str) -> Memory:
    """What was written last; nothing if there is no memory, or none that this version can read."""
    return memory_of(read_files(store, folder, [MEMORY_FILE]).get(MEMORY_FILE))


def memory_of(body: bytes | None) -> Memory:
    """The memory that a file holds; an empty one if there is no file, or none that this version can read."""
    try:
        return Memory.model_validate_json(body or b"")
    except ValidationError:
        return Memory(generation=0)


def is_ours(name: str, files: Mapping[str, bytes]) -> bool:
    """Whether a file of the baseline was suggested by Driftline, or edited from such a suggestion.

    False if there is none, or if it was uploaded without a suggestion before it: made by SageMaker, or by hand.

    Args:
        files: What there is of the file and of suggestion.json, by name, read at one moment.
    """
    body = files.get(name)
    return body is not None and memory_of(files.get(MEMORY_FILE)).suggested(name, body)
