"""A data set that is read through another one."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import override

from driftline.domain.datasets import ProfiledDataset, RowBatch
from driftline.domain.predictions.questions import Question
from driftline.domain.profiles.resolve import DocumentColumns
from driftline.kinds.data import DataSet, Explanations, Naming


@dataclass(frozen=True, slots=True)
class WrappedDataSet(DataSet):
    """Everything is the inner data set's, but for what a subclass changes."""

    data: DataSet

    @property
    @override
    def where(self) -> str:
        return self.data.where

    @override
    def profile(self, columns: DocumentColumns | None, optional: Collection[str] = ()) -> ProfiledDataset:
        return self.data.profile(columns, optional)

    @override
    def batches(self) -> Iterator[tuple[bool, RowBatch]]:
        return self.data.batches()

    @override
    def beside(self, name: str) -> bytes | None:
        return self.data.beside(name)

    @property
    @override
    def explanations(self) -> Explanations:
        return self.data.explanations

    @property
    @override
    def model(self) -> str:
        return self.data.model

    @override
    def with_answers(
        self,
        question: Question,
        features: Sequence[str],
        others: Collection[str],
        outputs: Sequence[str],
        naming: Naming,
    ) -> DataSet:
        return self.data.with_answers(question, features, others, outputs, naming)
