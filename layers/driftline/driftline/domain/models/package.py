"""What is known of a model: the package that it comes from, and the baselines that the package brings along."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

ENDPOINT_PROPERTY = "driftline:endpoint"
"""Customer metadata of a model package: the endpoint that it is for."""

BASELINE_PROPERTY = "driftline:baseline"
"""Customer metadata of a model package: the data set that its baselines are suggested from."""


@dataclass(frozen=True, slots=True)
class ModelPackage:
    """A version in the model registry.

    Attributes:
        approved: Its ModelApprovalStatus is Approved.
        endpoint: The endpoint that its metadata names (`driftline:endpoint`).
        baselines: S3 URIs of its drift-check baselines, by monitor and file.
        data_set: The S3 URI that its metadata names (`driftline:baseline`).
    """

    arn: str
    approved: bool = False
    endpoint: str | None = None
    baselines: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    data_set: str | None = None


@dataclass(frozen=True, slots=True)
class ServedModel:
    """What an endpoint of SageMaker serves now.

    Attributes:
        in_service: Its status is InService; while it is not, its models may be about to change.
        model: Name of the SageMaker model; None where the variant is not there, or has none (inference components).
        made: When that model was made.
        package: The package that the model was made from, as the model names it.
        at: When the endpoint changed last.
        variant: The production variant that was looked at.
    """

    in_service: bool
    at: datetime
    model: str | None = None
    made: datetime | None = None
    package: str | None = None
    variant: str = ""
