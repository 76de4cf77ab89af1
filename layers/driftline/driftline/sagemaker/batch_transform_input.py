"""Which batch transform job a schedule monitors, and which of its inferences."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class BatchTransformInput:
    """The data capture of a transform job, with SageMaker's arguments.

    Attributes:
        data_captured_destination_s3_uri: Where the job's data capture writes `input/` and `output/`: `capture/<name>`
            of the place, or where the document `monitors/<name>.yaml` says. The name has the place of an endpoint's.
        destination: A folder of SageMaker's container; it has no meaning here.
        dataset_format: Of the job's output files, by `MonitoringDatasetFormat`; they are recognised as what they are.
        start_time_offset, end_time_offset: The window of an execution, counted from its scheduled time: `-PT6H`.
        features_attribute, inference_attribute, probability_attribute, probability_threshold_attribute: Where these are
            in a row of the output, for monitors that need it.
        exclude_features_attribute: Features to leave out.
    """

    data_captured_destination_s3_uri: str
    destination: str
    dataset_format: Mapping[str, object]
    s3_input_mode: str = "File"
    s3_data_distribution_type: str = "FullyReplicated"
    start_time_offset: str | None = None
    end_time_offset: str | None = None
    features_attribute: str | None = None
    inference_attribute: str | None = None
    probability_attribute: str | None = None
    probability_threshold_attribute: float | None = None
    exclude_features_attribute: str | None = None
