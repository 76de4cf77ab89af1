"""Endpoints of SageMaker in trouble: a real client, a real server."""

from threading import Event
from typing import Any

import boto3
import pytest
from botocore.config import Config

from driftline.adapters.aws.sagemaker_endpoints import SageMakerEndpoints
from driftline.domain.errors import InvalidInputError, RetryLaterError
from tests.answering import THROTTLED, AnsweringServer, answering


def ask(server: AnsweringServer, seconds: float = 30) -> bytes:
    """With one attempt, so that nobody waits for others."""
    make: Any = boto3.client
    client = make(
        "sagemaker-runtime",
        endpoint_url=server.address,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=seconds, proxies={}),
    )
    return SageMakerEndpoints(client).answer("risk-shadow", b"1,2\n", "text/csv", "text/csv")


def test_an_answer_is_its_bytes() -> None:
    with answering(lambda body: (200, body.upper().encode())) as server:
        assert ask(server) == b"1,2\n"


def test_one_that_does_not_answer_in_time_is_asked_again_later() -> None:
    release = Event()

    def slow(_body: str) -> tuple[int, bytes]:
        release.wait(60)
        return 200, b"0.5\n"

    with answering(slow) as server:
        with pytest.raises(RetryLaterError, match="risk-shadow: the endpoint does not answer"):
            ask(server, seconds=0.2)
        release.set()


def test_one_that_throttles_is_asked_again_later() -> None:
    with answering(lambda _: THROTTLED) as server, pytest.raises(RetryLaterError, match="ThrottlingException"):
        ask(server)


def test_one_whose_model_fails_is_an_error_with_a_mend() -> None:
    crashed = (424, b'{"message": "the model crashed"}')
    with answering(lambda _: crashed) as server, pytest.raises(InvalidInputError, match="the model crashed") as raised:
        ask(server)
    assert "PredictionEndpointArn" in raised.value.mend


def test_nobody_there() -> None:
    with answering(lambda _: (200, b"")) as server:
        pass
    with pytest.raises(InvalidInputError, match="could not be asked"):
        ask(server)
