"""Fuzzes the native core under the address and undefined-behaviour sanitizers: `make fuzz MINUTES=60`.

    python -m native.fuzz [--minutes 10] [--seed N] [--target lines] [--repeat FILE]

It needs the system's clang++ with libFuzzer, or g++, with which a small fuzzer of our own runs (`driver.cpp`); the
pinned compiler has no sanitizers that can be linked. Inputs that fail are in `build/fuzz/found`; those that reached new
code are in `build/fuzz/corpus` if libFuzzer found them, and the next run begins with them.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from native.fetching import HERE, NativeBuildError, run, zstd
from native.fuzz.corpus import TARGETS, write

FUZZ = HERE / "fuzz"
BUILT = HERE.parent / "build" / "fuzz"

SHARES = {"lines": 6, "json": 2, "numbers": 1, "parquet": 1}
"""Of the time."""

_SANITIZERS = ("-fsanitize=address,undefined,float-cast-overflow", "-fno-sanitize-recover=all")
_FLAGS = ("-O1", "-g", "-std=c++20", "-fno-omit-frame-pointer", "-ffp-contract=off", f"-I{HERE}")
_ENVIRONMENT = {"ASAN_OPTIONS": "detect_leaks=1:handle_abort=1", "UBSAN_OPTIONS": "print_stacktrace=1"}


@dataclass(frozen=True, slots=True)
class Compiler:
    """A compiler with sanitizers; `is_clang`: with libFuzzer."""

    cxx: str
    cc: str
    is_clang: bool

    @property
    def coverage(self) -> tuple[str, ...]:
        return ("-fsanitize=fuzzer",) if self.is_clang else ("-fsanitize-coverage=trace-pc",)


def compiler() -> Compiler | None:
    """The best one of this machine, or none."""
    for name in ("clang++", *(f"clang++-{version}" for version in range(21, 13, -1))):
        clang = Compiler(name, name.replace("++", ""), is_clang=True)
        if shutil.which(name) and _links(clang):
            return clang
    gcc = Compiler("g++", "gcc", is_clang=False)
    return gcc if shutil.which("g++") and _links(gcc) else None


def _links(candidate: Compiler) -> bool:
    """Whether it has its sanitizers' libraries, which are packages of their own."""
    with TemporaryDirectory() as folder:
        source = Path(folder) / "a.cpp"
        name = "LLVMFuzzerTestOneInput(const unsigned char*, unsigned long)" if candidate.is_clang else "main()"
        source.write_text(f'extern "C" int {name} {{ return 0; }}\n')
        fuzzer = candidate.coverage if candidate.is_clang else ()
        command = [candidate.cxx, "-std=c++20", *_SANITIZERS, *fuzzer, str(source), "-o", f"{folder}/a"]
        return not subprocess.run(command, capture_output=True, check=False).returncode


def build(by: Compiler) -> Path:
    """The fuzzer, built if its sources have changed.

    Raises:
        NativeBuildError: They do not compile.
    """
    digest = sha256(repr((by, _SANITIZERS, _FLAGS)).encode())
    for path in [*sorted(HERE.glob("*.hpp")), *sorted(FUZZ.glob("*.[ch]pp"))]:
        digest.update(path.read_bytes())
    folder = BUILT / "programs" / digest.hexdigest()[:16]
    program = folder / "fuzz"
    if program.is_file():
        return program
    folder.mkdir(parents=True, exist_ok=True)
    print(f"Compiling for {by.cxx} and its sanitizers ...", flush=True)
    sources = zstd()
    failed, fix = f"the fuzzer does not compile with {by.cxx}", "The compiler's words are above."
    zstd_object = _zstd_object(by, sources, failed, fix)
    command = [by.cxx, *_FLAGS, *_SANITIZERS, f"-I{sources}"]
    run([*command, *by.coverage, "-c", str(FUZZ / "targets.cpp"), "-o", str(folder / "targets.o")], failed, fix)
    objects = [str(folder / "targets.o"), str(zstd_object)]
    # The driver counts: it must not be counted itself.
    driver = by.coverage if by.is_clang else (str(FUZZ / "driver.cpp"),)
    run([*command, *objects, *driver, "-o", str(folder / "linked")], failed, fix)
    return (folder / "linked").replace(program)


def _zstd_object(by: Compiler, sources: Path, failed: str, fix: str) -> Path:
    """Without sanitizers: zstd's authors fuzz it."""
    target = BUILT / "programs" / f"{sources.name}-{by.cc}.o"
    if not target.is_file():
        temporary = target.with_suffix(".new")
        flags = ("-O1", "-DZSTD_DISABLE_ASM=1", "-DZSTD_LEGACY_SUPPORT=0")
        run([by.cc, *flags, "-c", str(sources / "zstd.c"), "-o", str(temporary)], failed, fix)
        temporary.replace(target)
    return target


def fuzz(program: Path, by: Compiler, target: str, seconds: int, seed: int) -> bool:
    """Whether a target survived so many seconds of CPU."""
    corpus, found = BUILT / "corpus" / target, BUILT / "found" / target
    found.mkdir(parents=True, exist_ok=True)
    write(target, corpus)
    tokens = FUZZ / "tokens.dict"
    if by.is_clang:
        given = [f"-max_total_time={seconds}", f"-seed={seed}", f"-artifact_prefix={found}/", f"-dict={tokens}"]
        given += [
            "-max_len=16384",
            "-timeout=30",
            "-print_final_stats=1",
            "-print_funcs=0",
            "-verbosity=0",
            str(corpus),
        ]
    else:
        given = [str(seconds), str(seed), str(found), str(corpus), str(tokens)]
    print(f"{target}: {seconds} seconds, seed {seed}", flush=True)
    return _ran([str(program), *given], target)


def _ran(command: Sequence[str], target: str) -> bool:
    environment = {**os.environ, **_ENVIRONMENT, "DRIFTLINE_FUZZ": target}
    return not subprocess.run(command, check=False, env=environment).returncode


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m native.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10, help="for all targets together")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31), help="repeats a run")
    parser.add_argument("--target", choices=TARGETS, action="append", help="only this one")
    parser.add_argument("--repeat", type=Path, metavar="FILE", help="run an input of build/fuzz/found/<target> again")
    given = parser.parse_args(arguments)
    by = compiler()
    if by is None:
        print("Fuzzing needs clang++ or g++ with its sanitizers: install clang or g++.", file=sys.stderr)
        return 1
    try:
        program = build(by)
    except NativeBuildError as error:
        print(error, file=sys.stderr)
        return 1
    if given.repeat:
        return 0 if _ran([str(program), str(given.repeat)], given.repeat.absolute().parent.name) else 1
    targets = given.target or TARGETS
    together = sum(SHARES[target] for target in targets)
    shares = {target: max(1, int(60 * given.minutes * SHARES[target] / together)) for target in targets}
    survived = [fuzz(program, by, target, seconds, given.seed) for target, seconds in shares.items()]
    if not all(survived):
        print(
            f"Inputs that fail are in {os.path.relpath(BUILT / 'found')}; --repeat FILE runs one again.",
            file=sys.stderr,
        )
    return 0 if all(survived) else 1


if __name__ == "__main__":
    sys.exit(main())
