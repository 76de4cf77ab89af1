"""Captures predictions of any server in SageMaker's layout (docs/guide/capture-anywhere.md).

Nothing here needs more than the standard library, and boto3 for a bucket.
"""

from driftline.capture.asgi import CaptureMiddleware
from driftline.capture.cloud_events import CloudEventsReceiver
from driftline.capture.functions import captured_handler
from driftline.capture.limits import Limits
from driftline.capture.recorder import ID_HEADER, Capture
from driftline.capture.serverless import ServerlessEndpoint, ServerlessProxy
from driftline.capture.statistics import Statistics

__all__ = [
    "ID_HEADER",
    "Capture",
    "CaptureMiddleware",
    "CloudEventsReceiver",
    "Limits",
    "ServerlessEndpoint",
    "ServerlessProxy",
    "Statistics",
    "captured_handler",
]
