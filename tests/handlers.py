"""The apps of functions, imported anew as a cold start does."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

from tests.places import REPOSITORY

type Load = Callable[[str], ModuleType]
"""The app of a function, by its name in functions/."""


@contextmanager
def cold_starts() -> Iterator[Load]:
    """Each call imports the app again. Settings and clients are those of the environment at that time."""
    loaded: set[str] = set()

    def load(function: str) -> ModuleType:
        name = f"app_of_{function}"
        spec = importlib.util.spec_from_file_location(name, REPOSITORY / "functions" / function / "app.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        loaded.add(name)
        spec.loader.exec_module(module)
        return module

    try:
        yield load
    finally:
        for name in loaded:
            del sys.modules[name]
