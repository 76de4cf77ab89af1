"""A data set's statistics and constraints for the data-quality monitor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from pydantic import JsonValue

from driftline.domain.profiles.resolve import DocumentColumns
from driftline.kinds.data_quality.rules.observed import statistics_of
from driftline.kinds.data_quality.rules.suggestion import suggest_constraints
from driftline.kinds.kind import Kinds
from driftline.usecases.baselines.baseline_strategy import Suggestion
from driftline.usecases.baselines.datasets.format import DatasetFormat
from driftline.usecases.baselines.datasets.reader import profile_dataset
from driftline.usecases.monitors.monitor_documents import document_columns
from driftline.usecases.ports import ObjectStore


@dataclass(frozen=True, slots=True)
class DataQualityBaseline:
    """`columns`: names of the output and the input columns; None takes the data set's."""

    columns: DocumentColumns | None = None

    @classmethod
    def of(cls, store: ObjectStore, endpoint: str, *, kinds: Kinds) -> Self:
        """A monitor document is not needed; its `columns` count if there is one."""
        return cls(document_columns(store, endpoint, kinds=kinds))

    @property
    def settings(self) -> dict[str, JsonValue]:
        return {"output": list(self.columns[0]), "input": list(self.columns[1])} if self.columns else {}

    def suggest(self, store: ObjectStore, keys: Sequence[str], options: DatasetFormat) -> Suggestion:
        data = profile_dataset(store, keys, options, self.columns)
        statistics = statistics_of(data.rows, data.features)
        files = {
            "statistics.json": statistics.to_json().encode(),
            "constraints.json": suggest_constraints(statistics).to_json().encode(),
        }
        return Suggestion(data.rows, files, left_out=data.left_out)
