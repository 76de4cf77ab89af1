"""Incoming events of Amazon S3, through EventBridge.

Shape: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html. Unlike in S3's own notifications, keys are
not URL-encoded: a plus is a plus, a space is a space.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from driftline.domain.instants import Instant


class _Lenient(BaseModel):
    """AWS may add fields at any time."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class S3Bucket(_Lenient):
    name: str = Field(min_length=1)


class S3Object(_Lenient):
    key: str = Field(min_length=1)


class S3Detail(_Lenient):
    bucket: S3Bucket
    object: S3Object


class ObjectEvent(_Lenient):
    """An object was created or deleted. Which one does not matter: the current state decides."""

    detail_type: str = Field(alias="detail-type")
    time: Instant
    detail: S3Detail

    @property
    def bucket(self) -> str:
        return self.detail.bucket.name

    @property
    def key(self) -> str:
        return self.detail.object.key


class SweepRequest(BaseModel):
    """The template's schedule requests a sweep of all waiting ground truth, and that one of each endpoint's.

    Attributes:
        sweep: The scheduled time.
        endpoint: None for all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sweep: Instant
    endpoint: str | None = Field(default=None, min_length=1)


class FreshnessRequest(BaseModel):
    """The template's schedule requests a check of all endpoints, as of its scheduled time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Instant


class IndexRequest(BaseModel):
    """render_report requests the page of all endpoints."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    render: Literal["index"]


class GroundTruthMessage(RootModel[SweepRequest | ObjectEvent]):
    """What the queue of merge_ground_truth holds."""

    model_config = ConfigDict(frozen=True)
