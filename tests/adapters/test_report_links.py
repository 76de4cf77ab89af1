"""Links to report pages: what a person may open with them, and how long."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import boto3
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

from driftline.adapters.aws.report_links import PresignedLinks, ServedLinks, report_links, signing_client
from driftline.adapters.aws.settings import NotifySettings
from driftline.domain.errors import InvalidInputError
from driftline.presentation.messages.escaping import web_link
from driftline.presentation.messages.slack_blocks import slack_message
from driftline.usecases.notifying import incident_facts
from driftline.usecases.pages import render_report
from tests.messages import OPENED

KEY = "reports/flight-delay/data_quality/2013/03/09/09/report.html"
TOKEN = "FwoGZXIvYXdzE+/=" * 70
"""As long as the tokens of Lambda's roles."""


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


@pytest.fixture
def server() -> Iterator[str]:
    moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "ap-southeast-4"])
def test_links_are_signed_for_the_regions_own_host_and_fit_into_channels(
    monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)

    link = PresignedLinks("driftline-bucket-1a2b3c4d5e6f", 12, signing_client()).to(KEY)

    parts = urlsplit(link.url)
    signed = {name: values[0] for name, values in parse_qs(parts.query).items()}
    host = "s3.amazonaws.com" if region == "us-east-1" else f"s3.{region}.amazonaws.com"
    assert (parts.scheme, parts.netloc, parts.path) == ("https", f"driftline-bucket-1a2b3c4d5e6f.{host}", f"/{KEY}")
    assert signed["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert signed["X-Amz-Expires"] == str(12 * 3600)
    assert signed["X-Amz-Security-Token"] == TOKEN
    assert not link.lasting
    assert web_link(link.url) == link.url
    # Slack gets it whole.
    assert link.url in str(slack_message(replace(OPENED, link=link.url)))


@pytest.mark.usefixtures("credentials")
def test_a_link_opens_a_page_that_was_made_after_it(server: str) -> None:
    config = Config(signature_version="s3v4")
    client = boto3.client("s3", endpoint_url=server, region_name="us-east-1", config=config)
    client.create_bucket(Bucket="stack-bucket")
    link = PresignedLinks("stack-bucket", 1, client).to(KEY)
    with pytest.raises(HTTPError, match="404"):
        urlopen(link.url)

    client.put_object(Bucket="stack-bucket", Key=KEY, Body=b"<!doctype html>", ContentType="text/html; charset=utf-8")

    with urlopen(link.url) as answer:
        assert answer.read() == b"<!doctype html>"
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_served_links_last() -> None:
    link = ServedLinks("https://d111111abcdef8.cloudfront.net").to("reports/a b/data_quality/report.html")
    assert link.url == "https://d111111abcdef8.cloudfront.net/a%20b/data_quality/report.html"
    assert link.lasting


@pytest.mark.usefixtures("aws")
def test_the_stacks_parameters_choose() -> None:
    def chosen(**variables: str) -> object:
        environment = {
            "BUCKET": "b", "STACK_NAME": "s", "STATE_TABLE": "t", "ALARM_QUEUE_URL": "q",
            "OPERATOR_TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:topic", **variables,
        }  # fmt: skip
        return type(report_links(NotifySettings.from_environment(environment)))

    assert chosen() is type(None)
    assert chosen(REPORTS_URL="", REPORT_LINK_HOURS="0") is type(None)
    assert chosen(REPORTS_URL="", REPORT_LINK_HOURS="12") is PresignedLinks
    assert chosen(REPORTS_URL="https://d1.cloudfront.net", REPORT_LINK_HOURS="12") is ServedLinks
    with pytest.raises(InvalidInputError, match="REPORT_LINK_HOURS is '13'"):
        chosen(REPORT_LINK_HOURS="13")


def test_both_functions_call_the_page_the_same() -> None:
    assert incident_facts._PAGE == render_report.PAGE
