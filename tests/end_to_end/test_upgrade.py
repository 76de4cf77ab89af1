"""An update from the last release, the way back, and a bucket that outlives its stack, on the embedded cloud."""

import json
import re
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from local.cloud import EmbeddedCloud
from local.stack import REPOSITORY
from local.webhook import WebhookReceiver
from tests.end_to_end.alarmed import START, Watched, put_channel
from tests.end_to_end.endpoint import HOUR, capture_file, capture_key, reports_folder, rows, watch
from tests.waiting import wait_until

pytestmark = [pytest.mark.cloud, pytest.mark.long]

LAST_RELEASE = "40425682"
"""0.1.0 has no tag: this is the last commit of its day, 22 November 2026. The next release names its tag here."""

ONE = timedelta(hours=1)
ROWS = 200  # of a capture file of Watched


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source of the last release."""
    archive = subprocess.run(["git", "archive", LAST_RELEASE], cwd=REPOSITORY, capture_output=True, check=False)
    if archive.returncode:
        pytest.skip(f"{LAST_RELEASE} is not in this clone, which may be a shallow one")
    folder = tmp_path_factory.mktemp("released")
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as packed:
        packed.extractall(folder, filter="data")
    return folder


@contextmanager
def held(cloud: EmbeddedCloud) -> Iterator[None]:
    """Messages stay in their queues meanwhile, as they do when functions are busy."""
    functions = cloud.client("lambda")

    def enable(enabled: bool) -> None:
        pages = functions.get_paginator("list_event_source_mappings").paginate()
        for each in [mapping for page in pages for mapping in page["EventSourceMappings"]]:
            functions.update_event_source_mapping(UUID=each["UUID"], Enabled=enabled)

    enable(False)
    yield
    enable(True)


def dead_letters(cloud: EmbeddedCloud) -> dict[str, int]:
    ends = (name for name in cloud.outputs if name.endswith("DeadLettersUrl"))
    return {name: count for name in ends if (count := cloud.messages(name))}


def hour_folder(watched: Watched, hour: int) -> str:
    return f"reports/{watched.name}/data_quality/{START + (hour + 1) * ONE:%Y/%m/%d/%H}/"


def judged(watched: Watched, hour: int) -> dict[str, Any]:
    """The verdict about an hour: version of the file, and rows that were judged, counted by the statistics."""
    folder = hour_folder(watched, hour)
    summary = watched.bucket.json(f"{folder}summary.json")
    counted = watched.bucket.json(f"{folder}statistics.json")["dataset"]["item_count"]
    return {"version": summary["version"], "rows": counted, "violations": bool(_violations(summary))}


def _violations(summary: dict[str, Any]) -> list[Any]:
    """Files of version 1 call them so; version 2 has findings."""
    return (
        summary["violations"]
        if summary["version"] == 1
        else [each for each in summary["findings"] if each["violation"]]
    )


def second_file(watched: Watched, hour: int) -> None:
    first = START + hour * ONE
    data = capture_file(rows(ROWS, seed=100 + hour), first)
    watched.bucket.put(f"capture/{watched.name}/AllTraffic/{first:%Y/%m/%d/%H}/30-00-000.jsonl", data)


MONITORS = """\
  model_quality:
    problem_type: Regression
    inference_attribute: score
    ground_truth_attribute: score
    schedule: cron(0 * ? * * *)
    window: {start_offset: -PT1H, end_offset: PT0H}
"""


def label(watched: Watched, hour: int) -> None:
    """Of every row of the hour's first file: what the model said is true."""
    first = START + hour * ONE
    lines = [
        json.dumps(
            {
                "groundTruthData": {"data": str(score), "encoding": "CSV"},
                "eventMetadata": {"eventId": f"00000000-0000-4000-8000-{number:012d}"},
                "eventVersion": "0",
            }
        )
        for number, (score, _, _) in enumerate(rows(ROWS, seed=hour))
    ]
    watched.bucket.put(f"ground-truth/{watched.name}/{first:%Y/%m/%d/%H}/labels-{hour}.jsonl", "\n".join(lines))


