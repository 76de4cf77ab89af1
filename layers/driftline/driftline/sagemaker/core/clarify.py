"""`sagemaker.core.clarify` of SageMaker's SDK, version 3: the same classes as in `driftline.sagemaker.clarify`."""

from driftline.sagemaker.clarify import *  # noqa: F403
from driftline.sagemaker.clarify import __all__  # noqa: F401
