"""`SageMakerClarifyProcessor`: bias metrics and explanations of a data set, computed where the notebook runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from driftline.domain.errors import InvalidInputError
from driftline.sagemaker.clarify.analysis import Limits, analysed
from driftline.sagemaker.clarify.analysis_config import Explanations, Methods, Scores, analysis_config
from driftline.sagemaker.clarify.bias_config import BiasConfig
from driftline.sagemaker.clarify.data_config import DataConfig
from driftline.sagemaker.clarify.model_config import ModelConfig, ModelPredictedLabelConfig
from driftline.sagemaker.names import job_name as name_of_job
from driftline.sagemaker.session import boto_session_of
from driftline.sagemaker.unused import DEFAULT_VOLUME, Explained, refuse


@dataclass(frozen=True, slots=True)
class ClarifyJob:
    """An analysis that has ended.

    Attributes:
        files: Places of what was written, by name: analysis.json, report.html and so on.
    """

    job_name: str
    destination: str
    files: Mapping[str, str]

    def describe(self) -> dict[str, object]:
        """As DescribeProcessingJob, as far as it applies."""
        output = {"OutputName": "analysis_result", "S3Output": {"S3Uri": self.destination}}
        return {
            "ProcessingJobName": self.job_name,
            "ProcessingJobStatus": "Completed",
            "ProcessingOutputConfig": {"Outputs": [output]},
        }

    def wait(self, logs: bool = True) -> None:
        """Returns at once: it has ended."""


class SageMakerClarifyProcessor:
    """Analyses a data set, and writes analysis.json, report.html and what else Clarify writes.

    Everything is computed here, from files and to files of any bucket or folder. Only questions to an endpoint leave
    this process.

    Args:
        role, instance_count, instance_type, volume_size_in_gb, volume_kms_key, output_kms_key, max_runtime_in_seconds,
            tags, version, skip_early_validation: Of SageMaker's jobs; taken, explained once, and not used.
        sagemaker_session: A session of Driftline, SageMaker's SDK or boto3, whose credentials are used.
        job_name_prefix: How names of jobs begin.

    Attributes:
        latest_job: None before the first analysis.
        most_rows: Maximum number of rows that are explained, an even sample. None: 10,000 of a model's file, 300 of an
            endpoint. Driftline's own.
        most_requests: Maximum number of requests to an endpoint in one analysis. Driftline's own.

    Raises:
        InvalidInputError: `env` or `network_config` is stated.
    """

    def __init__(
        self,
        role: str | None = None,
        instance_count: int | None = None,
        instance_type: str | None = None,
        volume_size_in_gb: int = DEFAULT_VOLUME,
        volume_kms_key: str | None = None,
        output_kms_key: str | None = None,
        max_runtime_in_seconds: int | None = None,
        sagemaker_session: object = None,
        env: Mapping[str, str] | None = None,
        tags: object = None,
        network_config: object = None,
        job_name_prefix: str | None = None,
        version: str | None = None,
        skip_early_validation: bool = False,
    ) -> None:
        refuse({"env": env, "network_config": network_config}, type(self).__name__)
        boto_session_of(sagemaker_session)
        self._explained = Explained()
        self._explained.of(
            {
                "role": role,
                "instance_count": instance_count,
                "instance_type": instance_type,
                "volume_size_in_gb": volume_size_in_gb,
                "volume_kms_key": volume_kms_key,
                "output_kms_key": output_kms_key,
                "max_runtime_in_seconds": max_runtime_in_seconds,
                "tags": tags,
                "version": version,
                "skip_early_validation": skip_early_validation,
            }
        )
        self.sagemaker_session = sagemaker_session
        self.job_name_prefix = job_name_prefix
        self.latest_job: ClarifyJob | None = None
        self.most_rows: int | None = None
        self.most_requests = Limits().requests

    def run(self, **_: object) -> NoReturn:
        """Raises InvalidInputError: one of the methods with a name of its own is meant."""
        raise InvalidInputError(
            "run() of no analysis",
            where=type(self).__name__,
            expected="run_pre_training_bias(), run_post_training_bias(), run_bias(), run_explainability() or "
            "run_bias_and_explainability()",
        )

    def run_pre_training_bias(
        self,
        data_config: DataConfig,
        data_bias_config: BiasConfig,
        methods: Methods = "all",
        wait: bool = True,
        logs: bool = True,
        job_name: str | None = None,
        kms_key: str | None = None,
        experiment_config: Mapping[str, str] | None = None,
    ) -> None:
        """Bias metrics of labels.

        Args:
            methods: `all`, or some of CDDL, CI, DPL, JS, KL, KS, LP, TVD.
            wait, logs: It has ended when the call returns; notes are logged.

        Raises:
            InvalidInputError: the configuration cannot be used, or the data set does not fit. Nothing is written then.
        """
        config = analysis_config(data_config, bias=data_bias_config, pre=methods)
        self._analyse(locals(), "Clarify-Pretraining-Bias")

    def run_post_training_bias(
        self,
        data_config: DataConfig,
        data_bias_config: BiasConfig,
        model_config: ModelConfig | None = None,
        model_predicted_label_config: ModelPredictedLabelConfig | None = None,
        methods: Methods = "all",
        wait: bool = True,
        logs: bool = True,
        job_name: str | None = None,
        kms_key: str | None = None,
        experiment_config: Mapping[str, str] | None = None,
    ) -> None:
        """Bias metrics of predictions: of `predicted_label` in the data set, or of the model's answers.

        Args:
            methods: `all`, or some of AD, CDDPL, DAR, DCA, DCR, DI, DPPL, DRR, FT, GE, RD, SD, TE.

        Raises:
            As `run_pre_training_bias`; also if the model cannot be asked.
        """
        config = analysis_config(
            data_config, bias=data_bias_config, post=methods, model=model_config, scores=model_predicted_label_config
        )
        self._analyse(locals(), "Clarify-Posttraining-Bias")

    def run_bias(
        self,
        data_config: DataConfig,
        bias_config: BiasConfig,
        model_config: ModelConfig | None = None,
        model_predicted_label_config: ModelPredictedLabelConfig | None = None,
        pre_training_methods: Methods = "all",
        post_training_methods: Methods = "all",
        wait: bool = True,
        logs: bool = True,
        job_name: str | None = None,
        kms_key: str | None = None,
        experiment_config: Mapping[str, str] | None = None,
    ) -> None:
        """Bias metrics of labels and of predictions. Raises as `run_post_training_bias`."""
        config = analysis_config(
            data_config,
            bias=bias_config,
            pre=pre_training_methods,
            post=post_training_methods,
            model=model_config,
            scores=model_predicted_label_config,
        )
        self._analyse(locals(), "Clarify-Bias")

    def run_explainability(
        self,
        data_config: DataConfig,
        model_config: ModelConfig,
        explainability_config: Explanations,
        model_scores: Scores | None = None,
        wait: bool = True,
        logs: bool = True,
        job_name: str | None = None,
        kms_key: str | None = None,
        experiment_config: Mapping[str, str] | None = None,
    ) -> None:
        """SHAP values and partial dependence.

        Args:
            explainability_config: A `SHAPConfig`, a `PDPConfig`, or a list of both.
            model_scores: Where the score is in an answer of the model.

        Raises:
            As `run_pre_training_bias`; also if the model cannot be asked, or it takes more than `most_requests`.
        """
        config = analysis_config(
            data_config, explanations=explainability_config, model=model_config, scores=model_scores
        )
        self._analyse(locals(), "Clarify-Explainability")

    def run_bias_and_explainability(
        self,
        data_config: DataConfig,
        model_config: ModelConfig,
        explainability_config: Explanations,
        bias_config: BiasConfig,
        pre_training_methods: Methods = "all",
        post_training_methods: Methods = "all",
        model_predicted_label_config: ModelPredictedLabelConfig | None = None,
        wait: bool = True,
        logs: bool = True,
        job_name: str | None = None,
        kms_key: str | None = None,
        experiment_config: Mapping[str, str] | None = None,
    ) -> None:
        """All of it, in one analysis.json and on one page. Raises as `run_explainability`."""
        config = analysis_config(
            data_config,
            bias=bias_config,
            pre=pre_training_methods,
            post=post_training_methods,
            explanations=explainability_config,
            model=model_config,
            scores=model_predicted_label_config,
        )
        self._analyse(locals(), "Clarify-Bias-And-Explainability")

    def _analyse(self, call: Mapping[str, Any], base: str) -> None:
        """Args: call: The arguments of the call, and its `config`."""
        self._explained.of({name: call[name] for name in ("kms_key", "experiment_config")})
        data: DataConfig = call["data_config"]
        job = name_of_job(call["job_name"] or None, self.job_name_prefix or base)
        files = analysed(data, call["config"], self.sagemaker_session, Limits(self.most_rows, self.most_requests))
        self.latest_job = ClarifyJob(job, data.s3_output_path, files)
