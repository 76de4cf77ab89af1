"""What is to be explained, and the explanations: two values that travel between functions as bytes.

Neither says when or for whom: the same rows of the same model are the same task, with the same digest, so that they are
explained once. Arrays are little-endian bytes, decoded without copying; nothing is unpickled.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from hashlib import blake2b

import msgspec
import numpy as np
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.kernel_shap import most_rows_for_each
from driftline.domain.predictions.questions import ContentType

type Cell = str | float | int | bool | None
"""A value of a row as it was captured or uploaded; None is missing."""

VERSION = 1
"""Of what is computed: explanations of an earlier version are made again."""

_ROW = 16  # bytes of a row's digest


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
        return _digest(msgspec.msgpack.encode(about), _ROW).hex()

    @property
    def digest(self) -> str:
        return _digest(msgspec.msgpack.encode(self), _ROW).hex()

    def row_digests(self) -> list[bytes]:
        """What identifies each row among those with the same question."""
        return [_digest(msgspec.msgpack.encode(row), _ROW) for row in self.rows]

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


class SurrogateReport(msgspec.Struct, frozen=True):
    """How well a surrogate repeats the model, and whether the model behind it has changed.

    Attributes:
        r2: Of answers to rows that it has not seen, of the output with the lowest.
        ranking: Spearman's rank correlation of the same, likewise.
        outcome: See `SurrogateChange`; empty for a baseline.
        carried_r2: Of the baseline's surrogate, on the window.
        distance, null: The smallest distance of explanations to the window, and the largest between two halves of the
            baseline; None where they were not compared.
        features: By feature: the distance to the window, and between halves.
    """

    r2: float
    ranking: float
    outcome: str = ""
    carried_r2: float | None = None
    distance: float | None = None
    null: float | None = None
    features: dict[str, tuple[float, float]] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """Explanations of n rows.

    Attributes:
        rows: Their digests, each once; none of a partial dependence.
        outputs: Names of the o outputs that the model itself has; otherwise label0, label1 and so on.
        attributions: Shape (n, m, o).
        predictions: Shape (n, o): of the model. They are in the unit of the attributions, unless these are log-odds.
        expected: Shape (o,): the prediction when nothing is known of a row.
        dependence: Entries of Clarify's `pdp`.
        surrogate: Of a surrogate.
        notes: What a reader should know, one sentence each.
        requests: How many an endpoint answered.
        logit: Attributions are log-odds, and predictions probabilities.
    """

    rows: tuple[bytes, ...]
    outputs: tuple[str, ...]
    attributions: NDArray[np.float64]
    predictions: NDArray[np.float64]
    expected: NDArray[np.float64]
    dependence: tuple[dict[str, object], ...] = ()
    surrogate: SurrogateReport | None = None
    notes: tuple[str, ...] = ()
    requests: int = 0
    logit: bool = False

    def to_bytes(self) -> bytes:
        return msgspec.msgpack.encode(
            _Explained(
                b"".join(self.rows),
                self.outputs,
                self.attributions.shape,
                self.attributions.astype("<f8").tobytes(),
                self.predictions.astype("<f8").tobytes(),
                self.expected.astype("<f8").tobytes(),
                self.dependence,
                self.surrogate,
                self.notes,
                self.requests,
                self.logit,
            )
        )

    def only(self, wanted: AbstractSet[bytes]) -> "Explained":
        """Of these rows; there may be others of the same question."""
        chosen = [place for place, row in enumerate(self.rows) if row in wanted]
        rows = tuple(self.rows[place] for place in chosen)
        return replace(self, rows=rows, attributions=self.attributions[chosen], predictions=self.predictions[chosen])

    @classmethod
    def merge_all(cls, parts: Sequence["Explained"]) -> "Explained":
        """Of pieces of one question, at least one. A row that is in two of them counts once."""
        first = parts[0]
        places: dict[bytes, tuple[int, int]] = {}
        for number, part in enumerate(parts):
            for place, row in enumerate(part.rows):
                places.setdefault(row, (number, place))
        rows = tuple(sorted(places))
        chosen = [places[row] for row in rows]
        return cls(
            rows,
            first.outputs,
            np.array([parts[part].attributions[place] for part, place in chosen]).reshape(
                len(rows), *first.attributions.shape[1:]
            ),
            np.array([parts[part].predictions[place] for part, place in chosen]).reshape(
                len(rows), *first.predictions.shape[1:]
            ),
            first.expected,
            next((part.dependence for part in parts if part.dependence), ()),
            first.surrogate,
            tuple(dict.fromkeys(note for part in parts for note in part.notes)),
            sum(part.requests for part in parts),
            first.logit,
        )


class _Explained(msgspec.Struct, frozen=True, tag="explained"):
    rows: bytes
    outputs: tuple[str, ...]
    shape: tuple[int, int, int]
    attributions: bytes
    predictions: bytes
    expected: bytes
    dependence: tuple[dict[str, object], ...]
    surrogate: SurrogateReport | None
    notes: tuple[str, ...]
    requests: int
    logit: bool


class Failure(msgspec.Struct, frozen=True, tag="failure"):
    """Why a task could not be done. It is forgotten once it was reported: another try may help."""

    what: str
    where: str = ""
    expected: str = ""
    mend: str = ""

    def error(self) -> InvalidInputError:
        return InvalidInputError(self.what, where=self.where, expected=self.expected, mend=self.mend)

    def to_bytes(self) -> bytes:
        return msgspec.msgpack.encode(self)


_RESULT = msgspec.msgpack.Decoder(_Explained | Failure)


def parse_result(body: bytes, where: str) -> Explained | Failure:
    """Raises InvalidInputError: neither explanations nor a failure, or damaged."""
    try:
        found = _RESULT.decode(body)
        if isinstance(found, Failure):
            return found
        n, _, outputs = found.shape
        return Explained(
            tuple(found.rows[start : start + _ROW] for start in range(0, len(found.rows), _ROW)),
            found.outputs,
            np.frombuffer(found.attributions, dtype="<f8").reshape(found.shape).astype(np.float64),
            np.frombuffer(found.predictions, dtype="<f8").reshape(n, outputs).astype(np.float64),
            np.frombuffer(found.expected, dtype="<f8").reshape(outputs).astype(np.float64),
            found.dependence,
            found.surrogate,
            found.notes,
            found.requests,
            found.logit,
        )
    except (msgspec.DecodeError, ValueError) as error:
        raise InvalidInputError(f"explanations that cannot be read ({error})", where=where) from None


def _digest(body: bytes, size: int) -> bytes:
    return blake2b(body, digest_size=size).digest()
