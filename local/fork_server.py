"""The process that functions' processes are forked from: it has imported what they import.

The start of a function is imports, a second of CPU, and all functions import much the same. What one imports is
imported here, once. Nothing that is imported reads the environment of a function meanwhile
(tests/unit/repository/test_imports_without_environment.py).

It runs with what a function's process would have: standard library only, and not this folder on the path.
"""

import ast
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

_LENGTH = struct.Struct("!I")
_PID = struct.Struct("!q")
STREAMS = 3  # standard input, output and error


def serve(channel: socket.socket) -> None:
    """Forks a process for each request, until there are no more; answers its id.

    A request is the length of its JSON, with the process's three streams, and the JSON: see `Forks.start` in
    local/changes/starts.py.
    """
    # The kernel collects children that have ended.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # Handlers of logs that modules make while they are imported write where those of a function do.
    sys.stdout = sys.stderr
    while True:
        head, streams, _, _ = socket.recv_fds(channel, _LENGTH.size, STREAMS, socket.MSG_WAITALL)
        if not head:
            return
        body = channel.recv(_LENGTH.unpack(head)[0], socket.MSG_WAITALL)
        request = json.loads(body)
        import_what_is_imported_by(Path(request["code"]) / f"{request['module']}.py", request["path"])
        gc.freeze()  # what is shared stays shared
        pid = os.fork()
        if pid == 0:
            channel.close()
            become(request["script"], request["code"], request["environment"], streams)
        for stream in streams:
            os.close(stream)
        channel.sendall(_PID.pack(pid))


def import_what_is_imported_by(source: Path, path: Sequence[str]) -> None:
    """Imports what a module imports at its top. What cannot be imported fails in the function, which says so.

    Args:
        source: The module's file.
        path: Folders of the layers.
    """
    sys.path[:0] = [folder for folder in path if folder not in sys.path]
    try:
        tree = ast.parse(source.read_bytes())
    except (OSError, SyntaxError):
        return
    for name in _imported(tree):
        try:
            importlib.import_module(name)
        except Exception:  # noqa: BLE001, S112 (as above)
            continue


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def become(script: str, code: str, environment: dict[str, str], streams: Sequence[int]) -> NoReturn:
    """Turns this child into the function's process, which runs a script and ends."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        os.chdir(code)
        os.environ.clear()
        os.environ.update(environment)
        # Standard error keeps its object, which handlers of logs may hold; it writes to the function's stream now.
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (open until the process ends)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.argv = [script]
        sys.path.insert(0, str(Path(script).parent))
        runpy.run_path(script, run_name="__main__")
        status = 0
    except BaseException:  # noqa: BLE001 (whatever it is, this copy of the server must not go on)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
