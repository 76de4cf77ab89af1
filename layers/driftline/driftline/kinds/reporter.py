"""The heavy half of a kind that faces people: it reads an execution's files and says what they mean.

Apart from the engine, because what shows verdicts need not bring what reaches them.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from driftline.domain.executions.files import ExecutionFiles
from driftline.domain.executions.outcome import Outcome
from driftline.domain.executions.past import PastExecution
from driftline.domain.executions.place import Place
from driftline.presentation.report import Report
from driftline.presentation.tables import Table


class Facts(Protocol):
    """All that the files of an execution say. What is beyond the outcome is the kind's own."""

    @property
    def outcome(self) -> Outcome: ...


class Reporter[Read: Facts](Protocol):
    """See `Kind.reporter`. Files are identified by their names."""

    @property
    def own_files(self) -> Sequence[str]:
        """Files of an execution that a report is made of, besides summary.json. The first one is always there."""
        ...

    @property
    def past_files(self) -> Sequence[str]:
        """Those that are read of an earlier execution that has no summary.json."""
        ...

    @property
    def previous_files(self) -> Sequence[str]:
        """Those of the execution before that stand in for a baseline that lacks them."""
        ...

    def recognises(self, place: Place, files: ExecutionFiles) -> bool:
        """Whether the files are of this kind, also if SageMaker wrote them: its schedules may have any name.

        Raises:
            InvalidInputError: a file cannot be read at all.
        """
        ...

    def read(self, place: Place, files: ExecutionFiles) -> Read:
        """Raises InvalidInputError: a file cannot be read."""
        ...

    def past(self, place: Place, files: Mapping[str, bytes]) -> PastExecution:
        """An earlier execution, from its summary.json or else from `past_files`.

        Raises:
            InvalidInputError: a file is missing or cannot be read.
        """
        ...

    def report(self, facts: Read, past: Sequence[PastExecution], revised: PastExecution | None = None) -> Report:
        """What the execution says to people.

        Args:
            past: Earlier executions, oldest first.
            revised: The revision that this one replaces.
        """
        ...

    def baseline(self, files: Mapping[str, bytes], where: str) -> Table:
        """What a baseline was measured to be.

        Args:
            files: The files that `Engine.suggest` wrote, by name; suggestions under the name that they would have.
            where: The baseline, for errors.

        Raises:
            InvalidInputError: a file cannot be read.
        """
        ...
