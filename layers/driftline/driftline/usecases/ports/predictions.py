"""Predictions of an endpoint."""

from typing import Protocol


class Predictor(Protocol):
    """Asks endpoints."""

    def answer(self, endpoint: str, body: bytes, content_type: str, accept: str) -> bytes:
        """The endpoint's answer to one request.

        Raises:
            InvalidInputError: there is no such endpoint, it may not be asked, or it refuses the request.
            RetryLaterError: it cannot answer now.
        """
        ...
