"""A Chromium for the tests, with fonts: the one that npm's @sparticuz/chromium carries, so that pages look the same on
every machine.

Nothing is installed: the package is unpacked once below .cache/. Playwright's own download is not used, because it comes
from neither a package index nor a distribution.
"""

import os
import platform
import shutil
import subprocess
import tarfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright._impl._driver import compute_driver_executable

from tests.npm import NpmError, npm_pack
from tests.places import REPOSITORY

PACKAGE, VERSION = "@sparticuz/chromium", "147.0.0"
INTEGRITY = "sha512-4ZKeAQQa8up2mt675qSitztLdbQrlf8BKdC5naeap+5Mv1OV1OlJdPoU+EJC/p5sQUJUQmN4r+q5+EhaaOUHpQ=="
CACHE = REPOSITORY / ".cache" / f"chromium-{VERSION}-with-fonts"

_OWN = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_UNPACK = """
const fs = require("fs"), zlib = require("zlib");
for (const name of ["chromium", "al2023.tar", "fonts.tar", "swiftshader.tar"])
  fs.writeFileSync(name, zlib.brotliDecompressSync(fs.readFileSync(`${name}.br`)));
"""
_FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir></fontconfig>
"""
"""The package's fonts and no others: without any, Chromium crashes; with the machine's, texts are as wide as they are."""


@dataclass(frozen=True)
class Chromium:
    """How it is started."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)


def find_chromium() -> Chromium:
    """The one that CHROMIUM names, else npm's, else the machine's.

    Raises:
        NpmError: npm cannot get one, and the machine has none.
    """
    if named := os.environ.get("CHROMIUM"):
        return Chromium(Path(named))
    try:
        return _published()
    except NpmError:
        if own := next(filter(None, map(shutil.which, _OWN)), None):
            return Chromium(Path(own))
        raise


def _published() -> Chromium:
    if not CACHE.exists():
        if platform.machine() != "x86_64":
            raise NpmError(f"{PACKAGE} is for x86_64 alone")
        CACHE.parent.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=CACHE.parent) as folder:
            whole = _unpacked(npm_pack(f"{PACKAGE}@{VERSION}", INTEGRITY, Path(folder)))
            with suppress(OSError):  # Another worker of the same run was faster.
                whole.rename(CACHE)
    libraries, fonts = str(CACHE / "lib"), str(CACHE / "fonts.conf")
    return Chromium(CACHE / "chromium", {"LD_LIBRARY_PATH": libraries, "FONTCONFIG_FILE": fonts})


def _unpacked(archive: Path) -> Path:
    """The folder with browser, libraries and fonts; they are compressed with Brotli, which Playwright's Node.js can read."""
    with tarfile.open(archive) as files:
        files.extractall(archive.parent, filter="data")
    folder = archive.parent / "package" / "bin"
    subprocess.run([compute_driver_executable()[0], "-e", _UNPACK], cwd=folder, check=True)
    for name in ("al2023.tar", "fonts.tar", "swiftshader.tar"):
        with tarfile.open(folder / name) as files:
            files.extractall(folder, filter="data")
        (folder / name).unlink()
    (folder / "chromium").chmod(0o755)
    (folder / "fonts.conf").write_text(_FONTS)
    for packed in folder.glob("*.br"):
        packed.unlink()
    return folder
