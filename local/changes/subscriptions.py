"""Subscriptions of MiniStack, changed where they differ from SNS."""

# ruff: noqa: SLF001 - there is no public way to change how MiniStack behaves

from typing import Any

from ministack.services import sns


def list_what_waits_for_confirmation() -> None:
    """ListSubscriptionsByTopic has `PendingConfirmation` in place of the ARN of a subscription that waits."""
    by_topic = sns._list_subscriptions_by_topic

    def listed(asked: Any) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = by_topic(asked)
        for topic in sns._topics.values():
            for one in topic["subscriptions"]:
                if not one["confirmed"]:
                    its_arn = f"<SubscriptionArn>{one['arn']}</SubscriptionArn>".encode()
                    body = body.replace(its_arn, b"<SubscriptionArn>PendingConfirmation</SubscriptionArn>")
        return status, headers, body

    sns._list_subscriptions_by_topic = listed
