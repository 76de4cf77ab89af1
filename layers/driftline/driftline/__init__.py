"""Driftline: watches machine-learning endpoints in production.

`driftline.compare(reference, current)` compares two data sets; `driftline.reader` reads what monitors found.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
"""The package's metadata and the command line read it; template.yaml says the same, and a test compares them."""

__all__ = ["__version__", "compare"]

_LAZY = {"compare": "driftline.reader.comparing"}
"""Imported on first use: every function and command imports this module. `__init__.pyi` has the types."""


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
