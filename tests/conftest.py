"""Fixtures that all tests share."""

from pathlib import Path

import boto3
import pytest

pytest_plugins = ["tests.browser.opening"]
"""Pages are opened in a browser by tests of pages, and by the demo's."""

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the repository; see its README for what is in it."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data sets (../shared/data) are not beside this clone")
    return folder


@pytest.fixture(autouse=True)
def _credentials_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 keeps the credentials that it found first; a test finds those of its own environment."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
