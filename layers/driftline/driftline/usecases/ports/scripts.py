"""The user's own scripts."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from driftline.domain.capture.blocks import Preprocess

PREPROCESSOR_FAILED = "There is an exception raised in preprocessor script"
"""Errors of preprocessing scripts begin with it, as SageMaker's do."""


class Scripts(Protocol):
    """SageMaker's `preprocess_handler(inference_record[, logger])` and `postprocess_handler()`."""

    def preprocessor(self, source: str, name: str) -> AbstractContextManager[Preprocess]:
        """A loaded preprocessing script, for one capture file.

        Args:
            source: The script's text.
            name: Its file name, which errors show.

        Raises:
            InvalidInputError: the script cannot be loaded or has no `preprocess_handler`. In a call: its process ended,
                hangs or needs too much.
            ConnectionError: a connection of the script failed, which may pass.
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
            InvalidInputError: the script cannot be loaded, has no `postprocess_handler`, raised, ended its process,
                hangs, needs too much, or left files that cannot be taken.
            ConnectionError: a connection of the script failed, which may pass.
        """
        ...
