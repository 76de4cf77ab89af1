"""Where the columns of a plan are in captured rows: names of the document, of analysis_config.json, or of JSON keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from driftline.domain.capture.columns import ColumnKey, is_input
from driftline.domain.profiles.resolve import DocumentColumns, resolve_columns
from driftline.domain.profiles.window import WindowProfile
from driftline.kinds.model_bias.plan import BiasPlan


@dataclass(frozen=True, slots=True)
class Places:
    """See the module.

    Attributes:
        keys: Column key by name, of what was captured.
    """

    keys: Mapping[str, ColumnKey]

    @classmethod
    def of(cls, plan: BiasPlan, columns: DocumentColumns | None, window: WindowProfile) -> Self:
        """Of the layout that most rows have; without names in the document, the file's headers name the input.

        They name the output of a transform job that joined the input to it, and captured no other.
        """
        outputs, inputs = columns or ((), ())
        if not inputs and plan.headers:
            if outputs or window.has_inputs:
                inputs = _features(plan)
            else:
                outputs = _features(plan)
        named = (outputs, inputs) if outputs or inputs else None
        return cls(resolve_columns(window, document_columns=named).keys)

    def of_column(self, name: str) -> ColumnKey | None:
        """The key of a column; None if it was not captured, and can only be in labels or attributes."""
        if name in self.keys:
            return self.keys[name]
        if name in self.keys.values():
            return name
        ends = [key for key in self.keys.values() if key.rpartition(".")[2] == name]
        return ends[0] if len(ends) == 1 else None

    def of_columns(self, names: Sequence[str]) -> list[ColumnKey]:
        """The keys of those that were captured."""
        return [key for name in names if (key := self.of_column(name))]

    @property
    def captured(self) -> Sequence[str]:
        """Names of all captured columns."""
        return tuple(self.keys)

    def inputs(self) -> list[ColumnKey]:
        """Keys of the model's features."""
        return [key for key in self.keys.values() if is_input(key)]


def _features(plan: BiasPlan) -> tuple[str, ...]:
    """The headers of a data set, without label and prediction."""
    others = {plan.positive.column, plan.attributes.ground_truth, plan.attributes.inference}
    return tuple(name for name in plan.headers if name not in others)
