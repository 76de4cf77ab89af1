"""Is the stack there, whole, and of this release?

Source: AWS CloudFormation User Guide, "Stack status codes".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from driftline.domain.doctor.line import Line, advice, fault, ok

_WHOLE = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
_CLEANING_UP = frozenset({"UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"})
_ROLLED_BACK = frozenset({"UPDATE_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"})


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of the stack.

    Attributes:
        name: Its logical id, the name in template.yaml.
        id: Its physical id: a name, an address or an ARN, by its type.
        kind: `AWS::SQS::Queue` …
    """

    name: str
    id: str
    kind: str


@dataclass(frozen=True, slots=True)
class StackFacts:
    """A stack as CloudFormation describes it.

    Attributes:
        partition: Partition of its ARNs: `aws`, `aws-cn` …
        failure: The first resource that failed in the last deployment, and why; empty if none did.
    """

    name: str
    partition: str
    region: str
    account: str
    status: str
    failure: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    resources: tuple[Resource, ...]

    def of(self, kind: str) -> Iterator[Resource]:
        """Its resources of a type."""
        return (each for each in self.resources if each.kind == kind)

    def id_of(self, name: str) -> str | None:
        """The physical id of a resource, by its name in template.yaml; None if there is none."""
        return next((each.id for each in self.resources if each.name == name), None)

    @property
    def is_deployed(self) -> bool:
        """Whether it has Driftline's outputs, by which everything else is found."""
        return {"Version", "BucketName"} <= self.outputs.keys()

    @property
    def signals(self) -> str:
        """CloudWatch namespace of the figures for alarms."""
        return f"Driftline/{self.name}"


def check_stack(stack: StackFacts, release: str) -> Iterator[Line]:
    """Its state, and whether it runs the release of this command.

    Args:
        release: The version of this command.
    """
    state = _state(stack)
    yield state
    deployed = stack.outputs.get("Version")
    if not stack.is_deployed:
        if state.healthy:
            yield fault(
                f"{stack.name} is not a stack of Driftline's template: it lacks the outputs Version and BucketName.",
                "Name another stack with --stack-name.",
            )
    elif deployed != release:
        yield advice(
            f"The stack runs Driftline {deployed}, and this command is of {release}.",
            "Deploy this release with `sam build && sam deploy`, or use the command line of the stack's.",
        )


def _state(stack: StackFacts) -> Line:
    name, status = stack.name, stack.status
    because = f" {stack.failure}" if stack.failure else ""
    if status in _WHOLE | _CLEANING_UP:
        return ok(f"The stack {name} is complete ({status}).")
    if status in _ROLLED_BACK:
        return fault(
            f"The last deployment of {name} failed and was rolled back ({status}).{because}",
            "Fix the cause and run `sam deploy` again; the stack runs what it ran before.",
        )
    if status == "UPDATE_ROLLBACK_FAILED":
        return fault(
            f"{name} could not be rolled back ({status}).{because}",
            f"Fix the cause, then run `aws cloudformation continue-update-rollback --stack-name {name}`.",
        )
    if status in {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "REVIEW_IN_PROGRESS"}:
        return fault(
            f"{name} was never deployed completely ({status}).{because}",
            f"Fix the cause, run `sam delete --stack-name {name}`, and deploy again.",
        )
    if status.endswith("_IN_PROGRESS"):
        return fault(
            f"{name} is being changed ({status}).",
            f"Look again when it is done: `aws cloudformation describe-stacks --stack-name {name}`.",
        )
    return fault(
        f"{name} is {status}.{because}",
        f"See `aws cloudformation describe-stack-events --stack-name {name}`.",
    )
