"""`sagemaker.core.model_monitor` of SageMaker's SDK, version 3: the same classes as in `driftline.sagemaker`."""

from driftline.sagemaker import *  # noqa: F403
from driftline.sagemaker import __all__ as __all__
