"""What data capture of a SageMaker endpoint writes, and where: for `deploy()` of SageMaker's own SDK."""

from collections.abc import Sequence
from typing import ClassVar

from driftline.domain.keys import CAPTURE
from driftline.sagemaker.session import session_of


class DataCaptureConfig:
    """Data capture into the place's `capture/`, where the stack reads.

    Args:
        enable_capture: Whether to capture.
        sampling_percentage: Of the invocations, 0 to 100.
        destination_s3_uri: By default `capture/` in the stack's bucket, or the folder.
        kms_key_id: Of the captured files, which SageMaker encrypts.
        capture_options: `REQUEST`, `RESPONSE` or both.
        csv_content_types, json_content_types: Which payloads are text.
        sagemaker_session: As that of a monitor; asked only without a destination.
    """

    API_MAPPING: ClassVar[dict[str, str]] = {"REQUEST": "Input", "RESPONSE": "Output"}

    def __init__(
        self,
        enable_capture: bool,
        sampling_percentage: int = 20,
        destination_s3_uri: str | None = None,
        kms_key_id: str | None = None,
        capture_options: Sequence[str] | None = None,
        csv_content_types: Sequence[str] | None = None,
        json_content_types: Sequence[str] | None = None,
        sagemaker_session: object = None,
    ) -> None:
        self.enable_capture = enable_capture
        self.sampling_percentage = sampling_percentage
        self.destination_s3_uri = destination_s3_uri or session_of(sagemaker_session).store.uri(CAPTURE).rstrip("/")
        self.kms_key_id = kms_key_id
        self.capture_options = list(capture_options or ("REQUEST", "RESPONSE"))
        self.csv_content_types = list(csv_content_types or ("text/csv",))
        self.json_content_types = list(json_content_types or ("application/json",))

    def _to_request_dict(self) -> dict[str, object]:
        """The DataCaptureConfig of CreateEndpointConfig: SageMaker's SDK calls this by its name."""
        request: dict[str, object] = {
            "EnableCapture": self.enable_capture,
            "InitialSamplingPercentage": self.sampling_percentage,
            "DestinationS3Uri": self.destination_s3_uri,
            "CaptureOptions": [
                {"CaptureMode": self.API_MAPPING.get(option.upper(), option)} for option in self.capture_options
            ],
            "CaptureContentTypeHeader": {
                "CsvContentTypes": self.csv_content_types,
                "JsonContentTypes": self.json_content_types,
            },
        }
        return request | ({"KmsKeyId": self.kms_key_id} if self.kms_key_id is not None else {})
