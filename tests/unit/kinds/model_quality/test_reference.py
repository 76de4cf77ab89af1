"""The baseline as a sample: its own file, the confusion matrix of others, or exact values."""

from dataclasses import replace

import numpy as np
import pytest

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.estimates import Bounds, Share
from driftline.kinds.model_quality.rules.quality import MetricValue, Quality
from driftline.kinds.model_quality.rules.reference import (
    BaselineEstimates,
    Reference,
    parse_baseline_estimates,
    reference_of,
)
from driftline.kinds.model_quality.rules.rows import BinaryRows, Classes
from driftline.kinds.model_quality.rules.samples import row_hashes
from driftline.kinds.model_quality.rules.state import quality_of
from driftline.kinds.model_quality.rules.statistics import parse_baseline_quality, statistics_json

ROWS = 400


def quality() -> Quality:
    generator = np.random.default_rng(3)
    actual = generator.random(ROWS) < 0.3
    probability = np.clip(actual * 0.4 + generator.random(ROWS) * 0.6, 0, 1)
    ids = row_hashes([""] * ROWS, range(ROWS))
    rows = BinaryRows(ids=ids, actual=Classes(actual.astype(np.int64), ("0", "1")), probability=probability)
    return quality_of(BinaryState.of(rows, "1"))


QUALITY = quality()
STATISTICS = statistics_json(QUALITY).encode()


def reference(estimates: bytes | None, statistics: bytes = STATISTICS, positive: str = "1") -> Reference:
    return reference_of(statistics, parse_baseline_quality(statistics), estimates, positive)


def test_the_file_is_read_as_it_was_written() -> None:
    written = BaselineEstimates.of(QUALITY, STATISTICS)
    assert parse_baseline_estimates(written.to_json()) == written
    found = reference(written.to_json())
    assert found.complete
    assert found.estimate("recall") == QUALITY.metrics["recall"].estimate or found.estimate("recall")
    assert found.has("recall", QUALITY.metrics["recall"].value)
    assert not found.has("recall", QUALITY.metrics["recall"].value + 1e-6)


def test_a_file_of_other_statistics_does_not_count() -> None:
    written = BaselineEstimates.of(QUALITY, b"others").to_json()
    assert not reference(written).complete
    assert not reference(b"{").complete


def test_without_the_file_shares_come_from_the_confusion_matrix_and_others_are_exact() -> None:
    found = reference(None)
    assert set(found.estimates) >= {"recall", "precision", "accuracy", "f1", "false_positive_rate"}
    auc = QUALITY.metrics["auc"].value
    assert found.is_exact("auc")
    assert found.estimate("auc") == Bounds(auc, auc, auc)


def test_a_matrix_of_other_labels_is_not_used() -> None:
    assert "recall" not in reference(None, positive="yes").estimates


def test_a_matrix_that_cannot_be_read_is_none() -> None:
    strange = STATISTICS.replace(b'"confusion_matrix"', b'"confusion_matrix" : "none", "other"')
    assert parse_baseline_quality(strange).confusion_matrix is None
    assert not reference(None, strange).estimates


def test_a_metric_without_an_estimate_says_why() -> None:
    withheld = MetricValue(0.9, withheld="fewer than 10 rows.")
    few = replace(QUALITY, metrics={"recall": withheld, "accuracy": MetricValue(0.9, estimate=Share(90, 100))})
    found = reference(BaselineEstimates.of(few, STATISTICS).to_json())
    assert (found.estimate("recall"), found.withheld["recall"]) == (None, "fewer than 10 rows.")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"statistics": "a"}', b'{"statistics": "a", "rows": 1, "estimates": {}, "version": 9}']
)
def test_what_is_no_such_file_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInputError):
        parse_baseline_estimates(body)
