"""What an examination of a deployed stack reads. Nothing is changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

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
from driftline.usecases.ports.storage import ObjectStore


class Deployment(Protocol):
    """A stack in an account and region.

    Every method may raise whatever its client raises; `why` says what that means.
    """

    @property
    def where(self) -> str:
        """The region and the account, for people."""
        ...

    def stack(self) -> StackFacts | None:
        """None if there is no such stack."""
        ...

    def bucket(self, name: str) -> ObjectStore: ...

    def functions(self, names: Iterable[str]) -> Sequence[FunctionFacts]: ...

    def concurrency(self) -> ConcurrencyFacts: ...

    def sources(self, stack: StackFacts) -> Sequence[SourceFacts]:
        """The stack's event sources, those that do not exist any more included."""
        ...

    def rules(self, names: Iterable[str]) -> Sequence[TriggerFacts]: ...

    def schedule(self, name: str, group: str, owner: str) -> TriggerFacts: ...

    def notifications(self, bucket: str) -> BucketFacts: ...

    def subscriptions(self, topic: str, arn: str) -> Sequence[SubscriptionFacts]:
        """Those of a topic, which is called `topic` in template.yaml."""
        ...

    def channels(self, stack: str, secret: str) -> Sequence[str]:
        """Names of the channels, without their contents: the parameters of the stack, and the secret, if it is named
        and exists."""
        ...

    def messages(self, name: str, url: str) -> QueueFacts:
        """How many messages are in a queue, which is called `name` in template.yaml."""
        ...

    def alarms(self, names: Sequence[str], owner: str) -> Sequence[AlarmFacts]:
        """One for each name, those that do not exist included."""
        ...

    def datapoints(
        self, namespace: str, metric: str, dimensions: dict[str, str], since: datetime, until: datetime
    ) -> int:
        """How many values were published in that time."""
        ...

    def dropped(self, group: str, since: datetime, until: datetime) -> Sequence[DroppedLines]:
        """Metric lines of a log group that CloudWatch could not use."""
        ...

    def metrics(self, namespace: str, dimensions: dict[str, str]) -> int:
        """How many metrics CloudWatch lists: those with a value in the last two weeks."""
        ...

    def refused(self, role: str, actions: Sequence[str], arn: str) -> Sequence[str]:
        """Those of the actions that a role may not do on a resource."""
        ...

    def target(self, kind: TargetKind, name: str) -> TargetState:
        """Whether what a retraining starts exists, by its name or ARN."""
        ...

    def why(self, error: Exception) -> str:
        """What an error of these methods means: the permission that is missing, or what AWS said.

        Raises:
            Exception: the error itself, if it is none of AWS's: a defect.
        """
        ...
