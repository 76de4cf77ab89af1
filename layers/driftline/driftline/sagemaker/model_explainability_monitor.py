"""`ModelExplainabilityMonitor`: why the model says what it says, compared with the baseline."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, override

from driftline.adapters.by_hand.explaining import LocalModels
from driftline.adapters.by_hand.files import read_file
from driftline.domain.json_reading import load_json
from driftline.domain.keys import MODELS
from driftline.sagemaker.baselining import BaseliningJob, DataOfJob
from driftline.sagemaker.batch_transform_input import BatchTransformInput
from driftline.sagemaker.clarify.analysis import model_file
from driftline.sagemaker.clarify.analysis_config import Scores, analysis_config, check_model_name
from driftline.sagemaker.clarify.data_config import DataConfig
from driftline.sagemaker.clarify.explainability_config import ExplainabilityConfig
from driftline.sagemaker.clarify.model_config import ModelConfig, ModelPredictedLabelConfig
from driftline.sagemaker.clarify_monitor import ClarifyModelMonitor
from driftline.sagemaker.endpoint_input import EndpointInput
from driftline.sagemaker.fields import Config, encoded
from driftline.sagemaker.monitor_config import ExplainabilityAnalysisConfig, Suggested
from driftline.sagemaker.monitoring_files import Constraints

_MODEL = "driftline_model"
"""The field of analysis_config.json with a model's file."""


class ModelExplainabilityMonitor(ClarifyModelMonitor):
    """Watches whether the features that predictions are made of stay the same."""

    _KIND: ClassVar[str] = "model_explainability"
    _TYPE: ClassVar[str] = "ModelExplainability"
    _ANALYST: ClassVar[str] = "explanations"
    _ATTRIBUTES: ClassVar[frozenset[str]] = frozenset({"inference_attribute", "probability_attribute"})

    def suggest_baseline(
        self,
        data_config: DataConfig,
        explainability_config: ExplainabilityConfig,
        model_config: ModelConfig,
        model_scores: Scores | None = None,
        wait: bool = False,
        logs: bool = False,
        job_name: str | None = None,
        kms_key: str | None = None,
    ) -> BaseliningJob:
        """SHAP values of a data set, in `baselines/<job name>/model_explainability/` and `s3_output_path`.

        They are computed here, over a bucket, too. A model's file of this machine goes to `models/<job name>/`.

        Args:
            model_config: An endpoint, better not the one in production; or a model's file.
            model_scores: Where the score is in an answer of the endpoint.

        Raises:
            InvalidInputError: the data set or the model cannot be read, or an argument cannot be honoured.
        """
        call = {**locals(), "job_name": self._job_name(job_name)}
        asked = analysis_config(
            data_config, explanations=explainability_config, model=model_config, scores=model_scores
        )
        names = model_scores.label_headers if isinstance(model_scores, ModelPredictedLabelConfig) else None
        captured = data_config.captured_headers
        headers = None if captured is None else [name for name in captured if name != data_config.label]
        watched = ExplainabilityAnalysisConfig(explainability_config, model_config, headers, names)
        config, models = _placed(asked, call["job_name"])
        suggested = Suggested.of(_placed(watched.analysis_config, call["job_name"])[0], model_scores)
        return self._suggest(call, asked, DataOfJob({}, {}, config=encoded(config), models=models), suggested)

    def create_monitoring_schedule(
        self,
        endpoint_input: EndpointInput | str | None = None,
        analysis_config: ExplainabilityAnalysisConfig | str | None = None,
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
            endpoint_input: The endpoint whose captured rows are explained.
            analysis_config: In place of the baseline's: an object, or the place of an analysis_config.json.
            constraints: In place of the suggested analysis.json.

        The other arguments, and what is raised, are those of `DefaultModelMonitor.create_monitoring_schedule`.
        """
        call = locals()
        fields = self._clarify_fields("create_monitoring_schedule", call)
        self._create(call, fields, self._files(call))

    def update_monitoring_schedule(
        self,
        endpoint_input: EndpointInput | str | None = None,
        analysis_config: ExplainabilityAnalysisConfig | str | None = None,
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
        fields = self._clarify_fields("update_monitoring_schedule", call)
        self._update(call, fields, self._files(call))

    @override
    def _config(self, call: Mapping[str, Any]) -> bytes | None:
        """With the model's file, which is copied where windows find it."""
        body = super()._config(call)
        config: Config = load_json(body) if body is not None else {}
        if body is None or _MODEL in config:
            return body
        check_model_name(config.get("predictor", {}).get("model_name"))
        endpoint = self._endpoint("analysis_config", call)
        placed, models = _placed(config, endpoint.endpoint_name if endpoint is not None else self._scheduled())
        for key, path in models.items():
            self.sagemaker_session.store.put(key, read_file(path))
        return encoded(placed)


def _placed(config: Config, folder: str) -> tuple[Config, dict[str, Path]]:
    """The configuration with its model's file, and by key what has to be copied for it."""
    file = model_file(config)
    if file is None:
        return config, {}
    if "://" in file:
        return {**config, _MODEL: file}, {}
    digest = LocalModels().etag(file)[:12]  # another file of the same name stays where it is
    key = f"{MODELS}{folder}/{digest}/{Path(file).name}"
    return {**config, _MODEL: key}, {key: Path(file)}
