"""The port behind which retrainings start."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from driftline.domain.errors import DriftlineError
from driftline.domain.retraining.audit import TargetRecord


class UncertainStartError(DriftlineError):
    """The target may have started and may not: its answer was lost."""


@dataclass(frozen=True, slots=True)
class StartOrder:
    """One start.

    Attributes:
        id: Letters, digits and single hyphens; names the run where the target has names.
        token: The same for every attempt at the same start.
        own: Names of the parameters that the document gives; they are sent even if the target does not know them.
    """

    id: str
    token: str
    endpoint: str
    target: TargetRecord
    parameters: Mapping[str, str]
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Started:
    """A run.

    Attributes:
        arn: None where the target has none.
        parameters: Those that were sent.
    """

    arn: str | None
    parameters: Mapping[str, str]


class RetrainingTargets(Protocol):
    def repeatable(self, target: TargetRecord) -> bool:
        """Whether a second order with the same token starts nothing and answers as the first did."""
        ...

    def start(self, order: StartOrder) -> Started:
        """Starts a run.

        Raises:
            RetryLaterError: nothing started; a retry may help.
            InvalidInputError: the target refused, and nothing started; a person has to mend it.
            UncertainStartError: it may have started.
        """
        ...
