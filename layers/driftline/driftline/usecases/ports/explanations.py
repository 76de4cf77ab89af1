"""What explanations need: the files of models, and a way back to those who wait."""

from typing import Protocol

from driftline.domain.explanations.waiting import Resume


class ExplainedModels(Protocol):
    """Files of models, in the stack's bucket or another one."""

    def etag(self, uri: str) -> str:
        """Changes with the file's bytes. Raises InvalidInputError: it does not exist, or may not be read."""
        ...

    def read(self, uri: str) -> bytes:
        """Raises InvalidInputError: it does not exist, may not be read, or is too large."""
        ...


class Resumes(Protocol):
    """Lets those go on who waited."""

    def resume(self, resume: Resume) -> None: ...
