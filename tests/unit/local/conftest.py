"""A SageMaker whose pipelines run, with an S3 and an IAM beside it: one moto server for all tests of it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local import stack
from local.sagemaker import SageMakerServer


@pytest.fixture(scope="session")
def server() -> Iterator[SageMakerServer]:
    with SageMakerServer(pipelines=True) as running:
        yield running


@pytest.fixture(scope="session")
def client(server: SageMakerServer) -> Callable[[str], Any]:
    """A boto3 client for a service."""
    clients: dict[str, Any] = {}

    def of(service: str) -> Any:
        if service not in clients:
            clients[service] = stack.client(service, server.endpoint)
        return clients[service]

    return of
