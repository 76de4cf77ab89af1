"""Are the functions there, active, and of the architecture that the stack was given?

Source: AWS Lambda API Reference, GetFunctionConfiguration.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from driftline.domain.doctor.line import Line, fault, ok


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """A function as Lambda describes it.

    Attributes:
        state: Active, Inactive (idle; the next event wakes it), Pending or Failed; empty if there is no such function.
        update: Of its last update: Successful, InProgress or Failed.
        reason: Why it is in this state, or why its update failed.
        reserved: Concurrency reserved for it; None if it shares the account's.
    """

    name: str
    state: str
    update: str = "Successful"
    reason: str = ""
    architecture: str = ""
    reserved: int | None = None


def check_functions(functions: Sequence[FunctionFacts], architecture: str) -> Iterator[Line]:
    """Each that cannot run, or one line for all.

    Args:
        architecture: The stack's parameter.
    """
    found = [line for each in functions if (line := _problem(each, architecture))]
    yield from found
    if not found:
        yield ok(f"All {len(functions)} functions are active, on {architecture}.")


def _problem(function: FunctionFacts, architecture: str) -> Line | None:
    name, why = function.name, f": {function.reason}" if function.reason else ""
    again = "Deploy the stack again: `sam build && sam deploy`."
    if not function.state:
        return fault(f"The function {name} does not exist.", again)
    if function.state not in {"Active", "Inactive"}:
        return fault(f"The function {name} is {function.state}{why}.", again)
    if function.update == "Failed":
        return fault(f"The last update of the function {name} failed{why}.", again)
    if function.reserved == 0:
        return fault(
            f"The function {name} is switched off: its reserved concurrency is 0.",
            f"`aws lambda delete-function-concurrency --function-name {name}`",
        )
    if function.architecture != architecture:
        return fault(
            f"The function {name} is on {function.architecture}, and the stack's parameter says {architecture}.",
            f"`sam build --parameter-overrides Architecture={architecture} && sam deploy`: packages of the other "
            "architecture cannot be imported.",
        )
    return None
