"""Removes everything of a run, by its name, and finds what runs have left behind.

What a killed run made is found by its name alone: nothing is written down anywhere.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.patience import PATIENCE_SECONDS
from tools.smoke.account import Account
from tools.smoke.names import PREFIX, name_in

_PAUSE_SECONDS = 1.0
_ATTEMPTS = 3
_MOST_AT_ONCE = 100
_GONE = "DELETE_COMPLETE"
_INBOX = "-inbox"
_LONGEST_FUNCTION_SECONDS = 120
_QUIET_LOOKS = 2  # an event may be between two queues
_COUNTED = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
_LOGS = f"/aws/lambda/{PREFIX}"


def left_over(account: Account) -> dict[str, list[str]]:
    """By the name of the run: what is there of it, one line for each thing."""
    found: dict[str, list[str]] = {}
    for what, text in _everything(account):
        name = name_in(text)
        if name:
            found.setdefault(name, []).append(f"{what} {text}")
    return found


def remove(account: Account, name: str, note: Callable[[str], None]) -> list[str]:
    """Deletes everything of a run; returns what could not be deleted.

    Args:
        note: Called with a line for each step.
    """
    left: list[str] = []
    for _ in range(_ATTEMPTS):
        for what, step in _STEPS:
            try:
                count = step(account, name)
            except (BotoCoreError, ClientError, TimeoutError) as error:
                note(f"  {what}: {error}")
            else:
                if count:
                    note(f"  {what}: {count} deleted")
        time.sleep(_PAUSE_SECONDS)  # a list may be a moment behind
        left = left_over(account).get(name, [])
        if not left:
            break
    return left


def _let_functions_end(account: Account, name: str) -> int:
    """Waits, for a while, until no message is on its way."""
    sqs = account.client("sqs")
    give_up = time.monotonic() + _LONGEST_FUNCTION_SECONDS
    quiet = 0
    while quiet < _QUIET_LOOKS and time.monotonic() < give_up:
        counts = [
            _waiting(sqs, url) for url in _queues(account, name) if "DeadLetters" not in url and _INBOX not in url
        ]
        quiet = 0 if any(counts) else quiet + 1
        time.sleep(_PAUSE_SECONDS)
    return 0


def _waiting(sqs: Any, url: str) -> int:
    try:
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTED))["Attributes"]
    except ClientError:
        return 0  # deleted meanwhile
    return sum(int(found[each]) for each in _COUNTED)


def _everything(account: Account) -> Iterator[tuple[str, str]]:
    """(what it is, its name) of all things whose names begin as a run's do."""
    pages = account.client("cloudformation").get_paginator("list_stacks").paginate()
    stacks = (each for page in pages for each in page["StackSummaries"] if each["StackStatus"] != _GONE)
    yield from (("stack", each["StackName"]) for each in stacks)
    yield from (("bucket", name) for name in _buckets(account, PREFIX))
    yield from (("queue", url.rsplit("/", 1)[-1]) for url in _queues(account, PREFIX))
    yield from (("log group", name) for name in _log_groups(account, _LOGS))
    yield from (("alarm", name) for name in _alarms(account, PREFIX))
    yield from (("dashboard", name) for name in _dashboards(account, PREFIX))
    yield from (("schedule group", name) for name in _groups(account, PREFIX))


def _remove_stack(account: Account, name: str) -> int:
    client = account.client("cloudformation")
    try:
        stack = client.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return 0
        raise
    client.delete_stack(StackName=name)
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        # By its id: a deleted stack has no name any more.
        with contextlib.suppress(ClientError):
            stack = client.describe_stacks(StackName=stack["StackId"])["Stacks"][0]
        if stack["StackStatus"] == _GONE or not _is_there(client, name):
            return 1
        if stack["StackStatus"] == "DELETE_FAILED":
            raise TimeoutError(f"{name} could not be deleted: {stack.get('StackStatusReason', 'no reason given')}")
        time.sleep(_PAUSE_SECONDS)
    raise TimeoutError(f"{name} is not deleted after {PATIENCE_SECONDS:.0f} seconds")


def _is_there(client: Any, name: str) -> bool:
    try:
        client.describe_stacks(StackName=name)
    except ClientError:
        return False
    return True


def _remove_buckets(account: Account, name: str) -> int:
    client = account.client("s3")
    names = _buckets(account, name)
    for bucket in names:
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
            versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            objects = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions]
            if objects:
                client.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        client.delete_bucket(Bucket=bucket)
    return len(names)


def _remove_queues(account: Account, name: str) -> int:
    urls = _queues(account, name)
    for url in urls:
        account.client("sqs").delete_queue(QueueUrl=url)
    return len(urls)


def _remove_logs(account: Account, name: str) -> int:
    names = _log_groups(account, f"/aws/lambda/{name}-")
    for group in names:
        account.client("logs").delete_log_group(logGroupName=group)
    return len(names)


def _remove_alarms(account: Account, name: str) -> int:
    names = _alarms(account, name)
    for start in range(0, len(names), _MOST_AT_ONCE):
        account.client("cloudwatch").delete_alarms(AlarmNames=names[start : start + _MOST_AT_ONCE])
    return len(names)


def _remove_dashboards(account: Account, name: str) -> int:
    names = _dashboards(account, name)
    if names:
        account.client("cloudwatch").delete_dashboards(DashboardNames=names)
    return len(names)


def _remove_groups(account: Account, name: str) -> int:
    """Schedule groups, with their schedules."""
    names = _groups(account, name)
    for group in names:
        account.client("scheduler").delete_schedule_group(Name=group)
    return len(names)


def _buckets(account: Account, prefix: str) -> list[str]:
    """Those of the region: a run may go on in another."""
    asked = {"Prefix": prefix, "BucketRegion": account.region}
    pages = account.client("s3").get_paginator("list_buckets").paginate(**asked)
    return [each["Name"] for page in pages for each in page["Buckets"] if each["Name"].startswith(prefix)]


def _queues(account: Account, prefix: str) -> list[str]:
    pages = account.client("sqs").get_paginator("list_queues").paginate(QueueNamePrefix=prefix)
    return [url for page in pages for url in page.get("QueueUrls", [])]


def _log_groups(account: Account, prefix: str) -> list[str]:
    pages = account.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
    return [each["logGroupName"] for page in pages for each in page["logGroups"]]


def _alarms(account: Account, prefix: str) -> list[str]:
    pages = account.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix)
    return [each["AlarmName"] for page in pages for each in page["MetricAlarms"]]


def _dashboards(account: Account, prefix: str) -> list[str]:
    pages = account.client("cloudwatch").get_paginator("list_dashboards").paginate(DashboardNamePrefix=prefix)
    return [each["DashboardName"] for page in pages for each in page["DashboardEntries"]]


def _groups(account: Account, prefix: str) -> list[str]:
    pages = account.client("scheduler").get_paginator("list_schedule_groups").paginate(NamePrefix=prefix)
    return [
        each["Name"]
        for page in pages
        for each in page["ScheduleGroups"]
        if each["Name"].startswith(prefix) and each["State"] != "DELETING"
    ]


_STEPS: tuple[tuple[str, Callable[[Account, str], int]], ...] = (
    # First what wakes functions, and those that run: what they write after the deletion would be left.
    ("alarms", _remove_alarms),
    ("functions", _let_functions_end),
    ("stack", _remove_stack),
    ("buckets", _remove_buckets),
    ("queues", _remove_queues),
    ("log groups", _remove_logs),
    # Again: configure_monitor may have been at work.
    ("alarms", _remove_alarms),
    ("dashboards", _remove_dashboards),
    ("schedule groups", _remove_groups),
)
