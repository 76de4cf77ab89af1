"""docs/guide/notebooks.md: what it shows is what comes out."""

import doctest
import shutil
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.reporting import taxi_store

PAGE = REPOSITORY / "docs" / "guide" / "notebooks.md"


def test_the_tour_says_what_comes_out(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, body in taxi_store(shared_data).objects.items():
        file = tmp_path / "taxi" / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    quality = shared_data / "nyc_taxi_15min_sagemaker" / "sagemaker_reports" / "model_quality"
    for source, name in (("2020-03-16", "output"), ("baseline", "baseline")):
        shutil.copytree(quality / source, tmp_path / "processing-job" / name)
    monkeypatch.chdir(tmp_path)

    test = doctest.DocTestParser().get_doctest(PAGE.read_text(), {}, PAGE.name, str(PAGE), 0)
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(
        test, out=said.append
    )

    assert result.failed == 0, "".join(said)
    assert result.attempted > 15
