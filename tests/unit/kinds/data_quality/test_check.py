"""The six checks, their words, and every option of monitoring_config."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.drift.distance import Comparison
from driftline.kinds.data_quality.rules.observed import statistics_of
from driftline.kinds.data_quality.rules.value_checks import percent
from tests.unit.kinds.data_quality.support import Cells, Change, found, judge, profiled

WHOLE = [str(i % 50) for i in range(500)]
DECIMAL = [f"{i % 50}.5" for i in range(500)]
LETTERS = ["a", "b", "c", "d"] * 125


def config(**options: object) -> Change:
    """Sets options of monitoring_config; `drift` ones inside distribution_constraints."""

    def change(document: dict[str, Any]) -> None:
        for option, value in options.items():
            target = document["monitoring_config"]
            if option.startswith(("perform", "comparison", "categorical")):
                target = target["distribution_constraints"]
            target[option] = value

    return change


def test_the_baseline_itself_has_no_violations() -> None:
    cells = {"whole": WHOLE, "decimal": DECIMAL, "letter": LETTERS}
    verdict = judge(cells, cells)
    assert verdict.findings == ()
    assert [drift.name for drift in verdict.drifts] == ["whole", "decimal", "letter"]
    assert all(drift.distance.value == 0.0 for drift in verdict.drifts)


kinds = [
    st.integers(-5, 5).map(str),
    st.floats(-1e9, 1e9).map(lambda number: f"{number:.3f}"),
    st.sampled_from(["a", "b", "c", "true"]),
]
columns = st.one_of([st.lists(st.none() | kind, min_size=1, max_size=60) for kind in kinds])


@given(st.dictionaries(st.sampled_from("fgh"), columns, min_size=1), st.sampled_from(Comparison))
def test_no_baseline_violates_its_own_constraints(cells: Cells, mode: Comparison) -> None:
    verdict = judge(cells, cells, mode=mode)
    assert verdict.findings == ()
    assert all(drift.distance.statistic == 0.0 for drift in verdict.drifts)


def test_texts_with_numbers_among_them_fail_their_own_type_check_as_in_sagemaker() -> None:
    cells = {"f": ["a", "a", "1"]}
    assert found(judge(cells, cells, mode=Comparison.SAGEMAKER)) == [("f", "data_type_check")]


@pytest.mark.parametrize(
    ("baseline", "current", "words"),
    [
        (
            WHOLE,
            [*WHOLE[:-1], "0.5"],
            "Expected data type: Integral, Expected match: 100.0%. Observed: Only 99.8% of data is Integral.",
        ),
        (
            DECIMAL,
            WHOLE,
            "Expected data type: Fractional, Expected match: 100.0%. Observed: Only 0.0% of data is Fractional.",
        ),
        (
            LETTERS,
            WHOLE,
            "Expected data type: String, Expected match: 100.0%. Observed: Only 0.0% of data is String.",
        ),
        (
            WHOLE,
            ["1"] * 12 + ["x"] * 6,
            "Expected data type: Integral, Expected match: 100.0%. Observed: Only 66.66666666666666% of data is Integral.",
        ),
    ],
)
def test_data_type_check_is_a_strict_ratio_in_sagemakers_words(
    baseline: list[str], current: list[str], words: str
) -> None:
    verdict = judge({"f": current}, {"f": baseline}, mode=Comparison.SAGEMAKER)
    types = [finding for finding in verdict.findings if finding.check == "data_type_check"]
    assert [finding.description for finding in types] == [f"Data type match requirement is not met. {words}"]


def test_corrected_whole_numbers_are_fractional_and_still_compared() -> None:
    verdict = judge({"f": WHOLE}, {"f": DECIMAL})
    assert not any(finding.check == "data_type_check" for finding in verdict.findings)
    assert [drift.name for drift in verdict.drifts] == ["f"]
    assert ("f", "data_type_check") in found(judge({"f": [*WHOLE, "x"]}, {"f": DECIMAL}))


def test_corrected_numbers_without_a_fraction_are_integral_however_they_are_written() -> None:
    decimals = [f"{cell}.0" for cell in WHOLE]
    assert found(judge({"f": decimals}, {"f": WHOLE})) == []
    assert ("f", "data_type_check") in found(judge({"f": [*decimals, "0.5"]}, {"f": WHOLE}))
    assert ("f", "data_type_check") in found(judge({"f": decimals}, {"f": WHOLE}, mode=Comparison.SAGEMAKER))


def test_corrected_a_column_without_values_in_the_baseline_is_not_missing() -> None:
    baseline: Cells = {"f": WHOLE, "empty": [None] * len(WHOLE)}
    assert found(judge({"f": WHOLE}, baseline)) == []
    assert found(judge({"f": WHOLE}, baseline, mode=Comparison.SAGEMAKER)) == [
        ("Missing columns", "missing_column_check")
    ]
    [extra] = judge({"f": WHOLE, "g": WHOLE}, baseline).findings
    assert (extra.check, extra.observed, extra.required) == ("extra_column_check", 2, 1)


MIXED = ["A1", "7", "B2"] * 40


def test_corrected_a_mixed_column_takes_texts_and_numbers() -> None:
    assert found(judge({"f": MIXED}, {"f": MIXED})) == []
    assert found(judge({"f": ["7"] * 9}, {"f": MIXED}, with_statistics=False)) == []
    # Constraints that an older version suggested have no flag; a category that is a number says the same.
    older = judge({"f": MIXED}, {"f": MIXED}, change=lambda document: document["features"][0].pop("accepts_numbers"))
    assert found(older) == []
    assert ("f", "data_type_check") in found(judge({"f": MIXED}, {"f": MIXED}, mode=Comparison.SAGEMAKER))
    assert ("f", "data_type_check") in found(judge({"f": MIXED}, {"f": LETTERS}))


def test_booleans_are_of_type_string() -> None:
    booleans = ["true", "false"] * 50
    assert judge({"f": booleans}, {"f": booleans}).findings == ()


def test_a_feature_whose_type_fails_is_not_compared_but_an_incomplete_one_is() -> None:
    drifted = [str(int(cell) + 100) for cell in WHOLE]
    verdict = judge(
        {"typed": [*drifted[:-1], "x"], "incomplete": [*drifted[:-9], *[None] * 9]},
        {"typed": WHOLE, "incomplete": WHOLE},
    )
    assert found(verdict) == [
        ("typed", "data_type_check"),
        ("incomplete", "completeness_check"),
        ("incomplete", "baseline_drift_check"),
    ]
    assert [(each.name, each.reason) for each in verdict.not_compared] == [("typed", "the data type check failed")]


def test_completeness_check_in_sagemakers_words() -> None:
    verdict = judge({"f": WHOLE[:91] + [None] * 2}, {"f": WHOLE}, mode=Comparison.SAGEMAKER)
    assert [finding.description for finding in verdict.findings] == [
        "Data completeness requirement is not met. Expected: 100.0%. Observed: Only 97.84946236559139%."
    ]


def test_completeness_as_high_as_in_the_baseline_is_enough() -> None:
    half = [*WHOLE[:250], *[None] * 250]
    assert judge({"f": half}, {"f": half}).findings == ()


def test_a_column_without_any_value_fails_completeness_alone() -> None:
    verdict = judge({"f": [None] * 20, "g": WHOLE[:20]}, {"f": WHOLE, "g": WHOLE})
    assert ("f", "completeness_check") in found(verdict)
    assert ("f", "data_type_check") not in found(verdict)
    assert [(each.name, each.reason) for each in verdict.not_compared] == [("f", "no values in the window")]


def test_a_column_that_the_baseline_never_had_a_value_of_is_not_judged() -> None:
    verdict = judge({"f": WHOLE}, {"f": [None] * 500})
    assert found(verdict) == []
    assert verdict.not_compared[0].reason == "the baseline has no values"


def test_drift_check_in_sagemakers_words_after_the_other_checks() -> None:
    verdict = judge(
        {"a": [str(int(cell) + 25) for cell in WHOLE], "b": [*LETTERS[:-9], *["new"] * 9]}, {"a": WHOLE, "b": LETTERS}
    )
    assert found(verdict) == [("b", "categorical_values_check"), ("a", "baseline_drift_check")]
    # Half of the values lie above the baseline's; both samples have 500 rows.
    assert verdict.findings[-1].description == (
        f"Baseline drift distance: {0.5 - 1.8 * (1000 / 250_000) ** 0.5} exceeds threshold: 0.1"
    )


def test_categories_outside_the_domain() -> None:
    verdict = judge({"f": [*LETTERS[:-5], *["new"] * 5]}, {"f": LETTERS}, mode=Comparison.SAGEMAKER)
    assert [finding.description for finding in verdict.findings] == [
        (
            "Categorical values requirement is not met. Expected match: 100.0%. "
            "Observed: Only 99.0% of values are in the baseline's domain."
        )
    ]
    assert verdict.drifts[0].new_categories == ("new",)


def test_domain_threshold_is_the_least_share_that_is_accepted() -> None:
    current = {"f": [*LETTERS[:-5], *["new"] * 5]}
    assert judge(current, {"f": LETTERS}, change=config(domain_content_threshold=0.99)).findings == ()
    assert found(judge(current, {"f": LETTERS}, change=config(domain_content_threshold=0.991))) == [
        ("f", "categorical_values_check")
    ]


def test_with_too_many_categories_to_count_the_best_possible_share_is_judged() -> None:
    # Given 300 distinct values, of which at most 4 are in the domain
    cells = {"f": [f"v{i}" for i in range(300)]}
    verdict = judge(cells, {"f": LETTERS}, mode=Comparison.SAGEMAKER)
    finding = verdict.findings[0]
    assert finding.check == "categorical_values_check"
    texts = statistics_of(*profiled(cells)).features[0].string_statistics
    assert texts is not None
    assert texts.distinct_count == pytest.approx(300, rel=0.05)
    assert finding.observed == min(1.0, 1.0 - ((texts.distinct_count or 0.0) - 4) / 300)
    assert verdict.not_compared[0].reason == "the window has no histogram (more than 120 distinct values)"


@pytest.mark.parametrize("prefix", ["new", "1"], ids=["texts", "numbers"])
def test_corrected_the_categories_of_the_baseline_are_looked_up_among_many_others(prefix: str) -> None:
    """3,000 rows with 1,500 distinct values, of which a tenth is known: too many to count each value."""
    baseline = {"f": ["a", "b", "7"] * 100}
    others = [f"{prefix}{1000 + i % 1500}" for i in range(2700)]

    def lenient(document: dict[str, Any]) -> None:
        document["monitoring_config"]["domain_content_threshold"] = 0.95

    verdict = judge({"f": [*others, *["a", "b", "7"] * 100]}, baseline, change=lenient)

    [finding] = [finding for finding in verdict.findings if finding.check == "categorical_values_check"]
    assert finding.observed is not None
    # An upper bound, which three of 4,096 counters can raise by little.
    assert 0.1 <= finding.observed < 0.11
    assert "At most" in finding.description


def test_known_categories_are_never_missed_among_many_others() -> None:
    def listed(document: dict[str, Any]) -> None:
        document["features"][0]["string_constraints"] = {"domains": [f"v{i}" for i in range(2000)]}

    cells = {"f": [f"v{i}" for i in range(500)]}
    assert not any(each.check == "categorical_values_check" for each in judge(cells, cells, change=listed).findings)


def test_strings_without_a_suggested_domain_get_no_value_check() -> None:
    names = [f"n{i}" for i in range(100)]
    verdict = judge({"f": ["other"] * 100}, {"f": names})
    assert found(verdict) == [("f", "baseline_drift_check")]


@pytest.mark.parametrize("mode", Comparison)
def test_missing_and_extra_columns_in_sagemakers_words(mode: Comparison) -> None:
    three = {"a": WHOLE, "b": WHOLE, "c": WHOLE}
    two = {"a": WHOLE, "b": WHOLE}
    fewer, more = judge(two, three, mode=mode), judge(three, two, mode=mode)
    assert [(each.subject, each.description) for each in fewer.findings] == [
        (
            "Missing columns",
            (
                "There are missing columns in current dataset. Number of columns in current dataset: 2, "
                "Number of columns in baseline constraints: 3"
            ),
        )
    ]
    assert [(each.subject, each.description) for each in more.findings] == [
        (
            "Extra columns",
            (
                "There are extra columns in current dataset. Number of columns in current dataset: 3, "
                "Number of columns in baseline constraints: 2"
            ),
        )
    ]


def test_a_renamed_column_is_missing_and_extra_and_sagemaker_sees_nothing() -> None:
    current, baseline = {"a": WHOLE, "renamed": WHOLE}, {"a": WHOLE, "b": WHOLE}
    assert judge(current, baseline, mode=Comparison.SAGEMAKER).findings == ()
    corrected = judge(current, baseline)
    assert found(corrected) == [("Missing columns", "missing_column_check"), ("Extra columns", "extra_column_check")]
    assert corrected.findings[0].description.endswith(". Missing: b")
    assert corrected.findings[1].description.endswith(". Extra: renamed")


@pytest.mark.parametrize("mode", Comparison)
def test_negative_values_are_a_note_and_no_violation(mode: Comparison) -> None:
    verdict = judge({"f": ["-1", *WHOLE]}, {"f": WHOLE}, mode=mode)
    assert verdict.findings == ()
    assert verdict.notes == ("f: the smallest value is -1.0, the baseline had no negative ones.",)


def test_flags_drift_in_the_corrected_mode_only() -> None:
    baseline, current = {"flag": ["0"] * 450 + ["1"] * 50}, {"flag": ["0"] * 100 + ["1"] * 400}
    assert found(judge(current, baseline)) == [("flag", "baseline_drift_check")]
    assert judge(current, baseline, mode=Comparison.SAGEMAKER).findings == ()


def test_a_type_threshold_below_the_share_accepts_it_and_drift_is_checked() -> None:
    current = {"f": [*WHOLE[:-10], *["0.5"] * 10]}
    verdict = judge(current, {"f": WHOLE}, change=config(datatype_check_threshold=0.98))
    assert verdict.findings == ()
    assert [drift.name for drift in verdict.drifts] == ["f"]


def test_numbers_where_texts_were_are_compared_as_categories_when_the_type_is_accepted() -> None:
    change = config(datatype_check_threshold=0.0, domain_content_threshold=0.0)
    verdict = judge({"f": ["1", "2"] * 100}, {"f": ["1", "2", "x", "x"] * 100}, change=change)
    assert [drift.distance.statistic for drift in verdict.drifts] == [0.5]


def test_texts_where_numbers_were_are_not_comparable_when_the_type_is_accepted() -> None:
    verdict = judge({"f": ["x"] * 50}, {"f": WHOLE}, change=config(datatype_check_threshold=0.0))
    assert verdict.not_compared[0].reason == "the baseline is Integral, the window String"


def test_switched_off_checks_find_nothing_and_say_so() -> None:
    current, baseline = {"f": ["x"] * 50, "g": WHOLE}, {"f": WHOLE}
    verdict = judge(current, baseline, change=config(evaluate_constraints="Disabled"))
    assert verdict.findings == ()
    assert verdict.drifts == ()
    assert "evaluate_constraints is Disabled" in verdict.notes[0]


def test_switched_off_comparison_leaves_the_other_checks() -> None:
    verdict = judge({"f": ["200", *[None] * 9]}, {"f": WHOLE}, change=config(perform_comparison="Disabled"))
    assert found(verdict) == [("f", "completeness_check")]
    assert verdict.notes == ("perform_comparison is Disabled, so drift was not checked.",)


def test_thresholds_and_methods_of_the_comparison() -> None:
    # Given a shift of a tenth of the rows in 500 against 500: 0.1 before, nothing after the correction
    current, baseline = {"f": [str(int(cell) + 5) for cell in WHOLE]}, {"f": WHOLE}
    assert judge(current, baseline).findings == ()
    simple = judge(current, baseline, change=config(comparison_method="Simple", comparison_threshold=0.09))
    assert simple.findings[0].observed == pytest.approx(0.1)
    assert simple.findings[0].description.endswith(" exceeds threshold: 0.09")


def test_strings_have_a_threshold_and_a_method_of_their_own() -> None:
    current, baseline = {"f": ["a"] * 300 + ["b"] * 200}, {"f": ["a", "b"] * 250}
    simple = {"comparison_method": "Simple"}
    assert judge(current, baseline, change=config(**simple, categorical_comparison_threshold=0.11)).findings == ()
    assert found(judge(current, baseline, change=config(**simple, categorical_comparison_threshold=0.09))) == [
        ("f", "baseline_drift_check")
    ]
    further = {"f": ["a"] * 340 + ["b"] * 160}
    assert judge(current, baseline, change=config(categorical_drift_method="ChiSquared")).findings == ()
    chi = judge(further, baseline, change=config(categorical_drift_method="ChiSquared"))
    assert chi.findings[0].description.startswith("Baseline drift p-value: ")
    assert chi.findings[0].description.endswith(" is below threshold: 0.001")
    chosen = judge(
        current, baseline, change=config(categorical_drift_method="ChiSquared", categorical_comparison_threshold=0.05)
    )
    assert chosen.findings[0].description.endswith(" is below threshold: 0.05")


def test_an_old_file_without_a_threshold_for_strings_uses_the_one_for_numbers() -> None:
    def old(document: dict[str, Any]) -> None:
        distribution = document["monitoring_config"]["distribution_constraints"]
        del distribution["categorical_comparison_threshold"], distribution["categorical_drift_method"]
        distribution |= {"comparison_method": "Simple", "comparison_threshold": 0.09}

    verdict = judge({"f": ["a"] * 300 + ["b"] * 200}, {"f": ["a", "b"] * 250}, change=old)
    assert verdict.findings[0].required == 0.09


@pytest.mark.parametrize("spelling", ["monitoringConfigOverrides", "monitoring_config_overrides"])
@pytest.mark.parametrize("inside", [None, "string_constraints"])
def test_a_feature_can_be_left_out_in_both_spellings(spelling: str, inside: str | None) -> None:
    def change(document: dict[str, Any]) -> None:
        feature = document["features"][0]
        (feature[inside] if inside else feature)[spelling] = {"evaluate_constraints": "Disabled"}

    verdict = judge({"f": ["new"] * 50, "g": ["new"] * 50}, {"f": LETTERS, "g": LETTERS}, change=change)
    assert {feature for feature, _ in found(verdict)} == {"g"}


def test_a_feature_can_be_kept_when_all_others_are_left_out() -> None:
    def change(document: dict[str, Any]) -> None:
        document["monitoring_config"]["evaluate_constraints"] = "Disabled"
        document["features"][0]["monitoringConfigOverrides"] = {"evaluate_constraints": "Enabled"}

    verdict = judge({"f": ["new"] * 50, "g": ["new"] * 50}, {"f": LETTERS, "g": LETTERS}, change=change)
    assert {feature for feature, _ in found(verdict)} == {"f"}


def test_without_statistics_of_the_baseline_everything_but_drift_is_checked() -> None:
    verdict = judge({"f": [*WHOLE, "x"]}, {"f": WHOLE}, with_statistics=False)
    assert found(verdict) == [("f", "data_type_check")]
    assert verdict.notes == ("There is no baseline statistics.json, so drift was not checked.",)


def test_a_feature_that_the_statistics_of_the_baseline_lack_is_not_compared() -> None:
    def change(document: dict[str, Any]) -> None:
        document["features"].append({"name": "added", "inferred_type": "Integral", "completeness": 1.0})

    verdict = judge({"f": WHOLE, "added": WHOLE}, {"f": WHOLE}, change=change)
    assert verdict.findings == ()
    assert verdict.not_compared[0].reason == "the baseline's statistics lack this feature"


def test_a_window_without_rows_has_no_violations() -> None:
    verdict = judge({}, {"f": WHOLE})
    assert verdict.findings == ()
    assert verdict.drifts == ()
    assert verdict.notes == ("The window has no rows, so nothing was checked.",)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (12 / 18, "66.66666666666666%"),
        (1.0, "100.0%"),
        (0.0, "0.0%"),
        (1e-5, "0.001%"),
        (2**-20, "9.5367431640625E-5%"),
    ],
)
def test_percentages_are_javas(share: float, text: str) -> None:
    assert percent(share) == text
