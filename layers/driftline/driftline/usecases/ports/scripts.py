"""The user's own scripts."""

from collections.abc import Mapping
from typing import Protocol

from driftline.domain.capture.blocks import Preprocess

PREPROCESSOR_FAILED = "There is an exception raised in preprocessor script"
"""Errors of preprocessing scripts begin with it, as SageMaker's do."""


class Scripts(Protocol):
    """SageMaker's `preprocess_handler(inference_record[, logger])` and `postprocess_handler()`."""

    def preprocessor(self, source: str, name: str) -> Preprocess:
        """A loaded preprocessing script.

        Args:
            source: The script's text.
            name: Its file name, which errors show.

        Raises:
            InvalidInputError: the script cannot be loaded or has no `preprocess_handler`.
        """
        ...

    def postprocess(self, source: str, name: str, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """Runs a `postprocess_handler()` in a folder with the files of an execution.

        Args:
            source, name: As above.
            files: Name -> bytes of the execution's files, such as `statistics.json`.

        Returns:
            The files that the script added or changed.

        Raises:
            InvalidInputError: the script cannot be loaded, has no `postprocess_handler`, or raised.
        """
        ...
