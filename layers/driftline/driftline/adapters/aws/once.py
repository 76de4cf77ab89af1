"""Runs an action once per key, with the idempotency utility of Powertools, in the same table as all other state."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from driftline.adapters.aws.clients import client_of
from driftline.adapters.aws.state_table import is_throttled
from driftline.domain.errors import RetryLaterError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient

KIND = "once"
"""The partition of the table."""

LEASE = timedelta(seconds=60)
"""How long an action may take. A process that dies blocks others no longer than this."""

REMEMBERED = timedelta(days=15)
"""A day longer than a queue keeps a message, so that redriven messages are recognised."""

_WAIT = 5.0
"""Seconds: an action in progress elsewhere is finished soon."""


class OnceInDynamo:
    """A Once.

    Args:
        table: The table's name.
        client: A boto3 DynamoDB client; created unless given.
        lease: How long an action may take before another process may try it.
    """

    def __init__(self, table: str, client: "DynamoDBClient | None" = None, lease: timedelta = LEASE) -> None:
        from aws_lambda_powertools.utilities.idempotency import (  # noqa: PLC0415, it imports boto3
            DynamoDBPersistenceLayer,
            IdempotencyConfig,
        )

        self._layer = DynamoDBPersistenceLayer(
            table_name=table,
            key_attr="pk",
            sort_key_attr="sk",
            static_pk_value=KIND,
            expiry_attr="expires",
            boto3_client=client or client_of("dynamodb"),
        )
        self._config = IdempotencyConfig(
            expires_after_seconds=int(REMEMBERED.total_seconds()),
            hash_function="sha256",
            lambda_context=cast("LambdaContext", _Lease(lease)),
        )

    def __call__(self, key: str, action: Callable[[], Mapping[str, object]]) -> Mapping[str, object]:
        """An action whose end could not be recorded may run again after the lease."""
        from aws_lambda_powertools.utilities.idempotency import idempotent_function  # noqa: PLC0415
        from aws_lambda_powertools.utilities.idempotency.exceptions import (  # noqa: PLC0415
            IdempotencyAlreadyInProgressError,
            IdempotencyInconsistentStateError,
            IdempotencyPersistenceLayerError,
        )

        def act(*, key: str) -> dict[str, Any]:  # noqa: ARG001, Powertools reads it
            return dict(action())

        act_once = idempotent_function(
            act, data_keyword_argument="key", persistence_store=self._layer, config=self._config, key_prefix=KIND
        )
        try:
            return dict(act_once(key=key))
        except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError):
            raise RetryLaterError("another process is doing it right now", where=key, after=_WAIT) from None
        except IdempotencyPersistenceLayerError as error:
            if is_throttled(error.__cause__):
                raise RetryLaterError(f"DynamoDB: {error}", where=key) from error
            raise


class _Lease:
    """The remaining time for Powertools: always the lease, because each action is short."""

    def __init__(self, lease: timedelta) -> None:
        self._millis = int(lease.total_seconds() * 1000)

    def get_remaining_time_in_millis(self) -> int:
        return self._millis
