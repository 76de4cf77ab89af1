"""A model that is a file or a function, asked for predictions as an endpoint is: bias metrics need them."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.asking import Model, NamedModel, ask, matrix
from driftline.domain.explanations.tasks import Cell
from driftline.domain.explanations.trees.forest import Forest
from driftline.domain.json_reading import JsonDecoder
from driftline.usecases.analyses.analyse import PREDICTION
from driftline.usecases.explanations.tree_rows import TreeRows


class _Row(msgspec.Struct):
    features: tuple[Cell, ...]
    names: tuple[str, ...]


_ROWS = JsonDecoder(_Row)


@dataclass(frozen=True)
class ModelAnswers:
    """`Predictor` of a model that is no endpoint.

    Attributes:
        labels: Names of the outputs; the largest one is the prediction.
    """

    model: NamedModel
    labels: Sequence[str] = ()

    def answer(self, endpoint: str, body: bytes, content_type: str, accept: str) -> bytes:  # noqa: ARG002
        """See `Predictor.answer`."""
        rows = [_ROWS.decode(line) for line in body.splitlines()]
        if not rows:
            return b""
        found = ask(self.model(rows[0].names), matrix([row.features for row in rows]))
        lines = [msgspec.json.encode({PREDICTION: self._prediction(row.tolist(), endpoint)}) for row in found]
        return b"\n".join(lines) + b"\n"

    def _prediction(self, outputs: list[float], where: str) -> object:
        """The number of a single output; of several, the name or place of the largest."""
        if len(outputs) == 1:
            return outputs[0]
        if self.labels and len(self.labels) != len(outputs):
            raise InvalidInputError(
                f"{len(self.labels)} names for {len(outputs)} outputs of the model",
                where=where,
                expected="one name for each output",
                mend="Correct predictor.label_headers, or leave it out.",
            )
        best = int(np.argmax(outputs))
        return self.labels[best] if self.labels else best


def forest_model(forest: Forest, where: str) -> NamedModel:
    """Predictions of trees."""

    def named(names: Sequence[str]) -> Model:
        rows = TreeRows.of(forest.feature_names, names, where)
        return lambda cells: forest.predict(rows.numbers(cells))

    return named
