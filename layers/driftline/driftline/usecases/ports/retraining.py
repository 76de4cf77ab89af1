"""The port that starts retrainings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from driftline.domain.errors import DriftlineError
from driftline.domain.monitors.ownership import NOBODY, Ownership
from driftline.domain.retraining.audit import TargetRecord


class UncertainStartError(DriftlineError):
    """The target may or may not have started: its answer was lost."""


@dataclass(frozen=True, slots=True)
class StartOrder:
    """An order to start a retraining.

    Attributes:
        id: Letters, digits and single hyphens; the name of the run if the target has names.
        token: The same for every attempt at the same start.
        own: Names of the parameters from the document; they are sent even if the target does not declare them.
        ownership: Whose endpoint it is, for targets that everybody can listen to.
    """

    id: str
    token: str
    endpoint: str
    target: TargetRecord
    parameters: Mapping[str, str]
    own: frozenset[str] = frozenset()
    ownership: Ownership = NOBODY


@dataclass(frozen=True, slots=True)
class Started:
    """A run.

    Attributes:
        arn: None if the target has none.
        parameters: Those that were sent.
    """

    arn: str | None
    parameters: Mapping[str, str]


class RetrainingTargets(Protocol):
    def repeatable(self, target: TargetRecord) -> bool:
        """Whether a second order with the same token starts nothing and gets the answer of the first."""
        ...

    def start(self, order: StartOrder) -> Started:
        """Starts a run.

        Raises:
            RetryLaterError: nothing started; a retry may help.
            InvalidInputError: the target refused, and nothing started; a person has to fix it.
            UncertainStartError: it may have started.
        """
        ...
