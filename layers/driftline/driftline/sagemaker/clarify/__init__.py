"""The classes of SageMaker's `sagemaker.clarify`, over Driftline: bias metrics and explanations of a data set.

>>> from driftline.sagemaker import clarify

`SageMakerClarifyProcessor` writes the analysis_config.json that SageMaker's class writes, and computes here what its
processing job would: docs/guide/sagemaker-sdk.md.
"""

from driftline.sagemaker.clarify.bias_config import BiasConfig
from driftline.sagemaker.clarify.data_config import DataConfig
from driftline.sagemaker.clarify.explainability_config import ExplainabilityConfig, PDPConfig, SHAPConfig
from driftline.sagemaker.clarify.model_config import ModelConfig, ModelPredictedLabelConfig
from driftline.sagemaker.clarify.processor import ClarifyJob, SageMakerClarifyProcessor
from driftline.sagemaker.clarify.refused import (
    AsymmetricShapleyValueConfig,
    ImageConfig,
    SegmentationConfig,
    TextConfig,
    TimeSeriesDataConfig,
    TimeSeriesModelConfig,
)

__all__ = [
    "AsymmetricShapleyValueConfig",
    "BiasConfig",
    "ClarifyJob",
    "DataConfig",
    "ExplainabilityConfig",
    "ImageConfig",
    "ModelConfig",
    "ModelPredictedLabelConfig",
    "PDPConfig",
    "SHAPConfig",
    "SageMakerClarifyProcessor",
    "SegmentationConfig",
    "TextConfig",
    "TimeSeriesDataConfig",
    "TimeSeriesModelConfig",
]
