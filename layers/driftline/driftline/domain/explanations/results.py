"""Explanations of a task's rows, or why there are none, as they travel between functions.

Arrays are little-endian bytes; nothing is unpickled.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.tasks import ROW


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
            tuple(found.rows[start : start + ROW] for start in range(0, len(found.rows), ROW)),
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
