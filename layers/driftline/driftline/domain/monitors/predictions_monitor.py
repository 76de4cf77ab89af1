"""What monitors have in common that look at predictions, and wait for their labels."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Self, override

from pydantic import model_validator

from driftline.domain.monitors.fields import Age, is_age, refuse
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.prediction_fields import Attribute, Probability, attribute_doubt


class PredictionsMonitor(ScheduledMonitor):
    """Where predictions and labels are, and how long labels may take."""

    inference_attribute: Attribute | None = None
    """Where the prediction is, a number or a label: an index of the endpoint's output such as "0", a column name, or a
    JMESPath expression. A leading `$.`, as the SageMaker SDK writes it, is left out."""

    probability_attribute: Attribute | None = None
    """Where the probability of the positive label is, or a list with one probability per label."""

    probability_threshold_attribute: Probability = 0.5
    """Without an inference_attribute, a row is predicted positive if its probability is above this value."""

    ground_truth_attribute: Attribute | None = None
    """Where the label is: in a baseline data set (required there), and in ground truth that is a JSON object."""

    max_label_delay: Age = timedelta(days=14)
    """How long after its inference a label may arrive. Labels that match nothing by then are listed as unmatched.
    Windows are evaluated again for as long, unless max_revisions_age says otherwise."""

    @model_validator(mode="before")
    @classmethod
    def _evaluated_again_as_long_as_labels_arrive(cls, value: object) -> object:
        """A label that is joined and never evaluated would be useless."""
        if isinstance(value, dict) and "max_revisions_age" not in value and is_age(value.get("max_label_delay")):
            return value | {"max_revisions_age": value["max_label_delay"]}
        return value

    def _with_a_prediction(self) -> Self:
        """For validators: one of the two attributes is there."""
        if self.inference_attribute is None and self.probability_attribute is None:
            raise refuse(
                "no inference_attribute and no probability_attribute",
                "at least one of them",
                'For a CSV output that is only the prediction: inference_attribute: "0".',
            )
        return self

    @property
    @override
    def attributes(self) -> Mapping[str, str]:
        fields = ("inference_attribute", "probability_attribute", "ground_truth_attribute")
        return {field: given for field in fields if (given := getattr(self, field)) is not None}

    @property
    @override
    def label_delay(self) -> timedelta:
        return self.max_label_delay

    @override
    def doubts(self, outputs: Sequence[str]) -> Sequence[str]:
        """Attributes that are none of the named output columns. JSON answers may have others, so they are no errors."""
        attributes = {
            "inference_attribute": self.inference_attribute,
            "probability_attribute": self.probability_attribute,
        }
        found = (
            attribute_doubt(name, attribute, outputs) for name, attribute in attributes.items() if attribute and outputs
        )
        return tuple(filter(None, found))
