"""SageMaker's verdict on a window, checked against what Driftline's rules say about the same files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Known(StrEnum):
    """Why a violation of SageMaker's cannot be checked from its files; docs/guide/model-monitor.md explains each."""

    NO_BASELINE = "no baseline"
    NO_SKETCH = "no sketch"
    TYPES_NOT_COUNTED = "types not counted"
    VALUES_NOT_COUNTED = "values not counted"
    NOT_IN_STATISTICS = "not in the statistics"


@dataclass(frozen=True, slots=True, order=True)
class Violated:
    """A violated constraint.

    Attributes:
        subject: The feature, metric, or group.
        check: SageMaker's `constraint_check_type`.
    """

    subject: str
    check: str


@dataclass(frozen=True, slots=True)
class Recheck:
    """Both verdicts on one window.

    Attributes:
        theirs: What SageMaker's constraint_violations.json says.
        ours: What `comparison: sagemaker` says about its statistics.
        unchecked: Which of theirs the files do not decide.
    """

    theirs: frozenset[Violated]
    ours: frozenset[Violated]
    unchecked: Mapping[Violated, Known] = field(default_factory=dict)

    @property
    def unexplained(self) -> list[Violated]:
        """What only one of the two says, although the files decide it."""
        return sorted((self.theirs ^ self.ours) - self.unchecked.keys())


class Parity(Protocol):
    """See `Kind.parity`."""

    def recheck(self, own: Mapping[str, bytes], baseline: Mapping[str, bytes], where: str) -> Recheck:
        """The verdict on a window, from the files that SageMaker wrote.

        Args:
            own: Files of the execution by name. Without constraint_violations.json nothing was violated.
            baseline: Those of the baseline that there are.
            where: The folder, for errors.

        Raises:
            InvalidInputError: a file is missing or cannot be read.
        """
        ...


VIOLATIONS = "constraint_violations.json"
