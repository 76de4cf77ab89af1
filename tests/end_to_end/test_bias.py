"""A group that is treated worse, whose labels come two days late, on the embedded cloud, with roles enforced."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest

from driftline.domain.keys import hour_folder
from driftline.kinds.model_bias.rules.summary import BiasSummary, parse_bias_summary
from tests.captures import csv_capture
from tests.end_to_end.alarmed import START, Place, as_text, open_place
from tests.end_to_end.endpoint import Bucket
from tests.loans import Person, people

pytestmark = pytest.mark.cloud

ENDPOINT = "credit"
SCHEDULED = START + timedelta(hours=1)
LATE = timedelta(hours=46)
"""Nearly two days, so that the folder is not in the future."""

DOCUMENT = f"""\
endpoint: {ENDPOINT}
columns: {{output: [approved], input: [age]}}
monitors:
  model_bias:
    schedule: cron(0 * ? * * *)
    facets: [{{column: sex, values: [Female], name: women}}]
    positive_label: "1"
    inference_attribute: approved
    ground_truth_attribute: repaid
"""


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with open_place() as opened:
        yield opened


def send_captures(bucket: Bucket, rows: list[Person]) -> None:
    lines = [
        csv_capture(START + timedelta(seconds=3 * n), str(each.approved), str(each.age), f"loan-{n}")
        for n, each in enumerate(rows)
    ]
    folder = f"capture/{ENDPOINT}/AllTraffic/{hour_folder(START)}"
    bucket.put(f"{folder}00-00-000.jsonl", b"".join(lines))
    bucket.put(f"{folder}00-00-001-again.jsonl", b"".join(lines[:100]))  # delivered twice


def send_labels(bucket: Bucket, rows: Mapping[int, Person], at: timedelta) -> None:
    """What happened, and the attribute that the model does not see."""
    lines = [
        f'{{"groundTruthData": {{"data": "{{\\"repaid\\": {each.repaid}, \\"sex\\": \\"{each.sex}\\"}}", "encoding": "JSON"}}, '
        f'"eventMetadata": {{"eventId": "loan-{n}"}}, "eventVersion": "0"}}'
        for n, each in rows.items()
    ]
    bucket.put(f"ground-truth/{ENDPOINT}/{hour_folder(START + at)}labels.jsonl", "\n".join(lines))


def judged(bucket: Bucket) -> BiasSummary:
    folder = f"reports/{ENDPOINT}/model_bias/{hour_folder(SCHEDULED)}"
    return parse_bias_summary(bucket.everything(folder)[f"{folder}summary.json"])


def test_a_group_that_is_approved_less_often_reaches_people(place: Place) -> None:
    # Given a baseline in which women are approved as often as men
    bucket, cloud = Bucket(place.cloud), place.cloud
    bucket.put(f"monitors/{ENDPOINT}.yaml", DOCUMENT)
    lines = [f"{each.approved},{each.age},{each.sex},{each.repaid}" for each in people(3000, 1)]
    bucket.put(f"baselines/{ENDPOINT}/model_bias/input/train.csv", "\n".join(["approved,age,sex,repaid", *lines, ""]))
    cloud.drain()
    assert bucket.json(f"baselines/{ENDPOINT}/model_bias/analysis.json")["version"] == "1.0"

    # And an hour in which they are approved half as often, with labels of the men alone
    rows = people(1000, 2, women_approved=0.25)
    send_captures(bucket, rows)
    men = {n: each for n, each in enumerate(rows) if each.sex == "Male"}
    send_labels(bucket, men, timedelta(hours=1))
    cloud.drain()
    cloud.fire_schedule(f"{ENDPOINT}-model_bias", SCHEDULED)
    cloud.drain()
    early = judged(bucket)
    assert (early.rows, early.body.labelled_rows) == (1000, len(men))
    assert {each.value for each in early.body.facets[0].coverage} == {"Male", None}

    # When the women's labels come nearly two days later
    women = {n: each for n, each in enumerate(rows) if each.sex == "Female"}
    send_labels(bucket, women, LATE)
    cloud.drain()

    # Then a revision finds it, by itself
    late = judged(bucket)
    assert late.coverage == 1.0
    assert late.verdict == "violations"
    assert "DPPL" in {each.figure for each in late.violations}
    folder = f"reports/{ENDPOINT}/model_bias/{hour_folder(SCHEDULED)}"
    assert parse_bias_summary(bucket.everything(folder)[f"{folder}revision-1/summary.json"]).coverage != 1.0

    # and people hear of it: an alarm, one message with a sentence and no inference id, and a page
    cloud.tick(SCHEDULED + LATE)
    cloud.drain()
    texts = [text for text in map(as_text, place.hook.received) if ENDPOINT in text]
    assert len(texts) == 1
    assert "women" in texts[0]
    assert "loan-" not in texts[0]
    page = bucket.everything(folder)[f"{folder}report.html"].decode()
    assert "women" in page
    assert "loan-" not in page


def test_attributes_that_come_later_open_the_window_again(place: Place) -> None:
    """A table of what the model does not see, read by the functions' own roles."""
    endpoint = "lending"
    bucket, cloud = Bucket(place.cloud), place.cloud
    bucket.put(f"monitors/{endpoint}.yaml", DOCUMENT.replace(ENDPOINT, endpoint))
    lines = [f"{each.approved},{each.age},{each.sex},{each.repaid}" for each in people(3000, 1)]
    bucket.put(f"baselines/{endpoint}/model_bias/input/train.csv", "\n".join(["approved,age,sex,repaid", *lines, ""]))
    rows = people(600, 2, women_approved=0.25)
    captures = [
        csv_capture(START + timedelta(seconds=5 * n), str(each.approved), str(each.age), f"lent-{n}")
        for n, each in enumerate(rows)
    ]
    bucket.put(f"capture/{endpoint}/AllTraffic/{hour_folder(START)}00-00-000.jsonl", b"".join(captures))
    cloud.drain()
    cloud.fire_schedule(f"{endpoint}-model_bias", SCHEDULED)
    cloud.drain()
    folder = f"reports/{endpoint}/model_bias/{hour_folder(SCHEDULED)}"
    before = parse_bias_summary(bucket.everything(folder)[f"{folder}summary.json"])
    assert before.verdict == "not_evaluated"

    table = ["inference_id,sex", *(f"lent-{n},{each.sex}" for n, each in enumerate(rows)), ""]
    bucket.put(f"attributes/{endpoint}/{hour_folder(START)}people.csv", "\n".join(table))
    cloud.drain()

    after = parse_bias_summary(bucket.everything(folder)[f"{folder}summary.json"])
    assert "DPPL" in {each.figure for each in after.violations}
