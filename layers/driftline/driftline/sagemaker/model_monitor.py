"""What all monitors of SageMaker's SDK have in common."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, NoReturn, Self

from driftline.domain.errors import InvalidInputError
from driftline.domain.instants import parse_instant
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.naming import metric_schedule
from driftline.kinds.registry import KINDS
from driftline.sagemaker.baselining import BaseliningJob, DataOfJob, start_baselining
from driftline.sagemaker.endpoint_input import EndpointInput
from driftline.sagemaker.executions import MonitoringExecution, executions_of
from driftline.sagemaker.fields import stated
from driftline.sagemaker.locations import local_files
from driftline.sagemaker.monitoring_files import Constraints, ConstraintViolations, ModelMonitoringFile, Statistics
from driftline.sagemaker.names import job_name
from driftline.sagemaker.replay import replay
from driftline.sagemaker.schedules import (
    bytes_of,
    check_ground_truth,
    described,
    find_schedule,
    metrics_level,
    place_baseline,
    refuse_existing,
    schedule_fields,
    script_fields,
)
from driftline.sagemaker.session import session_of
from driftline.sagemaker.transform_jobs import endpoint_or_job
from driftline.sagemaker.unused import DEFAULT_COUNT, DEFAULT_TYPE, DEFAULT_VOLUME, Explained, refuse_shared
from driftline.usecases.monitors.change_document import preview, remove_monitor, set_monitor

DAILY = "cron(0 0 ? * * *)"
"""When a schedule is not stated."""

_log = logging.getLogger("driftline.sagemaker")


class ModelMonitor:
    """A monitor of one endpoint. Use one of its subclasses.

    Args:
        role, instance_count, instance_type, volume_size_in_gb, volume_kms_key, output_kms_key, max_runtime_in_seconds,
            tags: Of SageMaker's jobs; taken, explained once, and not used.
        base_job_name: How names of baselining jobs begin.
        sagemaker_session: A `Session`, which says where Driftline works; or a session of SageMaker's SDK or boto3, of
            which the credentials are used. The place is then in the environment variable DRIFTLINE_STORE.

    Attributes:
        monitoring_schedule_name, endpoint_name: None before `create_monitoring_schedule`.
        latest_baselining_job: None before `suggest_baseline`.

    Raises:
        InvalidInputError: no place is stated, or `env` or `network_config` is.
    """

    _KIND: ClassVar[str]
    _TYPE: ClassVar[str]

    def __init__(
        self,
        role: str | None = None,
        instance_count: int = DEFAULT_COUNT,
        instance_type: str = DEFAULT_TYPE,
        volume_size_in_gb: int = DEFAULT_VOLUME,
        volume_kms_key: str | None = None,
        output_kms_key: str | None = None,
        max_runtime_in_seconds: int | None = None,
        base_job_name: str | None = None,
        sagemaker_session: object = None,
        env: Mapping[str, str] | None = None,
        tags: Sequence[Mapping[str, str]] | None = None,
        network_config: object = None,
    ) -> None:
        call = locals()
        refuse_shared(call, type(self).__name__)
        self._explained = Explained()
        self._explained.of(call)
        self.base_job_name = base_job_name
        self.sagemaker_session = session_of(sagemaker_session)
        self.monitoring_schedule_name: str | None = None
        self.endpoint_name: str | None = None
        self.latest_baselining_job: BaseliningJob | None = None

    @classmethod
    def monitoring_type(cls) -> str:
        """SageMaker's word for the kind of monitor."""
        return cls._TYPE

    @classmethod
    def attach(cls, monitor_schedule_name: str, sagemaker_session: object = None) -> Self:
        """The monitor of a schedule that exists.

        Raises:
            InvalidInputError: no schedule has this name and kind.
        """
        monitor = cls(sagemaker_session=sagemaker_session)
        monitor.endpoint_name = find_schedule(monitor.sagemaker_session, monitor_schedule_name, cls._KIND)
        monitor.monitoring_schedule_name = monitor_schedule_name
        return monitor

    @property
    def latest_baselining_job_name(self) -> str | None:
        """Of `latest_baselining_job`; None if there was none."""
        return self.latest_baselining_job.job_name if self.latest_baselining_job is not None else None

    def baseline_statistics(self, file_name: str = "statistics.json") -> Statistics:
        """Those of the latest baselining job of this object. Raises InvalidInputError: there was none."""
        return self._latest_job().baseline_statistics(file_name)

    def suggested_constraints(self, file_name: str = "constraints.json") -> Constraints:
        """Those of the latest baselining job of this object. Raises InvalidInputError: there was none."""
        return self._latest_job().suggested_constraints(file_name)

    def describe_latest_baselining_job(self) -> dict[str, object]:
        """As DescribeProcessingJob, as far as it applies. Raises InvalidInputError: there was none."""
        return self._latest_job().describe()

    def run_baseline(self) -> NoReturn:
        """SageMaker's call for a container of one's own. Raises InvalidInputError: `suggest_baseline()` is the call."""
        raise InvalidInputError(
            "no container computes a baseline here",
            where="run_baseline",
            mend="Call suggest_baseline(); or write the files yourself, and pass them to create_monitoring_schedule().",
        )

    def start_monitoring_schedule(self) -> None:
        """Sets `enabled: true` in the document."""
        self._set({"enabled": True})
        self._say_whether_it_fires()

    def stop_monitoring_schedule(self) -> None:
        """Sets `enabled: false` in the document; the baseline and all reports stay."""
        self._set({"enabled": False})

    def delete_monitoring_schedule(self) -> None:
        """Removes the monitor from the document; the baseline and all reports stay.

        With its last monitor, the document becomes `monitors/<endpoint>.yaml.deleted-<digest>`, which nothing reads.
        """
        endpoint = self._scheduled()
        store = self.sagemaker_session.store
        kept = remove_monitor(store, endpoint, self._KIND, kinds=KINDS)
        if kept:
            _log.info("the document had no other monitor: it is kept as %s", store.uri(kept))
        self.monitoring_schedule_name = self.endpoint_name = None

    def describe_schedule(self) -> dict[str, object]:
        """As DescribeMonitoringSchedule, as far as it applies, with the newest execution.

        `MonitoringScheduleStatus` over a bucket: `Pending` until the stack has read the document, `Scheduled`,
        `Stopped`, or `Failed` with the document's errors. Over a folder `Stopped`, and why.
        """
        found = described(self.sagemaker_session, self._scheduled(), self._KIND, self._TYPE)
        executions = executions_of(self.sagemaker_session, self._scheduled(), self._KIND, most=1)
        if executions:
            newest = executions[-1].describe()
            found["LastMonitoringExecutionSummary"] = {
                "MonitoringScheduleName": found["MonitoringScheduleName"],
                "ScheduledTime": newest["ScheduledTime"],
                "MonitoringExecutionStatus": newest.get("MonitoringExecutionStatus", "Failed"),
                "EndpointName": self.endpoint_name,
            }
        return found

    def list_executions(self) -> list[MonitoringExecution]:
        """The newest executions that have ended, up to 100, oldest first."""
        return self._ended()

    def _ended(self, **most: int) -> list[MonitoringExecution]:
        found = executions_of(self.sagemaker_session, self._scheduled(), self._KIND, **most)
        if not found:
            _log.warning(
                "No executions found for schedule. monitoring_schedule_name: %s", self.monitoring_schedule_name
            )
        return found

    def run_schedule_now(
        self, start: "datetime | str | None" = None, end: "datetime | str | None" = None
    ) -> list[MonitoringExecution]:
        """Evaluates now, here, every scheduled time in [start, end) whose window has captures. Driftline's own.

        Writes the files that the stack would write; publishes nothing. Over a folder it reads new capture files first.

        Args:
            start, end: A datetime or ISO 8601; UTC without an offset. By default, all of the captures.

        Raises:
            InvalidInputError: there are no captures, or none in the range, or every execution failed. One that failed
                among others is logged and left out.
        """
        places = replay(self.sagemaker_session, self._scheduled(), self._KIND, _instant(start), _instant(end))
        return [MonitoringExecution(self.sagemaker_session, place) for place in places]

    def _baseline(
        self, call: Mapping[str, Any], data_set: str, settings: Mapping[str, object] | None = None
    ) -> BaseliningJob:
        """Args: call: The arguments of suggest_baseline."""
        name = self._job_name(call["job_name"])
        with local_files(data_set, self.sagemaker_session) as files:
            return self._started(call, name, DataOfJob(files, call["dataset_format"], settings))

    def _job_name(self, stated: str | None) -> str:
        return job_name(stated, self.base_job_name or "baseline-suggestion-job")

    def _started(self, call: Mapping[str, Any], name: str, data: DataOfJob) -> BaseliningJob:
        job = start_baselining(self.sagemaker_session, name, self._KIND, data)
        job.named_as = call.get("output_s3_uri")
        self.latest_baselining_job = job
        if call["wait"]:
            job.wait(logs=call["logs"])
        return job

    def _fields(self, where: str, call: Mapping[str, Any]) -> dict[str, object]:
        """The document's fields of the arguments that all monitors have; `call` has all arguments.

        Raises:
            InvalidInputError: one cannot be honoured.
        """
        refuse_shared(call, where)
        self._explained.of(call)
        endpoint = self._endpoint(where, call)
        cron = call["schedule_cron_expression"] or (DAILY if "monitor_schedule_name" in call else None)
        times = (call["data_analysis_start_time"], call["data_analysis_end_time"])
        scripts = {
            "preprocess": call.get("record_preprocessor_script"),
            "postprocess": call.get("post_analytics_processor_script"),
        }
        return {
            **schedule_fields(endpoint, cron, *times),
            **stated(problem_type=call.get("problem_type"), schedule_name=call.get("monitor_schedule_name")),
            **script_fields(self.sagemaker_session, scripts),
        }

    def _check_ground_truth(self, where: str, call: Mapping[str, Any]) -> None:
        """Raises InvalidInputError: labels would be somewhere else than where they are read."""
        endpoint, given = self._endpoint(where, call), call["ground_truth_input"]
        if "monitor_schedule_name" in call or given is not None:
            name = endpoint.endpoint_name if endpoint is not None else self._scheduled()
            check_ground_truth(self.sagemaker_session, given, name)

    def _endpoint(self, where: str, call: Mapping[str, Any]) -> EndpointInput | None:
        """The endpoint, or the job in its place; an update need not name it.

        Raises:
            InvalidInputError: a new schedule has to.
        """
        given, batch = call["endpoint_input"], call["batch_transform_input"]
        if given is None and batch is None and "monitor_schedule_name" not in call:
            return None
        return endpoint_or_job(given, batch, self.sagemaker_session, where)

    def _create(
        self, call: Mapping[str, Any], fields: Mapping[str, object], baseline: Mapping[str, bytes | None]
    ) -> None:
        """Writes the baseline, then the monitor: once it is configured, its baseline is there.

        Args:
            call: All arguments; fields: Those of `_fields`, and of the kind; baseline: Files, None where not stated.
        """
        if self.monitoring_schedule_name is not None:
            raise InvalidInputError(
                f"this monitor has the schedule {self.monitoring_schedule_name}",
                mend="update_monitoring_schedule() changes it, delete_monitoring_schedule() removes it.",
            )
        session = self.sagemaker_session
        asked = (call["endpoint_input"], call["batch_transform_input"])
        name = endpoint_or_job(*asked, session, "create_monitoring_schedule").endpoint_name
        fields = {**fields, "metrics": metrics_level(call["enable_cloudwatch_metrics"])}

        def change(there: ScheduledMonitor | None) -> Mapping[str, object]:
            refuse_existing(session, name, self._KIND, there)
            return fields

        preview(session.store, name, self._KIND, change, kinds=KINDS)  # nothing is replaced for what is refused
        place_baseline(session, name, self._KIND, self._with_job(baseline, complete=True))
        document = set_monitor(session.store, name, self._KIND, change, kinds=KINDS)
        self.endpoint_name, self.monitoring_schedule_name = name, metric_schedule(document, self._KIND)
        self._say_whether_it_fires()

    def _update(
        self, call: Mapping[str, Any], fields: Mapping[str, object], baseline: Mapping[str, bytes | None]
    ) -> None:
        """As `_create`, for a schedule that is there."""
        name = self._scheduled()
        endpoint = self._endpoint("endpoint_input", call)
        if call["enable_cloudwatch_metrics"] is not None:
            fields = {**fields, "metrics": metrics_level(call["enable_cloudwatch_metrics"])}
        if endpoint is not None and endpoint.endpoint_name != name:
            raise InvalidInputError(
                f"the schedule is for {name}",
                where="endpoint_input",
                expected=name,
                mend=f"Create one for {endpoint.endpoint_name} with another monitor object.",
            )
        session = self.sagemaker_session
        preview(session.store, name, self._KIND, self._if_there(fields), kinds=KINDS)
        place_baseline(session, name, self._KIND, self._with_job(baseline, complete=False))
        self._set(fields)

    def _set(self, fields: Mapping[str, object]) -> None:
        set_monitor(self.sagemaker_session.store, self._scheduled(), self._KIND, self._if_there(fields), kinds=KINDS)

    def _bytes(self, given: "ModelMonitoringFile | str | None") -> bytes | None:
        """The content of a file of a baseline that was passed as an object or by its place."""
        job = self.latest_baselining_job
        named = job.named(given) if job is not None and isinstance(given, str) else None
        return named or bytes_of(given, self.sagemaker_session)

    def _with_job(self, baseline: Mapping[str, bytes | None], *, complete: bool) -> dict[str, bytes]:
        """The stated files, with those of the latest baselining job that belong to them, or that are missing.

        Args:
            complete: What is not stated is the job's.
        """
        given = {file: body for file, body in baseline.items() if body is not None}
        needed, job = KINDS.named(self._KIND).baseline_files, self.latest_baselining_job
        missing = complete and any(name not in given for name in needed)
        if job is None or not (missing or (job.done and any(given.get(name) for name in needed))):
            return given
        of_job = job.files()
        if missing or all(given.get(name, of_job[name]) == of_job[name] for name in needed):
            return {**of_job, **given}
        return given

    def _if_there(self, fields: Mapping[str, object]) -> Callable[[ScheduledMonitor | None], Mapping[str, object]]:
        def change(there: ScheduledMonitor | None) -> Mapping[str, object]:
            if there is None:
                raise InvalidInputError(
                    f"the schedule {self.monitoring_schedule_name} was deleted meanwhile", mend="Create it again."
                )
            return fields

        return change

    def _say_whether_it_fires(self) -> None:
        if not self.sagemaker_session.fires:
            _log.warning(
                "%s is written. A folder has no schedules that fire: run_schedule_now() evaluates.",
                self.monitoring_schedule_name,
            )

    def _latest_statistics(self, file_name: str) -> Statistics | None:
        newest = self._newest()
        return newest.statistics(file_name) if newest else None

    def _latest_violations(self, file_name: str) -> ConstraintViolations | None:
        newest = self._newest()
        return newest.constraint_violations(file_name) if newest else None

    def _newest(self) -> MonitoringExecution | None:
        found = self._ended(most=1)
        if not found:
            return None
        about = found[-1].describe()
        if about["ProcessingJobStatus"] == "Failed":
            _log.warning("The newest execution failed: %s", about["FailureReason"])
            return None
        return found[-1]

    def _latest_job(self) -> BaseliningJob:
        if self.latest_baselining_job is None:
            raise InvalidInputError("no baseline was suggested by this monitor", mend="Call suggest_baseline().")
        return self.latest_baselining_job

    def _scheduled(self) -> str:
        """The endpoint."""
        if self.endpoint_name is None:
            raise InvalidInputError(
                "this monitor has no schedule", mend="Call create_monitoring_schedule(), or attach() to one."
            )
        return self.endpoint_name


def _instant(time: "datetime | str | None") -> datetime | None:
    if isinstance(time, str):
        return parse_instant(time)
    return time.replace(tzinfo=UTC) if time is not None and time.tzinfo is None else time
