"""The part of a document that says how an endpoint is asked for predictions."""

from typing import Annotated, Literal

from pydantic import Field

from driftline.domain.monitors.fields import Part

ContentType = Literal["text/csv", "application/jsonlines", "application/json"]


class PredictorSettings(Part):
    """An endpoint that is asked for predictions of a baseline's data set; better not the one in production."""

    endpoint: Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[A-Za-z0-9](-*[A-Za-z0-9])*$")]
    """Its name."""

    content_type: ContentType = "text/csv"
    """What it gets."""

    accept_type: ContentType | None = None
    """What it answers. Default: what it gets."""

    content_template: Annotated[str, Field(max_length=4096)] | None = None
    """Of JSON Lines, a line with $features; of JSON, the document with $records."""

    record_template: Annotated[str, Field(max_length=4096)] | None = None
    """Of JSON, a record with $features or $features_kvp."""

    rows_per_request: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 100
    """Rows that are sent at once."""

    most_requests: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1_000
    """A data set that takes more requests is refused before the first one."""
