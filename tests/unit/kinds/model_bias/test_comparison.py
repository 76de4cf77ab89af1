"""The default rule: what rings, what does not, and what cannot be said."""

import math

import numpy as np
import pytest
from scipy import stats

from driftline.domain.inference.families import LEVEL
from driftline.kinds.model_bias.rules.chance import MetricTest, drawn_p_values
from driftline.kinds.model_bias.rules.comparison import TOLERANCE, Compared, Entry, compare, sagemaker_flags
from driftline.kinds.model_bias.rules.evaluate import evaluate, findings, flags_of
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.tables import Tables
from tests.unit.kinds.model_bias.support import table

BASELINE = table((600, 200, 300, 1900), (250, 150, 200, 900))
WORSE = table((600, 200, 300, 1900), (100, 150, 350, 900))
BETTER = table((600, 200, 300, 1900), (300, 150, 150, 900))
ALL = [name for name in METRICS if name != "FT"]


def one(window: Tables, name: str, baseline: Tables = BASELINE, tolerance: float = TOLERANCE) -> Compared:
    (found,) = compare([Entry("sex", "F", window, baseline)], [name], tolerance)
    return found


def test_a_loss_of_recall_is_a_violation_and_its_gain_an_improvement() -> None:
    worse, better = one(WORSE, "RD"), one(BETTER, "RD", WORSE)

    assert (worse.result, better.result) == ("violation", "improvement")
    assert worse.p_value is not None
    assert worse.p_value < 0.001
    assert (worse.sagemaker, better.sagemaker) == (True, False)


def test_the_same_rows_again_are_unchanged() -> None:
    found = compare([Entry("sex", "F", BASELINE, BASELINE)], ALL)

    assert {each.result for each in found} == {"unchanged"}
    assert not any(each.sagemaker for each in found)


def test_crossing_to_the_other_side_is_a_violation_though_it_is_nearer_to_neutral() -> None:
    before, now = table((700, 300, 300, 700), (580, 300, 420, 700)), table((700, 300, 300, 700), (780, 300, 220, 700))

    assert one(before, "RD", before).value == pytest.approx(0.12)
    assert one(now, "RD", before).value == pytest.approx(-0.08)
    assert one(now, "RD", before).result == "violation"
    assert one(now, "RD", before, tolerance=0.1).result == "unchanged"


def test_a_change_within_the_tolerance_does_not_matter() -> None:
    worse = one(WORSE, "RD")
    assert worse.value is not None
    assert worse.baseline is not None
    change = abs(worse.value) - abs(worse.baseline)

    assert one(WORSE, "RD", tolerance=change + 0.001).result == "unchanged"
    assert one(WORSE, "RD", tolerance=change - 0.001).result == "violation"
    (found,) = compare([Entry("sex", "F", WORSE, BASELINE)], ["RD"], tolerances={"RD": change + 0.001})
    assert found.result == "unchanged"


def test_disparate_impact_is_neutral_at_one() -> None:
    half, equal, double = (table((100, 0, 0, 300), (each, 0, 0, 300 - each)) for each in (37, 75, 150))

    assert one(half, "DI", equal).result == "violation"
    assert one(double, "DI", equal).result == "violation"
    assert one(equal, "DI", half).result == "improvement"
    assert one(equal, "DI", half).sagemaker  # which measures from 0


def test_a_group_that_is_not_accepted_any_more_rings() -> None:
    none = table((600, 200, 300, 1900), (0, 0, 450, 1050))

    assert one(none, "DI").result == "violation"
    assert one(none, "DAR").result != "unchanged"  # nothing can be said of the precision of no acceptances


def test_few_rows_are_not_enough_and_it_says_how_many_would_be() -> None:
    found = one(table((12, 4, 6, 38), (2, 1, 1, 8)), "RD")

    assert found.result == "not_enough_data"
    assert found.p_value is None
    assert found.needed == math.ceil(10 * 4500 / 450)
    assert "3 rows in the window" in found.reason
    few = one(BASELINE, "RD", table((12, 4, 6, 38), (2, 1, 1, 8)))
    assert (few.result, "3 rows in the baseline" in few.reason) == ("not_enough_data", True)


def test_a_metric_without_a_value_says_why() -> None:
    empty = table((60, 20, 30, 190), (0, 0, 0, 0))

    assert (one(empty, "AD").result, one(empty, "AD").reason) == ("no_value", "Facet set is empty")
    assert one(BASELINE, "AD", empty).reason == "the baseline has no value"
    assert one(BASELINE, "FT").reason == "the baseline has no value"


def test_divergences_are_tested_as_the_difference_that_they_stand_for() -> None:
    found = compare([Entry("sex", "F", WORSE, BASELINE)], ["DPL", "KS", "JS"])

    assert {each.tested_as for each in found} == {"DPL"}
    assert len({each.p_value for each in found}) == 1


def test_entropy_is_one_test_for_all_facets() -> None:
    entries = [Entry("sex", "F", WORSE, BASELINE), Entry("age", "(40, 90]", WORSE, BASELINE)]

    both, alone = compare(entries, ["GE"]), compare(entries[:1], ["GE"])

    assert both[0].p_value == both[1].p_value == alone[0].p_value
    assert len(findings(both)) == 1


def test_more_tests_need_a_smaller_p_value() -> None:
    slight = table((600, 200, 300, 1900), (205, 150, 245, 900))
    alone = one(slight, "RD")
    crowd = compare(
        [Entry(str(each), "F", BASELINE, BASELINE) for each in range(20)] + [Entry("x", "F", slight, BASELINE)], ["RD"]
    )

    assert alone.p_value is not None
    assert crowd[-1].p_value == pytest.approx(min(1.0, 21 * alone.p_value), rel=0.3)


