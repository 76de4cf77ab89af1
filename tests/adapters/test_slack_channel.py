"""Slack's two channels against a real HTTP server."""

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from driftline.adapters.channels.settings import SlackSettings
from driftline.adapters.channels.slack import SlackBot, SlackWebhook
from driftline.domain.alarms.severity import Severity
from driftline.domain.errors import InvalidInputError, RetryLaterError
from local.webhook import WebhookReceiver, slack_arguments
from tests.messages import ESCALATED, HOSTILE, NOTICE, OPENED, RECOVERED


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running


def webhook(receiver: WebhookReceiver) -> SlackWebhook:
    url = SecretStr(f"{receiver.url}/services/T0/B0/s3cr3t")
    return SlackWebhook("ops", SlackSettings(kind="slack", webhook_url=url))


def bot(receiver: WebhookReceiver, channel: str = "C0123", token: str = "xoxb-s3cr3t") -> SlackBot:
    settings = SlackSettings(kind="slack", token=SecretStr(token), channel=channel, api_url=receiver.slack_api)
    return SlackBot("ops", settings)


class TestWebhook:
    def test_it_posts_blocks_with_a_fallback_and_without_unfurling(self, receiver: WebhookReceiver) -> None:
        assert webhook(receiver).send(OPENED, None) is None
        (request,) = receiver.received
        assert request.path == "/services/T0/B0/s3cr3t"
        assert request.json["text"] == "🟠 WARNING: 3 constraints violated in data_quality of flights-eta"
        assert request.json["blocks"][0]["type"] == "header"
        assert request.json["unfurl_links"] is False
        assert request.json["unfurl_media"] is False

    def test_later_messages_name_the_incident(self, receiver: WebhookReceiver) -> None:
        webhook(receiver).send(ESCALATED, None)
        footer = receiver.received[0].json["blocks"][-1]["elements"][0]["text"]
        assert "incident flights-eta/data_quality/20260105T100000Z escalated 5 Jan 2026, 12:00 UTC" in footer

    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile_text_arrives(self, receiver: WebhookReceiver, text: str) -> None:
        webhook(receiver).send(replace(OPENED, headline=text, details=(text,)), None)
        assert receiver.received[0].json["blocks"]

    @pytest.mark.parametrize(
        ("status", "said", "after"),
        [(429, "30", 30.0), (429, "86400", 900.0), (500, None, None), (503, "7", 7.0)],
    )
    def test_busy_is_retried_later(
        self, receiver: WebhookReceiver, status: int, said: str | None, after: float | None
    ) -> None:
        receiver.fail_next(status=status, retry_after=said)
        with pytest.raises(RetryLaterError, match=f"127.0.0.1 answers {status}") as caught:
            webhook(receiver).send(OPENED, None)
        assert caught.value.after == after
        assert len(receiver.received) == 1

    def test_a_refusal_is_told_without_the_secret_address(self, receiver: WebhookReceiver) -> None:
        channel = webhook(receiver)
        receiver.fail_next(status=404, body=f"no_service at {receiver.url}/services/T0/B0/s3cr3t".encode())
        with pytest.raises(InvalidInputError, match="404: no_service") as caught:
            channel.send(OPENED, None)
        assert "s3cr3t" not in str(caught.value)
        assert caught.value.__cause__ is None

    def test_a_redirect_is_not_followed(self, receiver: WebhookReceiver) -> None:
        receiver.fail_next(status=302, headers={"Location": f"{receiver.url}/elsewhere"})
        with pytest.raises(InvalidInputError, match="302"):
            webhook(receiver).send(OPENED, None)
        assert [request.path for request in receiver.received] == ["/services/T0/B0/s3cr3t"]

    def test_nobody_listens(self) -> None:
        with WebhookReceiver() as receiver:
            channel = webhook(receiver)
        with pytest.raises(RetryLaterError, match=r"127\.0\.0\.1 does not answer") as caught:
            channel.send(OPENED, None)
        assert "s3cr3t" not in str(caught.value)

    def test_nothing_secret_is_logged(self, receiver: WebhookReceiver, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        receiver.fail_next(status=500)
        channel = webhook(receiver)
        with pytest.raises(RetryLaterError):
            channel.send(OPENED, None)
        bot(receiver).send(OPENED, None)
        assert "s3cr3t" not in caplog.text
        assert "s3cr3t" not in repr(channel._settings)


class TestBot:
    def test_an_incident_is_a_thread(self, receiver: WebhookReceiver) -> None:
        channel = bot(receiver)
        thread = channel.send(OPENED, None)
        assert thread == receiver.threads[0]
        assert channel.send(ESCALATED, thread) == thread
        assert channel.send(RECOVERED, thread) == thread
        opened, escalated, recovered = (slack_arguments(request) for request in receiver.received)
        assert opened["channel"] == "C0123"
        assert opened["unfurl_links"] is False
        assert "thread_ts" not in opened
        assert (escalated["thread_ts"], escalated["reply_broadcast"]) == (thread, True)
        assert recovered["thread_ts"] == thread
        assert "reply_broadcast" not in recovered

    def test_the_token_is_in_the_header_alone(self, receiver: WebhookReceiver) -> None:
        bot(receiver).send(OPENED, None)
        (request,) = receiver.received
        assert request.headers["authorization"] == "Bearer xoxb-s3cr3t"
        assert b"s3cr3t" not in request.body

    def test_a_thread_that_is_gone_is_begun_anew(self, receiver: WebhookReceiver) -> None:
        thread = bot(receiver).send(RECOVERED, "1600000000.000100")
        assert thread == receiver.threads[0]

    def test_what_slack_may_do_with_a_text_is_off(self, receiver: WebhookReceiver) -> None:
        bot(receiver).send(OPENED, None)
        sent = slack_arguments(receiver.received[0])
        assert (sent["unfurl_links"], sent["unfurl_media"], sent["link_names"], sent["parse"]) == (
            False, False, False, "none",
        )  # fmt: skip
        assert sent["text"] == "🟠 WARNING: 3 constraints violated in data_quality of flights-eta"

    @pytest.mark.parametrize("code", ["ratelimited", "channel_not_found"])
    def test_what_fails_in_a_thread_is_not_posted_beside_it(self, receiver: WebhookReceiver, code: str) -> None:
        receiver.fail_next(status=200, body=b'{"ok": false, "error": "%s"}' % code.encode())
        with pytest.raises((RetryLaterError, InvalidInputError), match=code):
            bot(receiver).send(ESCALATED, "1600000000.000100")
        assert len(receiver.received) == 1

    def test_a_thread_that_is_gone_while_slack_is_busy_waits(self, receiver: WebhookReceiver) -> None:
        receiver.fail_next(status=200, body=b'{"ok": false, "error": "thread_not_found"}')
        receiver.fail_next(status=429, retry_after="5", body=b'{"ok": false, "error": "ratelimited"}')
        with pytest.raises(RetryLaterError) as caught:
            bot(receiver).send(ESCALATED, "1600000000.000100")
        assert caught.value.after == 5

    def test_a_rate_limit_is_retried_later(self, receiver: WebhookReceiver) -> None:
        body = b'{"ok": false, "error": "ratelimited"}'
        receiver.fail_next(status=429, retry_after="12", body=body)
        with pytest.raises(RetryLaterError, match="ratelimited") as caught:
            bot(receiver).send(OPENED, None)
        assert caught.value.after == 12
        assert len(receiver.received) == 1

    @pytest.mark.parametrize("code", ["internal_error", "message_limit_exceeded", "team_added_to_org"])
    def test_what_passes_is_retried_later_though_its_status_is_200(self, receiver: WebhookReceiver, code: str) -> None:
        receiver.fail_next(status=200, body=b'{"ok": false, "error": "%s"}' % code.encode())
        with pytest.raises(RetryLaterError, match=code):
            bot(receiver).send(OPENED, None)

    @pytest.mark.parametrize("status", [500, 502, 503])
    def test_a_page_in_place_of_an_answer_is_retried_later(self, receiver: WebhookReceiver, status: int) -> None:
        receiver.fail_next(status=status, body=b"<html>down</html>")
        with pytest.raises(RetryLaterError, match=str(status)):
            bot(receiver).send(OPENED, None)

    @pytest.mark.parametrize(
        ("channel", "token", "code"),
        [("#nowhere", "xoxb-s3cr3t", "channel_not_found"), ("C1", "wrong-s3cr3t", "invalid_auth")],
    )
    def test_what_a_person_has_to_mend(self, receiver: WebhookReceiver, channel: str, token: str, code: str) -> None:
        with pytest.raises(InvalidInputError, match=code) as caught:
            bot(receiver, channel, token).send(OPENED, None)
        assert "s3cr3t" not in str(caught.value)
        assert caught.value.__cause__ is None


class TestAccepts:
    def test_severities(self, receiver: WebhookReceiver) -> None:
        url = SecretStr(f"{receiver.url}/x")
        critical = frozenset({Severity.CRITICAL})
        channel = SlackWebhook("ops", SlackSettings(kind="slack", webhook_url=url, severities=critical))
        assert not channel.accepts(OPENED)
        assert channel.accepts(ESCALATED)
        assert channel.accepts(RECOVERED)
        assert not channel.accepts(replace(NOTICE, severity=Severity.CRITICAL))

    def test_names(self, receiver: WebhookReceiver) -> None:
        assert bot(receiver).accepts(replace(OPENED, channels=("ops", "email")))
        assert not bot(receiver).accepts(replace(OPENED, channels=("email",)))
