"""`sagemaker.core.model_monitor.dataset_format` of SageMaker's SDK, version 3."""

from driftline.sagemaker.dataset_format import DatasetFormat, MonitoringDatasetFormat

__all__ = ["DatasetFormat", "MonitoringDatasetFormat"]
