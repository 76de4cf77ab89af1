"""Where an installation's explanations come from: a function that is asked through the store, or this process."""

from dataclasses import dataclass, replace

from driftline.domain.errors import PendingError
from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.explanations.waiting import Resume
from driftline.usecases.explanations.explain_task import wait
from driftline.usecases.explanations.requested import Follow, RequestedExplanations, Solve
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.explanations import ExplainedModels, Resumes


@dataclass(frozen=True)
class Explaining:
    """See the module.

    Attributes:
        resumes: Lets those go on who wait.
        solve: Computes at once, so that nobody waits; None: `explain_model` does it.
    """

    models: ExplainedModels
    resumes: Resumes
    solve: Solve | None = None

    def of(self, endpoint: str, store: ObjectStore, follow: Follow | None = None) -> RequestedExplanations:
        return RequestedExplanations(store, endpoint, self.models, self.solve, follow)

    def at_once(self, solve: Solve) -> "Explaining":
        """The same, for those who cannot come back."""
        return replace(self, solve=solve)

    def wait(self, request: ExecutionRequest, pending: PendingError, store: ObjectStore) -> None:
        """The same execution is requested again when everything that it needs is there."""
        message = request.model_dump_json(exclude_none=True)
        resume = Resume("run_monitor", message)
        wait(store, request.endpoint, f"{request.monitor} {message}", pending.needs, resume, self.resumes)

    def wait_with_baseline(
        self, endpoint: str, monitor: str, message: str, pending: PendingError, store: ObjectStore
    ) -> None:
        """The baseline's message comes again when everything that it needs is there."""
        resume = Resume("suggest_baseline", message)
        wait(store, endpoint, f"baseline {monitor}", pending.needs, resume, self.resumes)
