"""Hundreds of capture files at once, with one of each kind of bad input among them: each of these costs itself alone.

The process of a function is ended for real: by a preprocessing script, which may send signals to processes of its user.
"""

import gzip
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from driftline.domain.unpacking import UNPACKED_BYTES
from local.cloud import EmbeddedCloud
from tests.end_to_end.alarmed import inbox
from tests.end_to_end.endpoint import (
    HOUR,
    Bucket,
    capture_file,
    capture_key,
    document,
    reports_folder,
    rows,
    watch,
)

pytestmark = pytest.mark.cloud

BURSTS = [pytest.param(100, id="100 files"), pytest.param(500, id="500 files", marks=pytest.mark.long)]
"""Numbers of capture files, the bad ones included."""

ROWS = 4
"""Of a good capture file."""

RETRY_SECONDS = 6
"""A function whose process was ended starts again in less, or its message would come a second time meanwhile."""

SCRIPTED = "scripted"
"""The endpoint with a preprocessing script, and a few of the files: each starts a process for the script."""

SCRIPT = """
import os
import signal

def preprocess_handler(record):
    age, country = record.endpoint_input.data.split(",")
    if country == "killer":
        os.kill(os.getppid(), signal.SIGKILL)
    if country == "exits":
        os._exit(3)
    if country == "eats":
        bytearray(1 << 40)
    return {"score": record.endpoint_output.data, "age": age, "country": country}
"""

LABELS = f"{HOUR:%Y/%m/%d/%H}"


@dataclass(frozen=True, slots=True)
class Poison:
    """A bad object.

    Attributes:
        letters: The queue in whose dead letters it ends; empty if it does not.
        rejected: Lines of it that are rejects.
        rows: Rows of it that are judged all the same.
    """

    key: str
    body: bytes
    letters: str = ""
    rejected: int = 0
    rows: int = 0

    @property
    def endpoint(self) -> str:
        return self.key.split("/")[1]


def good(seed: int) -> bytes:
    return capture_file(rows(ROWS, seed=seed))


def of_country(country: str) -> bytes:
    return capture_file([(0.5, 40.0, country)])


BINARY = random.Random(1).randbytes(3000)
LATIN_1 = of_country("xx").replace(b"xx", b"\xe9")
YEAR_1 = of_country("de").replace(f"{HOUR:%Y-%m-%dT%H}".encode(), b"0001-01-01T00")
WIDE = of_country("," * 10_000)
DESKTOP = b"\0\0\0\1Bud1" + bytes(100)

POISONS = (
    Poison(capture_key("a", "cut off.jsonl.gz"), gzip.compress(good(1))[:-20], letters="Profile"),
    Poison(capture_key("a", "deep.jsonl"), good(2) + b"[" * 200_000 + b"\n", rejected=1, rows=ROWS),
    Poison(capture_key("b", "line\nfeed.jsonl"), good(3), rows=ROWS),  # a name like any other
    Poison(capture_key("b", "latin-1.jsonl"), good(4) + LATIN_1, rejected=1, rows=ROWS),
    Poison(
        capture_key("b", "binary.jsonl"),
        BINARY,
        letters="Profile",
        rejected=sum(1 for line in BINARY.split(b"\n") if line),
    ),
    Poison(capture_key("a", "bomb.jsonl.gz"), gzip.compress(bytes(UNPACKED_BYTES + 1), 1), letters="Profile"),
    Poison(capture_key("b", "year 1.jsonl"), good(6) + YEAR_1, rejected=1, rows=ROWS),
    Poison(capture_key("b", "wide.jsonl"), good(7) + WIDE, rejected=1, rows=ROWS),
    Poison("ground-truth/a/0001/01/01/00/labels.jsonl", b"{}\n", letters="Merge"),
    Poison(capture_key("a", "empty.jsonl"), b""),  # the log names it
    Poison(capture_key("a", ".DS_Store"), DESKTOP),  # not the name of a capture file
    Poison(f"ground-truth/a/{LABELS}/.DS_Store", DESKTOP),  # not the name of a file with data
    Poison(f"ground-truth/a/{LABELS}/broken.jsonl", b"{]\n", letters="Merge"),
    Poison(capture_key(SCRIPTED, "killer.jsonl"), of_country("killer"), letters="Profile"),
    Poison(capture_key(SCRIPTED, "exits.jsonl"), of_country("exits"), letters="Profile"),
    Poison(capture_key(SCRIPTED, "eats.jsonl"), good(5) + of_country("eats"), rejected=1, rows=ROWS),
)
"""One of each kind. One more line is one more kind."""


def burst(count: int) -> dict[str, bytes]:
    """Key -> body, the bad ones spread among the first hundred."""
    captures = count - sum(poison.key.startswith("capture/") for poison in POISONS)
    endpoints = [SCRIPTED if number % 40 == 0 else "ab"[number % 2] for number in range(captures)]
    files = [(capture_key(name, f"{number:03d}.jsonl"), good(number)) for number, name in enumerate(endpoints)]
    for number, poison in enumerate(POISONS):
        files.insert(5 + 7 * number, (poison.key, poison.body))
    return dict(files)


def counted(files: Mapping[str, bytes]) -> Counter[str]:
    """Endpoint -> rows, counted without Driftline: every line of a good file is one."""
    found: Counter[str] = Counter()
    for poison in POISONS:
        found[poison.endpoint] += poison.rows
    for key in files.keys() - {poison.key for poison in POISONS}:
        lines = [json.loads(line) for line in files[key].splitlines()]
        found[key.split("/")[1]] += sum("eventMetadata" in line for line in lines)
    return found


