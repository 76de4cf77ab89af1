"""The monitors of SageMaker's Python SDK, over Driftline: a notebook runs with its import changed.

>>> from driftline.sagemaker import CronExpressionGenerator, DefaultModelMonitor, EndpointInput
>>> from driftline.sagemaker import clarify
>>> from driftline.sagemaker.dataset_format import DatasetFormat, MonitoringDatasetFormat

The environment variable DRIFTLINE_STORE says where: `s3://<bucket of the stack>`, or a folder.
docs/guide/sagemaker-sdk.md is a tour. Neither SageMaker's SDK nor pandas is needed.
"""

from driftline.sagemaker import clarify
from driftline.sagemaker.baselining import BaseliningJob
from driftline.sagemaker.batch_transform_input import BatchTransformInput
from driftline.sagemaker.clarify import (
    BiasConfig,
    DataConfig,
    ModelConfig,
    ModelPredictedLabelConfig,
    PDPConfig,
    SageMakerClarifyProcessor,
    SHAPConfig,
)
from driftline.sagemaker.cron_expression_generator import CronExpressionGenerator
from driftline.sagemaker.data_capture_config import DataCaptureConfig
from driftline.sagemaker.dataset_format import DatasetFormat, MonitoringDatasetFormat
from driftline.sagemaker.default_model_monitor import DefaultModelMonitor
from driftline.sagemaker.endpoint_input import EndpointInput
from driftline.sagemaker.executions import MonitoringExecution, MonitoringOutput
from driftline.sagemaker.model_bias_monitor import ModelBiasMonitor
from driftline.sagemaker.model_explainability_monitor import ModelExplainabilityMonitor
from driftline.sagemaker.model_quality_monitor import ModelQualityMonitor
from driftline.sagemaker.monitor_config import BiasAnalysisConfig, ExplainabilityAnalysisConfig
from driftline.sagemaker.monitoring_files import Constraints, ConstraintViolations, Statistics
from driftline.sagemaker.session import Session
from driftline.sagemaker.unused import UnusedArgumentWarning

__all__ = [
    "BaseliningJob",
    "BatchTransformInput",
    "BiasAnalysisConfig",
    "BiasConfig",
    "ConstraintViolations",
    "Constraints",
    "CronExpressionGenerator",
    "DataCaptureConfig",
    "DataConfig",
    "DatasetFormat",
    "DefaultModelMonitor",
    "EndpointInput",
    "ExplainabilityAnalysisConfig",
    "ModelBiasMonitor",
    "ModelConfig",
    "ModelExplainabilityMonitor",
    "ModelPredictedLabelConfig",
    "ModelQualityMonitor",
    "MonitoringDatasetFormat",
    "MonitoringExecution",
    "MonitoringOutput",
    "PDPConfig",
    "SHAPConfig",
    "SageMakerClarifyProcessor",
    "Session",
    "Statistics",
    "UnusedArgumentWarning",
    "clarify",
]
