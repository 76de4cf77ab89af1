"""SageMaker on this machine: a moto server on loopback, in a process of its own.

`python -m local.sagemaker` is that process; it prints its port and ends when its standard input does.
"""

import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

_REPOSITORY = Path(__file__).resolve().parent.parent
_END_SECONDS = 10


class SageMakerServer:
    """A running moto server, from `with` on.

    A separate process, because moto keeps its state in module globals, which the adapters' tests use as well.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self.endpoint = ""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "local.sagemaker"],
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


def main() -> None:
    from moto.server import ThreadedMotoServer  # noqa: PLC0415, costs a second, which only this process pays

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    print(server.get_host_and_port()[1], flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
