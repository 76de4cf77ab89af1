"""Whether the scripts of a monitor can run here: known at their upload, not when the first capture needs them."""

from driftline.domain.keys import script_key
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.scripts import handler_of, script_problems
from driftline.usecases.ports import ObjectStore


def problems_of_scripts(store: ObjectStore, monitor: ScheduledMonitor) -> tuple[str, ...]:
    """One text per problem; nothing for scripts that do not exist."""
    problems: list[str] = []
    for field, name in monitor.scripts.items():
        found = store.find(script_key(name))
        if found is not None:
            problems += [
                f"{script_key(name)}, line {problem.line}: {problem.what}. {problem.mend}".rstrip()
                for problem in script_problems(found.body, handler_of(field))
            ]
    return tuple(problems)
