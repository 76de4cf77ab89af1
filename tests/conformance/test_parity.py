"""SageMaker's own verdicts on real windows follow from its files by our rules, but for what the guide names."""

import gzip
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from driftline.domain.errors import InvalidInputError
from driftline.kinds.parity import Known, Parity, Recheck, Violated
from driftline.kinds.registry import KINDS
from tests.places import REPOSITORY

QUALITY = ("data_quality", "model_quality")
GUIDE = REPOSITORY / "docs" / "guide" / "move-over.md"


def parity(kind: str) -> Parity:
    found = KINDS.named(kind).parity
    assert found is not None
    return found


def files_of(folder: Path) -> dict[str, bytes]:
    """By name, large ones unpacked."""
    return {
        path.name.removesuffix(".gz"): gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in folder.iterdir()
    }


def rechecked(kind: str, own: Mapping[str, bytes], baseline: Mapping[str, bytes]) -> Recheck:
    return parity(kind).recheck(own, baseline, "folder/")


@pytest.fixture
def taxi_reports(shared_data: Path) -> Path:
    return shared_data / "nyc_taxi_15min_sagemaker" / "sagemaker_reports"


def test_the_quality_of_every_monday_is_judged_the_same(taxi_reports: Path) -> None:
    folder = taxi_reports / "model_quality"
    baseline = files_of(folder / "baseline")
    days = sorted(each for each in folder.iterdir() if each.name != "baseline")
    found = {day.name: rechecked("model_quality", files_of(day), baseline) for day in days}
    assert len(found) == 11
    assert {day: each.ours for day, each in found.items()} == {day: each.theirs for day, each in found.items()}
    assert sum(len(each.theirs) for each in found.values()) == 34


def test_the_data_of_every_monday_is_judged_the_same_but_for_the_baseline_that_is_lost(taxi_reports: Path) -> None:
    folder = taxi_reports / "data_quality"
    baseline = files_of(folder / "baseline")
    assert "statistics.json" not in baseline  # it is in no public repository: distances cannot be computed
    drifted = {}
    for day in sorted(each for each in folder.iterdir() if each.name != "baseline"):
        found = rechecked("data_quality", files_of(day), baseline)
        assert found.unexplained == []
        assert {each.check for each in found.ours} == {"data_type_check"}
        assert found.ours == {each for each in found.theirs if each.check != "baseline_drift_check"}
        assert set(found.unchecked.values()) == {Known.NO_BASELINE}
        drifted[day.name] = len(found.unchecked)
    assert list(drifted.values()) == [21, 28, 49, 35, 30, 40, 92]  # ../shared/data/…/MANIFEST.md


@pytest.mark.parametrize("kind", QUALITY)
@pytest.mark.parametrize("case", ["good_cases", "bad_cases"])
def test_quality_check_steps_pass_and_fail_as_in_the_tests_of_sagemakers_sdk(
    shared_data: Path, kind: str, case: str
) -> None:
    folder = shared_data / "sagemaker_sdk" / "quality_check_step" / kind
    own = {"statistics.json": (folder / "statistics.json").read_bytes()}
    found = rechecked(kind, own, {**own, "constraints.json": (folder / case / "constraints.json").read_bytes()})
    assert bool(found.ours) == (case == "bad_cases")


def test_a_clarify_check_step_fails_as_in_the_tests_of_sagemakers_sdk(shared_data: Path) -> None:
    folder = shared_data / "clarify_check_step" / "data_bias"
    good, bad = (
        {"analysis.json": (folder / case / "analysis.json").read_bytes()} for case in ("good_cases", "bad_cases")
    )
    assert rechecked("model_bias", good, good).ours == frozenset()
    assert [each.subject.split(" ")[0] for each in rechecked("model_bias", good, bad).ours] == ["KS"]


def test_files_that_do_not_belong_together_differ(shared_data: Path) -> None:
    """The SDK's fixture of 2019 is of three data sets: a comparison that cannot fail would say that all is the same."""
    folder = shared_data / "sagemaker_sdk" / "monitor"
    files = {name: (folder / name).read_bytes() for name in ("statistics.json", "constraint_violations.json")}
    baseline = {name: (folder / name).read_bytes() for name in ("statistics.json", "constraints.json")}
    found = rechecked("data_quality", files, baseline)
    assert Counter(each.check for each in found.unexplained)["missing_column_check"] == 1
    assert Violated("congestion_surcharge", "completeness_check") in found.unexplained


@pytest.mark.parametrize("kind", KINDS.names)
def test_a_missing_file_is_said(kind: str) -> None:
    with pytest.raises(InvalidInputError, match="a file is missing"):
        rechecked(kind, {}, {})


def test_the_guide_names_every_reason_for_which_a_verdict_cannot_be_checked() -> None:
    text = GUIDE.read_text()
    assert [reason for reason in Known if f"`{reason}`" not in text] == []