@dataclass(frozen=True)
class Burst:
    """What came of it.

    Attributes:
        letters: Keys of the dead letters, by queue.
        profiled: Lines of the log: key -> lines that were rejected.
        emails: Messages to the operators.
    """

    cloud: EmbeddedCloud
    files: Mapping[str, bytes]
    bucket: Bucket
    letters: Mapping[str, Sequence[str]]
    profiled: Mapping[str, int]
    emails: Sequence[str]


@pytest.fixture(scope="module", params=BURSTS)
def landed(request: pytest.FixtureRequest) -> Iterator[Burst]:
    """The files, when nothing of them is on its way any more."""
    files = burst(request.param)
    with EmbeddedCloud(clock=HOUR) as cloud:
        bucket, operators = Bucket(cloud), inbox(cloud, "operators-hear", "OperatorTopicArn")
        for endpoint in ("a", "b", SCRIPTED):
            watch(cloud, endpoint)
        bucket.put("scripts/prepare.py", SCRIPT)
        bucket.put(f"monitors/{SCRIPTED}.yaml", document(SCRIPTED) + "    preprocess: prepare.py\n")
        cloud.drain()
        operators.take()
        cloud.hasten_retries(RETRY_SECONDS)
        # Alarms ring when all is there, or the first dead letter would be the only one that the message knows.
        cloudwatch = cloud.client("cloudwatch")
        alarms = [f"{name}DeadLetterAlarm" for name in ("Profile", "Merge")]
        names = [physical_id(cloud, alarm) for alarm in alarms]
        cloudwatch.disable_alarm_actions(AlarmNames=names)
        for key, body in files.items():
            bucket.put(key, body)
        cloud.drain()
        cloudwatch.enable_alarm_actions(AlarmNames=names)
        for name in names:
            cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="a test begins")
        cloud.drain()
        emails = [email["Message"] for email in operators.take()]
        letters = {name: sorted(dead_letters(cloud, name)) for name in ("Profile", "Merge")}
        found = dict(profiled(cloud.logs("profile_capture")))
        yield Burst(cloud, files, bucket, letters, found, emails)


def physical_id(cloud: EmbeddedCloud, logical_id: str) -> str:
    answer = cloud.client("cloudformation").describe_stack_resource(StackName="driftline", LogicalResourceId=logical_id)
    return str(answer["StackResourceDetail"]["PhysicalResourceId"])


def dead_letters(cloud: EmbeddedCloud, queue: str) -> Iterator[str]:
    """Keys of the objects that the messages in a dead-letter queue are about."""
    sqs, url = cloud.client("sqs"), cloud.outputs[f"{queue}DeadLettersUrl"]
    while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=60).get("Messages"):
        yield from (json.loads(message["Body"])["detail"]["object"]["key"] for message in found)


def profiled(log: Iterable[str]) -> Iterator[tuple[str, int]]:
    for line in log:
        if line.startswith("{") and (said := json.loads(line)).get("message") == "profiled":
            yield said["key"], said["rejected"]


@pytest.mark.parametrize("queue", ["Profile", "Merge"])
def test_each_bad_file_is_one_dead_letter_and_no_other_file_is(landed: Burst, queue: str) -> None:
    assert landed.letters[queue] == sorted(poison.key for poison in POISONS if poison.letters == queue)


@pytest.mark.parametrize("queue", ["Profile", "Merge"])
def test_one_message_names_each_bad_file_and_how_often_it_was_tried(landed: Burst, queue: str) -> None:
    [email] = [text for text in landed.emails if f"{queue}DeadLetterAlarm" in text]
    said = " ".join(email.split())
    for key in landed.letters[queue]:
        assert f"Failed: s3://{landed.cloud.bucket}/{key}, after 5 attempts" in said
    assert "start-message-move-task --source-arn arn:aws:sqs:us-east-1:000000000000:driftline-" in said
    assert f"--destination-arn arn:aws:sqs:us-east-1:000000000000:driftline-{queue}Queue-" in said


def test_every_other_file_was_read(landed: Burst) -> None:
    captures = {key for key in landed.files if key.startswith("capture/") and not key.endswith(".DS_Store")}
    assert set(landed.profiled) == captures - set(landed.letters["Profile"])


def test_lines_that_cannot_be_used_are_rejects_of_their_file(landed: Burst) -> None:
    rejects = {key: rejected for key, rejected in landed.profiled.items() if rejected}
    assert rejects == {poison.key: poison.rejected for poison in POISONS if poison.rejected and not poison.letters}


@pytest.mark.parametrize("endpoint", ["a", "b", SCRIPTED])
def test_the_verdict_has_the_rows_of_an_independent_count(landed: Burst, endpoint: str) -> None:
    landed.cloud.fire_schedule(f"{endpoint}-data_quality", HOUR + timedelta(hours=1))
    landed.cloud.drain()
    summary = landed.bucket.json(f"{reports_folder(endpoint)}summary.json")
    assert summary["rows"] == summary["evaluated_rows"] == counted(landed.files)[endpoint]
    [lines] = [each for each in summary["unusable"] if each["what"] == "captured lines"]
    assert lines["unusable"] == sum(poison.rejected for poison in POISONS if poison.endpoint == endpoint)
