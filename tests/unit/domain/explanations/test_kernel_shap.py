"""Kernel SHAP against the package shap at equal seeds, exact enumeration, and its own promises."""

from math import log

import numpy as np
import pytest
import shap

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.asking import Cells, Floats, Model
from driftline.domain.explanations.coalitions import coalitions, number_of_coalitions
from driftline.domain.explanations.kernel_shap import KernelShap, most_rows_for_each
from driftline.domain.explanations.links import NEAREST, Link
from driftline.domain.explanations.shapley_values import shapley_values
from tests.unit.domain.explanations.models import probabilities, rows, scores, three_outputs


def attributions(explainer: KernelShap, given: Cells) -> Floats:
    """Shape (rows, features, outputs)."""
    return np.array([each.attributions for each in explainer.explain(given)])


def of_shap(model: Model, baseline: Floats, given: Floats, link: str, samples: int | str, seed: int) -> Floats:
    """The package's values, with the coalitions of the seed for each row."""
    explainer = shap.KernelExplainer(model, baseline, link=link)
    found = []
    for row in given:
        np.random.seed(seed)  # noqa: NPY002 - the package draws from numpy's global state
        found.append(np.atleast_2d(explainer.shap_values(row, nsamples=samples, l1_reg=False, silent=True).T).T)
    return np.array(found).reshape(len(given), given.shape[1], -1)


@pytest.mark.parametrize("link", [Link.IDENTITY, Link.LOGIT])
@pytest.mark.parametrize("samples", [50, 3000, None])
@pytest.mark.parametrize("features", [6, 14])
@pytest.mark.parametrize("baseline_rows", [1, 4])
def test_equal_to_shap_at_equal_seeds(link: Link, samples: int | None, features: int, baseline_rows: int) -> None:
    baseline, given = rows(baseline_rows, features, 1), rows(2, features, 2)

    ours = KernelShap(probabilities, baseline, num_samples=samples, link=link, seed=7)
    theirs = of_shap(probabilities, baseline, given, link.value, samples or "auto", 7)

    np.testing.assert_allclose(attributions(ours, given), theirs, rtol=0, atol=1e-10)


@pytest.mark.parametrize("features", [30, 46])
def test_equal_to_shap_with_many_features(features: int) -> None:
    baseline, given = rows(1, features, 1), rows(1, features, 2) / 10

    ours = KernelShap(three_outputs, baseline, seed=3)

    theirs = of_shap(three_outputs, baseline, given, "identity", "auto", 3)
    np.testing.assert_allclose(attributions(ours, given), theirs, rtol=0, atol=1e-10)


@pytest.mark.parametrize("features", range(11))
@pytest.mark.parametrize("link", [Link.IDENTITY, Link.LOGIT])
def test_exact_where_all_coalitions_fit(features: int, link: Link) -> None:
    def model(cells: Cells) -> Floats:
        return probabilities(np.hstack([np.asarray(cells, dtype=np.float64), np.ones((len(cells), 1))]))

    baseline, given = rows(3, features, 1).reshape(3, features), rows(1, features, 2).reshape(1, features)
    if not features:
        baseline, given = np.ones((3, 1)), np.ones((1, 1))

    def worth(kept: frozenset[int]) -> float:
        asked = baseline.copy()
        asked[:, list(kept)] = given[0, list(kept)]
        return float(link.of(model(asked).mean(axis=0))[1])

    exact = shapley_values(range(features), worth)

    found = next(KernelShap(model, baseline, link=link, features=range(features)).explain(given))

    assert found.attributions.shape == (features, 2)
    np.testing.assert_allclose(found.attributions[:, 1], [exact[each] for each in range(features)], atol=1e-10)


@pytest.mark.parametrize("link", [Link.IDENTITY, Link.LOGIT])
@pytest.mark.parametrize("features", [None, [1, 4, 5]])
def test_contributions_add_up_to_the_answer(link: Link, features: list[int] | None) -> None:
    given = rows(5, 12, 2)
    explainer = KernelShap(probabilities, rows(3, 12, 1), link=link, features=features, num_samples=64)

    for row, each in zip(given, explainer.explain(given), strict=True):
        np.testing.assert_allclose(each.prediction, probabilities(row[np.newaxis])[0])
        np.testing.assert_allclose(each.expected + each.attributions.sum(axis=0), link.of(each.prediction), atol=1e-12)


