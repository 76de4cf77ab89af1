"""Events of SageMaker, as EventBridge has them.

Shapes: https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from local.pipeline.runner import ExecutionRecord

SOURCE = "aws.sagemaker"
PIPELINE_ENDED = "SageMaker Model Building Pipeline Execution Status Change"


def put(client: Any, detail_type: str, resources: Sequence[str], detail: Mapping[str, Any], at: datetime) -> None:
    """Puts an event on the default bus, at its simulated time."""
    entry = {
        "Source": SOURCE,
        "DetailType": detail_type,
        "Resources": list(resources),
        "Detail": json.dumps(detail),
        "Time": at,
    }
    client.put_events(Entries=[entry])


def ended(execution: ExecutionRecord) -> Mapping[str, Any]:
    """The detail of the event at the end of an execution."""
    assert execution.ended is not None
    return {
        "pipelineExecutionDisplayName": execution.name,
        "currentPipelineExecutionStatus": execution.status,
        "previousPipelineExecutionStatus": "Executing",
        "executionStartTime": _moment(execution.started),
        "executionEndTime": _moment(execution.ended),
        "pipelineExecutionDescription": "",
        "pipelineArn": execution.pipeline,
        "pipelineExecutionArn": execution.arn,
    }


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
