"""`python -m tools.layer`: what `sam build` puts into layers. Packages from a lock: test_locked_build.py."""

import marshal
from pathlib import Path
from zipfile import ZipFile

import pytest

from tools import layer


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """With a module that was compiled here, at some time."""
    made = tmp_path / "package"
    (made / "__pycache__").mkdir(parents=True)
    (made / "__init__.py").write_text("NAMES = {'a', 'b', 'c'}\n")
    (made / "page.html").write_text("<p>")
    (made / "__pycache__" / "old.cpython-313.pyc").write_bytes(b"old")
    return made


def test_made_twice_it_has_the_same_bytes(package: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        assert layer.main(["code", str(package), "--into", str(tmp_path / name / "python")]) == 0
    made = contents(tmp_path / "one" / "python")
    assert made == contents(tmp_path / "other" / "python")
    assert set(made) == {
        "package/__init__.py", "package/page.html", "package/__pycache__/__init__.cpython-313.pyc",
    }  # fmt: skip
    code = marshal.loads(made["package/__pycache__/__init__.cpython-313.pyc"][16:])
    assert code.co_filename == "/opt/python/package/__init__.py"


def test_a_module_that_cannot_be_compiled_is_named(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (package / "broken.py").write_text("def\n")
    assert layer.main(["code", str(package), "--into", str(tmp_path / "python")]) == 1
    said = capsys.readouterr()
    assert "package/broken.py" in said.out
    assert "cannot be compiled" in said.err


def test_another_python_is_refused(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer, "PYTHON", (3, 12))
    assert layer.main(["code", str(package), "--into", str(tmp_path / "python")]) == 1
    assert not (tmp_path / "python").exists()


def test_what_no_function_runs_is_left_out(tmp_path: Path) -> None:
    names = (
        "numpy/__init__.py", "numpy/tests/test_a.py", "numpy/linalg/tests/data.csv", "numpy/f2py/crackfortran.py",
        "numpy/__init__.pyi", "numpy/testing/__init__.py", "p-1.0.data/purelib/more.py", "p-1.0.data/scripts/p",
        "p-1.0.dist-info/WHEEL", "../outside.py",
    )  # fmt: skip
    with ZipFile(tmp_path / "p.whl", "w") as wheel:
        for name in names:
            wheel.writestr(name, b"")
    into = tmp_path / "made" / "python"
    into.mkdir(parents=True)
    layer.unpack(tmp_path / "p.whl", into)
    assert set(contents(into)) == {
        "numpy/__init__.py", "numpy/testing/__init__.py", "more.py", "p-1.0.dist-info/WHEEL"
    }  # fmt: skip
    assert not (tmp_path / "made" / "outside.py").exists()


def test_wheels_are_of_lambdas_platform_and_not_newer() -> None:
    tags = layer.platforms("arm64")
    assert tags[0] == "manylinux_2_34_aarch64"
    assert {"manylinux_2_28_aarch64", "manylinux2014_aarch64"} <= set(tags)
