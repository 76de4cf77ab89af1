"""analysis.json of explained rows, as Clarify writes it."""

from collections.abc import Sequence

import numpy as np

from driftline.domain.explanations.aggregation import Aggregation, global_values
from driftline.kinds.model_explainability.explaining import Attributed
from driftline.kinds.model_explainability.rules.analysis import Analysis, Explanations, LabelExplanation, PdpEntry


def analysis_of(
    found: Attributed | None, aggregation: Aggregation, dependence: Sequence[dict[str, object]] = ()
) -> Analysis:
    """Args:
    found: None, or no row: the file has no labels.
    dependence: Entries of `pdp`.
    """
    if found is None or not len(found.attributions):
        return Analysis(explanations=Explanations())
    values = global_values(found.attributions, aggregation)
    labels = {
        label: LabelExplanation(
            global_shap_values=dict(zip(found.features, values[:, place].tolist(), strict=True)),
            expected_value=float(found.expected[place]) if np.isfinite(found.expected[place]) else None,
        )
        for place, label in enumerate(found.outputs)
    }
    entries = [PdpEntry.model_validate({**each, "label_headers": found.outputs}) for each in dependence]
    return Analysis(explanations=Explanations(kernel_shap=labels, pdp=tuple(entries)))
