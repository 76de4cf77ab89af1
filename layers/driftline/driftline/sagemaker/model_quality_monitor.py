"""`ModelQualityMonitor`: predictions against what really happened."""

from collections.abc import Mapping
from os import PathLike, fspath
from typing import Any, ClassVar, NoReturn

from driftline.sagemaker.baselining import BaseliningJob
from driftline.sagemaker.batch_transform_input import BatchTransformInput
from driftline.sagemaker.endpoint_input import EndpointInput
from driftline.sagemaker.fields import stated
from driftline.sagemaker.model_monitor import ModelMonitor
from driftline.sagemaker.monitoring_files import Constraints, ConstraintViolations, Statistics
from driftline.sagemaker.schedules import attributes_of
from driftline.sagemaker.unused import refuse


class ModelQualityMonitor(ModelMonitor):
    """Watches the quality of predictions, once their ground truth is there."""

    _KIND: ClassVar[str] = "model_quality"
    _TYPE: ClassVar[str] = "ModelQuality"

    def suggest_baseline(
        self,
        baseline_dataset: "str | PathLike[str]",
        dataset_format: Mapping[str, object],
        problem_type: str,
        inference_attribute: str | None = None,
        probability_attribute: str | None = None,
        ground_truth_attribute: str | None = None,
        probability_threshold_attribute: float | None = None,
        post_analytics_processor_script: str | None = None,
        output_s3_uri: str | None = None,
        wait: bool = False,
        logs: bool = False,
        job_name: str | None = None,
    ) -> BaseliningJob:
        """Metrics and constraints of a data set with predictions and labels, in `baselines/<job name>/model_quality/`.

        They are computed here, over a bucket, too: how the data set is read is stated in this call and nowhere else.

        Args:
            baseline_dataset: A file, a folder, or an s3:// object or prefix.
            problem_type: `Regression`, `BinaryClassification` or `MulticlassClassification`.
            inference_attribute, probability_attribute, ground_truth_attribute: Columns of the data set.
            probability_threshold_attribute: The probability above which a row is predicted positive.

        Raises:
            InvalidInputError: the data set cannot be read, or an argument cannot be honoured.
        """
        call = locals()
        refuse({"post_analytics_processor_script": post_analytics_processor_script}, "suggest_baseline")
        self._explained.of(call)
        settings = stated(
            problem_type=problem_type,
            inference_attribute=inference_attribute,
            probability_attribute=probability_attribute,
            ground_truth_attribute=ground_truth_attribute,
            probability_threshold_attribute=probability_threshold_attribute,
        )
        return self._baseline(call, fspath(baseline_dataset), {**settings, "enabled": False})

    def run_baseline(  # type: ignore[override]  # SageMaker's own differs, too
        self,
        baseline_inputs: object,  # noqa: ARG002, SageMaker's signature
        output: object,  # noqa: ARG002
        arguments: object = None,  # noqa: ARG002
        wait: bool = True,  # noqa: ARG002
        logs: bool = True,  # noqa: ARG002
        job_name: str | None = None,  # noqa: ARG002
    ) -> NoReturn:
        """As that of other monitors."""
        super().run_baseline()

    def create_monitoring_schedule(
        self,
        endpoint_input: EndpointInput | str | None = None,
        ground_truth_input: str | None = None,
        problem_type: str | None = None,
        record_preprocessor_script: str | None = None,
        post_analytics_processor_script: str | None = None,
        output_s3_uri: str | None = None,
        constraints: Constraints | str | None = None,
        monitor_schedule_name: str | None = None,
        schedule_cron_expression: str | None = None,
        enable_cloudwatch_metrics: bool = True,
        batch_transform_input: BatchTransformInput | None = None,
        data_analysis_start_time: str | None = None,
        data_analysis_end_time: str | None = None,
    ) -> None:
        """Adds the monitor to the endpoint's document, with the baseline of the latest baselining job.

        Args:
            endpoint_input: The endpoint, with the attributes that say where its predictions are.
            batch_transform_input: In its place, a transform job, with the same.
            ground_truth_input: `ground-truth/<endpoint>/` of the place, where labels are read.
            problem_type: As in `suggest_baseline`.
            constraints: In place of the suggested ones.

        The other arguments are those of `DefaultModelMonitor.create_monitoring_schedule`.

        Raises:
            InvalidInputError: the endpoint has such a monitor, its document has errors, or an argument cannot be
                honoured. Nothing was written then.
            StaleReadError: others kept changing the document.
        """
        call = locals()
        self._create(call, self._quality_fields("create_monitoring_schedule", call), self._files(constraints))

    def update_monitoring_schedule(
        self,
        endpoint_input: EndpointInput | str | None = None,
        ground_truth_input: str | None = None,
        problem_type: str | None = None,
        record_preprocessor_script: str | None = None,
        post_analytics_processor_script: str | None = None,
        output_s3_uri: str | None = None,
        constraints: Constraints | str | None = None,
        schedule_cron_expression: str | None = None,
        enable_cloudwatch_metrics: bool | None = None,
        role: str | None = None,
        instance_count: int | None = None,
        instance_type: str | None = None,
        volume_size_in_gb: int | None = None,
        volume_kms_key: str | None = None,
        output_kms_key: str | None = None,
        max_runtime_in_seconds: int | None = None,
        env: Mapping[str, str] | None = None,
        network_config: object = None,
        batch_transform_input: BatchTransformInput | None = None,
        data_analysis_start_time: str | None = None,
        data_analysis_end_time: str | None = None,
    ) -> None:
        """Changes what is passed, and nothing else.

        Raises:
            As `create_monitoring_schedule`; also if the schedule was deleted, or is for another endpoint.
        """
        call = locals()
        self._update(call, self._quality_fields("update_monitoring_schedule", call), self._files(constraints))

    def latest_monitoring_statistics(self, file_name: str = "statistics.json") -> Statistics | None:
        """Of the newest execution; None if there is none yet, or it failed."""
        return self._latest_statistics(file_name)

    def latest_monitoring_constraint_violations(
        self, file_name: str = "constraint_violations.json"
    ) -> ConstraintViolations | None:
        """Of the newest execution; None if there is none yet, or it failed."""
        return self._latest_violations(file_name)

    def _quality_fields(self, where: str, call: Mapping[str, Any]) -> dict[str, object]:
        fields = self._fields(where, call)
        self._check_ground_truth(where, call)
        endpoint = self._endpoint(where, call)
        return fields | (attributes_of(endpoint) if endpoint is not None else {})

    def _files(self, constraints: Constraints | str | None) -> dict[str, bytes | None]:
        return {"constraints.json": self._bytes(constraints)}
