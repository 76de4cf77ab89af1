"""The SageMaker of the embedded cloud, as simulated time passes: its events, and pipelines that run when it drains."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from local.clock import SimulatedClock
from local.pipeline import events
from local.pipeline.runner import ExecutionRecord, PipelineRunner
from local.sagemaker import SageMakerServer


class Pipelines:
    """A SageMaker (a moto server), from `with` on.

    Args:
        client: Returns a boto3 client with all permissions.
        clock: It passes with what SageMaker does.
        settle: Waits until no event is on its way.
        run: Whether pipelines run: `move` runs what was started. Otherwise executions succeed at once.
    """

    def __init__(
        self, client: Callable[[str], Any], clock: SimulatedClock, settle: Callable[[], None], *, run: bool
    ) -> None:
        self._server = SageMakerServer(pipelines=run)
        self._client = client
        self._clock = clock
        self._settle = settle
        self._run = run
        self._runner: PipelineRunner | None = None
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.enter_context(self._server)
            if self._run:
                self._runner = undo.enter_context(PipelineRunner(self._client, self._show))
            self._clock.listen(self._tell_the_time)
            self._closing = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    @property
    def endpoint(self) -> str:
        return self._server.endpoint

    @property
    def executions(self) -> Sequence[ExecutionRecord]:
        """Those that have run, in their order."""
        return self._runner.executions if self._runner else ()

    def move(self) -> bool:
        """Sends SageMaker's events, and runs a pipeline that was started; whether there was anything to do."""
        if self._runner is None:
            return False
        taken = self._server.command({"take": True})
        self._send(taken["events"])
        for arn in taken["waiting"][:1]:
            record = self._runner.run(arn, self._clock.now)
            assert record.ended is not None  # it has run
            self._clock.pass_to(record.ended)
            detail = events.ended(record)
            events.put(
                self._client("events"), events.PIPELINE_ENDED, [record.pipeline, record.arn], detail, record.ended
            )
            self._settle()
            # The update of an endpoint takes longer than the step that asks for it.
            self._send(self._server.command({"take": True})["events"])
        return bool(taken["events"] or taken["waiting"])

    def _send(self, happened: Sequence[Mapping[str, Any]]) -> None:
        for each in happened:
            at = datetime.fromisoformat(each["at"])
            self._clock.pass_to(at)
            events.put(self._client("events"), each["detail_type"], [each["arn"]], each["detail"], at)
            # One after the other: of two at once, one would be tried again a minute later.
            self._settle()

    def _show(self, record: ExecutionRecord) -> None:
        """As SageMaker would, and at the time that it would be there."""
        last = record.steps[-1].ended if record.steps else record.started
        command: dict[str, Any] = {
            "execution": record.arn,
            "status": record.status,
            "failure": record.failure,
            "steps": [step.listed() for step in record.steps],
        }
        self._server.command(command | ({"clock": last.isoformat()} if self._clock.simulated else {}))

    def _tell_the_time(self, at: datetime | None) -> None:
        self._server.command({"clock": at.isoformat() if at else None})
