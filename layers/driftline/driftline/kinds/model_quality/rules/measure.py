"""The metrics of a state, whatever its problem type."""

from driftline.kinds.model_quality.rules.binary_metrics import binary_quality
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.multiclass_metrics import multiclass_quality
from driftline.kinds.model_quality.rules.multiclass_state import MulticlassState
from driftline.kinds.model_quality.rules.quality import Quality
from driftline.kinds.model_quality.rules.regression_metrics import regression_quality
from driftline.kinds.model_quality.rules.regression_state import RegressionState
from driftline.kinds.model_quality.rules.state import State


def quality_of(state: State) -> Quality:
    match state:
        case RegressionState():
            return regression_quality(state)
        case BinaryState():
            return binary_quality(state)
        case MulticlassState():
            return multiclass_quality(state)
