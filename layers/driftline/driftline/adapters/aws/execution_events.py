"""What has pages rendered: the event after an execution on the default bus, an incident of `watch`, or a person."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, RootModel

from driftline.adapters.aws.events_in import ObjectEvent
from driftline.domain.errors import InvalidInputError
from driftline.domain.incidents.open_watch import endpoint_of_open_watch

_S3 = "aws.s3"


class _Detail(BaseModel):
    """Detail of `Monitoring Execution Completed` or `… Failed` (Execution.event_detail): what a page needs.

    Attributes:
        report_uri: Empty for a failed execution without a page.
        revision: 0 for a failed execution.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    report_uri: str = Field(alias="ReportUri")
    revision: int = Field(alias="Revision", ge=0)


class RenderRequest(BaseModel):
    """Which page: `folder` with a trailing slash; without a revision, the one recorded in the store."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: str = Field(min_length=1, pattern=r"/$")
    revision: int | None = None

    @classmethod
    def of(cls, event: Mapping[str, Any], bucket_uri: str) -> Self | None:
        """From the event, or from `{"folder": "reports/…/"}`.

        Args:
            bucket_uri: What the event's ReportUri begins with.

        Returns:
            None for a failed execution without a page: it was requested by hand, and the caller has the answer.

        Raises:
            InvalidInputError: the report is in another bucket.
        """
        if "detail" not in event:
            return cls.model_validate(event)
        detail = _Detail.model_validate(event["detail"])
        if not detail.report_uri and not detail.revision:
            return None
        if not detail.report_uri.startswith(bucket_uri):
            raise InvalidInputError("the report is in another bucket", where=detail.report_uri, expected=bucket_uri)
        return cls(folder=detail.report_uri.removeprefix(bucket_uri), revision=detail.revision or None)


class WatchRequest(BaseModel):
    """An incident of `watch` began or ended: the page of its endpoint. None for objects that are not incidents."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint: str | None

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Self | None:
        """From S3's event; None for other events."""
        if event.get("source") != _S3:
            return None
        return cls(endpoint=endpoint_of_open_watch(ObjectEvent.model_validate(event).key))


class RenderMessage(RootModel[dict[str, Any]]):
    """What the queue of render_report holds: events, read by `WatchRequest.of` and `RenderRequest.of`."""

    model_config = ConfigDict(frozen=True)
