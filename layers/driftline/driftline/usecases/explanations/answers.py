"""An endpoint as a model that explanations can ask: rows of cells in, numbers out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from driftline.domain.capture.attribute import Output, pick
from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.asking import Cells
from driftline.domain.explanations.tasks import AskedEndpoint
from driftline.domain.predictions.outputs import outputs_of
from driftline.domain.predictions.questions import Question, answers
from driftline.domain.predictions.values import items, number
from driftline.domain.profiles.packing import Floats
from driftline.usecases.ports.predictions import Predictor

_LAST_NAME = re.compile(r"\w+(?=(\[[*\d]*\])*$)")

MOST_BYTES = 5 * 1024 * 1024
"""Of one request: InvokeEndpoint takes 6 MB."""


@dataclass
class EndpointModel:
    """A `Model` of explanations.

    Attributes:
        features: Names of the columns, in the endpoint's order.
        requests: How many were sent.
    """

    source: AskedEndpoint
    features: Sequence[str]
    predictor: Predictor
    requests: int = field(default=0, init=False)

    def __call__(self, rows: Cells) -> Floats:
        """The endpoint's answers, shape (rows, outputs).

        Raises:
            InvalidInputError: the endpoint refuses, or answers with something else than numbers for each row.
            RetryLaterError: it cannot answer now.
        """
        size = self._question.rows_per_request
        found = [row for first in range(0, len(rows), size) for row in self._answers(rows[first : first + size])]
        widths = {len(row) for row in found}
        if len(widths) > 1:
            raise InvalidInputError(
                f"answers of {min(widths)} and of {max(widths)} numbers",
                where=self.source.name,
                expected="the same outputs for every row",
                mend="Correct inference_attribute or probability_attribute, or the endpoint.",
            )
        return np.array(found, dtype=np.float64)

    def _answers(self, rows: Cells) -> list[tuple[float, ...]]:
        """Halved where they are too large for one request."""
        question, cells = self._question, [[_plain(cell) for cell in row] for row in rows.tolist()]
        body = question.body(self.features, cells)
        if len(body) > MOST_BYTES and len(rows) > 1:
            middle = len(rows) // 2
            return [*self._answers(rows[:middle]), *self._answers(rows[middle:])]
        self.requests += 1
        told = self.predictor.answer(question.endpoint, body, question.content_type, question.accepts)
        return [self._numbers(answer) for answer in answers(told, question, len(rows))]

    def _numbers(self, answer: Mapping[str, object]) -> tuple[float, ...]:
        value = self._value(answer)
        listed = items(value)
        numbers = tuple(map(number, (value,) if listed is None else listed))
        if not numbers or not all(map(np.isfinite, numbers)):
            raise InvalidInputError(
                f"an answer that is not a number: {str(value)[:60]!r}",
                where=self.source.name,
                expected="a number, or a list of them, for each row",
                mend="Say where it is: inference_attribute, or probability_attribute.",
            )
        return numbers

    def _value(self, answer: Mapping[str, object]) -> object:
        """What the attribute says; an expression over the whole answer, such as `predictions[*].score`, ends with the
        name that a row's value has.
        """
        attribute = self.source.probability or self.source.inference
        if attribute is None and len(answer) > 1:
            return list(answer.values())  # A row of scores, as Clarify takes it.
        output = self._output(answer)
        value = pick(attribute or "0", output, self.source.outputs)
        last = _LAST_NAME.search(attribute or "")
        if value in (None, []) and last is not None and self._question.accepts != "text/csv":
            return pick(last[0], output, self.source.outputs)
        return value

    def _output(self, answer: Mapping[str, object]) -> Output:
        """As it would have been captured: cells in order, or a document with its lists."""
        if self._question.accepts == "text/csv":
            return list(answer.values())
        columns = [f"output{key if key.startswith('[') else f'.{key}'}" for key in answer]
        return next(outputs_of(columns, [[value] for value in answer.values()]), ())

    @property
    def _question(self) -> Question:
        source = self.source
        return Question(
            source.name,
            source.content_type,
            source.accept,
            source.content_template,
            source.record_template,
            source.rows_per_request,
            source.most_requests,
        )


def _plain(cell: object) -> object:
    """Missing numbers are empty, and whole ones are written without a point, as they were captured."""
    if isinstance(cell, float):
        if np.isnan(cell):
            return None
        return int(cell) if cell.is_integer() and abs(cell) < 1e15 else cell  # noqa: PLR2004, exact in a double
    return cell
