"""Nothing leaves this machine: with this folder in PYTHONPATH, an interpreter and its children reach loopback alone.

Python imports a module of this name when it starts. An audit hook sees every connection and every look-up of a name that
Python code asks for, whatever library it goes through, and cannot be taken back. Programs that are not Python do what
they want.
"""

import sys

_NAMES = frozenset({None, "", "localhost", "::1"})
_CONNECTIONS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOK_UPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})


class OutsideError(RuntimeError):
    """Not an OSError: what copes with a network that is down must not cope with this."""


def _refuse_outside(event: str, arguments: tuple[object, ...]) -> None:
    if event in _LOOK_UPS:
        host = arguments[0]
    elif event in _CONNECTIONS and isinstance(arguments[1], tuple):  # else a socket in the file system
        host = arguments[1][0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if isinstance(host, int) or host in _NAMES or str(host).startswith("127."):  # a number: a process of the kernel
        return
    raise OutsideError(f"{host} is not on this machine")


sys.addaudithook(_refuse_outside)
