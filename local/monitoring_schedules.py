"""Monitoring schedules and their executions, which moto lacks, added to it in the server's process.

Schedules do not fire here. Their executions are those that the server's owner says have been (`executed`), with reports
that it puts in S3, so that a test has the past of an account that has used Model Monitor for years.
"""

# ruff: noqa: SLF001 - there is no public way to change how moto behaves

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker import models, responses
from moto.sagemaker.exceptions import ResourceInUseException, ResourceNotFound, ValidationError

type Fields = dict[str, Any]

_Backend: Any = models.SageMakerModelBackend
_Response: Any = responses.SageMakerResponse

_PAGE, _LARGEST_PAGE = 10, 100
_DEFINITIONS = {
    "DataQuality": "data_quality_job_definitions",
    "ModelQuality": "model_quality_job_definitions",
    "ModelBias": "model_bias_job_definitions",
    "ModelExplainability": "model_explainability_job_definitions",
}
"""Where moto keeps the job definitions of each type of monitor."""

_INPUTS = {
    "DataQuality": "data_quality_job_input",
    "ModelQuality": "model_quality_job_input",
    "ModelBias": "model_bias_job_input",
    "ModelExplainability": "model_explainability_job_input",
}
_SUMMARY = (
    *("MonitoringScheduleName", "MonitoringScheduleArn", "CreationTime", "LastModifiedTime"),
    *("MonitoringScheduleStatus", "EndpointName", "MonitoringJobDefinitionName", "MonitoringType"),
)
_EQUAL = {
    "EndpointName": "EndpointName",
    "StatusEquals": "MonitoringScheduleStatus",
    "MonitoringJobDefinitionName": "MonitoringJobDefinitionName",
    "MonitoringTypeEquals": "MonitoringType",
}
_EQUAL_OF_EXECUTIONS = {
    **_EQUAL,
    "MonitoringScheduleName": "MonitoringScheduleName",
    "StatusEquals": "MonitoringExecutionStatus",
}
_TIMES = ("CreationTime", "LastModifiedTime", "ScheduledTime")
_ORDERS = {"Name": "MonitoringScheduleName", "Status": "MonitoringScheduleStatus"}
_ORDERS_OF_EXECUTIONS = {"ScheduledTime": "ScheduledTime", "Status": "MonitoringExecutionStatus"}


class MonitoringSchedules:
    """The schedules of all accounts and regions.

    Args:
        now: The server's time, in UTC, without a zone.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._schedules: dict[tuple[str, str], dict[str, Fields]] = {}
        self._executions: list[Fields] = []

    def install(self) -> None:
        """Changes moto."""
        _Response.create_monitoring_schedule = self._answer(self._create)
        _Response.update_monitoring_schedule = self._answer(self._update)
        _Response.describe_monitoring_schedule = self._answer(self._describe)
        _Response.list_monitoring_schedules = self._answer(self._list)
        _Response.start_monitoring_schedule = self._answer(self._status("Scheduled"))
        _Response.stop_monitoring_schedule = self._answer(self._status("Stopped"))
        _Response.delete_monitoring_schedule = self._answer(self._delete)
        _Response.list_monitoring_executions = self._answer(self._list_executions)
        _definitions_may_be_of_batches()

    def executed(self, execution: Mapping[str, Any]) -> None:
        """Records an execution.

        Args:
            execution: Fields of MonitoringExecutionSummary, times as ISO 8601 texts: schedule, scheduled time, status.
        """
        name = execution["MonitoringScheduleName"]
        schedule = next(found[name] for found in self._schedules.values() if name in found)
        at = _time(execution["ScheduledTime"])
        known = ("EndpointName", "MonitoringJobDefinitionName", "MonitoringType")
        summary = {key: schedule[key] for key in known if schedule.get(key)}
        self._executions.append(
            {**summary, "CreationTime": at, "LastModifiedTime": at, **execution, "ScheduledTime": at}
        )

    def _answer(self, work: Callable[[Any, Fields], Fields]) -> Callable[[Any], ActionResult]:
        def answer(response: Any) -> ActionResult:
            return ActionResult(work(response.sagemaker_backend, _Parameters(response)))

        return answer

    def _of(self, backend: Any) -> dict[str, Fields]:
        return self._schedules.setdefault((backend.account_id, backend.region_name), {})

    def _named(self, backend: Any, name: str) -> Fields:
        found = self._of(backend).get(name)
        if found is None:
            raise ResourceNotFound(message=f"Could not find monitoring schedule {name}")
        return found

    def _create(self, backend: Any, given: Fields) -> Fields:
        name = given["MonitoringScheduleName"]
        if name in self._of(backend):
            raise ResourceInUseException(message=f"Monitoring Schedule {name} already exists")
        at = self._now()
        arn = f"arn:aws:sagemaker:{backend.region_name}:{backend.account_id}:monitoring-schedule/{name}"
        fields = {
            "MonitoringScheduleName": name,
            "MonitoringScheduleArn": arn,
            "MonitoringScheduleStatus": "Scheduled",
            "CreationTime": at,
            "LastModifiedTime": at,
        }
        self._of(backend)[name] = fields | _configured(backend, given["MonitoringScheduleConfig"])
        return {"MonitoringScheduleArn": arn}

    def _update(self, backend: Any, given: Fields) -> Fields:
        schedule = self._named(backend, given["MonitoringScheduleName"])
        schedule |= _configured(backend, given["MonitoringScheduleConfig"]) | {"LastModifiedTime": self._now()}
        return {"MonitoringScheduleArn": schedule["MonitoringScheduleArn"]}

    def _describe(self, backend: Any, given: Fields) -> Fields:
        schedule = self._named(backend, given["MonitoringScheduleName"])
        answer = {key: value for key, value in schedule.items() if key != "MonitoringJobDefinitionName" and value}
        ran = [each for each in self._executions if each["MonitoringScheduleName"] == given["MonitoringScheduleName"]]
        if ran:
            answer["LastMonitoringExecutionSummary"] = max(ran, key=lambda each: each["ScheduledTime"])
        return answer

    def _list(self, backend: Any, given: Fields) -> Fields:
        found = _chosen(self._of(backend).values(), given, _EQUAL, _ORDERS, "CreationTime")
        page, after = _page([{key: each[key] for key in _SUMMARY if each.get(key)} for each in found], given)
        return {"MonitoringScheduleSummaries": page, **after}

    def _status(self, status: str) -> Callable[[Any, Fields], Fields]:
        def change(backend: Any, given: Fields) -> Fields:
            schedule = self._named(backend, given["MonitoringScheduleName"])
            schedule |= {"MonitoringScheduleStatus": status, "LastModifiedTime": self._now()}
            return {}

        return change

    def _delete(self, backend: Any, given: Fields) -> Fields:
        self._named(backend, given["MonitoringScheduleName"])
        del self._of(backend)[given["MonitoringScheduleName"]]
        return {}

    def _list_executions(self, backend: Any, given: Fields) -> Fields:
        known = self._of(backend)
        of_account = [each for each in self._executions if each["MonitoringScheduleName"] in known]
        found = _chosen(of_account, given, _EQUAL_OF_EXECUTIONS, _ORDERS_OF_EXECUTIONS, "ScheduledTime")
        page, after = _page(found, given)
        return {"MonitoringExecutionSummaries": page, **after}


class _Parameters(dict[str, Any]):
    """The parameters of a request, read from moto when they are asked for; None for what was not passed."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self._response = response

    def __missing__(self, name: str) -> Any:
        return self._response._get_param(name)


