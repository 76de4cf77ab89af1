"""What a message says beside its incident: where its link leads, and what failed, if it did."""

import json

import pytest

from driftline.usecases.notifying.incident_facts import console_link
from tests.fakes import InMemoryStore, RecordingChannel
from tests.notifying import DOCUMENT, FOLDER, Office, alarm, endpoint


class Bucket(InMemoryStore):
    """Its addresses are those of S3."""

    def uri(self, key: str) -> str:
        return f"s3://{self.name}/{key}"


class TestTheConsole:
    @pytest.mark.parametrize(
        ("uri", "link"),
        [
            ("s3://data/a/report.html", "https://console.aws.amazon.com/s3/object/data?prefix=a/report.html"),
            ("s3://data/a/b/", "https://console.aws.amazon.com/s3/buckets/data?prefix=a/b/"),
            ("s3://data/", "https://console.aws.amazon.com/s3/buckets/data?prefix="),
            ("s3://data", "https://console.aws.amazon.com/s3/buckets/data?prefix="),
            ("s3://data/a b&c=d/é", "https://console.aws.amazon.com/s3/object/data?prefix=a%20b%26c%3Dd/%C3%A9"),
            ("/home/ana/reports/report.html", "/home/ana/reports/report.html"),
        ],
    )
    def test_it_shows_an_object_or_a_folder(self, uri: str, link: str) -> None:
        assert console_link(uri) == link

    @pytest.mark.parametrize(
        ("page", "link"), [("report.html", f"object/b?prefix={FOLDER}report.html"), ("", f"buckets/b?prefix={FOLDER}")]
    )
    def test_a_message_without_pages_links_it(self, page: str, link: str) -> None:
        channel, store = RecordingChannel(), Bucket("b", endpoint().objects)
        if page:
            store.put(FOLDER + page, b"<html>")
        Office(channel, store=store).hear(alarm())
        assert channel.sent[0][0].link == f"https://console.aws.amazon.com/s3/{link}"


class TestWhatStopped:
    def test_it_goes_to_the_channels_that_the_document_names(self) -> None:
        chosen, other = RecordingChannel("chosen"), RecordingChannel("other")
        store = InMemoryStore(objects={"monitors/shop.yaml": f"{DOCUMENT}channels: [chosen]\n".encode()})
        Office(chosen, other, store=store).hear(alarm(subject="watch", label="captures"))
        assert (len(chosen.sent), other.sent) == (1, [])

    def test_an_execution_that_went_well_since_is_not_said_to_have_failed(self) -> None:
        channel = RecordingChannel()
        Office(channel).hear(alarm(subject="watch", label="data_quality executions failed"))
        message = channel.sent[0][0]
        assert message.headline == "shop: executions of data_quality fail"
        assert message.link is None
        assert not any("The last execution" in each for each in message.details)

    def test_what_is_about_the_whole_endpoint_tells_of_no_execution(self) -> None:
        channel, store = RecordingChannel(), endpoint()
        failed = {"status": "Failed", "reason": "no baseline", "trigger": "schedule"}
        store.put("state/executions/shop/data_quality/last.json", json.dumps(failed).encode())
        Office(channel, store=store).hear(alarm(subject="watch", label="captures"))
        assert not any("no baseline" in each for each in channel.sent[0][0].details)
