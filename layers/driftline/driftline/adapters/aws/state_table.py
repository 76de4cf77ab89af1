"""Small shared state in one DynamoDB table: partition key `pk`, the kind; sort key `sk`, the name."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from driftline.adapters.aws.clients import client_of
from driftline.domain.errors import InvalidInputError, RetryLaterError, StaleReadError
from driftline.usecases.ports import StateItem

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CONFLICT = "ConditionalCheckFailedException"
_LATER = {
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionConflictException",
}


_TOO_LARGE = "Item size has exceeded the maximum allowed size"
"""In the message of a ValidationException, the only hint at the broken rule."""


class DynamoTable:
    """A StateTable. Expired items are still returned until DynamoDB deletes them, within some days.

    Args:
        table: The table's name.
        client: A boto3 DynamoDB client; created unless given.
    """

    def __init__(self, table: str, client: "DynamoDBClient | None" = None) -> None:
        self._table = table
        self._client = client or client_of("dynamodb")

    def get(self, kind: str, name: str) -> StateItem | None:
        with self._errors(kind, name):
            answer = self._client.get_item(TableName=self._table, Key=_key(kind, name), ConsistentRead=True)
        return _item(answer["Item"]) if "Item" in answer else None

    def put(self, kind: str, name: str, body: str, *, version: int, expires: datetime | None = None) -> int:
        """A write whose answer was lost, and that botocore repeats, looks like a conflict: read again to find out."""
        item: dict[str, Any] = {**_key(kind, name), "body": {"S": body}, "version": {"N": str(version + 1)}}
        if expires is not None:
            item["expires"] = {"N": str(int(expires.timestamp()))}
        condition: dict[str, Any] = (
            {
                "ConditionExpression": "#version = :version",
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": {":version": {"N": str(version)}},
            }
            if version
            else {"ConditionExpression": "attribute_not_exists(pk)"}
        )
        with self._errors(kind, name):
            self._client.put_item(TableName=self._table, Item=item, **condition)
        return version + 1

    def list(self, kind: str) -> Sequence[StateItem]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :kind",
            ExpressionAttributeValues={":kind": {"S": kind}},
            ConsistentRead=True,
        )
        with self._errors(kind, ""):
            return [_item(item) for page in pages for item in page["Items"]]

    @contextmanager
    def _errors(self, kind: str, name: str) -> Iterator[None]:
        where = f"{self._table}: {kind}/{name}"
        try:
            yield
        except self._client.exceptions.ClientError as error:
            code = error.response["Error"]["Code"]
            if code == _CONFLICT:
                raise StaleReadError("another process wrote the item", where=where) from None
            if code in _LATER:
                raise RetryLaterError(f"DynamoDB: {code}", where=where) from error
            if _TOO_LARGE in error.response["Error"].get("Message", ""):
                raise InvalidInputError("the item is too large", where=where, expected="at most 400 KB") from error
            raise


def is_throttled(error: BaseException | None) -> bool:
    """Whether an error of botocore means throttling, or trouble in DynamoDB."""
    answer = getattr(error, "response", None)
    return isinstance(answer, dict) and answer.get("Error", {}).get("Code") in _LATER


def _key(kind: str, name: str) -> dict[str, Any]:
    return {"pk": {"S": kind}, "sk": {"S": name}}


def _item(item: Any) -> StateItem:
    return StateItem(item["sk"]["S"], item["body"]["S"], int(item["version"]["N"]))
