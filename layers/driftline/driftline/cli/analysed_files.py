"""The files of an analysis that is made once: its data set, and what it writes."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isinf
from pathlib import Path
from typing import override

from driftline.adapters.aws.sagemaker_endpoints import SageMakerEndpoints
from driftline.adapters.folder.data_files import data_files
from driftline.domain.datasets import RowBatch
from driftline.domain.errors import InvalidInputError
from driftline.domain.predictions.questions import Question
from driftline.kinds.data import DataSet, Explanations, Naming
from driftline.usecases.baselines.answered_data_set import AnsweredDataSet, asked
from driftline.usecases.baselines.data_set import StoredDataSet
from driftline.usecases.baselines.datasets.batch import BLOCK_BYTES
from driftline.usecases.baselines.wrapped_data_set import WrappedDataSet
from driftline.usecases.ports.predictions import Predictor


@dataclass(frozen=True, slots=True)
class DataFiles:
    data_set: StoredDataSet
    blocks: int

    @classmethod
    def of(
        cls,
        paths: Sequence[Path],
        header: bool | None,
        predictor: Predictor | None = None,
        explained: Explanations | None = None,
    ) -> "DataFiles":
        """Args: predictor: Asks for predictions; None: SageMaker's endpoints.

        Raises:
            InvalidInputError: a file does not exist.
        """
        data_set = data_files(paths, header, predictor or SageMakerEndpoints(), explained)
        blocks = sum(1 + path.expanduser().stat().st_size // BLOCK_BYTES for path in paths)
        return cls(data_set, blocks)


@dataclass(frozen=True, slots=True)
class FollowedData(WrappedDataSet):
    """A data set that says how many rows are read."""

    data: StoredDataSet
    step: Callable[[int], None]

    @override
    def batches(self) -> Iterator[tuple[bool, RowBatch]]:
        rows = 0
        for named, batch in self.data.batches():
            rows += len(batch.rows)
            self.step(rows)
            yield named, batch

    @override
    def beside(self, name: str) -> bytes | None:
        return None

    @override
    def with_answers(
        self,
        question: Question,
        features: Sequence[str],
        others: Collection[str],
        outputs: Sequence[str],
        naming: Naming,
    ) -> DataSet:
        return AnsweredDataSet(self, question, asked(self.data.predictor, question), features, others, outputs, naming)


def check_free(paths: Iterable[Path]) -> None:
    """Before the data set is read, which may take long."""
    for path in paths:
        if path.exists():
            raise InvalidInputError(
                "the file is there already",
                where=str(path),
                expected="a folder without it",
                mend="Choose another folder with --out, or overwrite it with --force.",
            )


def for_machines(cell: object) -> object:
    """JSON has no infinity."""
    if isinstance(cell, tuple):
        return [for_machines(each) for each in cell]
    return str(cell).replace("inf", "Infinity") if isinstance(cell, float) and isinf(cell) else cell
