"""SageMaker's verdict on a window, checked against what Driftline's rules say about the same files."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol, Self


class Known(StrEnum):
    """Why both verdicts on a window may differ; docs/guide/move-over.md explains each."""

    NO_BASELINE = "no baseline"
    NO_SKETCH = "no sketch"
    TYPES_NOT_COUNTED = "types not counted"
    VALUES_NOT_COUNTED = "values not counted"
    NOT_IN_STATISTICS = "not in the statistics"
    OTHER_ROWS = "other rows"


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
        unchecked: Differences that have a known reason.
        rows: How many SageMaker saw; None if its files do not say.
    """

    theirs: frozenset[Violated]
    ours: frozenset[Violated]
    unchecked: Mapping[Violated, Known] = field(default_factory=dict)
    rows: int | None = None

    def with_captures(self, ours: frozenset[Violated], rows: int) -> Self:
        """Our verdict on the captured data in place of that on SageMaker's statistics.

        Args:
            rows: How many there are.
        """
        differ = self.theirs ^ ours
        lost = (Known.NO_BASELINE, Known.NO_SKETCH)
        unchecked = {each: why for each, why in self.unchecked.items() if each in differ and why in lost}
        if rows != self.rows:
            unchecked = dict.fromkeys(differ, Known.OTHER_ROWS) | unchecked
        return replace(self, ours=ours, unchecked=unchecked)

    @property
    def unexplained(self) -> list[Violated]:
        """What only one of the two says, for no known reason."""
        return sorted((self.theirs ^ self.ours) - self.unchecked.keys())


class Parity(Protocol):
    """See `Kind.parity`.

    Attributes:
        from_captures: Our own verdict on a window needs captures and labels alone, and asks no endpoint.
    """

    from_captures: bool

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

    def violated(self, body: bytes, where: str) -> frozenset[Violated]:
        """What a constraint_violations.json says, of SageMaker or of Driftline.

        Raises:
            InvalidInputError: it cannot be read.
        """
        ...


VIOLATIONS = "constraint_violations.json"
