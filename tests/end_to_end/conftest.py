"""One embedded cloud per test module, with the template's IAM roles enforced."""

from collections.abc import Iterator

import pytest

from local.cloud import EmbeddedCloud
from tests.end_to_end.endpoint import HOUR


@pytest.fixture(scope="module")
def cloud() -> Iterator[EmbeddedCloud]:
    with EmbeddedCloud(clock=HOUR) as running:
        yield running
