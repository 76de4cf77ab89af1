"""Does the bucket that endpoints capture to say so to EventBridge, and may the stack read it?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from driftline.domain.doctor.line import Line, fault, ok


@dataclass(frozen=True, slots=True)
class BucketFacts:
    """A bucket whose objects are events.

    Attributes:
        exists: Whether S3 knows it.
        eventbridge: Whether it sends its events to EventBridge.
        others: Whether it notifies queues, topics or functions as well.
    """

    name: str
    exists: bool = True
    eventbridge: bool = True
    others: bool = False


def check_captures(
    buckets: Sequence[BucketFacts], parameter: Sequence[str], captured_to: Mapping[str, str | None]
) -> Iterator[Line]:
    """The buckets that the stack listens to, and what monitor documents say.

    Args:
        parameter: The names in CaptureBucketName; empty for the stack's own bucket.
        captured_to: By endpoint, the bucket that its document names; None for the stack's own.
    """
    yield from map(_notifications, buckets)
    for endpoint, bucket in captured_to.items():
        if bucket is not None and bucket not in parameter:
            allowed = f"only {', '.join(parameter)}" if parameter else "no bucket but its own"
            wanted = ",".join((*parameter, bucket))
            yield fault(
                f"monitors/{endpoint}.yaml names the capture bucket {bucket}, and the stack may read {allowed}.",
                f"`sam deploy --guided` with CaptureBucketName={wanted}, or correct capture.bucket in the document.",
            )


def _notifications(bucket: BucketFacts) -> Line:
    name = bucket.name
    if not bucket.exists:
        return fault(f"The bucket {name} does not exist.", "Check CaptureBucketName, and deploy the stack again.")
    if bucket.eventbridge:
        return ok(f"The bucket {name} sends its events to EventBridge.")
    mend = (
        "Turn on Amazon EventBridge in the bucket's properties in the console: it has other notifications, which "
        "`put-bucket-notification-configuration` would replace."
        if bucket.others
        else f"`aws s3api put-bucket-notification-configuration --bucket {name} "
        "--notification-configuration '{\"EventBridgeConfiguration\": {}}'`"
    )
    return fault(f"The bucket {name} sends no events to EventBridge: files that arrive are not seen.", mend)
