"""attributions.bin: the baseline's explained rows, beside the analysis.json that they gave.

A comparison needs more than the global figures of analysis.json: the attributions of single rows, their inputs, and the
rows that stand for a feature's absence. MessagePack with little-endian arrays; nothing in it is executed.
"""

from dataclasses import dataclass
from hashlib import sha256

import msgspec
import numpy as np
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.tasks import Cell

FILE = "attributions.bin"
_VERSION = 1


class _Wire(msgspec.Struct, frozen=True):
    version: int
    analysis: str
    explained_by: str
    features: tuple[str, ...]
    outputs: tuple[str, ...]
    cells: tuple[tuple[str | int | float | bool | None, ...], ...]
    attributions: bytes
    predictions: bytes
    expected: bytes
    background: tuple[tuple[str | int | float | bool | None, ...], ...] = ()
    answers: tuple[tuple[float, ...], ...] = ()
    r2: float | None = None


_WIRE = msgspec.msgpack.Decoder(_Wire)


@dataclass(frozen=True, slots=True, eq=False)
class BaselineSample:
    """n explained rows of m features and o outputs.

    Attributes:
        explained_by: What gave the attributions: for a model's file, its address and entity tag.
        cells: Shape (n, m): the inputs as they were uploaded; none if only attributions are known.
        attributions: Shape (n, m, o).
        predictions: Shape (n, o).
        expected: Shape (o,).
        background: Rows that stand for a feature's absence, of Kernel SHAP.
        answers: Of the model to each row, for a surrogate.
        r2: Of a surrogate.
    """

    explained_by: str
    features: tuple[str, ...]
    outputs: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    attributions: NDArray[np.float64]
    predictions: NDArray[np.float64]
    expected: NDArray[np.float64]
    background: tuple[tuple[Cell, ...], ...] = ()
    answers: tuple[tuple[float, ...], ...] = ()
    r2: float | None = None

    @property
    def model(self) -> str:
        """Where the file of the explained model is; empty of other sources."""
        return self.explained_by.rpartition(" ")[0]

    def to_bytes(self, analysis: bytes) -> bytes:
        """The file that belongs to this analysis.json."""
        return msgspec.msgpack.encode(
            _Wire(
                _VERSION,
                sha256(analysis).hexdigest(),
                self.explained_by,
                self.features,
                self.outputs,
                self.cells,
                self.attributions.astype("<f8").tobytes(),
                self.predictions.astype("<f8").tobytes(),
                self.expected.astype("<f8").tobytes(),
                self.background,
                self.answers,
                self.r2,
            )
        )

    @classmethod
    def belonging_to(cls, analysis: bytes, body: bytes | None, where: str) -> "BaselineSample | None":
        """Of exactly this analysis.json; None if there is none, because a person or Clarify wrote the analysis.

        Raises:
            InvalidInputError: not such a file, or damaged.
        """
        if body is None:
            return None
        try:
            wire = _WIRE.decode(body)
            if wire.version != _VERSION or wire.analysis != sha256(analysis).hexdigest():
                return None
            m, o = len(wire.features), len(wire.outputs)
            return cls(
                wire.explained_by,
                wire.features,
                wire.outputs,
                wire.cells,
                np.frombuffer(wire.attributions, dtype="<f8").reshape(-1, m, o).astype(np.float64),
                np.frombuffer(wire.predictions, dtype="<f8").reshape(-1, o).astype(np.float64),
                np.frombuffer(wire.expected, dtype="<f8").reshape(o).astype(np.float64),
                wire.background,
                wire.answers,
                wire.r2,
            )
        except (msgspec.DecodeError, ValueError) as error:
            raise InvalidInputError(
                f"the baseline's attributions cannot be read ({error})",
                where=where,
                expected="the file as Driftline wrote it",
                mend="Remove it and upload the data set again.",
            ) from None
