"""Which stack this is, as far as names in CloudWatch depend on it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stack:
    """A deployed Driftline.

    Attributes:
        partition: Of its ARNs: `aws`, `aws-cn` …
        signals: Namespace of the figures that alarms look at.
        metrics: Namespace of the metrics of all monitors that name none; None: SageMaker's, by kind of monitor.
    """

    name: str
    partition: str
    region: str
    account: str
    signals: str
    metrics: str | None = None

    def alarm_arn(self, name: str) -> str:
        return f"arn:{self.partition}:cloudwatch:{self.region}:{self.account}:alarm:{name}"
