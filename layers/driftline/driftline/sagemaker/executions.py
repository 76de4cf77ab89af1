"""Executions of a schedule, as SageMaker's SDK shows them."""

from dataclasses import dataclass
from typing import Self

from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.domain.executions.place import Place, parse_place
from driftline.domain.instants import format_instant
from driftline.domain.keys import REPORTS, baseline_folder
from driftline.kinds.registry import KINDS
from driftline.sagemaker.monitoring_files import ConstraintViolations, Statistics
from driftline.sagemaker.session import Session, session_of
from driftline.usecases.executions.failures import failure_in
from driftline.usecases.executions.scheduled_executions import monitor_folder, newest_endings

_INPUTS = {"constraints.json": "constraints", "analysis.json": "constraints"}
"""SageMaker's names of a baseline's files; its statistics are the baseline. Clarify's monitors have no statistics."""

_MOST = 100
"""As many as SageMaker lists."""


@dataclass(frozen=True, slots=True)
class MonitoringOutput:
    """Attributes: destination: where the files of an execution are; source: the same, because there is no container."""

    source: str
    destination: str | None = None
    s3_upload_mode: str = "Continuous"


class MonitoringExecution:
    """One execution that has ended: Driftline's take seconds, and are listed when they have."""

    def __init__(self, session: Session, place: Place) -> None:
        self.sagemaker_session = session
        self._place = place
        where = session.store.uri(place.folder)
        self.output = MonitoringOutput(where, where)

    def __repr__(self) -> str:
        return f"<MonitoringExecution {self.output.source}>"

    @classmethod
    def from_processing_arn(cls, sagemaker_session: object, processing_job_arn: str) -> Self:
        """The execution of a `ProcessingJobArn` in `describe()`, which is where its files are.

        Raises:
            InvalidInputError: it is not that of an execution in this place.
        """
        session = session_of(sagemaker_session)
        beginning, given = f"{session.store.uri('').rstrip('/')}/", processing_job_arn.rstrip("/")
        try:
            folder = given.removeprefix(beginning) if given.startswith(beginning) else ""
            return cls(session, parse_place(f"{folder}/"))
        except InvalidInputError:
            raise InvalidInputError(
                "no execution has this name",
                where=f"processing_job_arn={processing_job_arn!r}",
                expected=session.store.uri(f"{REPORTS}<endpoint>/<monitor>/yyyy/mm/dd/hh"),
                mend='Take describe()["ProcessingJobArn"] of an execution in list_executions().',
            ) from None

    @property
    def job_name(self) -> str:
        """Endpoint, monitor and scheduled time."""
        return f"{self._place.endpoint}-{self._place.monitor}-{self._place.scheduled:%Y%m%d%H%M}"

    def statistics(self, file_name: str = "statistics.json", kms_key: str | None = None) -> Statistics:
        """What was in the window. Raises ObjectNotFoundError: it failed; `describe()` says why."""
        return Statistics.from_s3_uri(self._file(file_name), kms_key, self.sagemaker_session)

    def constraint_violations(
        self, file_name: str = "constraint_violations.json", kms_key: str | None = None
    ) -> ConstraintViolations:
        """What breaks the constraints. Raises ObjectNotFoundError: it failed; `describe()` says why."""
        return ConstraintViolations.from_s3_uri(self._file(file_name), kms_key, self.sagemaker_session)

    def describe(self) -> dict[str, object]:
        """As DescribeProcessingJob, as far as it applies; `ExitMessage` has SageMaker's words."""
        store, folder = self.sagemaker_session.store, self._place.folder
        about: dict[str, object] = {
            "ProcessingJobName": self.job_name,
            "ProcessingJobArn": self.output.source,
            "ProcessingInputs": self._baseline(),
            "ProcessingOutputConfig": {
                "Outputs": [
                    {"OutputName": "monitoring_output", "S3Output": {"S3Uri": self.output.source}},
                ]
            },
            "ScheduledTime": self._place.scheduled,
        }
        failure = failure_in(store, folder, kinds=KINDS)
        if failure is not None:
            return {**about, "ProcessingJobStatus": "Failed", "FailureReason": failure.reason}
        key = f"{folder}summary.json"
        envelope = KINDS.envelope(store.get(key).body, store.uri(key))
        return {
            **about,
            "ProcessingJobStatus": "Completed",
            "ExitMessage": envelope.exit_message,
            "MonitoringExecutionStatus": envelope.status,
            "Window": {
                "StartTime": format_instant(envelope.window.start),
                "EndTime": format_instant(envelope.window.end),
            },
        }

    def wait(self, logs: bool = True, *, poll: int = 5, timeout: int | None = None) -> None:
        """Returns at once: what is listed has ended. `poll` and `timeout` are those of version 3."""

    def _baseline(self) -> list[dict[str, object]]:
        """The files that constraints are from, under SageMaker's names, as they are now."""
        store, folder = self.sagemaker_session.store, baseline_folder(self._place.endpoint, self._place.monitor)
        names = KINDS.named(self._place.monitor).baseline_files
        return [
            {"InputName": _INPUTS.get(name, "baseline"), "S3Input": {"S3Uri": store.uri(folder + name)}}
            for name in names
            if store.etag(folder + name) is not None
        ]

    def _file(self, name: str) -> str:
        store, key = self.sagemaker_session.store, f"{self._place.folder}{name}"
        if store.etag(key) is None:
            failure = failure_in(store, self._place.folder, kinds=KINDS)
            why = f"the execution failed: {failure.reason}" if failure else "the execution has no such file"
            raise ObjectNotFoundError(why, where=store.uri(key))
        return store.uri(key)


def executions_of(session: Session, endpoint: str, monitor: str, most: int = _MOST) -> list[MonitoringExecution]:
    """The newest, oldest first; a listing for each day that they are of."""
    found = newest_endings(session.store, monitor_folder(REPORTS, endpoint, monitor), most, kinds=KINDS)
    return [MonitoringExecution(session, place) for place in found]
