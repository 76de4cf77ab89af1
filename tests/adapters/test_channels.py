"""Teams, PagerDuty, the signed webhook, email and the loading of all channels, against a real HTTP server and moto."""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from aws_lambda_powertools.utilities.parameters import SecretsProvider, SSMProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.exceptions import EndpointConnectionError
from botocore.stub import ANY, Stubber
from pydantic import SecretStr, ValidationError

from driftline.adapters.aws.topic import OperatorTopic
from driftline.adapters.channels import http
from driftline.adapters.channels.email import Email
from driftline.adapters.channels.loading import BrokenChannel, load_channels
from driftline.adapters.channels.pagerduty import PagerDuty
from driftline.adapters.channels.settings import (
    PagerDutySettings,
    SlackSettings,
    TeamsSettings,
    WebhookSettings,
    read_settings,
)
from driftline.adapters.channels.slack import SlackBot, SlackWebhook
from driftline.adapters.channels.teams import Teams
from driftline.adapters.channels.webhook import Webhook
from driftline.domain.alarms.severity import Severity
from driftline.domain.errors import InvalidInputError, RetryLaterError
from driftline.presentation.messages.signed_webhook import signature
from driftline.usecases.ports import Channel
from local.patience import PATIENCE_SECONDS
from local.webhook import WebhookReceiver
from tests.messages import ESCALATED, HOSTILE, NOTICE, OPENED, RECOVERED

KEY = "0123456789abcdef0123456789abcdef"
SECRET = "a-secret-of-both-sides"
IN_LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "driftline-notify-operator", "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13"}
TOPIC = "arn:aws:sns:eu-west-1:123456789012:operators"


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running


def teams(receiver: WebhookReceiver) -> Teams:
    url = SecretStr(f"{receiver.url}/teams/workflows/w1?sig=s3cr3t")
    return Teams("teams", TeamsSettings(kind="teams", webhook_url=url))


def pagerduty(receiver: WebhookReceiver) -> PagerDuty:
    settings = PagerDutySettings(kind="pagerduty", routing_key=SecretStr(KEY), api_url=f"{receiver.url}/v2/enqueue")
    return PagerDuty("pager", settings)


def webhook(receiver: WebhookReceiver) -> Webhook:
    settings = WebhookSettings(kind="webhook", url=SecretStr(f"{receiver.url}/in/s3cr3t"), secret=SecretStr(SECRET))
    return Webhook("own", settings, clock=lambda: 1_767_600_000.9)


class TestSending:
    def test_teams_gets_a_card(self, receiver: WebhookReceiver) -> None:
        assert teams(receiver).send(OPENED, None) is None
        (request,) = receiver.received
        assert request.path == "/teams/workflows/w1?sig=s3cr3t"
        assert request.json["attachments"][0]["content"]["type"] == "AdaptiveCard"

    def test_an_older_connector_says_429_in_its_text(self, receiver: WebhookReceiver) -> None:
        said = b"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429"
        receiver.fail_next(status=200, body=said, retry_after="17")
        with pytest.raises(RetryLaterError, match="429") as caught:
            teams(receiver).send(OPENED, None)
        assert caught.value.after == 17

    def test_pagerduty_has_one_alert_for_an_incident(self, receiver: WebhookReceiver) -> None:
        channel = pagerduty(receiver)
        for message in (OPENED, ESCALATED, RECOVERED):
            channel.send(message, None)
        events = [request.json for request in receiver.received]
        assert [event["event_action"] for event in events] == ["trigger", "trigger", "resolve"]
        assert {event["dedup_key"] for event in events} == {OPENED.incident}
        assert {event["routing_key"] for event in events} == {KEY}
        assert [event["payload"]["severity"] for event in events[:2]] == ["warning", "critical"]

    def test_the_webhook_is_signed(self, receiver: WebhookReceiver) -> None:
        webhook(receiver).send(OPENED, None)
        (request,) = receiver.received
        assert request.headers["driftline-signature"] == signature(SECRET, 1_767_600_000, request.body)
        assert request.json["id"] == OPENED.id

    @pytest.mark.parametrize("make", [teams, pagerduty, webhook])
    def test_it_hears_what_is_meant_for_it_and_as_severe_as_it_wants(
        self, receiver: WebhookReceiver, make: object
    ) -> None:
        assert callable(make)
        every = make(receiver)
        severe = type(every)("severe", every._settings.model_copy(update={"severities": {Severity.CRITICAL}}))
        assert [every.accepts(message) for message in (OPENED, ESCALATED, NOTICE)] == [True, True, True]
        assert [severe.accepts(message) for message in (OPENED, ESCALATED, NOTICE)] == [False, True, False]
        assert not every.accepts(replace(OPENED, channels=("another",)))
        assert every.accepts(replace(OPENED, channels=("another", every.name)))

    @pytest.mark.parametrize("make", [teams, pagerduty, webhook])
    def test_texts_go_as_utf_8_so_that_a_limit_counts_what_people_see(
        self, receiver: WebhookReceiver, make: object
    ) -> None:
        assert callable(make)
        make(receiver).send(replace(ESCALATED, headline="größer 数"), None)
        assert "größer 数".encode() in receiver.received[0].body

    @pytest.mark.parametrize("text", HOSTILE)
    @pytest.mark.parametrize("make", [teams, pagerduty, webhook])
    def test_hostile_text_arrives(self, receiver: WebhookReceiver, make: object, text: str) -> None:
        assert callable(make)
        make(receiver).send(replace(OPENED, headline=text, endpoint=text, incident=text, changed=(text,)), None)
        assert receiver.received[0].json


