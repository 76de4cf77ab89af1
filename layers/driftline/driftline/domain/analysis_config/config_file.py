"""analysis_config.json of SageMaker Clarify, as far as one kind of monitor reads it."""

from collections.abc import Callable
from dataclasses import dataclass

from driftline.domain.analysis_config.fields import Fields, fields_of
from driftline.domain.analysis_config.problem import Problem

FILE = "analysis_config.json"


@dataclass(frozen=True, slots=True)
class ConfigFile[Config]:
    """Reads what is asked for. Every problem is found, not only the first: Clarify names them one by one.

    Attributes:
        of: Reads the fields, and adds to their problems.
    """

    of: Callable[[Fields], Config]

    def parse(self, body: bytes | str, where: str = FILE) -> Config:
        """Raises InvalidInputError: the first problem of the file; `problems` has all of them."""
        config, problems = self.read(body)
        if config is None or problems:
            raise problems[0].error(where)
        return config

    def problems(self, body: bytes | str) -> list[Problem]:
        """All problems of the file, in the order in which its fields are read; none if it can be used."""
        return self.read(body)[1]

    def read(self, body: bytes | str) -> tuple[Config | None, list[Problem]]:
        """The configuration, or None, and what is wrong with it."""
        fields, problems = fields_of(body)
        if fields is None:
            return None, problems
        config = self.of(fields)
        return (None if problems else config), problems
