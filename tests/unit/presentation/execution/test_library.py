"""The charting library is what its publisher published (tests/browser/test_published_library.py asks the registry)."""

import json
from hashlib import sha256
from importlib.resources import files


def test_the_shipped_files_have_the_recorded_digests() -> None:
    folder = files("driftline.presentation.pages") / "chartjs"
    recorded = json.loads((folder / "package.json").read_text())

    digests = {name: sha256((folder / name).read_bytes()).hexdigest() for name in recorded["files"]}

    assert digests == {name: each["sha256"] for name, each in recorded["files"].items()}
    assert f"Chart.js v{recorded['version']}" in (folder / "chart.umd.min.js").read_text()[:200]
    assert {each.name for each in folder.iterdir()} == {*recorded["files"], "package.json"}
