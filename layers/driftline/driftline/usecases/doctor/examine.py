"""Examines a deployed stack: every check, whatever becomes of the others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from driftline.domain.doctor.line import Line, fault
from driftline.domain.doctor.stack import check_stack
from driftline.kinds.kind import Kinds
from driftline.usecases.doctor.checks import CHECKS, Check, Patient
from driftline.usecases.ports.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Checked:
    """A line with the name of its check."""

    check: str
    line: Line


@dataclass(frozen=True, slots=True)
class Examination:
    """All lines, in the order of the checks.

    Attributes:
        where: The region and the account.
    """

    stack: str
    where: str
    lines: tuple[Checked, ...]

    @property
    def healthy(self) -> bool:
        """Nothing is wrong, and everything could be seen."""
        return all(each.line.healthy for each in self.lines)


def examine(
    deployment: Deployment,
    name: str,
    at: datetime,
    *,
    release: str,
    kinds: Kinds,
    checks: Mapping[str, Check] = CHECKS,
    step: Callable[[str], None] = lambda _check: None,
) -> Examination:
    """Looks at a stack. Nothing is changed.

    A check that cannot look, because a permission is missing for example, is one line; the others go on. Without the
    stack's description and outputs there is nothing to look at.

    Args:
        name: The stack's.
        at: The time of the examination.
        release: The version of this command.
        step: Called with the name of each check before it.
    """

    def seen(lines: Sequence[Checked]) -> Examination:
        return Examination(name, deployment.where, tuple(lines))

    try:
        stack = deployment.stack()
    except Exception as error:  # noqa: BLE001, `why` raises what is a defect
        return seen([Checked("stack", _unseen(deployment, error))])
    if stack is None:
        absent = fault(
            f"There is no stack {name} in {deployment.where}.",
            "Name another with --stack-name and --region, or deploy it: `sam build && sam deploy --guided`.",
        )
        return seen([Checked("stack", absent)])
    if not stack.is_deployed:
        return seen([Checked("stack", line) for line in check_stack(stack, release)])
    patient = Patient(deployment, stack, at, release, kinds)
    lines: list[Checked] = []
    for check, look in checks.items():
        step(check)
        try:
            lines += [Checked(check, line) for line in look(patient)]
        except Exception as error:  # noqa: BLE001, as above
            lines.append(Checked(check, _unseen(deployment, error)))
    return seen(lines)


def _unseen(deployment: Deployment, error: Exception) -> Line:
    return Line("unseen", f"Could not look: {deployment.why(error)}.")
