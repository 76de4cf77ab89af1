"""The kinds of monitors that Driftline has. Only composition roots import it: everything else is given the kinds.

It is a module of its own, and not the package's `__init__`, so that the contract can be imported without every kind.
"""

from driftline.kinds.data_quality.kind import DATA_QUALITY
from driftline.kinds.kind import Kinds
from driftline.kinds.model_bias.kind import MODEL_BIAS
from driftline.kinds.model_explainability.kind import MODEL_EXPLAINABILITY
from driftline.kinds.model_quality.kind import MODEL_QUALITY

KINDS = Kinds(DATA_QUALITY, MODEL_QUALITY, MODEL_BIAS, MODEL_EXPLAINABILITY)