def test_the_expected_value_is_the_link_of_the_mean_answer_to_the_baseline() -> None:
    baseline = rows(4, 6, 1)
    explainer = KernelShap(probabilities, baseline, link=Link.LOGIT)

    mean = probabilities(baseline).mean(axis=0)
    np.testing.assert_allclose(explainer.expected_value, np.log(mean / (1 - mean)))
    np.testing.assert_array_equal(next(explainer.explain(rows(1, 6, 2))).expected, explainer.expected_value)


def test_features_that_are_not_explained_keep_the_rows_values() -> None:
    """Equal to a model of the explained features alone, into which the row's other values are built."""
    baseline, given = rows(3, 5, 1), rows(1, 5, 2)
    chosen = [3, 0]

    def narrow(cells: Cells) -> Floats:
        wide = np.repeat(given, len(cells), axis=0)
        wide[:, chosen] = cells
        return probabilities(wide)

    found = next(KernelShap(probabilities, baseline, features=chosen).explain(given))

    alone = KernelShap(narrow, baseline[:, chosen])
    np.testing.assert_allclose(found.attributions, next(alone.explain(given[:, chosen])).attributions, atol=1e-12)
    np.testing.assert_allclose(found.expected, alone.expected_value)


def test_answers_of_0_and_1_have_log_odds() -> None:
    def sure(cells: Cells) -> Floats:
        return (np.asarray(cells, dtype=np.float64).sum(axis=1) > 1).astype(np.float64)

    explainer = KernelShap(sure, np.zeros((1, 2)), link=Link.LOGIT)
    found = next(explainer.explain(np.ones((1, 2))))

    extreme = log((1 - NEAREST) / NEAREST)
    np.testing.assert_allclose(explainer.expected_value, [-extreme])
    np.testing.assert_allclose(found.attributions[:, 0], [extreme, extreme])


def test_log_odds_of_other_numbers_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="has no log-odds"):
        next(KernelShap(scores, rows(1, 3, 1) + 5, link=Link.LOGIT).explain(rows(1, 3, 2)))


@pytest.mark.parametrize("at_once", [1, 7, 1000])
@pytest.mark.parametrize("features", [None, [0, 2, 3, 5]])
def test_batches_are_bounded_and_counted_beforehand(at_once: int, features: list[int] | None) -> None:
    sizes: list[int] = []

    def counting(cells: Cells) -> Floats:
        sizes.append(len(cells))
        return probabilities(cells)

    given, baseline = rows(4, 6, 2), rows(3, 6, 1)
    whole = KernelShap(probabilities, baseline, features=features)

    explainer = KernelShap(counting, baseline, features=features, rows_at_once=at_once)
    expected = explainer.rows_to_ask(len(given))
    assert not sizes
    found = attributions(explainer, given)

    assert sum(sizes) == expected
    assert max(sizes) <= at_once
    np.testing.assert_allclose(found, attributions(whole, given), atol=1e-12)


def test_the_number_of_rows_is_what_sagemaker_documents() -> None:
    """SageMaker's documentation: coalitions times baseline rows, here with the row itself and the baseline."""
    explainer = KernelShap(scores, rows(5, 10, 1))

    assert (number_of_coalitions(10), number_of_coalitions(20)) == (1022, 2088)
    assert explainer.rows_to_ask(3) == 3 * (1022 * 5 + 1) + 5


@pytest.mark.parametrize("explained", [1, 2, 5, 12, 14])
def test_the_number_of_rows_is_known_without_them(explained: int) -> None:
    for partial in (True, False):
        features = range(explained) if partial else None
        explainer = KernelShap(scores, rows(3, explained + partial, 1), features=features)
        assert explainer.rows_for_each == most_rows_for_each(explained, 3, partial=partial)


def test_an_explanation_can_stop_and_go_on() -> None:
    given = rows(4, 12, 2)
    explainer = KernelShap(scores, rows(1, 12, 1), num_samples=40, rows_at_once=100)

    first = next(explainer.explain(given))
    rest = attributions(KernelShap(scores, rows(1, 12, 1), num_samples=40), given[1:])

    np.testing.assert_allclose(
        np.array([first.attributions, *rest]), attributions(explainer, given), rtol=1e-12, atol=1e-12
    )