def test_state_and_messages_of_the_last_release_are_taken_along_and_back(released: Path) -> None:
    few = {"ProfileConcurrency": "2", "RunConcurrency": "2"}
    with WebhookReceiver() as hook, EmbeddedCloud(clock=START, source=released, parameters=few) as cloud:
        put_channel(cloud, "team", {"kind": "slack", "webhook_url": f"{hook.url}/slack"})
        # Given the last release has judged an hour, and an incident is open
        shop = Watched.begin(cloud, hook, "shop")
        shop.live([(0, True)])
        old = judged(shop, 0)
        assert old == {"version": old["version"], "rows": ROWS, "violations": True}
        assert shop.alarms()["data_quality/violations"] == "ALARM"
        (opened,) = shop.slack()
        before = shop.bucket.everything("")

        # When it is updated while a file of the next hour, and the request to judge it, wait in queues
        with held(cloud):
            shop.capture(1, older=False)
            shop.judge(1)
            assert {cloud.messages(f"{name}QueueUrl") for name in ("Profile", "Run")} == {1}
            outputs = dict(cloud.outputs)
            cloud.update(REPOSITORY)
        cloud.drain()
        # Then nothing was replaced or lost, and the new functions did it
        assert {name: cloud.outputs[name] for name in outputs} == outputs
        after = shop.bucket.everything("")
        kept = {key for key in before if not key.startswith(("state/", "reports/"))}
        assert {key: after.get(key) for key in kept} == {key: before[key] for key in kept}
        assert judged(shop, 1)["rows"] == ROWS
        new = judged(shop, 1)["version"]
        # and the incident, which the old release opened, ends
        shop.live([(2, False), (3, False)])
        assert shop.alarms()["data_quality/violations"] == "OK"
        (_, recovered) = shop.slack()
        assert "recovered" in recovered.lower()
        assert incident_of(recovered) == incident_of(opened)

        # And the hour that the old release judged is judged again with what the new one has profiled
        second_file(shop, 0)
        cloud.drain()
        assert judged(shop, 0) == {"version": new, "rows": 2 * ROWS, "violations": True}

        roll_back(cloud, shop, released, old["version"])


def roll_back(cloud: EmbeddedCloud, shop: Watched, released: Path, version: int) -> None:
    """With messages in queues, and an hour of which one file of two is profiled; hours before the fourth are judged.

    Args:
        version: Of the summaries that the last release writes.
    """
    # When it is rolled back while messages wait, and it has profiled one file of two of another hour
    shop.capture(5, older=False)
    cloud.drain()
    with held(cloud):
        shop.capture(4, older=True)
        shop.judge(4)
        cloud.update(released)
    cloud.drain()
    # Then the old functions judge what waited
    assert judged(shop, 4) == {"version": version, "rows": ROWS, "violations": True}
    # What the new release has profiled or judged, and 0.1.0 cannot read, is named and left alone
    there = shop.bucket.everything(hour_folder(shop, 1))
    assert "profile its capture files again" in by_hand(cloud, 5)["FailureReason"]
    assert by_hand(cloud, 1)["MonitoringExecutionStatus"] == "Failed"
    left = shop.bucket.everything(hour_folder(shop, 1))
    assert {key: left[key] for key in there} == there
    # and captures that are uploaded again are profiled again
    shop.capture(5, older=False)
    second_file(shop, 5)
    cloud.drain()
    shop.judge(5)
    cloud.drain()
    assert judged(shop, 5) == {"version": version, "rows": 2 * ROWS, "violations": False}
    assert dead_letters(cloud) == {}


def by_hand(cloud: EmbeddedCloud, hour: int) -> dict[str, Any]:
    """What run_monitor answers about an hour of the shop."""
    at = f"{START + (hour + 1) * ONE:%Y-%m-%dT%H:%M:%SZ}"
    answer = cloud.run({"endpoint": "shop", "monitor": "data_quality", "scheduled_time": at})
    cloud.drain()
    return answer


def incident_of(message: str) -> str:
    """Its id, at the end of the message."""
    found = re.search(r"incident ([0-9a-f]{24})", message)
    assert found is not None, message
    return found[1]


