"""A backfill by the stack's state machine: started, followed until it ends."""

import json
import time

from driftline.adapters.aws.backfill_machine import BackfillMachine, find_machine
from driftline.cli.backfill_here import DOING
from driftline.cli.output import Output
from driftline.cli.places import Place
from driftline.domain.backfill.keys import executions_key
from driftline.domain.backfill.plan import STEPS, Plan, step_of
from driftline.domain.errors import DriftlineError, InvalidInputError
from driftline.usecases.backfill.make_plan import write_items
from driftline.usecases.backfill.outcome import again, unfinished
from driftline.usecases.backfill.progress import Progress
from driftline.usecases.ports import ObjectStore

USUAL_AT_ONCE = 10
"""Functions at once that a new account may run: a forecast without a state machine counts with them."""

_POLL_SECONDS = 5.0


def open_machine(place: Place, stack: str) -> BackfillMachine:
    """See find_machine for the errors."""
    import boto3  # noqa: PLC0415, costs 0.3 s

    return find_machine(boto3.Session(), stack, place.store.name)


def functions_at_once(place: Place, stack: str) -> int:
    """Of the stack; the usual number if it has no state machine yet."""
    try:
        return open_machine(place, stack).at_once
    except InvalidInputError:
        return USUAL_AT_ONCE


def follow_machine(output: Output, store: ObjectStore, plan: Plan, machine: BackfillMachine, *, resume: bool) -> None:
    """Starts an execution for what is left, unless one is running, and waits for its end.

    Args:
        resume: Whether what failed is tried again.

    Raises:
        DriftlineError: the execution failed.
    """
    executions = _executions(store, plan)
    if not executions or machine.state(executions[-1]).status != "RUNNING":
        if resume:
            again(plan, store)
        left = unfinished(plan, store)
        if not left:
            return
        for step in STEPS:
            write_items(plan, step, [batch for batch in left if step_of(batch) == step], store)
        name = f"{plan.id}-{len(executions) + 1}"
        executions.append(machine.start(name, request(plan, left)))
        store.put(executions_key(plan.id), "\n".join(executions).encode(), content_type="text/plain")
    output.note(f"Execution {executions[-1]}")
    progress = Progress(plan, store)
    with output.following() as follow:
        while (state := machine.state(executions[-1])).status == "RUNNING":
            if output.is_terminal:
                done = progress.look()
                step = next((each for each in STEPS if done[each] < plan.part(each).items), STEPS[-1])
                follow(DOING[step], done[step], plan.part(step).items)
            time.sleep(_POLL_SECONDS)
    if state.status != "SUCCEEDED":
        raise DriftlineError(
            f"the execution ended with {state.status}: {state.reason}",
            where=executions[-1],
            mend=f"Continue with `driftline backfill --resume {plan.id}`.",
        )


def request(plan: Plan, left: list[str]) -> str:
    """The input of an execution."""
    steps = {step_of(batch) for batch in left}
    monitors = [monitor for monitor in plan.monitors if set(plan.windows_of(monitor)) & set(left)]
    has = {step: step in steps for step in STEPS}
    return json.dumps({"backfill": plan.id, **has, "monitors": monitors})


def _executions(store: ObjectStore, plan: Plan) -> list[str]:
    found = store.find(executions_key(plan.id))
    return found.body.decode().split() if found else []
