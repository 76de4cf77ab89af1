"""One run: from the deployment to the last thing that has to follow."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from driftline import __version__
from driftline.adapters.aws.deployment.account import AwsDeployment
from driftline.adapters.aws.deployment.figures import count_datapoints, count_metrics
from driftline.kinds.registry import KINDS
from driftline.usecases.doctor.examine import examine
from tools.smoke import cost
from tools.smoke.account import Account
from tools.smoke.bucket import Bucket
from tools.smoke.deployment import Deployment
from tools.smoke.inbox import Inbox
from tools.smoke.traffic import FILES, MONITORS, ROWS, Hour
from tools.smoke.waiting import wait_for

_LEAD = timedelta(seconds=20)
_TIMES = 3
"""From the upload of the document to its schedule: some seconds, and thrice what reading it took the first time."""
_CLOSE = timedelta(seconds=5)

type Note = Callable[[str], None]


def run(account: Account, name: str, deployment: Deployment, note: Note, check: Callable[[], None]) -> None:
    """Deploys, sends, waits, and says what it cost. Removes nothing.

    Args:
        check: Raises if the run was interrupted.

    Raises:
        RuntimeError, TimeoutError: something did not follow; the text says what.
    """
    wait = partial(wait_for, check=check)
    began = datetime.now(UTC)
    note("deploying the stack")
    outputs = deployment.deploy(name)
    bucket = Bucket(account, outputs["BucketName"], name)
    note("subscribing a queue to the messages")
    inbox = Inbox(account, name, outputs)
    hour = Hour.before(datetime.now(UTC), name)
    note("uploading a monitor document and data sets")
    reading = time.monotonic()
    first = bucket.put_document(hour.document(None))
    wait(lambda: bucket.status(first), "the monitor document was not read")
    reading = time.monotonic() - reading
    for key, body in hour.baselines():
        bucket.put(key, body)
    wait(bucket.baselines, "no baseline was suggested")
    note(f"sending an hour: {FILES} capture files with {FILES * ROWS} rows, and their labels")
    for key, body in hour.captures():
        bucket.put(key, body)
    bucket.put(*hour.labels())
    wait(lambda: bucket.profiles() >= FILES or None, "capture files were not profiled")
    at = _schedule(bucket, hour, _LEAD + _TIMES * timedelta(seconds=reading), check)
    note(f"waiting for the verdicts: the schedule fires at {at:%H:%M:%S} UTC")
    for monitor, summary in wait(bucket.verdicts, "there is no verdict").items():
        note(f"  {monitor}: {summary['status']}, {summary['evaluated_rows']} rows")
    note("waiting for metrics")
    _wait_for_metrics(account, name, began, note, check)
    note("waiting for the message")
    note(f"  {wait(lambda: inbox.about(name), 'nobody was notified')}")
    note("waiting for the page")
    note(f"  {wait(bucket.page, 'there is no page')}")
    note("counting what it cost")
    used = cost.counted(account, name, outputs["BucketName"], began, datetime.now(UTC))
    for line in cost.shown(used):
        note(line)


def _schedule(bucket: Bucket, hour: Hour, lead: timedelta, check: Callable[[], None]) -> datetime:
    """Lets the monitors run once, soon; returns when. A schedule whose time has passed does not fire: then later."""
    while True:
        at = datetime.now(UTC).replace(microsecond=0) + lead
        changed = bucket.put_document(hour.document(at))
        wait_for(partial(bucket.status, changed), "the changed monitor document was not read", check)
        if datetime.now(UTC) < at - _CLOSE:
            return at
        lead *= 2


def _wait_for_metrics(account: Account, name: str, began: datetime, note: Note, check: Callable[[], None]) -> None:
    client = account.client("cloudwatch")
    for monitor in MONITORS:
        dimensions = {"Endpoint": name, "Monitor": monitor}

        def signals(dimensions: dict[str, str] = dimensions) -> int | None:
            now = datetime.now(UTC)
            return count_datapoints(client, f"Driftline/{name}", "violations", dimensions, began, now) or None

        wait_for(signals, f"CloudWatch has no signal of {monitor}", check)
        namespace = KINDS.named(monitor).settings.metrics_namespace
        schedule = {"Endpoint": name, "MonitoringSchedule": f"{name}-{monitor}"}

        def metrics(namespace: str = namespace, schedule: dict[str, str] = schedule) -> int | None:
            return count_metrics(client, namespace, schedule) or None

        found = wait_for(metrics, f"CloudWatch lists no metric in {namespace}", check)
        note(f"  {found} metrics in {namespace}, and the signals for alarms")


def explain(account: Account, name: str, note: Note) -> None:
    """What is wrong with the stack, before it is removed: what `driftline doctor` says."""
    looked = examine(AwsDeployment(account.session, name), name, datetime.now(UTC), release=__version__, kinds=KINDS)
    wrong = [each for each in looked.lines if each.line.state != "ok"]
    note("driftline doctor sees nothing wrong" if not wrong else "driftline doctor sees:")
    for each in wrong:
        note(f"  {each.check}: {each.line.text} {each.line.mend}")
