"""What adopting a model needs: the registry, and the files that a model brings along."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from driftline.domain.models.package import ModelPackage, ServedModel


class Models(Protocol):
    """The model registry and the endpoints."""

    def served(self, endpoint: str, variant: str | None) -> ServedModel | None:
        """What the endpoint serves; None when there is no such endpoint here.

        Args:
            variant: The production variant to look at; None takes the one with most weight, of equal ones the first
                by name.

        Raises:
            RetryLaterError: too many requests; a retry may help.
        """
        ...

    def package(self, name: str) -> ModelPackage | None:
        """A model package by ARN or name; None when there is none.

        Raises:
            RetryLaterError: too many requests; a retry may help.
            InvalidInputError: nobody allowed to look at it, as at those of other accounts that do not share them.
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
    """Files in other buckets that a model brings along."""

    def read(self, uri: str) -> bytes:
        """Raises InvalidInputError: there is no such file, nobody allowed to read it, or it is too large."""
        ...

    def check(self, uri: str) -> None:
        """Whether a file can be copied, whatever its size. Raises InvalidInputError: it cannot."""
        ...

    def list(self, uri: str) -> Sequence[DataFile]:
        """The file of this URI, or all files below it, sorted by name.

        Raises InvalidInputError: nobody allowed to list the bucket, or there is none.
        """
        ...

    def copy(self, uri: str, key: str) -> None:
        """Copies a file, whatever its size, to a key of the stack's bucket. Raises InvalidInputError, as read does."""
        ...
