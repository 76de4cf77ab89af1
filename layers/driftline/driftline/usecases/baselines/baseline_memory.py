"""`suggestion.json` next to a baseline: the data set that was read last, and which files are Driftline's own."""

from collections.abc import Mapping
from hashlib import sha256

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from driftline.usecases.baselines.baseline_files import read_files
from driftline.usecases.ports import ObjectStore

GENERATION = 4
"""Increases when the same data set gives other files, so that they are written again."""

MEMORY_FILE = "suggestion.json"


class Memory(BaseModel):
    """What was read and written last.

    Attributes:
        inputs: Entity tag by key of the data set's files.
        settings: The fields of the monitor document that influence the result.
        written: SHA-256 by name of each file as Driftline wrote it; a file that differs has another author.
        edited: Names of files that Driftline wrote and that were edited since.
        rows: Number of rows behind the files.
        unusable: Rows that were left out, by reason.
        warnings: What was assumed of the data set, and what looks wrong in it.
        sensitivity: How small a change the suggested limits find.
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
    warnings: tuple[str, ...] = ()
    sensitivity: tuple[str, ...] = ()

    def made(self, digest: str) -> bool:
        """Whether a file with this content is one that we wrote, or a suggestion of ours that was accepted."""
        return digest in self.written.values()

    def suggested(self, name: str, body: bytes) -> bool:
        """Whether a file is a suggestion of ours, or was edited from one."""
        return self.was_ours(name) or self.made(sha256(body).hexdigest())

    def was_ours(self, name: str) -> bool:
        """Whether a file of this name is ours, or was before it was edited."""
        return name in self.written or name in self.edited


def recall(store: ObjectStore, folder: str) -> Memory:
    """What was written last; nothing if there is no memory that this version can read."""
    return memory_of(read_files(store, folder, [MEMORY_FILE]).get(MEMORY_FILE))


def memory_of(body: bytes | None) -> Memory:
    """The memory in a file; empty if there is no file that this version can read."""
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
