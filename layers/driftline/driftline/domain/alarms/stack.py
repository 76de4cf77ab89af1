"""The stack, as far as names in CloudWatch depend on it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stack:
    """A deployed Driftline.

    Attributes:
        partition: Partition of its ARNs: `aws`, `aws-cn` …
        signals: Namespace of the figures for alarms.
        metrics: Namespace of the metrics of monitors that name none; None: SageMaker's, by kind of monitor.
    """

    name: str
    partition: str
    region: str
    account: str
    signals: str
    metrics: str | None = None

    def alarm_arn(self, name: str) -> str:
        return f"arn:{self.partition}:cloudwatch:{self.region}:{self.account}:alarm:{name}"
