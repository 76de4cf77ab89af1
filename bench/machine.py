"""What the figures were taken on."""

import os
import platform


def described() -> str:
    """One line: processor, cores, load, Python."""
    load = os.getloadavg()[0]
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, "
        f"CPython {platform.python_version()}, {platform.system()}"
    )
