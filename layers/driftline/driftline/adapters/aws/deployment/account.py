"""The port `Deployment`: a stack in an account, read with boto3."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any

from driftline.adapters.aws.deployment import figures, functions, messaging, targets
from driftline.adapters.aws.deployment.refusals import meaning
from driftline.adapters.aws.deployment.stack import read_stack
from driftline.adapters.aws.s3 import S3Store, s3_client
from driftline.domain.doctor.alarms import AlarmFacts
from driftline.domain.doctor.captures import BucketFacts
from driftline.domain.doctor.concurrency import ConcurrencyFacts
from driftline.domain.doctor.dead_letters import QueueFacts
from driftline.domain.doctor.functions import FunctionFacts
from driftline.domain.doctor.published import DroppedLines
from driftline.domain.doctor.retraining import TargetKind, TargetState
from driftline.domain.doctor.stack import StackFacts
from driftline.domain.doctor.subscriptions import SubscriptionFacts
from driftline.domain.doctor.triggers import SourceFacts, TriggerFacts
from driftline.usecases.side_by_side import AT_ONCE, side_by_side

if TYPE_CHECKING:
    from boto3 import Session

_FUNCTION = "AWS::Lambda::Function"
_SOURCE = "AWS::Lambda::EventSourceMapping"


class AwsDeployment:
    """A stack by its name; clients are created on first use.

    Args:
        session: The credentials and the region of the user who looks.
    """

    def __init__(self, session: "Session", name: str) -> None:
        self._session = session
        self._name = name
        self._client = cache(self._new_client)

    def _new_client(self, service: str) -> Any:
        from botocore.config import Config  # noqa: PLC0415, boto3 costs 0.3 s

        make: Any = self._session.client  # the stubs want literal service names
        # DescribeAlarms and GetMetricStatistics are throttled in accounts with many alarms.
        config = Config(retries={"mode": "adaptive", "max_attempts": 8}, max_pool_connections=AT_ONCE)
        return make(service, config=config)

    @cached_property
    def where(self) -> str:
        """Who may look at anything may ask who they are: GetCallerIdentity needs no permission."""
        account = self._client("sts").get_caller_identity()["Account"]
        return f"{self._session.region_name} of account {account}"

    def stack(self) -> StackFacts | None:
        return read_stack(self._client("cloudformation"), self._name)

    def bucket(self, name: str) -> S3Store:
        return S3Store(name, s3_client(self._session))

    def functions(self, names: Iterable[str]) -> Sequence[FunctionFacts]:
        return list(side_by_side(partial(functions.read_function, self._client("lambda")), names))

    def concurrency(self) -> ConcurrencyFacts:
        return functions.read_concurrency(self._client("lambda"))

    def sources(self, stack: StackFacts) -> Sequence[SourceFacts]:
        names = [each.id for each in stack.of(_FUNCTION)]
        found: dict[str, SourceFacts] = {}
        for of_one in side_by_side(partial(functions.read_sources, self._client("lambda")), names):
            found |= of_one
        return [
            replace(found[each.id], name=each.name) if each.id in found else SourceFacts(each.name, each.id, "", "", 0)
            for each in stack.of(_SOURCE)
        ]

    def rules(self, names: Iterable[str]) -> Sequence[TriggerFacts]:
        return list(side_by_side(partial(messaging.read_rule, self._client("events")), names))

    def schedule(self, name: str, group: str, owner: str) -> TriggerFacts:
        return messaging.read_schedule(self._client("scheduler"), name, group, owner)

    def notifications(self, bucket: str) -> BucketFacts:
        return messaging.read_bucket(self._client("s3"), bucket)

    def subscriptions(self, topic: str, arn: str) -> Sequence[SubscriptionFacts]:
        return messaging.read_subscriptions(self._client("sns"), topic, arn)

    def channels(self, stack: str, secret: str) -> Sequence[str]:
        return messaging.read_channels(self._client("ssm"), self._client("secretsmanager"), stack, secret)

    def messages(self, name: str, url: str) -> QueueFacts:
        return messaging.read_queue(self._client("sqs"), name, url)

    def alarms(self, names: Sequence[str], owner: str) -> Sequence[AlarmFacts]:
        return figures.read_alarms(self._client("cloudwatch"), names, owner)

    def datapoints(
        self, namespace: str, metric: str, dimensions: dict[str, str], since: datetime, until: datetime
    ) -> int:
        return figures.count_datapoints(self._client("cloudwatch"), namespace, metric, dimensions, since, until)

    def dropped(self, group: str, since: datetime, until: datetime) -> Sequence[DroppedLines]:
        return figures.count_dropped(self._client("cloudwatch"), group, since, until)

    def metrics(self, namespace: str, dimensions: dict[str, str]) -> int:
        return figures.count_metrics(self._client("cloudwatch"), namespace, dimensions)

    def refused(self, role: str, actions: Sequence[str], arn: str) -> Sequence[str]:
        return targets.refused_actions(self._client("iam"), role, actions, arn)

    def target(self, kind: TargetKind, name: str) -> TargetState:
        return targets.target_state(self._client, kind, name)

    def why(self, error: Exception) -> str:
        return meaning(error)
