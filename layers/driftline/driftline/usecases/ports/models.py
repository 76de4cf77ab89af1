"""What adopting a model needs: the registry, and the files of a model package."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from driftline.domain.models.package import ModelPackage, ServedModel


class Models(Protocol):
    """The model registry and the endpoints."""

    def served(self, endpoint: str, variant: str | None) -> ServedModel | None:
        """The model that the endpoint serves; None if there is no such endpoint in this account and region.

        Args:
            variant: The production variant; None for the one with most weight, or the first by name of equal ones.

        Raises:
            RetryLaterError: too many requests; a retry may help.
        """
        ...

    def package(self, name: str) -> ModelPackage | None:
        """A model package by ARN or name; None if there is none.

        Raises:
            RetryLaterError: too many requests; a retry may help.
            InvalidInputError: no permission to read it, for example if another account does not share it.
        """
        ...


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of a data set.

    Attributes:
        name: Its path below the data set's URI.
        etag: Changes with its bytes.
    """

    uri: str
    name: str
    size: int
    etag: str


class ModelFiles(Protocol):
    """Files of a model package in other buckets."""

    def read(self, uri: str) -> bytes:
        """Raises InvalidInputError: the file does not exist, may not be read, or is too large."""
        ...

    def check(self, uri: str) -> None:
        """Checks that a file of any size can be copied. Raises InvalidInputError: it cannot."""
        ...

    def list(self, uri: str) -> Sequence[DataFile]:
        """The file of this URI, or all files below it, sorted by name.

        Raises InvalidInputError: the bucket does not exist or may not be listed.
        """
        ...

    def copy(self, uri: str, key: str) -> None:
        """Copies a file of any size to a key of the stack's bucket. Raises InvalidInputError as `read` does."""
        ...
