"""`ModelConfig`: who answers for the model. `ModelPredictedLabelConfig`: where the prediction is in an answer."""

import re
from collections.abc import Sequence
from copy import deepcopy

from driftline.domain.errors import InvalidInputError
from driftline.domain.predictions.questions import CONTENT_TYPES
from driftline.sagemaker.fields import Config, check_choice, stated
from driftline.sagemaker.unused import refuse

_NAME = re.compile(r"[A-Za-z0-9-]+")
"""What SageMaker's models are called: a place of a file has a dot, or a slash."""


class ModelConfig:
    """A model that is asked for predictions.

    Args:
        model_name: A model's file of XGBoost or LightGBM, `s3://…/model.tar.gz` or a path; it needs neither
            `instance_count` nor `instance_type`. Models of SageMaker's by their name are refused when one is needed: no
            endpoint is started here.
        endpoint_name: An endpoint that is in service; better not the one in production.
        accept_type, content_type: `text/csv`, `application/jsonlines` or `application/json`.
        content_template, record_template: How rows are sent as JSON.
        instance_count, instance_type, accelerator_type, endpoint_name_prefix: Written into analysis_config.json, and
            not used.

    Raises:
        InvalidInputError: not one of `model_name` and `endpoint_name`, a type that cannot be sent, or an argument that
            cannot be honoured.
    """

    def __init__(
        self,
        model_name: str | None = None,
        instance_count: int | None = None,
        instance_type: str | None = None,
        accept_type: str | None = None,
        content_type: str | None = None,
        content_template: str | None = None,
        record_template: str | None = None,
        custom_attributes: str | None = None,
        accelerator_type: str | None = None,
        endpoint_name_prefix: str | None = None,
        target_model: str | None = None,
        endpoint_name: str | None = None,
        time_series_model_config: object = None,
    ) -> None:
        if (model_name is None) == (endpoint_name is None):
            raise InvalidInputError(
                "both a model and an endpoint" if model_name else "neither a model nor an endpoint",
                where="ModelConfig",
                expected="endpoint_name, or model_name",
            )
        unsupported = {
            "custom_attributes": custom_attributes,
            "target_model": target_model,
            "time_series_model_config": time_series_model_config,
        }
        refuse(unsupported, "ModelConfig")
        check_choice(accept_type, CONTENT_TYPES, "accept_type")
        check_choice(content_type, CONTENT_TYPES, "content_type")
        _check_templates(content_type, content_template, record_template)
        of_model = stated(model_name=model_name, instance_type=instance_type, initial_instance_count=instance_count)
        self.predictor_config: Config = {
            **(of_model if endpoint_name is None else {"endpoint_name": endpoint_name}),
            **stated(
                endpoint_name_prefix=endpoint_name_prefix,
                accept_type=accept_type,
                content_type=content_type,
                content_template=content_template,
                record_template=record_template,
                accelerator_type=accelerator_type,
            ),
        }

    def get_predictor_config(self) -> Config:
        """The field `predictor` of analysis_config.json."""
        return deepcopy(self.predictor_config)


class ModelPredictedLabelConfig:
    """Where the prediction is in one answer: a column of CSV by its place, or a JMESPath expression of JSON.

    Args:
        label: The predicted label.
        probability: The probability of the positive label, or a list of one for each label.
        probability_threshold: The probability above which a row is predicted positive. None: 0.5.
        label_headers: Names of the labels.

    Raises:
        InvalidInputError: the threshold is not a number.
    """

    def __init__(
        self,
        label: str | int | None = None,
        probability: str | int | None = None,
        probability_threshold: float | None = None,
        label_headers: Sequence[str] | None = None,
    ) -> None:
        self.label = label
        self.probability = probability
        self.probability_threshold = _number(probability_threshold)
        self.label_headers = label_headers
        self.predictor_config: Config = stated(
            label=label,
            probability=probability,
            label_headers=list(label_headers) if label_headers is not None else None,
        )

    def get_predictor_config(self) -> tuple[float | None, Config]:
        """(probability_threshold, fields of `predictor`) of analysis_config.json."""
        return self.probability_threshold, deepcopy(self.predictor_config)


def names_file(model_name: str) -> bool:
    """Whether it is the place of a model's file, and not the name of one of SageMaker's models."""
    return _NAME.fullmatch(model_name) is None


def _check_templates(content_type: str | None, content: str | None, record: str | None) -> None:
    needed = {
        "application/jsonlines": {"content_template": (content, "$features")},
        "application/json": {"content_template": (content, "$record"), "record_template": (record, "$")},
    }
    for name, (template, mark) in needed.get(content_type or "", {}).items():
        if template is None or mark not in template:
            raise InvalidInputError(
                f"{template!r}", where=name, expected=f"a template with {mark}…, which {content_type} needs"
            )


def _number(given: object) -> float | None:
    try:
        return None if given is None else float(given)  # type: ignore[arg-type]  # it is asked whether it is one
    except (TypeError, ValueError):
        raise InvalidInputError(
            f"{given!r}", where="probability_threshold", expected="a number from 0 to 1, such as 0.5"
        ) from None
