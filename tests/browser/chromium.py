"""A Chromium for the tests: the machine's own, or the one that npm's @sparticuz/chromium carries.

Nothing is installed: the package is unpacked once below .cache/. Playwright's own download is not used, because it comes
from neither a package index nor a distribution.
"""

import os
import shutil
import subprocess
import tarfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright._impl._driver import compute_driver_executable

from tests.npm import npm_pack
from tests.places import REPOSITORY

PACKAGE, VERSION = "@sparticuz/chromium", "147.0.0"
INTEGRITY = "sha512-4ZKeAQQa8up2mt675qSitztLdbQrlf8BKdC5naeap+5Mv1OV1OlJdPoU+EJC/p5sQUJUQmN4r+q5+EhaaOUHpQ=="
CACHE = REPOSITORY / ".cache" / f"chromium-{VERSION}"

_OWN = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_UNPACK = """
const fs = require("fs"), zlib = require("zlib");
for (const name of ["chromium", "al2023.tar", "swiftshader.tar"])
  fs.writeFileSync(name, zlib.brotliDecompressSync(fs.readFileSync(`${name}.br`)));
"""


@dataclass(frozen=True)
class Chromium:
    """How it is started."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)


def find_chromium() -> Chromium:
    """The one that CHROMIUM names, else the machine's, else npm's.

    Raises:
        NpmError: there is none, and npm cannot get one.
    """
    own = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _OWN)), None)
    if own:
        return Chromium(Path(own))
    if not CACHE.exists():
        CACHE.parent.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=CACHE.parent) as folder:
            whole = _unpacked(npm_pack(f"{PACKAGE}@{VERSION}", INTEGRITY, Path(folder)))
            with suppress(OSError):  # Another worker of the same run was faster.
                whole.rename(CACHE)
    return Chromium(CACHE / "chromium", {"LD_LIBRARY_PATH": str(CACHE / "lib")})


def _unpacked(archive: Path) -> Path:
    """The folder with browser and libraries; they are compressed with Brotli, which Playwright's Node.js can read."""
    with tarfile.open(archive) as files:
        files.extractall(archive.parent, filter="data")
    folder = archive.parent / "package" / "bin"
    subprocess.run([compute_driver_executable()[0], "-e", _UNPACK], cwd=folder, check=True, timeout=120)
    for name in ("al2023.tar", "swiftshader.tar"):
        with tarfile.open(folder / name) as files:
            files.extractall(folder, filter="data")
        (folder / name).unlink()
    (folder / "chromium").chmod(0o755)
    for packed in folder.glob("*.br"):
        packed.unlink()
    return folder
