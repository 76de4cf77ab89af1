"""How functions' processes start in MiniStack, changed where it costs most of the time.

AWS starts a function once and keeps it; a cloud that lives for a minute starts each of them in that minute.
"""

# ruff: noqa: SLF001 - there is no public way to change how MiniStack behaves

import io
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import weakref
import zipfile
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import IO, Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

_FORK_SERVER = Path(__file__).resolve().parent.parent / "fork_server.py"
_LAYERS = "_LAMBDA_LAYERS_DIRS"
"""Variable from which MiniStack's script for Python takes the folders of layers."""


class Layers:
    """Layers unpacked once for all functions, instead of once for each process.

    Python keeps what it compiled beside them, so that no second process compiles it.

    Args:
        folder: Is created, and takes them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = threading.Lock()

    def share(self) -> None:
        spawn = lambda_runtime.Worker._spawn

        def spawn_with_shared(worker: Any) -> None:
            own = worker.config
            if not own.get("Layers") or not own.get("Runtime", "").startswith("python"):
                spawn(worker)
                return
            variables = own.get("Environment", {}).get("Variables", {}) | {_LAYERS: os.pathsep.join(self._of(own))}
            worker.config = {**own, "Layers": [], "Environment": {"Variables": variables}}
            try:
                spawn(worker)
            finally:
                worker.config = own

        lambda_runtime.Worker._spawn = spawn_with_shared

    def _of(self, function: Mapping[str, Any]) -> list[str]:
        """The folders of a function's layers."""
        return [str(self._unpacked(lambda_svc._resolve_layer_zip(layer))) for layer in function["Layers"]]

    def _unpacked(self, layer: bytes | None) -> Path:
        if layer is None:
            raise RuntimeError("a layer of the function does not exist")
        folder = self._folder / sha256(layer).hexdigest()[:32]
        with self._turn:
            if not folder.exists():
                unfinished = folder.with_suffix(".unfinished")
                with zipfile.ZipFile(io.BytesIO(layer)) as archive:
                    archive.extractall(unfinished)  # leaves no folder: names that lead out of it are cut
                unfinished.rename(folder)
        return folder


class ForkedProcess:
    """As much of subprocess.Popen as MiniStack uses of a function's process."""

    def __init__(self, pid: int, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> None:
        self.pid = pid
        self.stdin, self.stdout, self.stderr = stdin, stdout, stderr
        try:
            self._handle = os.pidfd_open(pid)
        except ProcessLookupError:  # it has ended already
            self._handle = -1
        else:
            weakref.finalize(self, os.close, self._handle)

    def poll(self) -> int | None:
        """None while it runs; 0 when it has ended, however it did."""
        return 0 if self._ended(0) else None

    def wait(self, timeout: float | None = None) -> int:
        if not self._ended(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return 0

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def _ended(self, seconds: float | None) -> bool:
        if self._handle < 0:
            return True
        look = select.poll()
        look.register(self._handle, select.POLLIN)
        return bool(look.poll(None if seconds is None else seconds * 1000))

    def _send(self, number: int) -> None:
        if not self._ended(0):
            signal.pidfd_send_signal(self._handle, number)


class Forks:
    """Starts the processes of functions with layers as forks of a process that has imported what they import.

    For code from source, whose third-party packages are those of this interpreter; a build starts as on AWS. On Linux:
    elsewhere, a fork may not use all that its parent has imported.
    """

    def __init__(self) -> None:
        self._servers: dict[tuple[Path, ...], socket.socket] = {}
        self._turn = threading.Lock()

    def fork_functions(self) -> None:
        spawn = lambda_runtime.Worker._spawn
        changed = {**vars(subprocess), "Popen": self._popen}
        forking = FunctionType(
            spawn.__code__,
            {**vars(lambda_runtime), "subprocess": SimpleNamespace(**changed)},
            closure=spawn.__closure__,
        )
        lambda_runtime.Worker._spawn = forking

    def _popen(self, command: Sequence[str], *, cwd: str, env: Mapping[str, str], **options: Any) -> Any:
        if command[0] != sys.executable or not env.get(_LAYERS):
            return subprocess.Popen(command, cwd=cwd, env=env, **options)
        return self.start(command[1], cwd, env)

    def start(self, script: str, code: str, environment: Mapping[str, str]) -> ForkedProcess:
        """A process that runs MiniStack's script for functions.

        Args:
            script: Its file.
            code: Folder of the function's code, whose module is app.py as all of Driftline's.
            environment: All of its variables.
        """
        layers = tuple(layer for layer in map(Path, environment[_LAYERS].split(os.pathsep)) if _has_modules(layer))
        request = {
            "script": script,
            "code": code,
            "module": "app",
            "path": [str(layer / "python") for layer in layers],
            "environment": dict(environment),
        }
        body = json.dumps(request).encode()
        (stdin, to), (back, stdout), (errors, stderr) = os.pipe(), os.pipe(), os.pipe()
        theirs = (stdin, stdout, stderr)
        with self._turn:
            answer = self._asked(layers, body, theirs, environment)
        for stream in theirs:
            os.close(stream)
        if not answer:
            raise RuntimeError("the process that functions are forked from has ended")
        return ForkedProcess(
            struct.unpack("!q", answer)[0],
            os.fdopen(to, "w", buffering=1, encoding="utf-8"),
            os.fdopen(back, encoding="utf-8"),
            os.fdopen(errors, encoding="utf-8"),
        )

    def _asked(
        self, layers: tuple[Path, ...], body: bytes, streams: Sequence[int], environment: Mapping[str, str]
    ) -> bytes:
        """The answer to a request; nothing if the server has ended, and the next request has another one."""
        server = self._servers.get(layers) or self._begin(layers, environment)
        try:
            socket.send_fds(server, [struct.pack("!I", len(body))], streams)
            server.sendall(body)
            answer = server.recv(8, socket.MSG_WAITALL)
        except OSError:
            answer = b""
        if not answer:
            self._servers.pop(layers).close()
        return answer

    def _begin(self, layers: tuple[Path, ...], environment: Mapping[str, str]) -> socket.socket:
        """One server for each set of layers: an update of the stack has others."""
        ours, theirs = socket.socketpair()
        subprocess.Popen(
            [sys.executable, "-P", str(_FORK_SERVER), str(theirs.fileno())],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self._servers[layers] = ours
        return ours


def _has_modules(layer: Path) -> bool:
    """From source, the layers of third-party packages have none: the packages are this interpreter's."""
    return any(layer.rglob("*.py"))
