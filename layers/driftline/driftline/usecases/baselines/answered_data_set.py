"""A data set without predictions, with those that an endpoint gives for its rows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import override

from driftline.domain.datasets import RowBatch
from driftline.domain.errors import InvalidInputError
from driftline.domain.predictions.questions import Question, answer_column, answers
from driftline.kinds.data import Naming
from driftline.usecases.baselines.wrapped_data_set import WrappedDataSet
from driftline.usecases.ports.predictions import Predictor


@dataclass(frozen=True, slots=True)
class AnsweredDataSet(WrappedDataSet):
    """The rows of another data set, each with its answer's values by name.

    Attributes:
        features: The columns that the endpoint gets, in its order; none: all but those in `others`.
        others: Columns that are no features, by name or place: the label, and what the endpoint must not see.
        outputs: Names of the answer's values, where it is CSV.
        naming: Of the data set's columns: without names of their own, nothing else tells a label from a feature.
    """

    question: Question
    predictor: Predictor
    features: Sequence[str]
    others: Collection[str]
    outputs: Sequence[str]
    naming: Naming

    @override
    def batches(self) -> Iterator[tuple[bool, RowBatch]]:
        """All rows are counted first: too many are refused before the first request."""
        self.question.requests(sum(len(batch.rows) for _, batch in self.data.batches()))
        for named, batch in self.data.batches():
            names = self.naming(named, batch) if batch.rows else batch.names
            for start in range(0, len(batch.rows), self.question.rows_per_request):
                rows = batch.rows[start : start + self.question.rows_per_request]
                yield True, self._answered(rows, names)

    def _answered(self, rows: Sequence[object], names: Sequence[str]) -> RowBatch:
        named = [row if isinstance(row, Mapping) else dict(zip(names, _cells(row), strict=True)) for row in rows]
        others = {_name(each, names) for each in self.others}
        features = list(self.features) or [name for name in names if name not in others]
        missing = [name for name in features if name not in names]
        if missing:
            raise InvalidInputError(
                f"no column {missing[0]}, which the endpoint needs",
                where=self.data.where,
                expected=f"the columns {', '.join(features)}",
                mend="Correct columns.input of the monitor document, or the data set's header.",
            )
        body = self.question.body(features, [[row.get(name) for name in features] for row in named])
        asked = self.predictor.answer(self.question.endpoint, body, self.question.content_type, self.question.accepts)
        found = answers(asked, self.question, len(named))
        whole = [{**row, **self._outputs(answer)} for row, answer in zip(named, found, strict=True)]
        return RowBatch(whole, tuple(whole[0]))

    def _outputs(self, answer: Mapping[str, object]) -> Mapping[str, object]:
        """By the document's names of the output, if they are as many."""
        if self.question.accepts != "text/csv":
            return answer
        if len(self.outputs) == len(answer):
            return dict(zip(self.outputs, answer.values(), strict=True))
        return {answer_column(place): value for place, value in answer.items()}


def asked(predictor: Predictor | None, question: Question) -> Predictor:
    """Raises InvalidInputError: no endpoint can be asked here."""
    if predictor is None:
        raise InvalidInputError(
            f"the data set has no predictions, and the endpoint {question.endpoint} cannot be asked here",
            expected="a data set with predictions, or AWS",
            mend="Add the predictions to the data set, or remove predictor.",
        )
    return predictor


def _name(column: str, names: Sequence[str]) -> str:
    """A column that is stated by its place has that place's name, unless one is called so."""
    by_place = column not in names and column.isdecimal() and int(column) < len(names)
    return names[int(column)] if by_place else column


def _cells(row: object) -> Sequence[object]:
    assert isinstance(row, Sequence)  # a row is an object or a list of cells
    return row
