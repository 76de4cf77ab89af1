"""How the model of an analysis is asked, and where predictions are in its answers: the file's `predictor`."""

from dataclasses import dataclass
from typing import cast

from driftline.domain.analysis_config.fields import Fields
from driftline.domain.predictions.questions import CONTENT_TYPES, ContentType, Question

KNOWN = frozenset(
    {
        *("endpoint_name", "model_name", "instance_type", "initial_instance_count", "endpoint_name_prefix"),
        *("target_model", "accelerator_type", "content_type", "accept_type", "label", "probability", "label_headers"),
        *("content_template", "record_template", "custom_attributes", "time_series_predictor_config"),
    }
)
"""Fields of the schema of the SageMaker SDK (ANALYSIS_CONFIG_SCHEMA_V1_0)."""

_OTHER_TYPES = ("image/jpeg", "image/jpg", "image/png", "application/x-npy")
"""Content types that Clarify knows besides; they are for images."""


@dataclass(frozen=True, slots=True)
class PredictorConfig:
    """What is read of `predictor`.

    Attributes:
        endpoint: An endpoint that is there.
        model: A model for which Clarify would start an endpoint of its own.
        label, probability: Where they are in an answer: the column of CSV as text, or a JMESPath.
        label_headers: Names of the outputs.
    """

    endpoint: str | None = None
    model: str | None = None
    instance_type: str | None = None
    instance_count: int | None = None
    endpoint_prefix: str | None = None
    target_model: str | None = None
    accelerator_type: str | None = None
    content_type: ContentType | None = None
    accept_type: ContentType | None = None
    label: str | None = None
    probability: str | None = None
    label_headers: tuple[str, ...] = ()
    content_template: str | None = None
    record_template: str | None = None
    custom_attributes: str | None = None

    @property
    def scores(self) -> str | None:
        """Where the scores are: `probability`, and without it `label`.

        The SageMaker SDK's explainability monitor writes the place of the scores into `label`; whether values there are
        numbers shows in the answers.
        """
        return self.label if self.probability is None else self.probability

    def question(self, dataset_type: str | None = None) -> Question | None:
        """How the endpoint is asked; None if the file names none. Without a content type, as the data set is."""
        if self.endpoint is None:
            return None
        like_data = next((each for each in CONTENT_TYPES if each == dataset_type), CONTENT_TYPES[0])
        return Question(
            self.endpoint,
            self.content_type or like_data,
            self.accept_type,
            self.content_template,
            self.record_template,
        )


def read_predictor(fields: Fields) -> PredictorConfig:
    """The file's `predictor`, without fields if there is none; problems go to the fields."""
    predictor = fields.inside("predictor")
    predictor.unknown(KNOWN, "Clarify's predictor")
    names = tuple(predictor.entries("label_headers", str, "a list of the outputs' names"))
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        predictor.problem("label_headers", f"{doubled[0]!r} occurs twice", "each name once", "Rename one of them.")
    return PredictorConfig(
        endpoint=predictor.text("endpoint_name"),
        model=predictor.text("model_name"),
        instance_type=predictor.text("instance_type"),
        instance_count=predictor.whole("initial_instance_count", 1),
        endpoint_prefix=predictor.text("endpoint_name_prefix"),
        target_model=predictor.text("target_model"),
        accelerator_type=predictor.text("accelerator_type"),
        content_type=_type(predictor, "content_type"),
        accept_type=_type(predictor, "accept_type"),
        label=predictor.text("label"),
        probability=predictor.text("probability"),
        label_headers=names,
        content_template=_template(predictor, "content_template", ("$features", "$record")),
        record_template=predictor.text("record_template"),
        custom_attributes=predictor.text("custom_attributes"),
    )


def _type(predictor: Fields, name: str) -> ContentType | None:
    given = predictor.text(name)
    if given in _OTHER_TYPES:
        fix = "Analyse images with another tool; Driftline reads tables."
        predictor.problem(name, f"{given!r}, which is for images and arrays", ", ".join(CONTENT_TYPES), fix)
        return None
    return cast("ContentType | None", predictor.choice(name, CONTENT_TYPES))


def _template(predictor: Fields, name: str, marks: tuple[str, ...]) -> str | None:
    given = predictor.text(name)
    if given is not None and not any(mark in given for mark in marks):
        what = f"{given!r} has no place for the features"
        fix = "Write $features, $record or $records where they go."
        predictor.problem(name, what, " or ".join(marks), fix)
        return None
    return given
