"""Starting and stopping MiniStack: loopback only, a free port, a folder and an environment of its own."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local.alarms import Metric, Point
from local.patience import PATIENCE_SECONDS

_REPOSITORY = Path(__file__).resolve().parent.parent
ACCOUNT = "000000000000"
REGION = "us-east-1"
_ATTEMPTS = 3
_POLL_SECONDS = 0.05


def free_port() -> int:
    """A port that was free a moment ago; the start is retried if another process took it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One MiniStack process with its Lambda workers.

    Args:
        enforce_iam: Whether roles and policies are enforced (`AUTH=true`).
        schedules_tick: Whether schedules fire by the wall clock.
        forked_functions: Whether functions start as forks of a process that has imported what they import.
        python: Interpreter of the server and of the functions; its environment needs ministack and boto3.
        environment: Variables of the functions in addition to the template's.

    Raises:
        RuntimeError: the server did not start; the text has the end of its log.
    """

    def __init__(
        self,
        *,
        enforce_iam: bool,
        schedules_tick: bool,
        forked_functions: bool,
        python: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._enforce_iam = enforce_iam
        self._schedules_tick = schedules_tick
        self._forked_functions = forked_functions
        self._python = python
        self._more = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None
        self._turn = threading.Lock()
        self.port = 0

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def folder(self) -> Path:
        """The private temporary folder; removed when the server stops."""
        if self._folder is None:
            raise RuntimeError("the server is not running")
        return self._folder

    @property
    def pid(self) -> int:
        """Also the id of the process group of the server and its workers."""
        if self._process is None:
            raise RuntimeError("the server is not running")
        return self._process.pid

    def __enter__(self) -> Self:
        log = ""
        for _ in range(_ATTEMPTS):
            self._start()
            if self._is_ready():
                return self
            log = self.log()[-2000:]
            self.stop()
        raise RuntimeError(f"The embedded cloud did not start. The end of its log:\n{log}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def under_way(self) -> dict[str, Any]:
        """`functions`: how many run, or will be retried; `queues`: messages by the queue's name, including those in
        flight and delayed."""
        return dict(self._ask("under_way"))

    def metric_lines(self) -> list[str]:
        """Log lines with embedded metrics that have come since the last call."""
        return list(self._ask("metric_lines"))

    def alarms(self) -> list[dict[str, Any]]:
        """All metric alarms, as DescribeAlarms describes them."""
        return list(self._ask("alarms"))

    def points(self, metrics: Sequence[Metric]) -> list[list[Point]]:
        """What was published for each metric, in the order of publication."""
        answer = self._ask("points", metrics=[metric._asdict() for metric in metrics])
        return [[Point(*point) for point in points] for points in answer]

    def _ask(self, ask: str, **details: Any) -> Any:
        """See local/changes/inside.py.

        Raises:
            RuntimeError: the server has ended.
        """
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise RuntimeError("the server is not running")
        with self._turn:
            try:
                process.stdin.write(json.dumps({"ask": ask, **details}).encode() + b"\n")
                process.stdin.flush()
                answer = process.stdout.readline()
            except OSError:
                answer = b""
        if not answer:
            raise RuntimeError("the server has ended")
        return json.loads(answer)

    def log(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")

    def stop(self) -> None:
        """Ends the server and its workers and removes their folder; does nothing if called again."""
        process, folder = self._process, self._folder
        self._process = self._folder = None
        if process is not None:
            # The group is ours alone (start_new_session), and has no state that needs a clean shutdown.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):  # a question that the server did not read any more
                        pipe.close()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def _start(self) -> None:
        self.port = free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="driftline-cloud-"))
        temporary = self._folder / "tmp"
        temporary.mkdir()
        with (self._folder / "server.log").open("wb") as log:
            self._process = subprocess.Popen(
                [str(self._python), "-P", "-m", "local.launcher"],
                env=self._environment(temporary),
                cwd=self._folder,
                stdin=subprocess.PIPE,  # closed by the kernel when this process ends, which ends the launcher too
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )

    def _environment(self, temporary: Path) -> dict[str, str]:
        """Workers inherit it, so it must not contain the user's environment or credentials.

        DRIFTLINE_ONLY_LOOPBACK, which tests set, is a folder with a `sitecustomize` for all interpreters.
        """
        only_loopback = os.environ.get("DRIFTLINE_ONLY_LOOPBACK", "")
        launchers = filter(None, [str(_REPOSITORY), only_loopback])
        return {
            "PATH": os.pathsep.join([str(self._python.parent), "/usr/bin", "/bin"]),
            "HOME": str(self.folder),
            "PYTHONPATH": os.pathsep.join(launchers),  # for the launcher, which replaces it
            "DRIFTLINE_ONLY_LOOPBACK": only_loopback,
            "TMPDIR": str(temporary),
            "DRIFTLINE_FOLDER": str(self.folder),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AUTH": "true" if self._enforce_iam else "false",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LOG_LEVEL": "WARNING",
            "DRIFTLINE_SCHEDULES_TICK": "1" if self._schedules_tick else "0",
            "DRIFTLINE_FORKED_FUNCTIONS": "1" if self._forked_functions else "0",
            # One thread each, because many workers share few cores.
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            **self._more,
        }

    def _is_ready(self) -> bool:
        assert self._process is not None
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up and self._process.poll() is None:
            try:
                with opener.open(f"{self.endpoint}/_ministack/health", timeout=2) as answer:
                    return bool(answer.status == 200)  # noqa: PLR2004, OK
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(_POLL_SECONDS)
        return False


def default_python() -> Path:
    return Path(sys.executable)
