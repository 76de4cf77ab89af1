"""The charting library that is shipped equals the one in npm's registry, byte by byte."""

import json
import tarfile
from importlib.resources import files
from pathlib import Path

import pytest

from tests.npm import NpmError, npm_pack


def test_the_shipped_files_are_the_published_ones(tmp_path: Path) -> None:
    folder = files("driftline.presentation.pages") / "chartjs"
    recorded = json.loads((folder / "package.json").read_text())
    try:
        archive = npm_pack(f"{recorded['name']}@{recorded['version']}", recorded["integrity"], tmp_path)
    except NpmError as reason:
        pytest.skip(str(reason))
    with tarfile.open(archive) as published:
        for name, each in recorded["files"].items():
            file = published.extractfile(each["published"])
            assert file is not None
            assert file.read() == (folder / name).read_bytes()
