"""`python -m tools.locked_build`: a layer against a lock, with real wheels that a real pip takes from a folder."""

import py_compile
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from tools import locked_build
from tools.layer import compile_modules, unpack

ARM = "cp313-cp313-manylinux_2_28_aarch64"
PURE = "py3-none-any"


def make_wheel(folder: Path, name: str, tag: str, files: Mapping[str, bytes]) -> Path:
    """A wheel of version 1.0: https://packaging.python.org/en/latest/specifications/binary-distribution-format/."""
    info = f"{name}-1.0.dist-info"
    inside = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
    }
    record = [f"{each},sha256={_encoded(body)},{len(body)}" for each, body in inside.items()]
    inside[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    path = folder / f"{name}-1.0-{tag}.whl"
    with ZipFile(path, "w") as wheel:
        for each, body in inside.items():
            wheel.writestr(each, body)
    return path


def _encoded(body: bytes) -> str:
    return urlsafe_b64encode(sha256(body).digest()).rstrip(b"=").decode()


class Place:
    """Wheels for two architectures, their lock, and a layer as `sam build` makes it."""

    def __init__(self, folder: Path) -> None:
        self.index, self.layer, self.build = (
            folder / "index",
            folder / "build/DependenciesLayer/python",
            folder / "build",
        )
        self.index.mkdir()
        arm = make_wheel(self.index, "fast_math", ARM, {"fast_math/core.so": b"for arm", "fast_math/__init__.py": b""})
        x86 = make_wheel(self.index, "fast_math", ARM.replace("aarch64", "x86_64"), {"fast_math/core.so": b"for x86"})
        pure = make_wheel(
            self.index, "plain", PURE, {"plain.py": b"x = 1", "plain-1.0.data/purelib/more.py": b"", "plain-1.0.data/scripts/p": b"#!"}
        )  # fmt: skip
        self.lock = "".join(
            f"{name}==1.0 \\\n"
            + " \\\n".join(f"    --hash=sha256:{_digest(path)}" for path in paths)
            + "\n    # via x\n"
            for name, paths in (("fast-math", (arm, x86)), ("plain", (pure,)))
        )
        for path in (arm, pure):
            unpack(path, self.layer)
        (self.layer / "requirements.txt").write_text(self.lock)
        compile_modules(self.layer)

    def differences(self) -> list[str]:
        return list(locked_build.differences(self.layer, self.lock))


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    made = Place(tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(made.index))
    return made


def test_what_is_of_the_locked_wheels_is_the_same(place: Place) -> None:
    assert place.differences() == []


def test_a_byte_that_is_not(place: Place) -> None:
    (place.layer / "fast_math/core.so").write_bytes(b"for ARM")
    assert place.differences() == ["fast_math/core.so: it is not the locked wheel's"]


def test_another_wheel_of_the_same_name_and_version(place: Place) -> None:
    """What SAM's second pass would take: even with a RECORD of its own, it is not what the lock pins."""
    other = make_wheel(place.layer, "plain", PURE, {"plain.py": b"import os"})
    unpack(other, place.layer)
    other.unlink()
    compile_modules(place.layer)
    assert place.differences() == [
        "plain-1.0.dist-info/RECORD: it is not the locked wheel's",
        "plain.py: it is not the locked wheel's",
    ]


def test_files_too_many_and_too_few(place: Place) -> None:
    (place.layer / "sitecustomize.py").write_bytes(b"print(1)")
    (place.layer / "more.py").unlink()
    assert place.differences() == [
        "more.py: it is missing",
        "sitecustomize.py: no locked wheel has it",
        "__pycache__/more.cpython-313.pyc: it was not compiled from the module next to it",
        "sitecustomize.py: it was not compiled",
    ]


def test_a_module_that_runs_is_that_of_its_source(place: Place) -> None:
    """Lambda runs what was compiled, and does not look at the source."""
    (place.layer / "other.py").write_bytes(b"import os")
    py_compile.compile(
        str(place.layer / "other.py"),
        str(place.layer / "__pycache__/plain.cpython-313.pyc"),
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    (place.layer / "other.py").unlink()
    assert place.differences() == ["__pycache__/plain.cpython-313.pyc: it was not compiled from the module next to it"]


def test_packages_too_many_and_too_few(place: Place) -> None:
    (place.layer / "plain-1.0.dist-info").rename(place.layer / "plain-2.0.dist-info")
    found = place.differences()
    assert found[:2] == ["plain-2.0.dist-info: the lock does not have it", "plain 1.0: it is missing"]
    assert "plain.py: no locked wheel has it" in found


def test_a_lock_that_is_not_the_one_that_was_built(place: Place) -> None:
    (place.layer / "requirements.txt").write_text("plain==1.0\n")
    assert place.differences() == ["requirements.txt: it is not the locked wheel's"]


@pytest.mark.parametrize("fault", ["gone", "changed"])
def test_wheels_that_cannot_be_had_are_no_good_news(
    place: Place, fault: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that was changed in the index has no locked hash."""
    (wheel,) = place.index.glob("plain*.whl")
    if fault == "gone":
        wheel.unlink()
    else:
        make_wheel(place.index, "plain", PURE, {"plain.py": b"import os"})
    lock = place.build.parent / "lock.txt"
    lock.write_text(place.lock)
    monkeypatch.setattr(locked_build, "LAYERS", {"DependenciesLayer": str(lock)})
    assert locked_build.main([str(place.build)]) == locked_build.UNKNOWN
    assert "NOT CHECKED, because the locked wheels cannot be downloaded: " in capsys.readouterr().out
    assert locked_build.main([str(place.build), "--allow-unchecked"]) == locked_build.SAME
    assert "NOT CHECKED" in capsys.readouterr().out


def test_what_differs_is_said_and_other_folders_have_no_packages(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = place.build.parent / "lock.txt"
    lock.write_text(place.lock)
    monkeypatch.setattr(locked_build, "LAYERS", {"DependenciesLayer": str(lock)})
    assert locked_build.main([str(place.build)]) == locked_build.SAME
    assert capsys.readouterr().out == "DependenciesLayer: as locked\n"
    (place.build / "RunMonitor" / "evil-1.0.dist-info").mkdir(parents=True)
    (place.layer / "plain.py").write_bytes(b"import os")
    compile_modules(place.layer)
    assert locked_build.main([str(place.build)]) == locked_build.DIFFERENT
    assert capsys.readouterr().out.splitlines() == [
        "all others: 1 different from the lock",
        "  RunMonitor/evil-1.0.dist-info: it has no lock",
        "DependenciesLayer: 1 different from the lock",
        "  plain.py: it is not the locked wheel's",
    ]