def test_p_values_equal_those_of_two_beta_distributions() -> None:
    """By numerical integration: each rate has a beta distribution, differences are convolutions."""
    window, baseline = table((50, 50, 50, 50), (30, 50, 70, 50)), table((50, 50, 50, 50), (50, 50, 50, 50))
    grid = np.linspace(0, 1, 1_001)

    def difference(hits: float) -> np.ndarray:
        a, d = (stats.beta(each + 0.5, 100.5 - each).pdf(grid) for each in (50, hits))
        return np.convolve(a, d[::-1])

    change = np.convolve(difference(30), difference(50)[::-1])
    expected = 2 * change[: len(change) // 2].sum() / change.sum()
    test = MetricTest(METRICS["RD"], window, baseline)

    assert drawn_p_values([test], 200_000) == [pytest.approx(expected, abs=0.003)]


def test_a_baseline_of_which_only_values_are_known_counts_as_exact() -> None:
    values = {name: float(METRICS[name].value(BASELINE)) for name in ALL}
    worse, same = (
        {each.metric: each.result for each in compare([Entry("sex", "F", window, values=values)], ALL)}
        for window in (WORSE, BASELINE)
    )

    assert worse["RD"] == "violation"
    assert set(same.values()) == {"unchanged"}


@pytest.mark.parametrize(
    ("live", "before", "flagged"),
    [
        (0.2, 0.1, True),
        (0.2, -0.3, False),
        (-0.2, 0.1, True),
        (0.1, 0.1, False),
        (math.inf, 2.9, True),
        (None, 1.0, False),
    ],
)
def test_sagemakers_rule(live: float | None, before: float | None, flagged: bool) -> None:
    assert sagemaker_flags(live, before) is flagged


def test_findings_carry_sagemakers_words_and_our_evidence() -> None:
    evaluated = evaluate([Entry("sex", "F", WORSE, BASELINE)], ["RD", "KS", "DPL", "DI"])
    found = {each.figure: each for each in findings(evaluated)}

    assert set(found) == {"RD", "DI"}
    recall = found["RD"]
    assert recall.subject == "sex = F"
    assert recall.violation
    assert recall.description.startswith("Metric value 0.4")
    assert recall.interval is not None
    assert recall.interval[0] < recall.observed < recall.interval[1]  # type: ignore[operator]
    assert recall.baseline_interval is not None
    assert recall.direction == "higher"
    assert recall.n == 4_500


def test_a_fact_with_several_names_is_one_finding() -> None:
    changed = table((600, 200, 300, 1900), (50, 50, 100, 1300))
    watched = evaluate([Entry("sex", "F", changed, BASELINE)], ["JS", "DPL"])
    without = evaluate([Entry("sex", "F", changed, BASELINE)], ["JS", "KS"])

    assert [each.figure for each in findings(watched)] == ["DPL"]
    assert [each.figure for each in findings(without)] == ["JS"]


@pytest.mark.parametrize("rows", [334, 5_000])
def test_quiet_windows_are_quiet(rows: int) -> None:
    """A small simulation; bench/quiet_bias.py has the large one."""
    generator = np.random.default_rng(rows)
    shares = np.array([0.3, 0.05, 0.08, 0.24, 0.1, 0.03, 0.05, 0.15])
    windows, rang = 150, 0
    for _ in range(windows):
        now, before = (table(*generator.multinomial(size, shares).reshape(2, 4).tolist()) for size in (rows, 10_000))
        found = compare([Entry("sex", "F", now, before)], ALL)
        rang += any(each.result == "violation" for each in found)

    assert stats.binomtest(rang, windows, LEVEL, alternative="greater").pvalue > 0.01


def test_of_many_groups_the_largest_are_compared() -> None:
    groups = [
        Entry("zip", str(each), table((600, 200, 300, 1900), (20 + each, 20, 20, 40)), BASELINE) for each in range(60)
    ]

    found = evaluate(groups, ["AD"])

    assert [each.result == "not_compared" for each in found] == [each < 10 for each in range(60)]
    assert found[0].value is not None
    assert (found[0].interval, found[59].interval is not None) == (None, True)


def test_a_baseline_without_the_value_that_is_compared_has_nothing_to_compare() -> None:
    (found,) = compare([Entry("sex", "F", WORSE, values={"KS": 0.1})], ["KS"])

    assert (found.result, found.reason) == ("no_value", "the baseline has no value")


def test_draws_are_made_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    test = MetricTest(METRICS["RD"], WORSE, BASELINE)
    (whole,) = drawn_p_values([test], 20_000)
    monkeypatch.setattr("driftline.kinds.model_bias.rules.draws._AT_ONCE", 8 * 700)

    assert drawn_p_values([test], 20_000)[0] == pytest.approx(whole, abs=0.01)


def test_the_files_list_what_the_default_rule_finds_under_each_watched_name() -> None:
    changed = table((600, 200, 300, 1900), (50, 50, 100, 1300))
    compared = compare([Entry("sex", "F", changed, BASELINE)], ["DPL", "KS", "CI"])
    flags = flags_of(compared)

    assert [name for name in ("CI", "DPL", "KS") if flags("sex", "F", name, 0.0, 0.0)] == ["DPL", "KS"]
    assert not flags("sex", "M", "DPL", 0.0, 0.0)
