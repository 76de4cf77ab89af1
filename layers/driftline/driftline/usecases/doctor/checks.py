"""The checks of an examination, in the order in which they are shown. Each reads what it needs and nothing else."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from driftline.domain.doctor.alarms import check_alarms
from driftline.domain.doctor.captures import check_captures
from driftline.domain.doctor.concurrency import check_concurrency
from driftline.domain.doctor.dead_letters import check_dead_letters
from driftline.domain.doctor.documents import check_documents
from driftline.domain.doctor.executions import check_executions
from driftline.domain.doctor.functions import check_functions
from driftline.domain.doctor.line import Line
from driftline.domain.doctor.published import PublishedFacts, check_published
from driftline.domain.doctor.retraining import ACTIONS, TargetFacts, TargetKind, check_retraining
from driftline.domain.doctor.stack import StackFacts, check_stack
from driftline.domain.doctor.subscriptions import check_subscriptions
from driftline.domain.doctor.triggers import SourceFacts, TriggerFacts, check_sources, check_triggers
from driftline.domain.monitors.alarms import VIOLATIONS
from driftline.domain.monitors.retraining import Target
from driftline.kinds.kind import Kinds
from driftline.usecases.doctor.watched import Watched, clocks_of, watched_endpoints
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.deployment import Deployment

_QUEUE = "AWS::SQS::Queue"
_FUNCTION = "AWS::Lambda::Function"
_ALARM = "AWS::CloudWatch::Alarm"
_SCHEDULE = "AWS::Scheduler::Schedule"
_RULE = "AWS::Events::Rule"
_TOPICS = ("AlarmTopic", "OperatorTopic", "RetrainingTopic")
_PUBLISHERS = ("RunMonitorLogs", "CheckFreshnessLogs", "MergeGroundTruthLogs")
"""Logs of functions that publish metrics, by their names in template.yaml."""

_LATELY = timedelta(days=3)
_LISTED = timedelta(days=14)
"""CloudWatch lists metrics with a value in the last two weeks."""


@dataclass(frozen=True)
class Patient:
    """The stack under examination.

    Attributes:
        at: The time of the examination.
        release: The version of this command.
    """

    deployment: Deployment
    stack: StackFacts
    at: datetime
    release: str
    kinds: Kinds

    @cached_property
    def store(self) -> ObjectStore:
        """The stack's bucket."""
        return self.deployment.bucket(self.stack.outputs["BucketName"])

    @cached_property
    def sources(self) -> Sequence[SourceFacts]:
        return self.deployment.sources(self.stack)

    @cached_property
    def watched(self) -> list[Watched]:
        return watched_endpoints(self.store, kinds=self.kinds)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What a document wants to be started.

    Attributes:
        name: As in the document: a name or an ARN.
    """

    kind: TargetKind
    name: str
    arn: str


type Check = Callable[[Patient], Iterable[Line]]


def _stack(patient: Patient) -> Iterator[Line]:
    return check_stack(patient.stack, patient.release)


def _functions(patient: Patient) -> Iterator[Line]:
    names = [each.id for each in patient.stack.of(_FUNCTION)]
    return check_functions(patient.deployment.functions(names), patient.stack.parameters.get("Architecture", ""))


def _sources(patient: Patient) -> Iterator[Line]:
    return check_sources(patient.sources)


def _triggers(patient: Patient) -> Iterator[Line]:
    deployment, stack = patient.deployment, patient.stack
    triggers: list[TriggerFacts] = list(deployment.rules(each.id for each in stack.of(_RULE)))
    triggers += [deployment.schedule(each.id, "default", "the stack") for each in stack.of(_SCHEDULE)]
    group = stack.outputs.get("ScheduleGroupName", stack.name)
    for watched in patient.watched:
        names = watched.status.schedules if watched.status else ()
        triggers += [deployment.schedule(name, group, watched.key) for name in names]
    return check_triggers(triggers)


def _concurrency(patient: Patient) -> Iterator[Line]:
    sources = patient.sources
    directly = {each.id for each in patient.stack.of(_FUNCTION)} - {each.function for each in sources}
    return check_concurrency(patient.deployment.concurrency(), sources, len(directly))


def _captures(patient: Patient) -> Iterator[Line]:
    parameter = tuple(filter(None, patient.stack.parameters.get("CaptureBucketName", "").split(",")))
    names = dict.fromkeys((patient.stack.outputs["BucketName"], *parameter))
    documents = {each.endpoint: each.document for each in patient.watched}
    captured_to = {endpoint: document.capture.bucket for endpoint, document in documents.items() if document}
    return check_captures([patient.deployment.notifications(name) for name in names], parameter, captured_to)


def _documents(patient: Patient) -> Iterator[Line]:
    return check_documents([each.facts for each in patient.watched])


def _executions(patient: Patient) -> Iterator[Line]:
    clocks = [clock for each in patient.watched for clock in clocks_of(patient.store, each, patient.at)]
    return check_executions(clocks, patient.at)


def _published(patient: Patient) -> Iterator[Line]:
    deployment, stack, at = patient.deployment, patient.stack, patient.at
    published = [facts for each in patient.watched for facts in _published_by(patient, each)]
    groups = [group for name in _PUBLISHERS if (group := stack.id_of(name))]
    dropped = [lines for group in groups for lines in deployment.dropped(group, at - _LATELY, at)]
    return check_published(published, dropped, stack.signals)


def _published_by(patient: Patient, watched: Watched) -> Iterator[PublishedFacts]:
    deployment, stack = patient.deployment, patient.stack
    for name, monitor in watched.enabled().items():
        last = watched.last.get(name)
        if last is None or last.last_judged is None:
            continue  # Only a verdict has a signal for sure.
        dimensions = {"Endpoint": watched.endpoint, "Monitor": name}
        scheduled = last.last_judged
        namespace = monitor.namespace or stack.parameters.get("MetricsNamespace") or monitor.metrics_namespace
        schedule = monitor.schedule_name or f"{watched.endpoint}-{name}"
        # Every kind so far can switch its metrics off. A stack of an earlier release has no such parameter.
        level = getattr(monitor, "metrics", "all") or stack.parameters.get("DefaultMetrics", "all")
        publishes = level != "none"
        yield PublishedFacts(
            watched.endpoint,
            name,
            scheduled,
            signals=deployment.datapoints(stack.signals, VIOLATIONS, dimensions, scheduled, patient.at),
            namespace=namespace,
            judged=publishes and patient.at - last.last_judged < _LISTED,
            metrics=deployment.metrics(namespace, {"Endpoint": watched.endpoint, "MonitoringSchedule": schedule}),
        )


def _alarms(patient: Patient) -> Iterator[Line]:
    own = patient.deployment.alarms([each.id for each in patient.stack.of(_ALARM)], "the stack")
    others = [
        alarm
        for each in patient.watched
        for alarm in patient.deployment.alarms(list(each.status.alarms) if each.status else [], each.key)
    ]
    return check_alarms([*own, *others], patient.at)


def _subscriptions(patient: Patient) -> Iterator[Line]:
    deployment, stack = patient.deployment, patient.stack
    topics = ((name, stack.id_of(name)) for name in _TOPICS)
    found = [each for name, arn in topics if arn for each in deployment.subscriptions(name, arn)]
    channels = deployment.channels(stack.name, stack.parameters.get("ChannelsSecretName", ""))
    return check_subscriptions(found, channels)


def _dead_letters(patient: Patient) -> Iterator[Line]:
    queues = [each for each in patient.stack.of(_QUEUE) if each.name.endswith("DeadLetters")]
    return check_dead_letters([patient.deployment.messages(each.name, each.id) for each in queues])


def _retraining(patient: Patient) -> Iterator[Line]:
    role = patient.stack.id_of("StartRetrainingRole")
    wanted = [
        (each.endpoint, chosen)
        for each in patient.watched
        if each.document and each.document.retraining
        if (chosen := _chosen(each.document.retraining.target, patient.stack))
    ]
    return check_retraining(
        [
            TargetFacts(
                endpoint,
                chosen.kind,
                chosen.arn,
                refused=_refused(patient, role, chosen),
                state=patient.deployment.target(chosen.kind, chosen.name),
            )
            for endpoint, chosen in wanted
        ]
    )


def _refused(patient: Patient, role: str | None, chosen: _Chosen) -> tuple[str, ...]:
    actions = ACTIONS[chosen.kind]
    return tuple(patient.deployment.refused(role, actions, chosen.arn)) if role else actions


def _chosen(target: Target, stack: StackFacts) -> _Chosen | None:
    """None for an event: what reacts to it has permissions of its own."""
    here = f"{stack.region}:{stack.account}"
    if target.pipeline:
        # SageMaker's ARNs have names in lower case.
        arn = _arn(target.pipeline, f"arn:{stack.partition}:sagemaker:{here}:pipeline/", str.lower)
        return _Chosen("pipeline", target.pipeline, arn)
    if target.state_machine:
        return _Chosen("state_machine", target.state_machine, target.state_machine)
    if target.function:
        arn = _arn(target.function, f"arn:{stack.partition}:lambda:{here}:function:")
        return _Chosen("function", target.function, arn)
    return None


def _arn(name: str, prefix: str, spelled: Callable[[str], str] = str) -> str:
    return name if name.startswith("arn:") else prefix + spelled(name)


CHECKS: Mapping[str, Check] = {
    "stack": _stack,
    "functions": _functions,
    "event sources": _sources,
    "triggers": _triggers,
    "concurrency": _concurrency,
    "captures": _captures,
    "documents": _documents,
    "executions": _executions,
    "metrics": _published,
    "alarms": _alarms,
    "notifications": _subscriptions,
    "dead letters": _dead_letters,
    "retraining": _retraining,
}
"""By the name that people see."""
