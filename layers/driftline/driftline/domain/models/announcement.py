"""Announcements that a model reached an endpoint."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class EndpointChanged:
    """A SageMaker endpoint is in service: with a new model, or after scaling. Its model has to be looked up."""

    endpoint: str


@dataclass(frozen=True, slots=True)
class PackageChanged:
    """A version in the model registry changed: it may now be approved, for the endpoint in its metadata."""

    package: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ModelAnnounced:
    """An event of your own: an endpoint, wherever it runs, uses another model from now on.

    Attributes:
        model: Your name for it.
        package: The ARN of its model package, if it has one.
        data_set: The S3 URI of a data set to suggest its baselines from, if there is one.
    """

    endpoint: str
    model: str
    at: datetime
    package: str | None = None
    data_set: str | None = None


type Announcement = EndpointChanged | PackageChanged | ModelAnnounced
