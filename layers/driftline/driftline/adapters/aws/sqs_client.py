"""The SQS client of functions."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_CONNECTIONS = 10
"""botocore's own number."""


def sqs_client(connections: int = _CONNECTIONS) -> "SQSClient":
    """Args: connections: how many requests may be under way at once."""
    import boto3  # noqa: PLC0415, costs 0.3 s
    from botocore.config import Config  # noqa: PLC0415

    config = Config(max_pool_connections=connections, retries={"mode": "standard", "max_attempts": 5})
    return boto3.client("sqs", config=config)
