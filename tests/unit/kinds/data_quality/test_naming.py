"""What a verdict says about names that are matched by place."""

import numpy as np
import pytest

from driftline.domain.capture.columns import ColumnValues, Table
from driftline.domain.drift.distance import Comparison
from driftline.domain.profiles.resolve import DocumentColumns, ResolvedTable, resolve_columns
from driftline.domain.profiles.table import TableProfile
from driftline.domain.profiles.window import WindowProfile
from driftline.kinds.data_quality.rules.check import Verdict, check
from driftline.kinds.data_quality.rules.naming import with_names_explained
from driftline.kinds.data_quality.rules.observed import observations_of, statistics_of
from driftline.kinds.data_quality.rules.suggestion import suggest_constraints
from driftline.presentation.headline import violations_headline

ROWS = 200
FEATURES = [f"x{i}" for i in range(8)]


def _numbers(mean: float) -> ColumnValues:
    return ColumnValues(np.linspace(mean - 0.5, mean + 0.5, ROWS), 0, {}, None)


def _table(
    *means: float, outputs: int = 0, declared: DocumentColumns | None = None, known: list[str] = FEATURES
) -> ResolvedTable:
    """A CSV row of columns with these means, the outputs first; the features have the means 0 to 7."""
    keys = [*(f"output[{i}]" for i in range(outputs)), *(f"input[{i}]" for i in range(len(means) - outputs))]
    columns = dict(zip(keys, map(_numbers, means), strict=True))
    layout = f"csv:{outputs}+{len(means) - outputs}"
    window = WindowProfile({layout: TableProfile.of(Table(ROWS, columns))}, records=ROWS)
    return resolve_columns(window, baseline_names=known, document_columns=declared)


def _verdict(
    table: ResolvedTable, mode: Comparison = Comparison.DRIFTLINE, declared: DocumentColumns | None = None
) -> Verdict:
    baseline = statistics_of(ROWS, _table(*range(8)).features)
    constraints = suggest_constraints(baseline)
    current = statistics_of(table.rows, table.features)
    verdict = check(
        current,
        observations_of(table.features),
        baseline,
        constraints,
        mode,
        unknown_outputs=frozenset(table.unknown_outputs),
    )
    return with_names_explained(verdict, table, constraints, declared, mode)


def test_one_missing_column_and_what_follows_is_a_shift_from_the_first_that_differs() -> None:
    verdict = _verdict(_table(0, 1, 2, 4, 5, 6, 7))

    assert [finding.subject for finding in verdict.findings] == ["Missing columns", "x3", "x4", "x5", "x6"]
    assert verdict.findings[0].description.endswith(
        ". 7 inputs captured; the baseline has 8 columns. Names have shifted, it seems: columns without names are "
        "matched by place, and from x3 on 4 of 4 features differ."
    )
    assert verdict.notes == ()
    assert violations_headline(verdict.findings) == (
        "Missing columns: 7 columns, 8 in the baseline; names have shifted from x3 on; 4 more violations"
    )


def test_one_extra_column_and_what_follows_is_a_shift_too() -> None:
    verdict = _verdict(_table(0, 99, 1, 2, 3, 4, 5, 6, 7))

    assert "9 inputs captured; the baseline has 8 columns" in verdict.findings[0].description
    assert "from x1 on 7 of 7 features differ" in verdict.findings[0].description


def test_drift_of_one_feature_next_to_a_missing_column_may_be_a_shift() -> None:
    verdict = _verdict(_table(99, 1, 2, 3, 4, 5, 6))

    assert verdict.findings[0].description.endswith(
        "Names may have shifted: columns without names are matched by place."
    )
    assert verdict.findings[0].remark == "names may have shifted"


def test_a_last_column_more_or_less_shifts_nothing() -> None:
    for means in (range(7), range(9)):
        verdict = _verdict(_table(*means))
        assert len(verdict.findings) == 1
        assert "shifted" not in verdict.findings[0].description + verdict.findings[0].remark
        assert "the baseline has 8 columns." in verdict.findings[0].description


def test_drift_of_many_features_is_no_shift_if_the_columns_fit() -> None:
    verdict = _verdict(_table(*range(20, 28)))

    assert len(verdict.findings) == 8
    assert not any("shifted" in finding.description for finding in verdict.findings)
    assert verdict.notes == ()


def test_sagemakers_sentences_stay_and_the_explanation_is_a_note() -> None:
    verdict = _verdict(_table(0, 1, 2, 4, 5, 6, 7), Comparison.SAGEMAKER)

    assert verdict.findings[0].description == (
        "There are missing columns in current dataset. Number of columns in current dataset: 7, "
        "Number of columns in baseline constraints: 8"
    )
    assert len(verdict.notes) == 1
    assert "Names have shifted" in verdict.notes[0]


def test_columns_that_the_document_declares_and_captures_lack_are_counted() -> None:
    declared = (["x0", "x1"], FEATURES[2:])
    table = _table(0, *range(2, 8), outputs=1, declared=declared)

    verdict = _verdict(table, declared=declared)

    assert ". 2 outputs declared, 1 captured; the baseline has 8 columns." in verdict.findings[0].description
    assert [finding.subject for finding in verdict.findings] == ["Missing columns"]  # the inputs keep their names


def test_captures_with_names_and_a_baseline_without_say_that_a_header_may_be_missing() -> None:
    window = WindowProfile({"json": TableProfile.of(Table(ROWS, {"input.age": _numbers(40)}))}, records=ROWS)
    table = resolve_columns(window, baseline_names=["_c0"])
    constraints = suggest_constraints(statistics_of(ROWS, _table(40, known=["_c0"]).features))
    current = statistics_of(ROWS, table.features)
    verdict = check(current, observations_of(table.features), None, constraints, Comparison.DRIFTLINE)

    explained = with_names_explained(verdict, table, constraints, None, Comparison.DRIFTLINE)

    assert [finding.subject for finding in explained.findings] == ["Missing columns", "Extra columns"]
    assert "state it with `driftline baseline --header`" in explained.findings[0].description


@pytest.mark.parametrize("outputs", [1, 2])
def test_outputs_that_the_baseline_lacks_are_a_note_and_no_violation(outputs: int) -> None:
    table = _table(*(0.5,) * outputs, *range(8), outputs=outputs)

    verdict = _verdict(table)

    assert verdict.findings == ()
    (note,) = verdict.notes
    assert "not in the baseline, whose 8 columns are inputs" in note
    assert all(f"output[{i}]" in note for i in range(outputs))
