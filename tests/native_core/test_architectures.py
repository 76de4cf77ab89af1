"""The native core gives the same bytes on both architectures: the other one's program runs under qemu."""

import random
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from native.build import GLIBC, MACHINES, build_program, here
from native.fetching import HERE
from native.fuzz.corpus import capture_lines
from tests.native_core.conftest import build_native


def _numbers() -> str:
    """Texts of doubles near every edge, halfway cases, and near-numbers."""
    drawn = random.Random(11)
    edges = [1e22, 1e23, 2.0**53, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1, 1e-5, 1e16]
    texts = [repr(edge * (1 + drawn.randrange(-9, 9) * 2.0**-52)) for edge in edges for _ in range(50)]
    texts += [repr(struct.unpack("d", drawn.randbytes(8))[0]) for _ in range(20_000)]
    texts += [f"{drawn.getrandbits(60)}e{drawn.randrange(-340, 320)}" for _ in range(20_000)]
    texts += [f"{drawn.getrandbits(53) * 2 + 1}{'0' * drawn.randrange(9)}.5" for _ in range(5_000)]
    texts += ["".join(drawn.choices("0123456789.eE+- ", k=drawn.randrange(12))) for _ in range(20_000)]
    return "\n".join(texts)


def _captures() -> bytes:
    drawn = random.Random(12)
    return b"".join(drawn.choices(list(capture_lines()), k=4_000))


@pytest.mark.long  # compiles for two more targets, the first time with C++'s own library
def test_both_architectures_give_the_same_bytes(tmp_path: Path) -> None:
    if not (mine := here()):
        pytest.skip("the native core runs on Linux")
    (other,) = set(MACHINES) - {mine}
    names = [f"qemu-{MACHINES[other]}{suffix}" for suffix in ("-static", "")]
    qemu = next(filter(None, map(shutil.which, names)), None)
    if qemu is None:
        pytest.skip(f"no {names[1]} here: the package qemu-user-static has it")
    build_native()  # downloads the compiler
    captures, numbers = tmp_path / "captures.jsonl", tmp_path / "numbers"
    captures.write_bytes(_captures())
    numbers.write_text(_numbers())
    digests = []
    # Statically linked, the other one's needs no C library of its architecture
    for target, command in ((f"{MACHINES[mine]}-linux-gnu.{GLIBC}", []), (f"{MACHINES[other]}-linux-musl", [qemu])):
        program = tmp_path / target
        build_program(target, HERE / "fuzz" / "digest.cpp", program)
        done = subprocess.run([*command, program, captures, numbers], capture_output=True, text=True, check=True)
        digests.append(done.stdout.splitlines())
    assert [line.split()[0] for line in digests[0]] == ["lines", "profiles", "hashes", "records", "numbers"]
    assert digests[0] == digests[1]
