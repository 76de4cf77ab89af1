"""Clients of AWS services, made by botocore.

boto3 makes the same clients, but imports its resources and its transfer manager first: a twelfth of a cold start.
Nothing imports botocore before the first client is made, because the command line works in folders without.
"""

from functools import cache
from typing import TYPE_CHECKING, Any, Literal, overload

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.session import Session
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient


@overload
def client_of(service: Literal["cloudwatch"], **config: Any) -> "CloudWatchClient": ...
@overload
def client_of(service: Literal["dynamodb"], **config: Any) -> "DynamoDBClient": ...
@overload
def client_of(service: Literal["events"], **config: Any) -> "EventBridgeClient": ...
@overload
def client_of(service: Literal["s3"], **config: Any) -> "S3Client": ...
@overload
def client_of(service: Literal["sagemaker"], **config: Any) -> "SageMakerClient": ...
@overload
def client_of(service: Literal["scheduler"], **config: Any) -> "EventBridgeSchedulerClient": ...
@overload
def client_of(service: Literal["sns"], **config: Any) -> "SNSClient": ...
@overload
def client_of(service: Literal["sqs"], **config: Any) -> "SQSClient": ...
@overload
def client_of(service: str, **config: Any) -> Any: ...


def client_of(service: str, **config: Any) -> Any:
    """A client with the credentials and the region of the process.

    Args:
        service: By its name in botocore.
        config: See `client_config`.
    """
    return session().create_client(service, config=client_config(**config))


def client_config(**config: Any) -> "Config":
    """Configuration of a client that makes five attempts if AWS throttles it or cannot be reached.

    Args:
        config: More, or other, arguments of botocore's `Config`.
    """
    from botocore.config import Config  # noqa: PLC0415, with the client

    return Config(**{"retries": {"mode": "standard", "max_attempts": 5}, **config})


@cache
def session() -> "Session":
    """One for all clients, which share its credentials and the descriptions of services and regions that it read."""
    from botocore.session import get_session  # noqa: PLC0415, costs 0.2 s

    return get_session()