@pytest.mark.parametrize("make", [teams, pagerduty, webhook])
class TestFailing:
    @pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 408])
    def test_busy(self, receiver: WebhookReceiver, make: object, status: int) -> None:
        assert callable(make)
        receiver.fail_next(status=status, retry_after="17")
        with pytest.raises(RetryLaterError, match=str(status)) as caught:
            make(receiver).send(OPENED, None)
        assert caught.value.after == 17
        assert len(receiver.received) == 1

    @pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 404, 410])
    def test_refused_without_a_word_of_the_secrets(self, receiver: WebhookReceiver, make: object, status: int) -> None:
        assert callable(make)
        channel = make(receiver)
        values = [value.get_secret_value() for _, value in channel._settings if isinstance(value, SecretStr)]
        said = f"no: {' '.join(values)}".encode()
        receiver.fail_next(status=status, headers={"Location": f"{receiver.url}/elsewhere"}, body=said)
        with pytest.raises(InvalidInputError, match=rf"{status}: no") as caught:
            channel.send(OPENED, None)
        for secret in ("s3cr3t", KEY, SECRET):
            assert secret not in str(caught.value)
            assert secret not in repr(channel._settings)
        assert len(receiver.received) == 1

    def test_too_slow(self, receiver: WebhookReceiver, make: object, monkeypatch: pytest.MonkeyPatch) -> None:
        assert callable(make)
        http._pool.cache_clear()
        monkeypatch.setattr(http, "_READ_SECONDS", 0.2)
        receiver.fail_next(status=200, delay=PATIENCE_SECONDS)
        with pytest.raises(RetryLaterError, match="does not answer"):
            make(receiver).send(OPENED, None)
        http._pool.cache_clear()

    def test_an_answer_without_end_is_not_read(self, receiver: WebhookReceiver, make: object) -> None:
        assert callable(make)
        receiver.fail_next(status=400, body=b"x" * 5_000_000)
        with pytest.raises(InvalidInputError) as caught:
            make(receiver).send(OPENED, None)
        assert len(str(caught.value)) < 600


