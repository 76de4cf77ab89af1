"""`ModelBiasMonitor`: how groups fare, compared with all others and with the baseline."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from driftline.sagemaker.baselining import BaseliningJob, DataOfJob
from driftline.sagemaker.batch_transform_input import BatchTransformInput
from driftline.sagemaker.clarify.analysis import model_file
from driftline.sagemaker.clarify.analysis_config import FILE, analysis_config
from driftline.sagemaker.clarify.bias_config import BiasConfig
from driftline.sagemaker.clarify.data_config import DataConfig
from driftline.sagemaker.clarify.model_config import ModelConfig, ModelPredictedLabelConfig
from driftline.sagemaker.clarify_monitor import ClarifyModelMonitor
from driftline.sagemaker.endpoint_input import EndpointInput
from driftline.sagemaker.fields import Config, encoded
from driftline.sagemaker.models import models_of
from driftline.sagemaker.monitor_config import BiasAnalysisConfig, Suggested
from driftline.sagemaker.monitoring_files import Constraints
from driftline.usecases.analyses.model_file import by_file


class ModelBiasMonitor(ClarifyModelMonitor):
    """Watches whether the model, or the world that it sees, becomes less fair to a group."""

    _KIND: ClassVar[str] = "model_bias"
    _TYPE: ClassVar[str] = "ModelBias"
    _ANALYST: ClassVar[str] = "bias"
    _ATTRIBUTES: ClassVar[frozenset[str]] = frozenset(
        {"inference_attribute", "probability_attribute", "probability_threshold_attribute"}
    )

    def suggest_baseline(
        self,
        data_config: DataConfig,
        bias_config: BiasConfig,
        model_config: ModelConfig | None,
        model_predicted_label_config: ModelPredictedLabelConfig | None = None,
        wait: bool = False,
        logs: bool = False,
        job_name: str | None = None,
        kms_key: str | None = None,
    ) -> BaseliningJob:
        """All bias metrics of a data set with labels, in `baselines/<job name>/model_bias/` and `s3_output_path`.

        They are computed here, over a bucket, too.

        Args:
            model_config: Who predicts; None if `data_config` names `predicted_label`.

        Raises:
            InvalidInputError: the data set cannot be read, or an argument cannot be honoured.
        """
        call = locals()
        config = analysis_config(
            data_config,
            bias=bias_config,
            pre="all",
            post="all",
            model=model_config,
            scores=model_predicted_label_config,
        )
        data, file = DataOfJob({}, {}, config=encoded(config)), model_file(config)
        if file is not None and data_config.predicted_label is None:
            by = by_file(data.config or b"", file, models_of(self.sagemaker_session).read(file), FILE)
            data = DataOfJob({}, {}, config=by.config, predictor=by.answers)
        watched = BiasAnalysisConfig(bias_config, data_config.captured_headers, data_config.label)
        named = _by_name(watched.analysis_config, data_config.headers)
        suggested = Suggested.of(named, model_predicted_label_config)
        return self._suggest(call, config, data, suggested)

    def create_monitoring_schedule(
        self,
        endpoint_input: EndpointInput | str | None = None,
        ground_truth_input: str | None = None,
        analysis_config: BiasAnalysisConfig | str | None = None,
        output_s3_uri: str | None = None,
        constraints: Constraints | str | None = None,
        monitor_schedule_name: str | None = None,
        schedule_cron_expression: str | None = None,
        enable_cloudwatch_metrics: bool = True,
        batch_transform_input: BatchTransformInput | None = None,
        data_analysis_start_time: str | None = None,
        data_analysis_end_time: str | None = None,
    ) -> None:
        """Adds the monitor to the endpoint's document, with baseline and configuration of the latest baselining job.

        Args:
            endpoint_input: The endpoint, with the attributes that say where its predictions are.
            ground_truth_input: `ground-truth/<endpoint>/` of the place, where labels are read.
            analysis_config: In place of the baseline's: an object, or the place of an analysis_config.json.
            constraints: In place of the suggested analysis.json.

        The other arguments, and what is raised, are those of `DefaultModelMonitor.create_monitoring_schedule`.
        """
        call = locals()
        fields = self._bias_fields("create_monitoring_schedule", call)
        self._create(call, fields, self._files(call))

    def update_monitoring_schedule(
        self,
        endpoint_input: EndpointInput | str | None = None,
        ground_truth_input: str | None = None,
        analysis_config: BiasAnalysisConfig | str | None = None,
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
        fields = self._bias_fields("update_monitoring_schedule", call)
        self._update(call, fields, self._files(call))

    def _bias_fields(self, where: str, call: Mapping[str, Any]) -> dict[str, object]:
        fields = self._clarify_fields(where, call)
        self._check_ground_truth(where, call)
        return fields


def _by_name(config: Config, headers: Sequence[str] | None) -> Config:
    """With columns by their names: a place in the data set is another one in captures."""

    def name(column: object) -> object:
        return headers[column] if isinstance(column, int) and headers and column < len(headers) else column

    facets = [{**facet, "name_or_index": name(facet["name_or_index"])} for facet in config["facet"]]
    groups: Config = {key: name(config[key]) for key in ("group_variable", "label") if key in config}
    return {**config, "facet": facets, **groups}
