"""SageMaker on this machine: a moto server on loopback, in a process of its own, with what moto lacks.

`python -m local.sagemaker` is that process. It prints its port, then answers one command a line (sagemaker_calls.py),
and ends when its standard input does.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_REPOSITORY = Path(__file__).resolve().parent.parent
_END_SECONDS = 10
_PIPELINES = "--pipelines"


class SageMakerServer:
    """A running moto server, from `with` on.

    A separate process, because moto keeps its state in module globals, which the adapters' tests use as well.

    Args:
        pipelines: Whether executions of pipelines wait for somebody to run them; otherwise they succeed at once.
    """

    def __init__(self, *, pipelines: bool = False) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._pipelines = pipelines
        self._turn = threading.Lock()
        self.endpoint = ""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "local.sagemaker", *([_PIPELINES] if self._pipelines else [])],
            cwd=_REPOSITORY,
            stdin=subprocess.PIPE,  # closed by the kernel when this process ends, which ends the server too
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        port = self._process.stdout.readline().strip()
        if not port.isdecimal():
            self.__exit__(None, None, None)
            raise RuntimeError("the SageMaker server did not start")
        self.endpoint = f"http://127.0.0.1:{port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        try:
            process.wait(timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def command(self, command: Mapping[str, Any]) -> Any:
        """See SageMakerControl.apply.

        Raises:
            RuntimeError: the server is not running.
        """
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise RuntimeError("the SageMaker server is not running")
        with self._turn:
            process.stdin.write(json.dumps(command) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        if not answer:
            raise RuntimeError("the SageMaker server has ended")
        return json.loads(answer)


def main() -> None:
    from moto.server import ThreadedMotoServer  # noqa: PLC0415, costs a second, which only this process pays

    from local.sagemaker_calls import SageMakerControl  # noqa: PLC0415

    control = SageMakerControl(pipelines=_PIPELINES in sys.argv)
    control.install()
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    print(server.get_host_and_port()[1], flush=True)
    for line in sys.stdin:
        print(json.dumps(control.apply(json.loads(line))), flush=True)
    server.stop()


if __name__ == "__main__":
    main()