class TestRetryAfter:
    NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("said", "after"),
        [
            ("0", 0.0),
            ("120", 120.0),
            (" 120 ", 120.0),
            ("²", None),
            ("1.5", None),
            ("9" * 5000, 900.0),
            ("Mon, 05 Jan 2026 10:01:30 -0000", 90.0),
            ("Mon, 05 Jan 2026 12:01:30 +0200", 90.0),
            ("99999999999999999999", 900.0),
            ("-5", None),
            ("soon", None),
            ("", None),
            (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
            (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
            (format_datetime(NOW + timedelta(days=1), usegmt=True), 900.0),
            ("Mon, 99 Foo 2026 10:00:00 GMT", None),
        ],
    )
    def test_seconds_and_dates(self, said: str, after: float | None) -> None:
        assert http.retry_after({"retry-after": said, "date": format_datetime(self.NOW, usegmt=True)}) == after


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "http://example.com/x",
            "ftp://example.com/x",
            "https://",
            "https://user:password@example.com/",
            "https://169.254.169.254/latest/meta-data",
            "http://169.254.169.254/latest/meta-data",
            "https://2852039166/",
            "https://0xa9.0xfe.0xa9.0xfe/",
            "https://[fe80::1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://[::169.254.169.254]/",
            "https://[64:ff9b::a9fe:a9fe]/",
            "https://[64:ff9b:1::a9fe:a9fe]/",
            "https://[2002:a9fe:a9fe::]/",
            "https://[2001:0:a9fe:a9fe::]/",
            "https://[2001:0:4136:e378:8000:63bf:5601:5601]/",
            "https://[fd00:ec2::254]/",
            "https://example.com:port/",
            "https://exa mple.com/",
            "https://ex\u00e4mple.com/",
            "http://8.8.8.8/x",
            "http://[2001:db8::1]/x",
            "ftp://127.0.0.1/x",
            "https://[half/",
            "https://example.com/\x00",
            "file:///etc/passwd",
            "",
        ],
    )
    def test_refused(self, url: str) -> None:
        with pytest.raises(ValueError) as caught:
            http.check_url(url)
        assert "169.254" not in str(caught.value)
        assert "example" not in str(caught.value)

    @pytest.mark.parametrize(
        "url",
        [
            "https://hooks.slack.com/services/T/B/x",
            "http://127.0.0.1:8080/x",
            "http://localhost/x",
            "http://[::1]:8/x",
            "https://[64:ff9b::808:808]/x",
        ],
    )
    def test_taken(self, url: str) -> None:
        assert http.check_url(url) == url

    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1",
            "127.8.9.1",
            "localhost",
            "hook.localhost.",
            "0.0.0.0",
            "0.1.2.3",
            "2130706433",
            "0x7f.1",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
        ],
    )
    @pytest.mark.parametrize("scheme", ["http", "https"])
    def test_loopback_is_refused_in_aws_and_taken_where_aws_is_there_too(
        self, scheme: str, host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Lambda's own servers listen there, such as the Runtime API."""
        url = f"{scheme}://{host}:9001/2018-06-01/runtime/invocation/next"
        for name, value in IN_LAMBDA.items():
            monkeypatch.setenv(name, value)
        for endpoint in (None, "https://dynamodb.eu-west-1.amazonaws.com"):
            if endpoint:
                monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
            with pytest.raises(ValueError, match="loopback addresses are refused"):
                http.check_url(url)
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:4566")
        embedded = any(prefix in host for prefix in ("::ffff:", "::127", "64:ff9b", "2002:"))
        if scheme == "https" or not embedded:
            assert http.check_url(url) == url

    @pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "hooks.example.com"])
    def test_a_name_that_leads_to_it_is_refused_once_connected(
        self, name: str, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        http._pool.cache_clear()
        at_home = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", lambda _host, port, *more: at_home("127.0.0.1", port, *more))
        url = f"http://{name}:{urlsplit(receiver.url).port}/x"
        for variable, value in IN_LAMBDA.items():
            monkeypatch.setenv(variable, value)
        with pytest.raises(InvalidInputError, match=r"leads to 127\.0\.0\.1: loopback addresses are refused"):
            http.post(url, b"secret", {})
        assert receiver.received == []
        # As in the embedded cloud
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
        assert http.post(url, b"hello", {}).status == 200


class TestEmail:
    def test_subscribers_get_a_plain_text(self, aws: None) -> None:
        sqs, sns = boto3.client("sqs"), boto3.client("sns")
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        topic = sns.create_topic(Name="operators")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        Email(OperatorTopic(topic)).send(OPENED, None)
        (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
        notice = json.loads(message["Body"])
        assert notice["Subject"] == "[WARNING] 3 constraints violated in data_quality of flights-eta"
        assert "  - dep_delay\n    drift 0.4213, at most 0.1" in notice["Message"]

    @pytest.mark.parametrize(
        ("code", "error"),
        [("Throttling", RetryLaterError), ("InternalError", RetryLaterError), ("NotFound", InvalidInputError)],
    )
    def test_sns_fails(self, aws: None, code: str, error: type[Exception]) -> None:
        client = boto3.client("sns")
        with Stubber(client) as stub:
            stub.add_client_error("publish", code, expected_params={"TopicArn": ANY, "Subject": ANY, "Message": ANY})
            with pytest.raises(error, match=code):
                Email(OperatorTopic(TOPIC, client)).send(NOTICE, None)

    def test_sns_is_away(self, aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
        topic = OperatorTopic(TOPIC)

        def notify(subject: str, message: str) -> None:
            raise EndpointConnectionError(endpoint_url="https://sns")

        monkeypatch.setattr(topic, "notify", notify)
        with pytest.raises(RetryLaterError, match="EndpointConnectionError"):
            Email(topic).send(NOTICE, None)


class TestSettings:
    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("s3cr3t", "it is not JSON"),
            ('{"kind": "s3cr3t"}', "kind is missing or not one of"),
            ('{"webhook_url": "https://s3cr3t.example"}', "kind is missing or not one of"),
            ('{"kind": "slack"}', "either webhook_url, or token and channel"),
            ('{"kind": "slack", "token": "xoxb-s3cr3t"}', "token and channel must both be set"),
            ('{"kind": "slack", "token": "xoxb s3cr3t", "channel": "C1"}', "token: it contains spaces"),
            ('{"kind": "slack", "webhook_url": "http://s3cr3t.example"}', "webhook_url: it does not begin with https"),
            ('{"kind": "teams", "webhook_url": "https://169.254.169.254/s3cr3t"}', "webhook_url: link-local"),
            ('{"kind": "pagerduty", "routing_key": "s3cr3t"}', "routing_key: "),
            ('{"kind": "webhook", "url": "https://e.example/s3cr3t", "secret": "s3cr3t"}', "secret: "),
            ('{"kind": "teams", "webhook_url": "https://e.example", "s": "s3cr3t"}', "s: Extra inputs"),
            ('{"kind": "teams", "webhook_url": "https://e.example", "severities": ["s3cr3t"]}', "severities"),
            ('{"kind": "teams", "webhook_url": "https://e.example", "severities": []}', "severities"),
            ('["s3cr3t"]', ""),
        ],
    )
    def test_a_mistake_is_named_and_no_value(self, text: str, says: str) -> None:
        with pytest.raises(InvalidInputError) as caught:
            read_settings(text, "/driftline/d/channels/x")
        assert says in str(caught.value)
        assert "/driftline/d/channels/x" in str(caught.value)
        assert "s3cr3t" not in str(caught.value)
        assert caught.value.__context__ is None

    def test_secrets_are_not_shown(self) -> None:
        text = '{"kind": "slack", "token": "xoxb-s3cr3t", "channel": "C1", "severities": ["critical"]}'
        settings = read_settings(text, "x")
        assert isinstance(settings, SlackSettings)
        assert "s3cr3t" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
        assert settings.severities == {Severity.CRITICAL}

    def test_settings_do_not_change(self) -> None:
        settings = read_settings('{"kind": "teams", "webhook_url": "https://e.example"}', "x")
        with pytest.raises(ValidationError):
            settings.severities = frozenset()


@dataclass(frozen=True)
class Sources:
    channels_path: str | None = None
    channels_secret: str | None = None
    operator_topic: str = TOPIC


def put(name: str, value: object) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    boto3.client("ssm").put_parameter(Name=f"/driftline/d/channels/{name}", Value=text, Type="SecureString")


def load(sources: Sources) -> dict[str, Channel]:
    channels = load_channels(sources, parameters=SSMProvider(), secrets=SecretsProvider())
    return {channel.name: channel for channel in channels}


class TestLoading:
    def test_without_any_there_is_email(self, aws: None) -> None:
        assert list(load(Sources())) == ["email"]
        assert list(load(Sources(channels_path="/driftline/d/channels"))) == ["email"]

    def test_every_kind(self, aws: None) -> None:
        put("ops", {"kind": "slack", "webhook_url": "https://hooks.slack.com/services/x"})
        put("ops-bot", {"kind": "slack", "token": "xoxb-1", "channel": "C1"})
        put("teams", {"kind": "teams", "webhook_url": "https://e.example/x"})
        put("pager", {"kind": "pagerduty", "routing_key": KEY})
        put("own", {"kind": "webhook", "url": "https://e.example/x", "secret": SECRET})
        channels = load(Sources(channels_path="/driftline/d/channels/"))
        assert {name: type(channel) for name, channel in channels.items()} == {
            "email": Email,
            "ops": SlackWebhook,
            "ops-bot": SlackBot,
            "teams": Teams,
            "pager": PagerDuty,
            "own": Webhook,
        }

    def test_a_broken_one_does_not_take_the_others_along(self, aws: None) -> None:
        put("good", {"kind": "teams", "webhook_url": "https://e.example/x"})
        put("bad", '{"kind": "slack", "webhook_url": "s3cr3t"}')
        put("email", {"kind": "teams", "webhook_url": "https://e.example/x"})
        put("team/deeper", {"kind": "teams", "webhook_url": "https://e.example/x"})
        channels = load(Sources(channels_path="/driftline/d/channels"))
        assert isinstance(channels["good"], Teams)
        assert isinstance(channels["(team/deeper)"], BrokenChannel)
        assert isinstance(channels["email"], Email)
        with pytest.raises(InvalidInputError, match="/driftline/d/channels/email: no name of a channel"):
            channels["(email)"].send(OPENED, None)
        assert channels["bad"].accepts(OPENED)
        assert channels["bad"].accepts(replace(OPENED, channels=("bad", "good")))
        assert not channels["bad"].accepts(replace(OPENED, channels=("good",)))
        with pytest.raises(InvalidInputError, match="/driftline/d/channels/bad") as caught:
            channels["bad"].send(OPENED, None)
        assert "s3cr3t" not in str(caught.value)

    def test_one_secret_has_them_too_and_parameters_count(self, aws: None) -> None:
        put("both", {"kind": "teams", "webhook_url": "https://e.example/x"})
        secret = {
            "both": {"kind": "pagerduty", "routing_key": KEY},
            "written-by-the-console": json.dumps({"kind": "pagerduty", "routing_key": KEY}),
            "wrong": ["s3cr3t"],
        }
        boto3.client("secretsmanager").create_secret(Name="channels", SecretString=json.dumps(secret))
        channels = load(Sources("/driftline/d/channels", "channels"))
        assert isinstance(channels["both"], Teams)
        assert isinstance(channels["written-by-the-console"], PagerDuty)
        with pytest.raises(InvalidInputError, match="channels: wrong"):
            channels["wrong"].send(OPENED, None)

    @pytest.mark.parametrize("text", ["s3cr3t", "[]", '"s3cr3t"'])
    def test_a_secret_that_is_no_object(self, aws: None, text: str) -> None:
        boto3.client("secretsmanager").create_secret(Name="channels", SecretString=text)
        channels = load(Sources(channels_secret="channels"))
        with pytest.raises(InvalidInputError, match="not a JSON object") as caught:
            channels["(secret)"].send(OPENED, None)
        assert "s3cr3t" not in str(caught.value)
        assert caught.value.__context__ is None

    def test_a_source_that_does_not_answer_is_tried_again_and_the_others_work(self, aws: None) -> None:
        put("teams", {"kind": "teams", "webhook_url": "https://e.example/x"})
        channels = load(Sources("/driftline/d/channels", "not-there"))
        assert isinstance(channels["teams"], Teams)
        missing = channels["(secret)"]
        assert missing.accepts(OPENED)
        assert missing.accepts(replace(OPENED, channels=("teams", "somebody")))
        assert not missing.accepts(replace(OPENED, channels=("teams", "email")))
        with pytest.raises(RetryLaterError, match="not-there"):
            missing.send(OPENED, None)

    def test_parameters_that_cannot_be_read_now_are_tried_again_and_the_others_work(self, aws: None) -> None:
        class Away(SSMProvider):
            def get_multiple(self, path: str, **_: object) -> dict[str, object]:  # type: ignore[override]
                raise GetParameterError("throttled")

        secret = {"teams": {"kind": "teams", "webhook_url": "https://e.example/x"}}
        boto3.client("secretsmanager").create_secret(Name="channels", SecretString=json.dumps(secret))
        sources = Sources("/driftline/d/channels/", "channels")
        email, teams, missing = load_channels(sources, parameters=Away(), secrets=SecretsProvider())
        assert (email.name, teams.name) == ("email", "teams")
        assert missing.accepts(OPENED)
        assert missing.accepts(replace(OPENED, channels=("somebody",)))
        assert not missing.accepts(replace(OPENED, channels=("teams",)))
        with pytest.raises(
            RetryLaterError, match="/driftline/d/channels: the parameters of the channels cannot be read"
        ):
            missing.send(OPENED, None)


def test_the_receiver_is_on_the_loopback_only(receiver: WebhookReceiver) -> None:
    assert receiver.url.startswith("http://127.0.0.1:")
    with socket.create_connection(("127.0.0.1", int(receiver.url.rsplit(":", 1)[1]))):
        pass


@pytest.mark.parametrize(
    ("settings", "digests"),
    [
        ({"kind": "slack", "webhook_url": "https://hooks.slack.com/services/T/B/x"}, True),
        ({"kind": "teams", "webhook_url": "https://x.logic.azure.com/workflows/1"}, True),
        ({"kind": "pagerduty", "routing_key": "k" * 32}, False),
        ({"kind": "webhook", "url": "https://example.com/hook", "secret": "s" * 16}, False),
        ({"kind": "webhook", "url": "https://example.com/hook", "secret": "s" * 16, "digest": True}, True),
        ({"kind": "slack", "webhook_url": "https://hooks.slack.com/services/T/B/x", "digest": False}, False),
    ],
)
def test_channels_of_people_have_digests_unless_their_settings_say_otherwise(
    settings: dict[str, object], digests: bool
) -> None:
    made: dict[object, Any] = {"slack": SlackWebhook, "teams": Teams, "pagerduty": PagerDuty, "webhook": Webhook}
    assert made[settings["kind"]]("ops", read_settings(json.dumps(settings), "/channels/ops")).digests is digests
