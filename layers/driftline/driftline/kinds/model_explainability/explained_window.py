"""The explained rows of a window, from whatever source."""

from dataclasses import dataclass, field, replace

import numpy as np

from driftline.domain.explanations.tasks import Cell
from driftline.kinds.model_explainability.explaining import Attributed, finite
from driftline.kinds.model_explainability.row_sample import RowSample

NO_ATTRIBUTION = "the row has no attributions"


@dataclass(frozen=True, slots=True, eq=False)
class ExplainedWindow:
    """n explained rows.

    Attributes:
        rows: Number of rows of the window.
        sample: The explained ones.
        cells: Their inputs, shape (n, m); none if they are unknown.
        found: Their attributions; None if there are none.
        sampled: Rows were left out.
        unexplained: Rows of the sample without attributions, by reason.
    """

    rows: int
    sample: RowSample = field(default_factory=RowSample)
    cells: tuple[tuple[Cell, ...], ...] = ()
    found: Attributed | None = None
    sampled: bool = False
    unexplained: dict[str, int] = field(default_factory=dict)

    def usable(self) -> "ExplainedWindow":
        """Only rows whose attributions are numbers; the others are counted."""
        if self.found is None:
            return self
        usable = finite(self.found.attributions)
        lost = int((~usable).sum())
        if not lost:
            return self
        found = replace(
            self.found,
            attributions=self.found.attributions[usable],
            predictions=self.found.predictions[usable],
        )
        return replace(
            self,
            sample=self.sample.where(usable),
            cells=tuple(self.cells[place] for place in np.flatnonzero(usable).tolist()) if self.cells else (),
            found=found,
            unexplained={**self.unexplained, NO_ATTRIBUTION: self.unexplained.get(NO_ATTRIBUTION, 0) + lost},
        )
