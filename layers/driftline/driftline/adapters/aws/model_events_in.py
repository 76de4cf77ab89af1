"""Incoming events about new models: two of SageMaker and one of your own.

Shapes: https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html, "SageMaker endpoint
state change" and "SageMaker model package state change".
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel

from driftline.domain.instants import Instant
from driftline.domain.models.announcement import Announcement, EndpointChanged, ModelAnnounced, PackageChanged
from driftline.domain.monitors.fields import Name

_Uri = Annotated[str, Field(pattern=r"^s3://[^/]+/.*$", max_length=1024)]


def _epoch(value: object) -> object:
    """SageMaker's documentation shows the time of the endpoint's event in milliseconds, as text."""
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return value


_Time = Annotated[Instant, BeforeValidator(_epoch)]


class _Lenient(BaseModel):
    """AWS may add fields at any time."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _EndpointDetail(_Lenient):
    name: str = Field(alias="EndpointName", min_length=1)


class EndpointStateChange(_Lenient):
    """An endpoint reached a status; the template's rule lets IN_SERVICE through."""

    detail_type: Literal["SageMaker Endpoint State Change"] = Field(alias="detail-type")
    detail: _EndpointDetail

    @property
    def announcement(self) -> EndpointChanged:
        return EndpointChanged(self.detail.name)


class _PackageDetail(_Lenient):
    arn: str = Field(alias="ModelPackageArn", min_length=1)


class PackageStateChange(_Lenient):
    """A version in the model registry changed; the template's rule lets Approved through."""

    detail_type: Literal["SageMaker Model Package State Change"] = Field(alias="detail-type")
    time: _Time
    detail: _PackageDetail

    @property
    def announcement(self) -> PackageChanged:
        return PackageChanged(self.detail.arn, self.time)


class _NewModelDetail(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint: Name = Field(alias="Endpoint")
    model: str = Field(alias="Model", min_length=1, max_length=2048)
    package: str | None = Field(default=None, alias="ModelPackageArn", min_length=1, max_length=2048)
    data_set: _Uri | None = Field(default=None, alias="BaselineUri")
    at: _Time | None = Field(default=None, alias="At")


class NewModel(_Lenient):
    """An event of your own, from any source, with the detail type "Driftline New Model"."""

    detail_type: Literal["Driftline New Model"] = Field(alias="detail-type")
    time: _Time
    detail: _NewModelDetail

    @property
    def announcement(self) -> ModelAnnounced:
        """A time in the future counts as now: otherwise every model after it would be an older one."""
        detail = self.detail
        at = min(detail.at or self.time, self.time)
        return ModelAnnounced(detail.endpoint, detail.model, at, detail.package, detail.data_set)


class ModelEvent(
    RootModel[Annotated[EndpointStateChange | PackageStateChange | NewModel, Field(discriminator="detail_type")]]
):
    """The event with which EventBridge invokes adopt_model."""

    model_config = ConfigDict(frozen=True)


def announcement_of(event: dict[str, Any]) -> Announcement:
    """The announcement in the event.

    Raises:
        ValidationError: none of the three events, or one of your own with an invalid detail.
    """
    return ModelEvent.model_validate(event).root.announcement
