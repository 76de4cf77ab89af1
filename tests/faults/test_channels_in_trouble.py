"""notify_operators with real channels while their other side is down, slow, throttles or refuses."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from driftline.adapters.channels import http
from driftline.adapters.channels.loading import BrokenChannel
from driftline.adapters.channels.pagerduty import PagerDuty
from driftline.adapters.channels.settings import PagerDutySettings, SlackSettings, TeamsSettings
from driftline.adapters.channels.slack import SlackBot
from driftline.adapters.channels.teams import Teams
from driftline.domain.alarms.severity import Severity
from driftline.domain.errors import InvalidInputError, RetryLaterError
from local.webhook import WebhookReceiver, slack_arguments
from tests.notifying import NOON, Office, alarm

MINUTE = timedelta(minutes=1)
CRITICAL = "worst drift"


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running


@pytest.fixture
def other() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running


def slack(receiver: WebhookReceiver) -> SlackBot:
    settings = SlackSettings(kind="slack", token=SecretStr("xoxb-1"), channel="C1", api_url=receiver.slack_api)
    return SlackBot("ops", settings)


def pagerduty(receiver: WebhookReceiver, *severities: Severity) -> PagerDuty:
    settings = PagerDutySettings(
        kind="pagerduty",
        routing_key=SecretStr("0" * 32),
        api_url=f"{receiver.url}/v2/enqueue",
        severities=frozenset(severities or Severity),
    )
    return PagerDuty("pager", settings)


def teams(receiver: WebhookReceiver) -> Teams:
    return Teams("teams", TeamsSettings(kind="teams", webhook_url=SecretStr(f"{receiver.url}/teams/x")))


def test_a_throttled_channel_gets_its_message_later_and_the_other_only_once(
    receiver: WebhookReceiver, other: WebhookReceiver
) -> None:
    office = Office(slack(receiver), pagerduty(other))
    receiver.fail_next(status=429, retry_after="30", body=b'{"ok": false, "error": "ratelimited"}')
    with pytest.raises(RetryLaterError) as caught:
        office.hear(alarm())
    assert caught.value.after == 30
    assert [request.json["event_action"] for request in other.received] == ["trigger"]

    office.hear(alarm())  # SQS delivers it again

    assert len(receiver.threads) == 1
    assert len(other.received) == 1


def test_a_channel_that_is_down_does_not_hold_the_others(receiver: WebhookReceiver) -> None:
    with WebhookReceiver() as gone:
        down = teams(gone)
    office = Office(down, slack(receiver))
    with pytest.raises(RetryLaterError, match="teams did not accept"):
        office.hear(alarm())
    assert len(receiver.threads) == 1


def test_a_slow_channel_is_given_up_and_tried_again(
    receiver: WebhookReceiver, other: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "_READ_SECONDS", 0.2)
    http._pool.cache_clear()
    office = Office(teams(receiver), pagerduty(other))
    receiver.fail_next(status=202, delay=5)
    with pytest.raises(RetryLaterError, match="does not answer"):
        office.hear(alarm())
    http._pool.cache_clear()
    office.hear(alarm())
    http._pool.cache_clear()  # the next test's has the usual patience
    # Whether the first one was shown nobody can know: twice is better than never.
    assert len(receiver.received) == 2
    assert len(other.received) == 1


def test_settings_that_cannot_be_read_are_told_and_the_others_hear_of_it(receiver: WebhookReceiver) -> None:
    broken = BrokenChannel("own", InvalidInputError("secret is missing", where="/driftline/d/channels/own"))
    office = Office(broken, slack(receiver))
    with pytest.raises(InvalidInputError, match="/driftline/d/channels/own: secret is missing"):
        office.hear(alarm())
    assert len(receiver.threads) == 1


def test_a_thread_is_kept_and_a_pager_for_the_worst_is_rung_and_silenced(
    receiver: WebhookReceiver, other: WebhookReceiver
) -> None:
    office = Office(slack(receiver), pagerduty(other, Severity.CRITICAL))
    office.hear(alarm())
    assert other.received == []
    office.hear(alarm(at=NOON + MINUTE, label=CRITICAL))
    office.hear(alarm("OK", NOON + 2 * MINUTE), alarm("OK", NOON + 3 * MINUTE, CRITICAL))
    office.tick(NOON + timedelta(hours=6))

    first, *replies = [slack_arguments(request) for request in receiver.received]
    assert "thread_ts" not in first
    assert [reply["thread_ts"] for reply in replies] == [receiver.threads[0]] * 2
    assert [reply.get("reply_broadcast") for reply in replies] == [True, None]
    events = [request.json for request in other.received]
    assert [event["event_action"] for event in events] == ["trigger", "resolve"]
    assert len({event["dedup_key"] for event in events}) == 1
