"""Do messages reach people?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from driftline.domain.doctor.line import Line, advice, fault, ok


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """Who gets what is published to a topic.

    Attributes:
        topic: The topic's name in template.yaml.
        arn: The topic's ARN.
        confirmed: Whether the other side agreed; SNS sends nothing before.
    """

    topic: str
    arn: str
    protocol: str
    endpoint: str
    confirmed: bool = True


_READ_BY = {"AlarmTopic": "notify_operator", "RetrainingTopic": "start_retraining"}
"""Topics that a queue of the stack has to be subscribed to, and who reads it."""


def check_subscriptions(subscriptions: Sequence[SubscriptionFacts], channels: Sequence[str]) -> Iterator[Line]:
    """Each subscription that waits for its confirmation, topics that nobody reads, and a stack that notifies nobody.

    Args:
        channels: Names of the channels: parameters, or the secret.
    """
    found = [_waits(each) for each in subscriptions if not each.confirmed]
    for topic, function in _READ_BY.items():
        if not any(each.topic == topic and each.protocol == "sqs" for each in subscriptions):
            found.append(
                fault(
                    f"The queue of {function} is not subscribed to {topic}: alarms reach nobody.",
                    "Delete and deploy the stack again, or subscribe the queue as template.yaml does.",
                )
            )
    mails = [each for each in subscriptions if each.topic == "OperatorTopic"]
    if not mails and not channels:
        found.append(
            advice(
                "Nobody is notified: there is no email address, and no channel.",
                "Deploy with OperatorEmail, or add a channel (docs/guide/channels.md).",
            )
        )
    yield from found
    if not found:
        to = [each.endpoint for each in mails] + list(channels)
        yield ok(f"Messages go to {', '.join(to)}; all subscriptions are confirmed.")


def _waits(one: SubscriptionFacts) -> Line:
    return fault(
        f"{one.endpoint} ({one.protocol}) has not confirmed its subscription to {one.topic} and receives nothing.",
        f"Open the link in the mail of AWS, or have it sent again: `aws sns subscribe --topic-arn {one.arn} "
        f"--protocol {one.protocol} --notification-endpoint {one.endpoint}`",
    )
