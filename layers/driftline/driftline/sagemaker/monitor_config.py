"""analysis_config.json of a monitor: `BiasAnalysisConfig` and `ExplainabilityAnalysisConfig`."""

from collections.abc import Sequence
from dataclasses import dataclass

from driftline.kinds.registry import KINDS
from driftline.sagemaker.clarify.bias_config import BiasConfig
from driftline.sagemaker.clarify.explainability_config import ExplainabilityConfig
from driftline.sagemaker.clarify.model_config import ModelConfig, ModelPredictedLabelConfig
from driftline.sagemaker.fields import Config, encoded, stated
from driftline.sagemaker.locations import read
from driftline.sagemaker.session import Session


class BiasAnalysisConfig:
    """What a bias monitor compares.

    Args:
        headers: Names of the columns, the label's included.
        label: The column with the label, or where it is in ground truth that is a JSON object.
    """

    def __init__(
        self, bias_config: BiasConfig, headers: Sequence[str] | None = None, label: str | int | None = None
    ) -> None:
        self.analysis_config: Config = {
            **bias_config.get_config(),
            **stated(headers=list(headers) if headers is not None else None, label=label),
        }


class ExplainabilityAnalysisConfig:
    """How a monitor explains captured rows.

    Args:
        model_config: An endpoint that is asked, better not the one in production; or a model's file.
        headers: Names of the model's features, without the label.
        label_headers: Names of the model's outputs.
    """

    def __init__(
        self,
        explainability_config: ExplainabilityConfig,
        model_config: ModelConfig,
        headers: Sequence[str] | None = None,
        label_headers: Sequence[str] | None = None,
    ) -> None:
        names = stated(label_headers=list(label_headers) if label_headers is not None else None)
        self.analysis_config: Config = {
            "methods": explainability_config.get_explainability_config(),
            "predictor": {**model_config.get_predictor_config(), **names},
            **stated(headers=list(headers) if headers is not None else None),
        }


type AnalysisConfig = BiasAnalysisConfig | ExplainabilityAnalysisConfig


@dataclass(frozen=True, slots=True)
class Suggested:
    """What a schedule takes from the baseline that was suggested, unless its call says it.

    Attributes:
        answers: Where predictions are in the endpoint's answers: the document's fields.
    """

    config: bytes
    answers: Config

    @classmethod
    def of(cls, config: Config, scores: ModelPredictedLabelConfig | int | str | None) -> "Suggested":
        if not isinstance(scores, ModelPredictedLabelConfig):
            answers = stated(inference_attribute=None if scores is None else str(scores))
        else:
            answers = stated(
                inference_attribute=None if scores.label is None else str(scores.label),
                probability_attribute=None if scores.probability is None else str(scores.probability),
                probability_threshold_attribute=scores.probability_threshold,
            )
        return cls(encoded(config), answers)


def config_bytes(given: AnalysisConfig | str, session: Session, analyst: str) -> bytes:
    """The content of a configuration that was passed as an object, or by its place.

    Raises:
        InvalidInputError: it cannot be used.
    """
    body = read(given, session) if isinstance(given, str) else encoded(given.analysis_config)
    where = given if isinstance(given, str) else "analysis_config"
    for problem in KINDS.analyst(analyst).check(body, where).problems:
        raise problem
    return body
