"""The metrics of a state, whatever its problem type."""

from driftline.domain.model_quality.binary_metrics import binary_quality
from driftline.domain.model_quality.binary_state import BinaryState
from driftline.domain.model_quality.multiclass_metrics import multiclass_quality
from driftline.domain.model_quality.multiclass_state import MulticlassState
from driftline.domain.model_quality.quality import Quality
from driftline.domain.model_quality.regression_metrics import regression_quality
from driftline.domain.model_quality.regression_state import RegressionState
from driftline.domain.model_quality.state import State


def quality_of(state: State) -> Quality:
    match state:
        case RegressionState():
            return regression_quality(state)
        case BinaryState():
            return binary_quality(state)
        case MulticlassState():
            return multiclass_quality(state)
