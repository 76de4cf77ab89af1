"""How the native core is built: the same bytes everywhere, for old systems, with errors that say what to do."""

import json
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path
from types import ModuleType

import pytest

from native import build as building
from native.build import GLIBC, LICENCES, MACHINES, MODULE, build, here, install, main
from native.fetching import HERE, NativeBuildError, compiler, run, zstd
from tests.native_core.conftest import build_native


def test_it_needs_no_newer_glibc_than_it_says(core: ModuleType) -> None:
    assert core.__file__
    needed = re.findall(rb"GLIBC_(\d+)\.(\d+)", Path(core.__file__).read_bytes())
    assert (2, 2) <= max((int(major), int(minor)) for major, minor in needed) <= tuple(map(int, GLIBC.split(".")))


def test_the_bill_of_materials_has_the_versions_that_are_compiled(core: ModuleType) -> None:
    assert core.ABI  # the sources of zstd are there
    versions = {part["name"]: part["version"] for part in json.loads((HERE / "parts.json").read_text("utf-8"))}
    macros = re.findall(r"#define ZSTD_VERSION_(?:MAJOR|MINOR|RELEASE) +(\d+)", (zstd() / "zstd.h").read_text("utf-8"))
    clang = subprocess.run([compiler(), "c++", "--version"], capture_output=True, text=True, check=True).stdout
    zig = subprocess.run([compiler(), "version"], capture_output=True, text=True, check=True).stdout.strip()
    assert versions == {"zstd": ".".join(macros), "llvm-runtimes": clang.split()[2], "zig-compiler-rt": zig}


def test_the_licences_of_what_is_compiled_go_where_the_module_goes(core: ModuleType, tmp_path: Path) -> None:
    assert core.__file__
    install(Path(core.__file__), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [MODULE, LICENCES]
    text = (tmp_path / LICENCES).read_text("utf-8")
    published = [zstd() / "LICENSE", *compiler().parent.glob("lib/lib[cu]*/LICENSE.TXT"), compiler().parent / "LICENSE"]
    assert len(published) == 5
    for each in published:
        assert each.read_text("utf-8").strip() in text, each


def test_switched_off_nothing_is_built(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DRIFTLINE_NATIVE", "off")
    monkeypatch.setattr(building, "build", lambda architecture: pytest.fail(f"it was built for {architecture}"))
    assert main([here() or "x86_64"]) == 0
    assert "DRIFTLINE_NATIVE is off" in capsys.readouterr().out


def test_missing_headers_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], core: ModuleType
) -> None:
    assert core.ABI  # the compiler is there
    monkeypatch.delenv("DRIFTLINE_NATIVE", raising=False)
    monkeypatch.setattr(sysconfig, "get_paths", lambda: {"include": str(tmp_path)})
    monkeypatch.setattr(building, "BUILT", tmp_path)
    monkeypatch.setattr(building, "build", lambda architecture: build(architecture, built=tmp_path))
    assert main(["x86_64"]) == 1
    error = capsys.readouterr().err
    assert f"{tmp_path}/Python.h is missing" in error
    assert "python3.13-dev" in error
    assert "DRIFTLINE_NATIVE=off builds without" in error


def test_a_program_that_fails_is_quoted() -> None:
    with pytest.raises(NativeBuildError, match=r"it fails:\n.*no-such-file.*\nlook there"):
        run(["ls", "no-such-file"], "it fails", "look there")
    with pytest.raises(NativeBuildError, match=r"it fails: .*no-such-program.* look there"):
        run(["no-such-program"], "it fails", "look there")


@pytest.mark.long  # compiles four times
@pytest.mark.parametrize("architecture", MACHINES)
def test_built_twice_it_has_the_same_bytes(architecture: str, tmp_path: Path, core: ModuleType) -> None:
    build_native(architecture)
    copy = Path(shutil.copytree(HERE, tmp_path / "elsewhere" / "sources"))
    first, again = build(architecture), build(architecture, sources=copy, built=tmp_path)
    assert first.read_bytes() == again.read_bytes()
