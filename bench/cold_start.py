"""CPU seconds from the start of the process to a handler that could take an event, for each function, as on Lambda.

A process has the function's own layers, as `sam build` makes them, on its path before everything else; no module is
compiled that the build did not compile, and none is kept. The clock runs while the interpreter starts, everything is
imported, and clients are made. On Lambda the interpreter and botocore are warm in the image; here they are part of the
figure. A last row says what the slowest would take if the layers had no compiled modules.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.data import temporary_folder
from bench.layers import ROOT, layers_by_function, make_layers
from bench.results import Limit, Options, Row, skipped
from tools.layer import LayerError

LIMIT = Limit(0.9, 0.5, "s CPU")
LIMIT_OF_EXPLAIN_MODEL = Limit(2.5, 0.6, "s CPU")
NO_LIMIT = Limit(float("inf"), float("inf"), "s CPU")
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
    "TELEMETRY_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/telemetry",
    "TELEMETRY_PARAMETER": "/driftline/driftline/telemetry",
    "INDEX_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/index.fifo",
    "PROFILE_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/profiles",
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
    with temporary_folder() as folder:
        try:
            made = make_layers(folder)
        except LayerError as error:
            yield skipped("cold starts", LIMIT, str(error))
            return
        paths = {name: [made[layer] for layer in layers] for name, layers in layers_by_function().items()}
        best = {name: _best(name, paths[name]) for name in sorted(paths)}
        for name, start in best.items():
            limit = LIMIT_OF_EXPLAIN_MODEL if name == "explain_model" else LIMIT
            yield Row(name, limit, start.seconds, f"{start.modules} modules, {', '.join(start.slow)} among them")
        slowest = max(best, key=lambda name: best[name].seconds)
        for compiled in list(folder.rglob("__pycache__")):
            shutil.rmtree(compiled)
        without = _best(slowest, paths[slowest])
        yield Row(f"{slowest}, if nothing were compiled", NO_LIMIT, without.seconds, "as plain wheels unpack")


def _best(name: str, layers: Sequence[Path]) -> Start:
    return min((_start(name, layers) for _ in range(STARTS)), key=lambda start: start.seconds)


def _start(name: str, layers: Sequence[Path]) -> Start:
    """Raises ImportError when the handler cannot be imported."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", PROGRAM, str(ROOT / "functions" / name)],
        env={**ENVIRONMENT, "PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, layers))},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ImportError(done.stderr.strip().splitlines()[-1])
    figures = json.loads(done.stdout.splitlines()[-1])
    return Start(figures["seconds"], figures["modules"], tuple(figures["slow"]))
