"""The core is used where it is, of this release, and wanted; otherwise the reason is known."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from driftline.adapters.native.core import ABI, load_core
from driftline.adapters.tables.capture_files import PythonProfiler
from driftline.adapters.tables.duck import DuckTables


def module(abi: int) -> ModuleType:
    found = ModuleType("driftline_core")
    found.__dict__["ABI"] = abi
    return found


def test_a_core_of_this_release_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    found = module(ABI)
    monkeypatch.setitem(sys.modules, "driftline_core", found)
    assert load_core({}) == (found, "")


def test_a_core_of_another_release_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "driftline_core", module(ABI + 1))
    core, reason = load_core({})
    assert core is None
    assert reason == f"of another release: its interface is {ABI + 1}, expected {ABI}"


@pytest.mark.parametrize("value", ["off", "OFF", "0", "false", "no", " off "])
def test_a_user_can_switch_it_off(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setitem(sys.modules, "driftline_core", module(ABI))
    assert load_core({"DRIFTLINE_NATIVE": value}) == (None, "switched off by DRIFTLINE_NATIVE")


def test_without_a_core_python_does_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "driftline_core", None)  # as if it were not installed
    core, reason = load_core({})
    assert core is None
    assert reason == "not installed"
    assert isinstance(DuckTables(core).profiler, PythonProfiler)


def test_a_core_that_cannot_be_loaded_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "driftline_core.abi3.so").write_bytes(b"of another machine")
    monkeypatch.delitem(sys.modules, "driftline_core", raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    core, reason = load_core({})
    assert core is None
    assert reason.startswith("it cannot be loaded: ")
