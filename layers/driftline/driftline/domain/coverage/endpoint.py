"""An endpoint with its watches: by whom it is watched, and what is probably not meant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from driftline.domain.capture.captured import Captured
from driftline.domain.coverage.watch import Evaluated, Watch, Watcher
from driftline.domain.instants import format_instant


class WatchedBy(StrEnum):
    DRIFTLINE = "driftline"
    SAGEMAKER = "sagemaker"
    BOTH = "both"
    NOBODY = "nobody"
    UNKNOWN = "unknown"
    """Not Driftline, and SageMaker's schedules could not be listed."""


@dataclass(frozen=True, slots=True)
class EndpointCoverage:
    """One endpoint.

    Attributes:
        status: SageMaker's EndpointStatus; None if SageMaker has no such endpoint, or nobody looked.
        absent: SageMaker was asked for all of its endpoints, and this is none.
        schedules_seen: Whether all of SageMaker's schedules are known; also if nobody wanted to look.
        reports: Whether the store has reports of it.
        document_error: What is wrong with its monitor document; empty if nothing is.
        reads_bucket: The bucket that its monitor document reads captures from; empty without a document, or where the
            store is a folder, which stands for every bucket.
    """

    endpoint: str
    status: str | None
    watches: tuple[Watch, ...]
    captured: Captured
    absent: bool = False
    schedules_seen: bool = True
    reports: bool = False
    document_error: str = ""
    reads_bucket: str = ""

    @property
    def watched_by(self) -> WatchedBy:
        """By those whose monitors or schedules are active."""
        by = {each.by for each in self.watches if each.active}
        if len(by) > 1:
            return WatchedBy.BOTH
        if by:
            return WatchedBy(by.pop())
        return WatchedBy.NOBODY if self.schedules_seen else WatchedBy.UNKNOWN

    @property
    def evaluated(self) -> Evaluated | None:
        """The last of all watches."""
        found = [each.evaluated for each in self.watches if each.evaluated]
        return max(found, key=lambda each: each.scheduled, default=None)

    @property
    def never_watched(self) -> bool | None:
        """Whether nothing says that anybody ever evaluated a window of it. None: not all that may say so was seen."""
        if self.evaluated or self.reports:
            return False
        return True if self.schedules_seen and not any(each.unseen for each in self.watches) else None

    def notes(self) -> Iterator[str]:
        """What is probably not meant, a sentence each."""
        if self.document_error:
            yield f"Its monitor document cannot be used ({self.document_error}): run `driftline validate`."
        watched = self.watched_by in {WatchedBy.DRIFTLINE, WatchedBy.SAGEMAKER, WatchedBy.BOTH}
        if self.absent and any(each.by is Watcher.SAGEMAKER for each in self.watches):
            yield "SageMaker has a schedule for it, and no such endpoint in this region."
        elif watched and self.captured.serverless and not self.captured.arrives:
            yield "It is watched, and SageMaker does not capture serverless endpoints (docs/guide/capture-anywhere.md)."
        elif watched and not self.captured.arrives:
            yield "It is watched, and its predictions are not captured."
        bucket = self.captured.destination.removeprefix("s3://").partition("/")[0]
        if bucket and self.reads_bucket and bucket != self.reads_bucket:
            yield (
                f"It captures to the bucket {bucket}, and its monitor document reads {self.reads_bucket}: "
                "set capture.bucket."
            )

    def document(self) -> Mapping[str, object]:
        """For machines."""
        last = self.evaluated
        return {
            "endpoint": self.endpoint,
            "status": self.status,
            "watched_by": self.watched_by,
            "never_watched": self.never_watched,
            "last_evaluated": format_instant(last.scheduled) if last else None,
            "watches": [each.document() for each in self.watches],
            "capture": self.captured.document(),
            "notes": list(self.notes()),
        }
