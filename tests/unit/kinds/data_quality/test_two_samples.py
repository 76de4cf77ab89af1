"""Limits that are the baseline's own values: what chance explains is quiet, what it does not is found."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import stats

from driftline.domain.drift.distance import Comparison
from driftline.domain.inference.families import LEVEL
from driftline.kinds.data_quality.rules.two_samples import (
    matters,
    missing_by_chance,
    unseen_at_least,
    unseen_by_chance,
)
from tests.unit.kinds.data_quality.support import Cells, found, judge


def shuffled(count: int, of: int) -> list[str | None]:
    """Numbers, `count` of which are missing."""
    return [*[None] * count, *[str(i % 50) for i in range(of - count)]]


class TestMissingValues:
    def test_are_tested_as_fisher_would(self) -> None:
        chance = missing_by_chance(10, 200, 200, 20_000)
        expected = stats.fisher_exact([[10, 190], [200, 19_800]], alternative="greater").pvalue
        assert chance.p_value == pytest.approx(expected, rel=1e-6)

    def test_one_more_than_the_baselines_share_is_chance(self) -> None:
        baseline: Cells = {"f": shuffled(100, 10_000)}
        assert found(judge({"f": shuffled(3, 200)}, baseline)) == []
        assert found(judge({"f": shuffled(3, 200)}, baseline, mode=Comparison.SAGEMAKER)) == [
            ("f", "completeness_check")
        ]

    def test_five_times_as_many_are_found_with_their_probability(self) -> None:
        [finding] = judge({"f": shuffled(12, 200)}, {"f": shuffled(100, 10_000)}).findings
        assert (finding.observed, finding.required) == (0.94, 0.99)
        assert finding.p_value is not None
        assert 0 < finding.p_value < LEVEL

    def test_of_a_column_that_had_all_a_few_are_enough(self) -> None:
        baseline: Cells = {"f": shuffled(0, 10_000)}
        assert found(judge({"f": shuffled(1, 1000)}, baseline)) == []
        assert found(judge({"f": shuffled(4, 1000)}, baseline)) == [("f", "completeness_check")]

    def test_a_difference_that_does_not_matter_is_none_however_certain(self) -> None:
        # 20 % and 20.4 % of 200,000 rows each: three standard deviations, and nothing that anybody would mend.
        baseline, current = {"f": shuffled(40_000, 200_000)}, {"f": shuffled(40_800, 200_000)}
        assert missing_by_chance(40_800, 200_000, 40_000, 200_000).p_value < LEVEL
        assert found(judge(current, baseline)) == []

    def test_a_limit_that_a_person_wrote_is_strict(self) -> None:
        def at_least(document: dict[str, Any]) -> None:
            document["features"][0]["completeness"] = 0.9995

        baseline, current = {"f": shuffled(0, 10_000)}, {"f": shuffled(1, 1000)}
        assert found(judge(current, baseline)) == []
        assert found(judge(current, baseline, change=at_least)) == [("f", "completeness_check")]

    def test_a_strict_column_is_held_to_the_limit(self) -> None:
        baseline, current = {"f": shuffled(0, 10_000)}, {"f": shuffled(1, 1000)}
        assert found(judge(current, baseline, strict=frozenset("f"))) == [("f", "completeness_check")]

    def test_without_the_baselines_statistics_the_limit_is_strict(self) -> None:
        baseline, current = {"f": shuffled(0, 10_000)}, {"f": shuffled(1, 1000)}
        assert found(judge(current, baseline, with_statistics=False)) == [("f", "completeness_check")]

    def test_what_could_not_be_found_is_said(self) -> None:
        """A column that is mostly missing: two rows without a value say nothing."""
        baseline: Cells = {"f": shuffled(900, 1000), "g": shuffled(0, 1000)}
        verdict = judge({"f": shuffled(2, 2), "g": shuffled(0, 2)}, baseline)
        assert found(verdict) == []
        [note] = [note for note in verdict.notes if "cannot be told from chance" in note]
        assert note.startswith("With 2 rows, missing values of f cannot be")
        assert judge({"f": shuffled(2, 2), "g": shuffled(0, 2)}, baseline, strict=frozenset("f")).findings


BASELINE = ["a", "b", "c", "d"] * 2500


class TestUnseenValues:
    def test_a_value_that_came_by_chance_is_quiet(self) -> None:
        assert found(judge({"f": [*BASELINE[:999], "new"]}, {"f": BASELINE})) == []
        assert found(judge({"f": [*BASELINE[:999], "new"]}, {"f": BASELINE}, mode=Comparison.SAGEMAKER)) == [
            ("f", "categorical_values_check")
        ]

    def test_two_in_a_hundred_are_found_and_named(self) -> None:
        [finding] = judge({"f": [*BASELINE[:980], *["new"] * 20]}, {"f": BASELINE}).findings
        assert (finding.check, finding.observed, finding.values) == ("categorical_values_check", 0.98, ("new",))
        assert finding.p_value is not None
        assert finding.p_value < LEVEL

    def test_rare_values_of_the_baseline_let_one_expect_others(self) -> None:
        # Four of the 600 rows have a value of their own.
        rare = [f"r{i}" for i in range(4)]
        baseline = [*BASELINE[: 500 - len(rare)], *rare, *[f"c{i}" for i in range(50)] * 2]
        current = [*BASELINE[:497], "x", "y", "z"]
        assert found(judge({"f": current}, {"f": baseline})) == []

    def test_a_threshold_that_a_person_wrote_is_strict(self) -> None:
        def lenient(document: dict[str, Any]) -> None:
            document["monitoring_config"]["domain_content_threshold"] = 0.9995

        assert found(judge({"f": [*BASELINE[:999], "new"]}, {"f": BASELINE}, change=lenient)) == [
            ("f", "categorical_values_check")
        ]

    def test_categories_that_a_person_wrote_are_strict(self) -> None:
        def fewer(document: dict[str, Any]) -> None:
            document["features"][0]["string_constraints"]["domains"] = ["a", "b", "c"]

        assert ("f", "categorical_values_check") in found(judge({"f": BASELINE}, {"f": BASELINE}, change=fewer))

    def test_a_strict_column_takes_no_other_value(self) -> None:
        verdict = judge({"f": [*BASELINE[:999], "new"]}, {"f": BASELINE}, strict=frozenset("f"))
        assert found(verdict) == [("f", "categorical_values_check")]

    def test_many_others_that_were_not_counted_are_found(self) -> None:
        current = [*BASELINE[:500], *[f"n{i}" for i in range(300)]]
        assert found(judge({"f": current}, {"f": BASELINE})) == [("f", "categorical_values_check")]
        assert unseen_at_least(300, 800, 0, 10_000).p_value < 1e-9

    @pytest.mark.parametrize("rows", [100, 400, 1500])
    def test_probability_is_that_of_all_ways_to_divide_the_rows(self, rows: int) -> None:
        """Against divisions that are drawn; what is computed treats the values as independent."""
        generator = np.random.default_rng(rows)
        shares = 1 / np.arange(1, 101) ** 1.5
        values = generator.choice(100, rows + 1000, p=shares / shares.sum())
        counts = np.zeros(20, dtype=int)
        drawn = 4000
        for _ in range(drawn):
            generator.shuffle(values)
            unseen = int(np.isin(values[:rows], values[rows:], invert=True).sum())
            counts[min(unseen, 19)] += 1
        for unseen in range(1, 19):
            # A division with as many unseen rows, whichever; the values of both together decide the probability.
            chance = _chance_of(values, rows, unseen, generator)
            if chance is not None:
                assert chance == pytest.approx(counts[unseen:].sum() / drawn, abs=0.02)


def _chance_of(values: NDArray[np.int64], rows: int, unseen: int, generator: Generator) -> float | None:
    for _ in range(200):
        generator.shuffle(values)
        now, then = (Counter(map(str, part.tolist())) for part in (values[:rows], values[rows:]))
        if sum(count for value, count in now.items() if value not in then) == unseen:
            return unseen_by_chance(now, then).p_value
    return None


@pytest.mark.parametrize(("share", "before", "expected"), [(0.0, 0.0, False), (0.001, 0.0, True), (0.204, 0.2, False)])
def test_what_matters(share: float, before: float, *, expected: bool) -> None:
    assert matters(share, before) is expected


@pytest.mark.parametrize(("rows", "rows_before"), [(200, 1000), (1000, 1000), (5000, 1000)])
def test_quiet_windows_are_quiet(rows: int, rows_before: int) -> None:
    """Ten columns with missing values and ten with sixty categories of which most are rare; nothing changes."""
    generator = np.random.default_rng(rows * 7 + rows_before)
    shares = 1 / np.arange(1, 61) ** 1.5
    names = np.array([f"v{i}" for i in range(60)])
    found = 0
    windows = 400
    for _ in range(windows):
        p_values = []
        for missing in np.geomspace(0.0005, 0.2, 10):
            now, then = generator.binomial(rows, missing), generator.binomial(rows_before, missing)
            chance = missing_by_chance(int(now), rows, int(then), rows_before)
            p_values.append(chance.p_value if matters(now / rows, then / rows_before) else 1.0)
        for _ in range(10):
            counted, known = (
                {name: count for name, count in zip(names, drawn.tolist(), strict=True) if count}
                for drawn in (generator.multinomial(n, shares / shares.sum()) for n in (rows, rows_before))
            )
            p_values.append(unseen_by_chance(counted, known).p_value)
        found += min(p_values) <= LEVEL / len(p_values)
    assert stats.binomtest(found, windows).proportion_ci(0.99).low <= LEVEL
