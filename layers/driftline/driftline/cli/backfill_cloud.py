"""A backfill by the stack's state machine: started, followed until it ends."""

import json
import time
from typing import Protocol

from driftline.adapters.aws.backfill_machine import BackfillMachine, Ended, find_machine
from driftline.cli.backfill_here import DOING
from driftline.cli.output import Output
from driftline.cli.places import Place
from driftline.domain.backfill.keys import executions_key, items_key
from driftline.domain.backfill.plan import READING, STEPS, Plan, Step, step_of
from driftline.domain.errors import DriftlineError, InvalidInputError
from driftline.usecases.backfill.make_plan import write_items
from driftline.usecases.backfill.outcome import again, unfinished
from driftline.usecases.backfill.progress import Progress
from driftline.usecases.ports import ObjectStore

USUAL_AT_ONCE = 10
"""Functions at once that a new account may run: a forecast without a state machine counts with them."""

_MAPPED: tuple[Step, ...] = (*READING, "days", "pages")
"""Steps of a Distributed Map; windows are of few monitors, each in order."""

_FIRST_POLL, _LONGEST_POLL = 0.5, 10.0
"""Seconds; small runs end soon, and large ones take hours."""


class Machine(Protocol):
    """See BackfillMachine."""

    def start(self, run: str, number: int, request: str, /) -> str: ...

    def state(self, execution: str, /) -> Ended: ...


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


def follow_machine(output: Output, store: ObjectStore, plan: Plan, machine: Machine, *, resume: bool) -> None:
    """Starts an execution for what is left, unless one is running, and waits for its end, whatever that is.

    Args:
        resume: Whether what failed is tried again.
    """
    executions = _executions(store, plan)
    if not executions or machine.state(executions[-1]).status != "RUNNING":
        if resume:
            again(plan, store)
        left = unfinished(plan, store)
        if not left:
            return
        for step in _MAPPED:
            write_items(plan, step, [batch for batch in left if step_of(batch) == step], store)
        executions.append(machine.start(plan.id, len(executions) + 1, request(plan, left)))
        store.put(executions_key(plan.id), "\n".join(executions).encode(), content_type="text/plain")
    output.note(f"Execution {executions[-1]}")
    progress, pause = Progress(plan, store), _FIRST_POLL
    with output.following() as follow:
        while (state := machine.state(executions[-1])).status == "RUNNING":
            if output.is_terminal:
                done = progress.look()
                step = next((each for each in STEPS if done[each] < plan.part(each).items), STEPS[-1])
                follow(DOING[step], done[step], plan.part(step).items)
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_POLL)
    if state.status != "SUCCEEDED":
        output.trouble(DriftlineError(f"it ended with {state.status}: {state.reason}", where=executions[-1]))


def request(plan: Plan, left: list[str]) -> str:
    """The input of an execution."""
    steps = {step_of(batch) for batch in left}
    monitors = [monitor for monitor in plan.monitors if set(plan.windows_of(monitor)) & set(left)]
    items = {step: items_key(plan.id, step) for step in _MAPPED}
    return json.dumps(
        {
            "backfill": plan.id,
            **{step: step in steps for step in (*_MAPPED, "suggest", "overview")},
            "items": items,
            "monitors": monitors,
        }
    )


def _executions(store: ObjectStore, plan: Plan) -> list[str]:
    found = store.find(executions_key(plan.id))
    return found.body.decode().split() if found else []
