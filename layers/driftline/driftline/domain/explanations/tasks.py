"""What is to be explained: rows and a question, as they travel between functions.

A task does not say when or for whom: the same rows of the same model are the same task, with the same digest, so that
they are explained once. Nothing is unpickled.
"""

from hashlib import blake2b

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.kernel_shap import most_rows_for_each
from driftline.domain.predictions.questions import ContentType

type Cell = str | float | int | bool | None
"""A value of a row as it was captured or uploaded; None is missing."""

VERSION = 1
"""Of what is computed: explanations of an earlier version are made again."""

ROW = 16  # bytes of a row's digest


class ModelFile(msgspec.Struct, frozen=True, tag="model"):
    """Exact TreeSHAP of the model in a file.

    Attributes:
        uri: Where it is.
        etag: Of its bytes: another model at the same place is another task.
    """

    uri: str
    etag: str


class Kernel(msgspec.Struct, frozen=True):
    """Kernel SHAP.

    Attributes:
        samples: Coalitions of a row; None: the default for the number of features.
        logit: In log-odds.
        baseline: Rows of features that stand for a feature's absence.
        features: Names of those that are explained; none: all.
    """

    baseline: tuple[tuple[Cell, ...], ...]
    samples: int | None = None
    seed: int = 0
    logit: bool = False
    features: tuple[str, ...] = ()

    def questions_of_row(self, features: int) -> int:
        """Rows that a model is asked about at most to explain one row of so many features."""
        explained = len(self.features) or features
        return most_rows_for_each(explained, len(self.baseline), self.samples, partial=explained < features)


class AskedEndpoint(msgspec.Struct, frozen=True, tag="endpoint"):
    """Kernel SHAP of the answers of an endpoint.

    Attributes:
        inference, probability: Where the prediction is in an answer; neither: its first value.
        outputs: Names of an answer's values, where it is CSV.
    """

    name: str
    kernel: Kernel
    content_type: ContentType = "text/csv"
    accept: ContentType | None = None
    content_template: str | None = None
    record_template: str | None = None
    rows_per_request: int = 1_000
    most_requests: int = 1_000
    inference: str | None = None
    probability: str | None = None
    outputs: tuple[str, ...] = ()

    def requests_of_row(self, features: int) -> int:
        """Requests that explaining one row of so many features takes at most."""
        return -(-self.kernel.questions_of_row(features) // self.rows_per_request)


class AskedFunction(msgspec.Struct, frozen=True, tag="function"):
    """Kernel SHAP of the answers of the user's own Python.

    Attributes:
        name: module:function.
        etag: Of the module's file: other code is another task.
    """

    name: str
    etag: str
    kernel: Kernel


class Surrogate(msgspec.Struct, frozen=True, tag="surrogate"):
    """TreeSHAP of trees that are fitted to the task's answers.

    Attributes:
        rows, answers: Of the baseline, for a window that is compared with it; none for the baseline itself.
        seed: Of the folds.
    """

    rows: tuple[tuple[Cell, ...], ...] = ()
    answers: tuple[tuple[float, ...], ...] = ()
    seed: int = 0


type Source = ModelFile | AskedEndpoint | AskedFunction | Surrogate


class Dependence(msgspec.Struct, frozen=True):
    """Partial dependence of the predictions on these features."""

    features: tuple[str, ...]
    buckets: int = 15


class Task(msgspec.Struct, frozen=True):
    """Rows to explain.

    Attributes:
        features: Names of the m features, in the model's order.
        rows: n rows of m cells.
        answers: n rows with the model's answers, for a surrogate; otherwise none.
        dependence: Wanted instead of attributions: of the rows together.
    """

    source: Source
    features: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    answers: tuple[tuple[float, ...], ...] = ()
    dependence: Dependence | None = None
    version: int = VERSION

    @property
    def whole(self) -> bool:
        """Whether what is said of one row depends on all others, so that there are no pieces."""
        return self.dependence is not None or isinstance(self.source, Surrogate)

    @property
    def question(self) -> str:
        """Digest of everything but the rows, if they are independent of each other."""
        about = self if self.whole else msgspec.structs.replace(self, rows=(), answers=())
        return _digest(msgspec.msgpack.encode(about), ROW).hex()

    @property
    def digest(self) -> str:
        return _digest(msgspec.msgpack.encode(self), ROW).hex()

    def row_digests(self) -> list[bytes]:
        """What identifies each row among those with the same question."""
        return [_digest(msgspec.msgpack.encode(row), ROW) for row in self.rows]

    def to_bytes(self) -> bytes:
        return msgspec.msgpack.encode(self)

    @classmethod
    def from_bytes(cls, body: bytes, where: str) -> "Task":
        """Raises InvalidInputError: not a task of this version."""
        try:
            task = _TASK.decode(body)
        except msgspec.DecodeError as error:
            raise InvalidInputError(f"not a task of explanations ({error})", where=where) from None
        if task.version != VERSION:
            raise InvalidInputError(f"a task of version {task.version}", where=where, expected=f"version {VERSION}")
        return task


_TASK = msgspec.msgpack.Decoder(Task)


def _digest(body: bytes, size: int) -> bytes:
    return blake2b(body, digest_size=size).digest()
