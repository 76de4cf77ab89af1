"""The environment of tests: the same on every machine, and without a way out of it."""

import json
import os
import signal
import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

_HANDED_ON = "DRIFTLINE_OWN_ENVIRONMENT"
OWN: Mapping[str, str] = json.loads(os.environ.get(_HANDED_ON, "null")) or dict(os.environ)
"""As the machine's owner has it: for what installs packages, which alone may leave the machine.

Workers of a run inherit a changed environment, and this beside it.
"""

_OWNERS = ("AWS_", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_", "PYTHONDONTWRITEBYTECODE")
"""Beginnings of names. Processes of tests keep what they compile: each of them imports a thousand modules."""

_HERE = "127.0.0.1,localhost,::1"


def make_the_same_everywhere() -> None:
    """Takes out what its owner set for AWS and terminals; no proxy stands between a test and its servers."""
    if _HANDED_ON not in os.environ:
        import_module("tests.loopback.sitecustomize")  # a worker has imported it when it started
    loopback = str(Path(__file__).parent / "loopback")
    kept = {name: value for name, value in OWN.items() if not name.startswith(_OWNERS)}
    os.environ.clear()
    os.environ |= kept | {
        _HANDED_ON: json.dumps(OWN),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": _HERE,
        "no_proxy": _HERE,
        "TZ": "NPT-5:45",  # Nepal's: code that mixes up local time and UTC fails everywhere, not only outside of London
        "PYTHONUTF8": "1",
        "DRIFTLINE_ONLY_LOOPBACK": loopback,
        "PYTHONPATH": os.pathsep.join(filter(None, [loopback, kept.get("PYTHONPATH")])),
    }
    time.tzset()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background job; Ctrl-C is tested there, too
        signal.signal(signal.SIGINT, signal.default_int_handler)
