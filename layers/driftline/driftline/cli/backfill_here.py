"""A backfill on this machine: captures, then labels, windows and pages, each side by side."""

from driftline.cli.backfill_processes import Processes
from driftline.cli.output import Output
from driftline.cli.places import Place
from driftline.domain.backfill.plan import STEPS, Plan, Step, step_of
from driftline.domain.errors import DriftlineError
from driftline.usecases.backfill.outcome import again, check_read, unfinished
from driftline.usecases.backfill.progress import Progress

DOING: dict[Step, str] = {
    "files": "reading",
    "suggest": "suggesting",
    "captures": "profiling",
    "labels": "joining",
    "days": "reading",
    "windows": "evaluating",
    "pages": "rendering",
    "overview": "listing",
}


def work_here(output: Output, place: Place, plan: Plan, processes: int, *, resume: bool) -> None:
    """
    Args:
        resume: Whether what failed is tried again.

    Raises:
        DriftlineError: batches could not be finished.
    """
    if resume:
        again(plan, place.store)
    with Processes(place.location, plan.id, processes) as pool:
        for step in STEPS:
            if step == "days":
                check_read(plan, place.store)
            _step(output, place, plan, step, pool)


def _step(output: Output, place: Place, plan: Plan, step: Step, pool: Processes) -> None:
    left = [batch for batch in unfinished(plan, place.store) if step_of(batch) == step]
    if not left:
        return
    tasks = plan.monitors if step == "windows" else left
    progress = Progress(plan, place.store)
    with output.following() as follow:

        def look() -> None:
            if output.is_terminal:
                follow(DOING[step], progress.look()[step], plan.part(step).items)

        failed = pool.work(tasks, look)
    if failed:
        task, reason = next(iter(failed.items()))
        raise DriftlineError(
            f"{len(failed)} of {len(tasks)} batches could not be finished; {task}: {reason}",
            mend=f"Continue with `driftline backfill --resume {plan.id}`.",
        )
