"""Packages as npm's registry publishes them."""

import shutil
import subprocess
from base64 import b64encode
from hashlib import sha512
from pathlib import Path

from tests.environment import OWN


class NpmError(Exception):
    """npm is not there, or cannot get a package."""


def npm_pack(package: str, integrity: str, folder: Path) -> Path:
    """Fetches a package's archive and compares it with its published digest; nothing of it is run.

    Args:
        package: `name@version`.
        integrity: `sha512-…`, as the registry states it.

    Raises:
        NpmError: says why not.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise NpmError(f"npm is needed to get {package}")
    command = [npm, "pack", "--silent", package]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=OWN, check=False)
    if done.returncode:
        raise NpmError(f"npm could not get {package}: {done.stderr.strip()[-300:]}")
    archive = folder / done.stdout.strip().splitlines()[-1]
    found = f"sha512-{b64encode(sha512(archive.read_bytes()).digest()).decode()}"
    assert found == integrity, f"{package} is not what was published: {found}"
    return archive
