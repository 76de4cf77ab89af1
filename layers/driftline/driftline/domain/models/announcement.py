"""Who can tell that a model reached an endpoint."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class EndpointChanged:
    """An endpoint of SageMaker is in service: with a new model, or after it was scaled. It has to be asked."""

    endpoint: str


@dataclass(frozen=True, slots=True)
class PackageChanged:
    """A version in the model registry changed: it may be approved now, for an endpoint that its metadata names."""

    package: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ModelTold:
    """An event of your own says that an endpoint, wherever it runs, answers with another model from now on.

    Attributes:
        model: What you call it.
        package: The ARN of its model package, if it has one.
        data_set: The S3 URI of a data set to suggest its baselines from, if there is one.
    """

    endpoint: str
    model: str
    at: datetime
    package: str | None = None
    data_set: str | None = None


type Announcement = EndpointChanged | PackageChanged | ModelTold
