"""The record that SageMaker hands to a preprocessing script.

Attributes are as documented in the developer guide, "Preprocessing and Postprocessing", so scripts written for Model
Monitor run unchanged. Missing values are None.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, override


@dataclass(frozen=True, slots=True)
class EventMetadata:
    """Who and when."""

    event_id: str | None
    event_time: str | None
    custom_attribute: list[str] | None
    inference_id: str | None

    @classmethod
    def of(cls, part: Mapping[str, object]) -> Self:
        attributes = part.get("customAttributes")
        return cls(
            event_id=_text(part.get("eventId")),
            event_time=_text(part.get("inferenceTime")),
            custom_attribute=[str(item) for item in attributes] if isinstance(attributes, list) else None,
            inference_id=_text(part.get("inferenceId")),
        )


@dataclass(frozen=True, slots=True)
class EventData:
    """One payload."""

    encoding: str | None
    data: str | None
    observedContentType: str | None  # noqa: N815 - SageMaker's name
    mode: str | None

    @classmethod
    def of(cls, part: object) -> Self | None:
        if not isinstance(part, Mapping):
            return None
        return cls(*(_text(part.get(name)) for name in ("encoding", "data", "observedContentType", "mode")))


class InferenceRecord:
    """One capture record or merged record, as scripts see it.

    Args:
        event_dict: The line of the capture file as JSON.
    """

    def __init__(self, event_dict: dict[str, object]) -> None:
        self._event_dict = event_dict
        captured = _part(event_dict, "captureData")
        self.event_metadata = EventMetadata.of(_part(event_dict, "eventMetadata"))
        self.event_version = _text(event_dict.get("eventVersion"))
        self.endpoint_input = EventData.of(captured.get("endpointInput"))
        self.endpoint_output = EventData.of(captured.get("endpointOutput"))
        self.batch_transform_output = EventData.of(captured.get("batchTransformOutput"))
        self.ground_truth = EventData.of(event_dict.get("groundTruthData"))

    @property
    def event_dict(self) -> dict[str, object]:
        return self._event_dict

    def as_dict(self) -> dict[str, object]:
        return self._event_dict

    @override
    def __str__(self) -> str:
        return str(self._event_dict)


def _part(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = document.get(name)
    return part if isinstance(part, Mapping) else {}


def _text(value: object) -> str | None:
    return None if value is None else str(value)
