"""The default rule of attribution drift: what it finds, what it ignores, and every degenerate input."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_explainability.rules.evaluate import evaluate
from driftline.kinds.model_explainability.rules.findings import AttributionVerdict, Settings
from driftline.kinds.model_explainability.rules.samples import Sample, aligned
from driftline.kinds.model_explainability.rules.views import inputs

WEIGHTS = np.array([1.0, -2.0, 0.8, 0.02, 1.5])
NAMES = ("age", "income", "debt", "noise", "tenure")


def linear(weights: NDArray[np.float64], rows: int, seed: int, names: tuple[str, ...] = NAMES) -> Sample:
    """A linear model of independent normal inputs, whose Shapley values are weight times input."""
    values = np.random.default_rng(seed).standard_normal((rows, len(weights)))
    return Sample(names, (values * weights)[:, :, np.newaxis], values)


BASELINE = linear(WEIGHTS, 2_000, 1)


def after(feature: int, factor: float, rows: int = 1_000, seed: int = 2) -> AttributionVerdict:
    weights = WEIGHTS.copy()
    weights[feature] *= factor
    return evaluate(BASELINE, linear(weights, rows, seed))


def test_nothing_has_changed() -> None:
    verdict = evaluate(BASELINE, linear(WEIGHTS, 1_000, 2))
    assert verdict.result == "unchanged"
    (output,) = verdict.outputs
    assert not output.named
    assert output.scale is None
    assert output.separation is not None
    assert output.separation.interval[0] < 0.5 < output.separation.interval[1]


def test_a_weight_that_halves() -> None:
    verdict = after(1, 0.5)
    assert verdict.result == "violation"
    (output,) = verdict.outputs
    assert output.named == ("income",)
    changed = output.feature("income")
    assert changed.change == "scales"
    assert changed.ratio.interval is not None
    assert changed.ratio.interval[0] < 0.5 < changed.ratio.interval[1]
    assert changed.view == "size"


def test_a_weight_that_flips_its_sign_is_seen_though_no_attribution_is_distributed_otherwise() -> None:
    verdict = after(0, -1.0)
    assert verdict.result == "violation"
    changed = verdict.outputs[0].feature("age")
    assert (changed.change, changed.view) == ("flips", "agreement")
    assert changed.ratio.interval is not None
    assert changed.ratio.interval[0] < 1 < changed.ratio.interval[1]


def test_without_inputs_the_flip_cannot_be_seen_and_the_half_can() -> None:
    def bare(sample: Sample) -> Sample:
        return replace(sample, values=None)

    flipped, halved = WEIGHTS * [-1, 1, 1, 1, 1], WEIGHTS * [1, 0.5, 1, 1, 1]
    assert evaluate(bare(BASELINE), bare(linear(flipped, 1_000, 2))).result == "unchanged"
    assert evaluate(bare(BASELINE), bare(linear(halved, 1_000, 2))).result == "violation"


def test_a_feature_that_dies() -> None:
    verdict = after(4, 0.0)
    assert verdict.result == "violation"
    changed = verdict.outputs[0].feature("tenure")
    assert (changed.change, changed.ratio.value, changed.ratio.interval) == ("dies", 0.0, None)


def test_all_attributions_are_scaled() -> None:
    verdict = evaluate(BASELINE, linear(WEIGHTS * 0.3, 1_000, 2))
    assert verdict.result == "violation"
    scale = verdict.outputs[0].scale
    assert scale is not None
    assert scale.interval is not None
    assert scale.interval[0] < 0.3 < scale.interval[1]


@pytest.mark.parametrize("factor", [0.0, -1.0, 4.0])
def test_a_feature_that_hardly_matters_is_named_and_does_not_ring(factor: float) -> None:
    verdict = after(3, factor)
    assert verdict.result == "unimportant"
    assert verdict.outputs[0].named == ("noise",)


def test_a_change_below_the_floor_is_a_remark() -> None:
    lower = after(0, 0.6)
    assert lower.result == "violation"
    weights = WEIGHTS * [0.6, 1, 1, 1, 1]
    strict = evaluate(BASELINE, linear(weights, 1_000, 2), Settings(floor=0.8))
    assert strict.result == "small"


def test_a_difference_that_no_feature_explains() -> None:
    verdict = evaluate(BASELINE, linear(WEIGHTS * [1, 0.5, 1, 1, 1], 1_000, 2), Settings(smallest_distance=0.9))
    assert verdict.result == "unnamed"


def test_too_few_rows_are_said_with_the_number_needed() -> None:
    verdict = evaluate(BASELINE, linear(WEIGHTS, 199, 2))
    assert (verdict.result, verdict.needed) == ("not_enough_rows", 200)
    assert verdict.outputs[0].feature("age").ratio.value == pytest.approx(1.0, abs=0.2)
    assert evaluate(BASELINE, linear(WEIGHTS, 200, 2)).needed is None
    assert evaluate(linear(WEIGHTS, 10, 1), linear(WEIGHTS, 10, 2), Settings(smallest_rows=1)).needed == 20


def test_no_rows_at_all() -> None:
    verdict = evaluate(BASELINE, linear(WEIGHTS, 0, 2))
    assert (verdict.result, verdict.rows, verdict.outputs[0].features) == ("not_enough_rows", 0, ())


def test_rows_that_are_not_finite_are_counted_and_left_out() -> None:
    window = linear(WEIGHTS, 1_000, 2)
    attributions = window.attributions.copy()
    attributions[3, 1] = np.nan
    attributions[7, 2] = np.inf
    verdict = evaluate(BASELINE, replace(window, attributions=attributions))
    assert (verdict.result, verdict.rows, verdict.unusable) == ("unchanged", 998, 2)


def test_attributions_of_zero_everywhere() -> None:
    none = linear(WEIGHTS * 0, 500, 2)
    verdict = evaluate(none, linear(WEIGHTS * 0, 500, 3))
    assert verdict.result == "no_attributions"
    assert [each.ratio.value for each in verdict.outputs[0].features] == [None] * 5
    assert evaluate(BASELINE, none).result == "violation"
    assert {each.change for each in evaluate(BASELINE, none).outputs[0].features} == {"dies"}
    assert {each.change for each in evaluate(none, BASELINE).outputs[0].features} == {"new"}


def test_constant_attributions() -> None:
    ones = Sample(("a", "b"), np.ones((300, 2, 1)), np.full((300, 2), 5.0))
    assert evaluate(ones, ones).result == "unchanged"
    verdict = evaluate(ones, replace(ones, attributions=np.ones((300, 2, 1)) * [[1.0], [2.0]]))
    assert (verdict.result, verdict.outputs[0].named) == ("violation", ("b",))
    assert verdict.outputs[0].separation is not None
    assert verdict.outputs[0].separation.auc == 1.0


def test_one_feature() -> None:
    single = linear(np.ones(1), 1_000, 1, ("x",))
    assert evaluate(single, linear(np.ones(1), 1_000, 2, ("x",))).result == "unchanged"
    assert evaluate(single, linear(-np.ones(1), 1_000, 2, ("x",))).result == "violation"


def test_new_and_missing_features() -> None:
    renamed = ("age", "income", "debt", "noise", "seniority")
    verdict = evaluate(BASELINE, linear(WEIGHTS, 1_000, 2, renamed))
    assert verdict.result == "violation"
    (output,) = verdict.outputs
    assert set(output.named) == {"tenure", "seniority"}
    assert output.feature("tenure").change == "missing"
    assert output.feature("seniority").change == "new"


def test_features_in_another_order_are_the_same() -> None:
    window = linear(WEIGHTS, 1_000, 2)
    assert window.values is not None
    order = [4, 2, 0, 1, 3]
    turned = Sample(tuple(NAMES[each] for each in order), window.attributions[:, order], window.values[:, order])
    assert evaluate(BASELINE, turned) == evaluate(BASELINE, window)


def test_of_several_outputs_the_worst_decides() -> None:
    def two(second: NDArray[np.float64], rows: int, seed: int) -> Sample:
        one = linear(WEIGHTS, rows, seed)
        assert one.values is not None
        return replace(one, attributions=np.stack([one.values * WEIGHTS, one.values * second], axis=2))

    verdict = evaluate(two(WEIGHTS[::-1], 2_000, 1), two(WEIGHTS[::-1] * [1, 1, 1, 0, 1], 1_000, 2))
    assert [each.result for each in verdict.outputs] == ["unchanged", "violation"]
    with pytest.raises(InvalidInputError, match="1 outputs are explained, 2 in the baseline"):
        evaluate(two(WEIGHTS, 300, 1), BASELINE)


def test_missing_inputs_count_as_the_mean() -> None:
    window = linear(WEIGHTS, 1_000, 2)
    assert window.values is not None
    holes = window.values.copy()
    holes[::2] = np.nan
    before, now = inputs(aligned(BASELINE, replace(window, values=holes)), 0)
    assert np.isnan(now[::2]).all()
    assert before.mean(axis=0) == pytest.approx(np.zeros(5), abs=1e-12)
    assert before.std(axis=0) == pytest.approx(np.ones(5))
    nothing = replace(BASELINE, values=np.full((2_000, 5), np.nan))
    assert evaluate(nothing, replace(window, values=np.full((1_000, 5), np.nan))).result == "unchanged"


def categories(effects: NDArray[np.float64], seed: int) -> Sample:
    codes = np.random.default_rng(seed).integers(0, len(effects), 1_500)
    return Sample(
        ("city",),
        effects[codes][:, np.newaxis, np.newaxis],
        codes[:, np.newaxis].astype(np.float64),
        frozenset({"city"}),
    )


def test_a_category_whose_effect_flips_against_the_order_of_its_codes() -> None:
    effects = np.array([1.0, -1.0, -1.0, 1.0])
    verdict = evaluate(categories(effects, 1), categories(-effects, 2))
    assert (verdict.result, verdict.outputs[0].features[0].change) == ("violation", "flips")
    assert evaluate(categories(effects, 1), categories(effects, 2)).result == "unchanged"


def test_the_same_arguments_give_the_same_verdict() -> None:
    assert after(1, 0.5) == after(1, 0.5)


@pytest.mark.parametrize(
    ("sample", "what"),
    [
        (Sample(("a",), np.zeros((10, 1))), "2 dimensions"),
        (Sample(("a",), np.zeros((10, 2, 1))), "1 feature names for 2 columns"),
        (Sample(("a", "a"), np.zeros((10, 2, 1))), "2 feature names"),
        (Sample(("a",), np.zeros((10, 1, 1)), np.zeros((9, 1))), "inputs of shape"),
    ],
)
def test_what_does_not_fit_together_is_refused(sample: Sample, what: str) -> None:
    with pytest.raises(InvalidInputError, match=what):
        evaluate(sample, sample)
