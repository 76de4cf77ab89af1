"""`DefaultModelMonitor`: data quality."""

from collections.abc import Mapping
from os import PathLike, fspath
from typing import ClassVar

from driftline.sagemaker.baselining import BaseliningJob
from driftline.sagemaker.batch_transform_input import BatchTransformInput
from driftline.sagemaker.endpoint_input import EndpointInput
from driftline.sagemaker.model_monitor import ModelMonitor
from driftline.sagemaker.monitoring_files import Constraints, ConstraintViolations, Statistics
from driftline.sagemaker.unused import refuse


class DefaultModelMonitor(ModelMonitor):
    """Watches data quality: types, completeness, unseen values, drift."""

    _KIND: ClassVar[str] = "data_quality"
    _TYPE: ClassVar[str] = "DataQuality"

    def suggest_baseline(
        self,
        baseline_dataset: "str | PathLike[str]",
        dataset_format: Mapping[str, object],
        record_preprocessor_script: str | None = None,
        post_analytics_processor_script: str | None = None,
        output_s3_uri: str | None = None,
        wait: bool = True,
        logs: bool = True,
        job_name: str | None = None,
        monitoring_config_override: object = None,
    ) -> BaseliningJob:
        """Statistics and constraints of a data set, in `baselines/<job name>/data_quality/`.

        Over a folder they are there when the call returns; over a bucket the stack computes them.

        Args:
            baseline_dataset: A file, a folder, or an s3:// object or prefix.
            wait: Until they are there; `logs` shows progress.

        Raises:
            InvalidInputError: the data set cannot be read, or an argument cannot be honoured.
            RetryLaterError: the stack did not answer within 20 minutes.
        """
        call = locals()
        unsupported = {
            "record_preprocessor_script": record_preprocessor_script,
            "post_analytics_processor_script": post_analytics_processor_script,
            "monitoring_config_override": monitoring_config_override,
        }
        refuse(unsupported, "suggest_baseline")
        self._explained.of(call)
        return self._baseline(call, fspath(baseline_dataset))

    def create_monitoring_schedule(
        self,
        endpoint_input: EndpointInput | str | None = None,
        record_preprocessor_script: str | None = None,
        post_analytics_processor_script: str | None = None,
        output_s3_uri: str | None = None,
        constraints: Constraints | str | None = None,
        statistics: Statistics | str | None = None,
        monitor_schedule_name: str | None = None,
        schedule_cron_expression: str | None = None,
        enable_cloudwatch_metrics: bool = True,
        batch_transform_input: BatchTransformInput | None = None,
        data_analysis_start_time: str | None = None,
        data_analysis_end_time: str | None = None,
    ) -> None:
        """Adds the monitor to the endpoint's document, and makes the files its baseline.

        Args:
            endpoint_input: The endpoint, by name or with the offsets of the window.
            batch_transform_input: In its place, a transform job.
            record_preprocessor_script, post_analytics_processor_script: Scripts in the place's `scripts/`.
            constraints, statistics: By default those of the latest baselining job, which may also be named by the
                `output_s3_uri` that was passed for it.
            monitor_schedule_name: By default `<endpoint>-data_quality`.
            schedule_cron_expression: By default daily.
            enable_cloudwatch_metrics: True: the level `totals`, because CloudWatch charges for each metric.
                `metrics: all` in the document publishes those of every feature, as SageMaker does.
            data_analysis_start_time, data_analysis_end_time: The window, as the endpoint's offsets.

        Raises:
            InvalidInputError: the endpoint has such a monitor, its document has errors, or an argument cannot be
                honoured. Nothing was written then.
            StaleReadError: others kept changing the document.
        """
        call = locals()
        self._create(call, self._fields("create_monitoring_schedule", call), self._files(statistics, constraints))

    def update_monitoring_schedule(
        self,
        endpoint_input: EndpointInput | str | None = None,
        record_preprocessor_script: str | None = None,
        post_analytics_processor_script: str | None = None,
        output_s3_uri: str | None = None,
        statistics: Statistics | str | None = None,
        constraints: Constraints | str | None = None,
        schedule_cron_expression: str | None = None,
        instance_count: int | None = None,
        instance_type: str | None = None,
        volume_size_in_gb: int | None = None,
        volume_kms_key: str | None = None,
        output_kms_key: str | None = None,
        max_runtime_in_seconds: int | None = None,
        env: Mapping[str, str] | None = None,
        network_config: object = None,
        enable_cloudwatch_metrics: bool | None = None,
        role: str | None = None,
        batch_transform_input: BatchTransformInput | None = None,
        data_analysis_start_time: str | None = None,
        data_analysis_end_time: str | None = None,
    ) -> None:
        """Changes what is passed, and nothing else.

        Raises:
            As `create_monitoring_schedule`; also if the schedule was deleted, or is for another endpoint.
        """
        call = locals()
        self._update(call, self._fields("update_monitoring_schedule", call), self._files(statistics, constraints))

    def latest_monitoring_statistics(self) -> Statistics | None:
        """Of the newest execution; None if there is none yet, or it failed."""
        return self._latest_statistics("statistics.json")

    def latest_monitoring_constraint_violations(self) -> ConstraintViolations | None:
        """Of the newest execution; None if there is none yet, or it failed."""
        return self._latest_violations("constraint_violations.json")

    def _files(
        self, statistics: Statistics | str | None, constraints: Constraints | str | None
    ) -> dict[str, bytes | None]:
        return {"statistics.json": self._bytes(statistics), "constraints.json": self._bytes(constraints)}