def _configured(backend: Any, config: Fields) -> Fields:
    """What follows from a schedule's configuration.

    Raises:
        ValidationError: it has a job definition and the name of one, or neither.
        ResourceNotFound: there is no definition of this name.
    """
    inline, name = config.get("MonitoringJobDefinition"), config.get("MonitoringJobDefinitionName")
    if (inline is None) == (name is None):
        raise ValidationError(
            message="Exactly one of MonitoringJobDefinition and MonitoringJobDefinitionName must be provided"
        )
    kind = config.get("MonitoringType") or "DataQuality"
    if inline is not None:
        inputs = inline["MonitoringInputs"][0]
    else:
        known = getattr(backend, _DEFINITIONS[kind])
        if name not in known:
            raise ResourceNotFound(message=f"Could not find {kind} job definition {name}")
        inputs = getattr(known[name], _INPUTS[kind])
    return {
        "MonitoringScheduleConfig": config,
        "MonitoringType": kind,
        "MonitoringJobDefinitionName": name,
        "EndpointName": (inputs.get("EndpointInput") or {}).get("EndpointName"),
    }


def _chosen(
    all_of_them: Iterable[Fields], given: Fields, equal: Mapping[str, str], orders: Mapping[str, str], default: str
) -> list[Fields]:
    """Those that a List call asks for, in its order; newest first unless it says otherwise."""

    def wanted(each: Fields) -> bool:
        if any(given[name] and each.get(key) != given[name] for name, key in equal.items()):
            return False
        if given["NameContains"] and given["NameContains"] not in each["MonitoringScheduleName"]:
            return False
        before = all(not given[f"{time}Before"] or each[time] < _time(given[f"{time}Before"]) for time in _TIMES)
        return before and all(not given[f"{time}After"] or each[time] > _time(given[f"{time}After"]) for time in _TIMES)

    key = orders.get(given["SortBy"] or "", default)
    return sorted(filter(wanted, all_of_them), key=lambda each: each[key], reverse=given["SortOrder"] != "Ascending")


def _page(found: Sequence[Fields], given: Fields) -> tuple[list[Fields], Fields]:
    start = int(given["NextToken"] or 0)
    end = start + min(int(given["MaxResults"] or _PAGE), _LARGEST_PAGE)
    return list(found[start:end]), {"NextToken": str(end)} if end < len(found) else {}


def _time(given: Any) -> datetime:
    """A time of a request, as moto has read it, or of a command; without a zone, as moto's own."""
    moment = given if isinstance(given, datetime) else datetime.fromisoformat(given)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _definitions_may_be_of_batches() -> None:
    """moto reads the endpoint's name of every model quality and explainability definition; a batch has none."""
    for name in ("model_quality", "model_explainability"):
        _definition_may_be_of_a_batch(f"create_{name}_job_definition", f"{name}_job_definitions", f"{name}_job_input")


def _definition_may_be_of_a_batch(create_name: str, kept: str, argument: str) -> None:
    create = getattr(_Backend, create_name)

    def created(backend: Any, **given: Any) -> Any:
        inputs = given[argument]
        if inputs.get("EndpointInput"):
            return create(backend, **given)
        answer = create(backend, **given | {argument: {**inputs, "EndpointInput": {"EndpointName": ""}}})
        setattr(getattr(backend, kept)[given["job_definition_name"]], argument, inputs)
        return answer

    setattr(_Backend, create_name, created)
