"""Does everything that starts a function do so: event sources, rules, schedules?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from driftline.domain.doctor.line import Line, fault, ok


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What reads a queue for a function.

    Attributes:
        name: Its name in template.yaml.
        id: The UUID of the mapping.
        function: The function's name.
        state: Enabled, Disabled …; empty if there is no such mapping.
        at_once: MaximumConcurrency; None without a limit.
    """

    name: str
    id: str
    function: str
    state: str
    at_once: int | None = None


@dataclass(frozen=True, slots=True)
class TriggerFacts:
    """A rule or a schedule.

    Attributes:
        what: `rule` or `schedule`.
        name: For EventBridge.
        group: The group of a schedule; `default` for the stack's own.
        state: ENABLED or DISABLED; empty if it does not exist.
        owner: Who made it: `the stack`, or the key of the monitor document that asks for it.
    """

    what: str
    name: str
    state: str
    group: str = "default"
    owner: str = "the stack"


def check_sources(sources: Sequence[SourceFacts]) -> Iterator[Line]:
    """Each event source that is not enabled, or one line for all."""
    found = [line for each in sources if (line := _problem_of_source(each))]
    yield from found
    if not found:
        yield ok(f"All {len(sources)} event sources are enabled.")


def check_triggers(triggers: Sequence[TriggerFacts]) -> Iterator[Line]:
    """Each rule and schedule that is disabled or missing, or one line for all."""
    found = [line for each in triggers if (line := _problem_of_trigger(each))]
    yield from found
    if not found:
        rules = sum(each.what == "rule" for each in triggers)
        yield ok(f"All {rules} rules and {len(triggers) - rules} schedules are enabled.")


def _problem_of_source(source: SourceFacts) -> Line | None:
    if source.state in {"Enabled", "Enabling", "Updating", "Creating"}:
        return None
    if not source.state:
        return fault(f"The event source {source.name} does not exist: its queue is not read.", _AGAIN)
    return fault(
        f"The event source {source.name} is {source.state}: its queue is not read.",
        f"`aws lambda update-event-source-mapping --uuid {source.id} --enabled`",
    )


_AGAIN = "Delete the stack and deploy it again: CloudFormation does not notice what is missing. The bucket stays."


def _problem_of_trigger(trigger: TriggerFacts) -> Line | None:
    what, name = trigger.what, trigger.name
    if trigger.state == "ENABLED" or trigger.state.startswith("ENABLED_"):
        return None
    if not trigger.state:
        mend = _AGAIN if trigger.owner == "the stack" else f"Upload {trigger.owner} again."
        return fault(f"The {what} {name} of {trigger.owner} does not exist.", mend)
    if what == "rule":
        return fault(f"The rule {name} is disabled: its events are lost.", f"`aws events enable-rule --name {name}`")
    mend = (
        f"Enable it in the console (EventBridge, Schedules, group {trigger.group})."
        if trigger.owner == "the stack"
        else f"Upload {trigger.owner} again, or enable it in the console (EventBridge, Schedules, {trigger.group})."
    )
    return fault(f"The schedule {name} is disabled.", mend)
