"""Which endpoint a schedule monitors, and which of its inferences."""

from dataclasses import dataclass


@dataclass(slots=True)
class EndpointInput:
    """An endpoint, with SageMaker's arguments.

    Attributes:
        endpoint_name: The endpoint.
        destination: A folder of SageMaker's container; it has no meaning here.
        start_time_offset, end_time_offset: The window of an execution, counted from its scheduled time: `-PT1H`.
        features_attribute, inference_attribute, probability_attribute, probability_threshold_attribute: Where these are
            in a payload, for monitors that need it.
        exclude_features_attribute: Features to leave out.
    """

    endpoint_name: str
    destination: str
    s3_input_mode: str = "File"
    s3_data_distribution_type: str = "FullyReplicated"
    start_time_offset: str | None = None
    end_time_offset: str | None = None
    features_attribute: str | None = None
    inference_attribute: str | None = None
    probability_attribute: str | None = None
    probability_threshold_attribute: float | None = None
    exclude_features_attribute: str | None = None
