"""CPU seconds from the start of the process to a handler that could take an event, for each function.

The clock runs while the interpreter starts, everything is imported, and clients are made. On Lambda the interpreter and
boto3 are warm in the image; here they are part of the figure.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.results import Limit, Options, Row

ROOT = Path(__file__).parent.parent
LIMIT = Limit(1.5, 0.6, "s CPU")
LIMIT_OF_EXPLAIN_MODEL = Limit(2.5, 0.6, "s CPU")
STARTS = 5

# What template.yaml gives the functions; nothing is called, so nothing of it has to exist.
ENVIRONMENT = {
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "BUCKET": "bucket",
    "RERUN_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/reruns",
    "RERUN_DELAY_SECONDS": "300",
    "OPERATOR_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:operators",
    "SCHEDULE_GROUP": "driftline",
    "SCHEDULE_TARGET_ARN": "arn:aws:sqs:us-east-1:123456789012:runs",
    "SCHEDULE_ROLE_ARN": "arn:aws:iam::123456789012:role/scheduler",
    "SCHEDULE_DEAD_LETTER_ARN": "arn:aws:sqs:us-east-1:123456789012:dead",
    "METRICS_NAMESPACE": "",
    "SIGNALS_NAMESPACE": "Driftline/driftline",
    "STACK_NAME": "driftline",
    "ALARM_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:alarms",
    "RETRAINING_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:retraining",
    "STATE_TABLE": "state",
    "ALARM_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/alarms",
    "RETRAINING_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/retraining",
    "CHANNELS_PATH": "/driftline/driftline/channels",
    "RUN_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/runs",
    "CONFIGURE_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/documents",
    "BASELINE_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/baselines",
    "INDEX_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/index.fifo",
    "MERGE_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/merges",
    "EXPLAIN_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/explanations",
    "POWERTOOLS_SERVICE_NAME": "bench",
}
PROGRAM = """\
import json, sys, time
sys.path.insert(0, sys.argv[1])
import app
slow = {name for name in ("numpy", "duckdb", "boto3", "pydantic", "scipy", "ruamel.yaml") if name in sys.modules}
print(json.dumps({"seconds": time.process_time(), "modules": len(sys.modules), "slow": sorted(slow)}))
"""


@dataclass(frozen=True, slots=True)
class Start:
    """What one start took.

    Attributes:
        seconds: Of CPU.
        modules: Imported ones.
        slow: Those of them that are known to be slow.
    """

    seconds: float
    modules: int
    slow: tuple[str, ...]


def run(_options: Options) -> Iterator[Row]:
    """The smallest of some starts of each function: the rest is other people's work on this machine.

    Raises:
        ImportError: a handler does not start, for example without a variable that the template now sets.
    """
    for folder in sorted((ROOT / "functions").iterdir()):
        best = min((_start(folder) for _ in range(STARTS)), key=lambda start: start.seconds)
        limit = LIMIT_OF_EXPLAIN_MODEL if folder.name == "explain_model" else LIMIT
        yield Row(folder.name, limit, best.seconds, f"{best.modules} modules, {', '.join(best.slow)} among them")


def _start(folder: Path) -> Start:
    """Raises ImportError when the handler cannot be imported."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)],
        env={**ENVIRONMENT, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ImportError(done.stderr.strip().splitlines()[-1])
    figures = json.loads(done.stdout.splitlines()[-1])
    return Start(figures["seconds"], figures["modules"], tuple(figures["slow"]))
