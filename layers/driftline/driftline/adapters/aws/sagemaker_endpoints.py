"""SageMaker's endpoints, asked for predictions."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from driftline.adapters.aws.clients import client_config, client_of
from driftline.domain.errors import InvalidInputError, RetryLaterError

if TYPE_CHECKING:
    from boto3 import Session

_LATER = frozenset({"ThrottlingException", "ServiceUnavailable", "InternalFailure", "InternalDependencyException"})
_ATTEMPTS = 8
"""With SageMaker's throttling in mind: the client waits longer each time."""


class SageMakerEndpoints:
    """`Predictor` of SageMaker.

    Args:
        client: A boto3 client of sagemaker-runtime; created on first use unless given.
        session: With credentials and a region for that; otherwise those of the process.
    """

    def __init__(self, client: Any = None, session: "Session | None" = None) -> None:
        self._given = client
        self._session = session

    def answer(self, endpoint: str, body: bytes, content_type: str, accept: str) -> bytes:
        """See `Predictor.answer`."""
        from botocore.exceptions import (  # noqa: PLC0415, with the client
            BotoCoreError,
            ClientError,
            ConnectTimeoutError,
            ReadTimeoutError,
        )

        try:
            found = self._client.invoke_endpoint(
                EndpointName=endpoint, Body=body, ContentType=content_type, Accept=accept
            )
            return bytes(found["Body"].read())
        except ClientError as error:
            code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
            if code in _LATER:
                raise RetryLaterError(f"the endpoint cannot answer now: {code}", where=endpoint) from None
            raise InvalidInputError(
                f"the endpoint refused to predict: {message or code}",
                where=endpoint,
                expected="an endpoint that is in service, takes these rows, and may be asked",
                mend="Correct predictor, or give the stack the endpoint's ARN as PredictionEndpointArn.",
            ) from None
        except (ConnectTimeoutError, ReadTimeoutError) as error:
            raise RetryLaterError(f"the endpoint does not answer: {error}", where=endpoint) from None
        except BotoCoreError as error:
            raise InvalidInputError(
                f"the endpoint could not be asked: {error}",
                where=endpoint,
                expected="a region and credentials of AWS that may invoke it",
                mend="Set them, or add the predictions to the data set.",
            ) from None

    @cached_property
    def _client(self) -> Any:
        if self._given is not None:
            return self._given
        config = {"retries": {"mode": "adaptive", "max_attempts": _ATTEMPTS}, "read_timeout": 70}
        if self._session is None:
            return client_of("sagemaker-runtime", **config)
        return self._session.client("sagemaker-runtime", config=client_config(**config))
