"""The server process of the embedded cloud: MiniStack with the changes that Driftline's tests need.

Runs in an environment that may have MiniStack and boto3 only, so it imports nothing else.
"""

import contextlib
import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import BinaryIO

import ministack.app as gateway
from ministack.services import scheduler

from local.changes import alarms, events, permissions, starts, subscriptions
from local.changes.inside import Inside


def answer_until_the_parent_ends(inside: Inside, answers: BinaryIO) -> None:
    """Answers the parent's questions; ends this process group and removes its folder when the parent has ended, for
    whatever reason.

    The parent holds the other end of standard input; the kernel closes it even after SIGKILL.
    """
    with contextlib.suppress(OSError):  # it ended before it had its answer
        inside.serve(sys.stdin.buffer, answers)
    shutil.rmtree(os.environ["DRIFTLINE_FOLDER"], ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main() -> None:
    # The launcher's own path is removed: functions have what is in their layers.
    os.environ["PYTHONPATH"] = os.environ.get("DRIFTLINE_ONLY_LOOPBACK", "")
    # Standard output is the answers' alone: whatever is printed goes to the log, as standard error does.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    invocations = events.EventInvocations()
    inside = Inside(invocations)
    threading.Thread(
        target=answer_until_the_parent_ends, args=(inside, answers), daemon=True, name="end-with-parent"
    ).start()
    inside.keep_metric_lines()
    if os.environ.get("DRIFTLINE_FORKED_FUNCTIONS") == "1":
        starts.Forks().fork_functions()
    starts.Layers(Path(os.environ["DRIFTLINE_FOLDER"]) / "layers").share()
    permissions.trust_loopback()
    events.deliver_events_before_answering()
    alarms.leave_alarms_alone()
    alarms.keep_signals_of_simulated_times()
    alarms.send_alarms_like_cloudwatch()
    alarms.remember_anomaly_bands()
    events.keep_times_and_sources_of_events()
    invocations.invoke_as_lambda_does()
    events.read_concurrency_as_number()
    subscriptions.list_what_waits_for_confirmation()
    permissions.name_what_policies_are_about()
    permissions.give_policies_the_source_of_events()
    permissions.let_wildcards_match_line_feeds()
    permissions.check_batches_of_messages_as_single_ones()
    if os.environ.get("DRIFTLINE_SCHEDULES_TICK") == "1":
        events.fill_in_schedule_context()
        scheduler._SCHEDULE_TICK_INTERVAL = 1  # noqa: SLF001 (seconds, instead of ten)
    else:
        events.hold_schedules_still()
    gateway.main()


if __name__ == "__main__":
    main()
