"""Fixtures of the adapters' tests: moto in process, never a real account."""

from collections.abc import Iterator

import pytest

from tests.aws import fake_aws


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """moto's AWS with credentials that are worth nothing elsewhere."""
    with fake_aws(monkeypatch, "eu-west-1"):
        yield
