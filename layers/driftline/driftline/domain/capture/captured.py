"""Whether the predictions of an endpoint are captured."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class CaptureState(StrEnum):
    """`FILES`: SageMaker cannot capture it, or nobody could ask, and capture files have arrived in the store."""

    ON = "on"
    STOPPED = "stopped"
    OFF = "off"
    FILES = "files"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Captured:
    """An endpoint's data capture.

    Attributes:
        sampling: Percent of the invocations; None unless SageMaker captures.
        options: `Input`, `Output`, `InputAndOutput`: what of an invocation.
        destination: An S3 URI, or empty.
        serverless: SageMaker cannot capture it.
        unseen: Why the state, or a part of it, is unknown.
    """

    state: CaptureState
    sampling: int | None = None
    options: tuple[str, ...] = ()
    destination: str = ""
    serverless: bool = False
    unseen: str = ""

    @property
    def arrives(self) -> bool:
        """Whether new predictions are, or may be, captured."""
        return self.state in {CaptureState.ON, CaptureState.FILES, CaptureState.UNKNOWN}

    def document(self) -> Mapping[str, object]:
        """For machines."""
        return {
            "state": self.state,
            "sampling_percentage": self.sampling,
            "options": list(self.options),
            "destination": self.destination or None,
            "serverless": self.serverless,
        }
