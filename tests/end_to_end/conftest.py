"""One embedded cloud per test module, with the template's IAM roles enforced."""

from collections.abc import Iterator

import pytest

from local.cloud import EmbeddedCloud


@pytest.fixture(scope="module")
def cloud() -> Iterator[EmbeddedCloud]:
    with EmbeddedCloud() as running:
        yield running