def test_cells_can_be_categories_and_missing() -> None:
    seen: set[object] = set()

    def model(cells: Cells) -> list[float]:
        seen.update(cells[:, 0])
        return [2.0 * (colour == "red") + (0.0 if size is None else float(size)) for colour, size in cells]

    explainer = KernelShap(model, [["blue", 1.0]])
    found = [each.attributions[:, 0] for each in explainer.explain([["red", 4], ["green", None]])]

    np.testing.assert_allclose(found, [[2.0, 3.0], [0.0, -1.0]], atol=1e-12)
    assert seen == {"blue", "red", "green"}


def test_an_array_of_texts_is_one_of_categories() -> None:
    explainer = KernelShap(lambda cells: [float(each == "red") for each in cells[:, 0]], np.array([["blue"]]))

    assert next(explainer.explain(np.array([["red"]]))).attributions.tolist() == [[1.0]]


def test_a_missing_number_is_a_value() -> None:
    explainer = KernelShap(lambda cells: np.isnan(cells[:, 1]) * 1.0, np.zeros((1, 2)))

    found = next(explainer.explain(np.array([[1.0, np.nan]])))
    np.testing.assert_allclose(found.attributions[:, 0], [0.0, 1.0], atol=1e-12)


def test_too_few_coalitions_are_named_and_still_add_up() -> None:
    given = rows(1, 9, 2)
    few = KernelShap(scores, rows(1, 9, 1), num_samples=4)
    found = next(few.explain(given))

    assert not few.determined
    assert KernelShap(scores, rows(1, 9, 1), num_samples=40).determined
    np.testing.assert_allclose(found.expected + found.attributions.sum(axis=0), scores(given))


@pytest.mark.parametrize("features", [2, 3, 5, 8, 11, 14, 25])
@pytest.mark.parametrize("samples", [1, 10, 100, 700])
def test_coalitions_are_distinct_and_weigh_one(features: int, samples: int) -> None:
    found = coalitions(features, samples, seed=5)

    assert len({mask.tobytes() for mask in found.masks}) == len(found) <= number_of_coalitions(features, samples)
    assert found.weights.sum() == pytest.approx(1.0)
    sizes = found.masks.sum(axis=1)
    assert ((sizes > 0) & (sizes < features)).all()
    assert found.complete == (len(found) == 2**features - 2)


def test_another_seed_draws_others() -> None:
    one, two = (coalitions(14, 500, seed=seed).masks for seed in (1, 2))

    assert not np.array_equal(one, two)
    np.testing.assert_array_equal(one, coalitions(14, 500, seed=1).masks)


@pytest.mark.parametrize(
    ("model", "what"),
    [
        (lambda cells: ["yes"] * len(cells), "not numbers"),
        (lambda cells: [1.0], "answers of shape"),
        (lambda cells: np.full((len(cells), 2, 2), 0.5), "answers of shape"),
        (lambda cells: np.full(len(cells), np.nan), "nan"),
        (lambda cells: np.full((len(cells), 1 if len(cells) == 2 else 2), 0.5), "2 outputs after answers of 1"),
    ],
)
def test_nonsense_of_a_model_is_named(model: Model, what: str) -> None:
    with pytest.raises(InvalidInputError, match=what):
        next(KernelShap(model, rows(2, 3, 1)).explain(rows(1, 3, 2)))


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"baseline": []}, "no baseline row"),
        ({"baseline": [[1.0, 2.0], [1.0]]}, "rows of 1 and of 2 cells"),
        ({"features": [2]}, "no feature 2"),
        ({"features": [0, 0]}, "twice"),
        ({"num_samples": 0}, "0 samples"),
    ],
)
def test_settings_that_cannot_be(arguments: dict[str, object], what: str) -> None:
    settings: dict[str, object] = {"baseline": [[0.0, 0.0]]} | arguments
    with pytest.raises(InvalidInputError, match=what):
        KernelShap(scores, **settings)  # type: ignore[arg-type]


def test_rows_of_another_width() -> None:
    with pytest.raises(InvalidInputError, match="rows of 3 features with baseline rows of 2"):
        next(KernelShap(scores, rows(1, 2, 1)).explain(rows(1, 3, 2)))
