"""Which uploads mean the same."""

import pytest

from driftline.usecases.baselines.uploads import subject_of


@pytest.mark.parametrize(
    "key",
    [
        "baselines/e/data_quality/input/part-0.csv",
        "baselines/e/data_quality/input/deep/er/part-1.parquet",
        "baselines/e/data_quality/input/_SUCCESS",
        "baselines/e/data_quality/analysis_config.json",
    ],
)
def test_what_a_data_set_is_made_of_is_one_subject(key: str) -> None:
    assert subject_of(key) == "baselines/e/data_quality/"


def test_everything_else_is_its_own() -> None:
    apart = [
        "baselines/e/data_quality/input/a.csv",
        "baselines/e/model_quality/input/a.csv",
        "baselines/f/data_quality/input/a.csv",
        "monitors/e.yaml",
        "monitors/f.yaml",
        "analyses/a/analysis_config.json",
        "analyses/b/analysis_config.json",
        "something else",
    ]
    assert len(set(map(subject_of, apart))) == len(apart)