def test_labels_that_wait_are_matched_whichever_release_took_them_in(released: Path) -> None:
    few = {"ProfileConcurrency": "2", "RunConcurrency": "2"}
    with WebhookReceiver() as hook, EmbeddedCloud(clock=START, source=released, parameters=few) as cloud:
        shop = Watched.begin(cloud, hook, "shop")
        document = shop.bucket.get("monitors/shop.yaml").decode() + MONITORS
        shop.bucket.put("monitors/shop.yaml", document)
        # Given labels that came before their captures, and captures without labels, to the old release and to the new
        label(shop, 0)
        shop.capture(1, older=False)
        cloud.drain()
        cloud.update(REPOSITORY)
        label(shop, 2)
        shop.capture(3, older=False)
        cloud.drain()
        # When what is missing comes: first to the new release, then to the old one
        shop.capture(0, older=False)
        label(shop, 1)
        cloud.drain()
        cloud.update(released)
        shop.capture(2, older=False)
        label(shop, 3)
        cloud.drain()
        for hour in range(4):
            cloud.fire_schedule("shop-model_quality", START + (hour + 1) * ONE)
            cloud.drain()
        # Then all of them are merged, by an old function and from the state of both
        for hour in range(4):
            first = START + hour * ONE
            merged = shop.bucket.everything(f"merged/shop/AllTraffic/{first:%Y/%m/%d/%H}/")
            assert sum(body.count(b"groundTruthData") for body in merged.values()) == ROWS, hour
        assert dead_letters(cloud) == {}


def guide(heading: str) -> Callable[[str], str]:
    """The code blocks of a section of the guide by their language."""
    page = (REPOSITORY / "docs" / "guide" / "operations.md").read_text()
    section = page.partition(f"### {heading}\n")[2].partition("\n### ")[0].partition("\n## ")[0]
    return lambda language: section.partition(f"```{language}\n")[2].partition("```")[0]


def test_a_retained_bucket_is_adopted_by_a_new_stack() -> None:
    adopt = guide("Use a retained bucket again")
    with EmbeddedCloud(clock=HOUR) as cloud:
        bucket, name = watch(cloud, "shop"), cloud.bucket
        bucket.put(capture_key("shop"), capture_file(rows(50, seed=2)))
        cloud.drain()
        cloud.fire_schedule("shop-data_quality", HOUR + ONE)
        cloud.drain()
        document = bucket.get("monitors/shop.yaml")

        # When it is taken down as the guide says
        bucket_client = cloud.client("s3")
        for key in bucket.everything("monitors/"):
            bucket_client.delete_object(Bucket=name, Key=key)
        cloud.drain()
        cloud.delete()
        # Then the bucket is all that is left, with everything in it
        alarms = cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]
        assert (alarms, cloud.client("lambda").list_functions()["Functions"]) == ([], [])
        assert cloud.client("sqs").list_queues().get("QueueUrls", []) == []
        before = bucket.everything("")
        assert {key.partition("/")[0] for key in before} == {"baselines", "capture", "reports", "state", "tables"}

        # When a new stack adopts it
        formation = cloud.client("cloudformation")
        imported = json.loads(adopt("json"))
        imported[0]["ResourceIdentifier"]["BucketName"] = name
        formation.create_change_set(
            StackName="driftline", ChangeSetName="adopt", ChangeSetType="IMPORT", ResourcesToImport=imported,
            TemplateBody=adopt("yaml"),
        )  # fmt: skip
        formation.execute_change_set(StackName="driftline", ChangeSetName="adopt")
        wait_until(
            lambda: formation.describe_stacks(StackName="driftline")["Stacks"][0]["StackStatus"] == "IMPORT_COMPLETE",
            "the bucket is imported",
        )
        cloud.update(REPOSITORY)
        assert cloud.bucket == name
        cloud.drain()
        assert bucket.everything("") == before
        # And the documents are uploaded again
        bucket.put("monitors/shop.yaml", document)
        cloud.drain()
        assert cloud.schedules() == ["shop-data_quality"]
        # Then it goes on: a late file is a revision of the hour that the first stack judged
        bucket.put(capture_key("shop", "30-00-000.jsonl"), capture_file(rows(70, seed=3)))
        cloud.drain()
        assert bucket.json(reports_folder("shop") + "statistics.json")["dataset"]["item_count"] == 120
        assert dead_letters(cloud) == {}


def test_the_import_names_the_bucket_as_the_template_does() -> None:
    adopt = guide("Use a retained bucket again")
    template, (imported,) = yaml_parse(adopt("yaml")), json.loads(adopt("json"))
    (name,) = template["Resources"]
    ours = yaml_parse((REPOSITORY / "template.yaml").read_text())["Resources"][name]
    assert template["Resources"][name]["Type"] == imported["ResourceType"] == ours["Type"]
    assert imported["LogicalResourceId"] == name
    assert "DeletionPolicy" in template["Resources"][name]
