"""A model's package, and the baselines in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

ENDPOINT_PROPERTY = "driftline:endpoint"
"""Customer metadata of a model package: its endpoint."""

BASELINE_PROPERTY = "driftline:baseline"
"""Customer metadata of a model package: the data set for its baselines."""


@dataclass(frozen=True, slots=True)
class ModelPackage:
    """A version in the model registry.

    Attributes:
        approved: Its ModelApprovalStatus is Approved.
        endpoint: The endpoint in its metadata (`driftline:endpoint`).
        baselines: S3 URIs of its drift-check baselines, by monitor and file.
        data_set: The S3 URI in its metadata (`driftline:baseline`).
    """

    arn: str
    approved: bool = False
    endpoint: str | None = None
    baselines: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    data_set: str | None = None


@dataclass(frozen=True, slots=True)
class ServedModel:
    """What a SageMaker endpoint serves now.

    Attributes:
        in_service: Its status is InService; otherwise its models may be about to change.
        model: Name of the SageMaker model; None if the variant does not exist, or has none (inference components).
        made: When that model was created.
        package: The package of the model, as the model names it.
        at: When the endpoint changed last.
        variant: The production variant in question.
    """

    in_service: bool
    at: datetime
    model: str | None = None
    made: datetime | None = None
    package: str | None = None
    variant: str = ""
