"""XGBoost's documents (JSON and UBJSON, versions 1 to 3) → a forest.

Source: doc/model.schema and doc/tutorials/saving_model.rst of XGBoost; what they leave open was compared with the
predictions of versions 1.7, 2.1, 3.0 and 3.4.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.trees.documents import (
    Document,
    integer_of,
    integers_of,
    numbers_of,
    text_of,
    texts_of,
)
from driftline.domain.explanations.trees.forest import LEAF, MAX_FEATURES, MAX_OUTPUTS, Floats, Forest
from driftline.domain.explanations.trees.links import Link
from driftline.domain.explanations.trees.planting import Ensemble, Tree, planted
from driftline.domain.explanations.trees.splits import XGBOOST, Missing

VERSIONS: Final = range(1, 4)

LINKS: Final = {
    "binary:logistic": Link.LOGIT,
    "reg:logistic": Link.LOGIT,
    "binary:logitraw": Link.IDENTITY,
    "binary:hinge": Link.STEP,
    "multi:softprob": Link.SOFTMAX,
    "multi:softmax": Link.SOFTMAX,
    "count:poisson": Link.LOG,
    "reg:gamma": Link.LOG,
    "reg:tweedie": Link.LOG,
    "survival:aft": Link.LOG,
    "survival:cox": Link.LOG,
    **dict.fromkeys(
        (
            "reg:squarederror", "reg:linear", "reg:squaredlogerror", "reg:absoluteerror", "reg:pseudohubererror",
            "reg:quantileerror", "reg:expectileerror", "rank:pairwise", "rank:ndcg", "rank:map",
        ),
        Link.IDENTITY,
    ),
}  # fmt: skip

_LOGIT_BASE: Final = frozenset({"binary:logistic", "reg:logistic"})
_HINT: Final = 'Train with booster gbtree or dart, and save with booster.save_model("model.json").'


def forest_of(document: Document, *, all_trees: bool = False) -> Forest:
    """The forest of a model's document.

    Args:
        all_trees: Also those after the best iteration of early stopping; XGBoost's own estimators and SageMaker's
            container predict without them, `Booster.predict` with them.

    Raises:
        InvalidInputError: damaged, of another version, a linear booster, leaves that are vectors, or an objective that
            is not known.
    """
    if document.has("Model"):  # a snapshot in memory, which holds the settings of the training as well
        document = document.child("Model")
    _check_version(document)
    learner = document.child("learner")
    objective = text_of(learner.child("objective"), "name")
    if objective not in LINKS:
        raise InvalidInputError(
            f"the objective {objective!r} is not known",
            expected=", ".join(sorted(LINKS)),
            mend="Train with one of these.",
        )
    booster, weights = _booster(learner.child("gradient_booster"))
    parameters = learner.child("learner_model_param")
    outputs = max(integer_of(parameters, "num_class"), integer_of(parameters, "num_target", "1"), 1)
    if objective == "reg:expectileerror" and outputs > 1:
        raise InvalidInputError(
            "several expectiles in one model, whose trees give their differences",
            expected="one expectile",
            mend="Train one model for each expectile.",
        )
    names = _names(learner, integer_of(parameters, "num_feature"))
    if outputs > MAX_OUTPUTS:
        raise InvalidInputError(f"the model has {outputs:,} outputs", expected=f"at most {MAX_OUTPUTS:,}")
    link = LINKS[objective]
    ensemble = Ensemble(_base(text_of(parameters, "base_score"), objective, link, outputs), XGBOOST, link, 1.0, names)
    output = integers_of(booster, "tree_info")
    kept = output.size if all_trees else _best(learner, booster, outputs, output.size)
    trees = []
    for number, each in enumerate(booster.children("trees")):
        if number >= output.size:
            raise _damaged(f"tree {number} has no entry in tree_info")
        if number < kept:
            weight = 1.0 if weights is None else weights[number]
            trees.append(_tree(each, number, int(output[number]), np.float32(weight)))
    if len(trees) != kept:
        raise _damaged(f"{len(trees)} trees where tree_info has {output.size}")
    return planted(ensemble, trees)


def _check_version(document: Document) -> None:
    version = integers_of(document, "version").tolist() if document.has("version") else []
    if not version or version[0] not in VERSIONS:
        raise InvalidInputError(
            f"a model of XGBoost {'.'.join(map(str, version)) or 'without a version'}",
            expected=f"versions {VERSIONS[0]} to {VERSIONS[-1]}",
            mend='Load the model with one of these versions, and save it there with booster.save_model("model.json").',
        )


def _booster(booster: Document) -> tuple[Document, Floats | None]:
    """(the model with its trees, weight of each tree after dropout if there is one)."""
    name = text_of(booster, "name")
    match name:
        case "gbtree":
            model = booster.child("model")
        case "dart":
            model = booster.child("gbtree").child("model")
        case _:
            raise InvalidInputError(
                f"a booster of the kind {name}",
                expected="gbtree or dart: a model of trees",
                mend="A linear model explains itself by its weights; or let the monitor explain it through an endpoint."
                if name == "gblinear"
                else _HINT,
            )
    # Versions before 3.3 keep the weights of dropout beside the trees, later ones with them.
    holder = next((each for each in (booster, model) if each.has("weight_drop")), None)
    weights = numbers_of(holder, "weight_drop") if holder else None
    if weights is not None and not weights.size:
        weights = None
    if weights is not None and weights.size != integers_of(model, "tree_info").size:
        raise _damaged("weight_drop has another length than tree_info")
    return model, weights


def _names(learner: Document, features: int) -> tuple[str, ...]:
    if not 0 < features <= MAX_FEATURES:
        raise InvalidInputError(f"the model has {features:,} features", expected=f"1 to {MAX_FEATURES:,}", mend=_HINT)
    names = texts_of(learner, "feature_names") or tuple(f"f{number}" for number in range(features))
    if len(names) != features:
        raise _damaged(f"{len(names)} feature names for {features} features")
    return names


def _base(text: str, objective: str, link: Link, outputs: int) -> Floats:
    """(outputs,): a number in the space of the prediction, or since 3.1 a list of them, one for all or one for each."""
    try:
        scores = msgspec.json.decode(text, type=list[float] | float)  # noqa: TID251
        values = np.atleast_1d(np.asarray(scores, np.float32))
    except (msgspec.MsgspecError, OverflowError) as error:
        raise _damaged(f"base_score is {text[:40]!r}") from error
    if values.size not in {1, outputs}:
        raise _damaged(f"base_score has {values.size} numbers for {outputs} outputs")
    with np.errstate(all="ignore"):
        if objective in _LOGIT_BASE:
            values = -np.log(np.float32(1) / values - np.float32(1))
        elif link is Link.LOG:
            values = np.log(values)
    if not np.isfinite(values).all():
        raise _damaged(f"base_score is {text[:40]!r}")
    return np.broadcast_to(values.astype(np.float64), outputs).copy()


def _best(learner: Document, booster: Document, outputs: int, trees: int) -> int:
    """Number of trees up to the best iteration of early stopping; all, if there is none."""
    attributes = learner.child("attributes") if learner.has("attributes") else None
    if attributes is None or not attributes.has("best_iteration"):
        return trees
    iteration = integer_of(attributes, "best_iteration")
    if booster.has("iteration_indptr"):
        bounds: Sequence[int] = integers_of(booster, "iteration_indptr").tolist()
        end = bounds[iteration + 1] if 0 <= iteration < len(bounds) - 1 else trees
    else:
        parallel = max(1, integer_of(booster.child("gbtree_model_param"), "num_parallel_tree", "1"))
        end = (iteration + 1) * outputs * parallel
    return end if 0 < end < trees else trees


def _tree(document: Document, number: int, output: int, weight: np.float32) -> Tree:
    try:
        return _read(document, output, weight)
    except InvalidInputError as error:
        where = f"tree {number}"
        raise InvalidInputError(error.what, where=where, expected=error.expected, mend=error.mend) from error


def _read(document: Document, output: int, weight: np.float32) -> Tree:
    if integer_of(document.child("tree_param"), "size_leaf_vector", "0") > 1:
        raise InvalidInputError(
            "its leaves are vectors",
            expected="one tree for each output",
            mend='Train with multi_strategy="one_output_per_tree".',
        )
    left = integers_of(document, "left_children")
    conditions = _single(numbers_of(document, "split_conditions"))
    kinds = integers_of(document, "split_type") if document.has("split_type") else np.zeros(left.size, np.int64)
    if kinds.shape != left.shape or conditions.shape != left.shape:
        raise _damaged("lists of different lengths")
    categories, sets = _categories(document, kinds, left)
    with np.errstate(over="ignore"):
        values = (conditions.astype(np.float32) * weight).astype(np.float64)
    return Tree(
        output=output,
        left=left,
        right=integers_of(document, "right_children"),
        feature=integers_of(document, "split_indices"),
        threshold=np.where(kinds == 1, 0.0, conditions),  # a split by category has none
        default_left=numbers_of(document, "default_left") != 0,
        missing=np.full(left.size, Missing.NAN, np.uint8),
        cover=_single(numbers_of(document, "sum_hessian")),
        value=values,
        categories=categories,
        sets=sets,
    )


def _categories(
    document: Document,
    kinds: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    left: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.int64]], list[np.ndarray[tuple[int, ...], np.dtype[np.int64]]]]:
    """(index of the set of each node, the sets)."""
    of_nodes = np.full(left.size, LEAF, np.int64)
    if not document.has("categories_nodes"):
        nodes = starts = sizes = members = np.empty(0, np.int64)
    else:
        nodes, starts, sizes, members = (
            integers_of(document, name)
            for name in ("categories_nodes", "categories_segments", "categories_sizes", "categories")
        )
    sound = (
        nodes.shape == starts.shape == sizes.shape
        and np.unique(nodes).size == nodes.size
        and bool(((nodes >= 0) & (nodes < left.size)).all())
        and bool(((starts >= 0) & (sizes >= 0) & (sizes <= members.size) & (starts <= members.size - sizes)).all())
        and int(sizes.sum()) <= members.size
        and bool(((members >= 0) & (members < XGBOOST.categories)).all())
    )
    if not sound:
        raise _damaged("categories that do not fit together")
    of_nodes[nodes] = np.arange(nodes.size)
    if not np.array_equal((of_nodes != LEAF) & (left != LEAF), (kinds == 1) & (left != LEAF)):
        raise _damaged("a split by category without categories")
    return of_nodes, [
        np.unique(members[start : start + size]) for start, size in zip(starts.tolist(), sizes.tolist(), strict=True)
    ]


def _single(numbers: Floats) -> Floats:
    """XGBoost's own numbers: its texts are the shortest ones that give the same number of 32 bits."""
    with np.errstate(over="ignore", under="ignore"):
        return numbers.astype(np.float32).astype(np.float64)


def _damaged(what: str) -> InvalidInputError:
    return InvalidInputError(
        f"the model's file is damaged: {what}",
        expected='a file as XGBoost 1 to 3 writes it: booster.save_model("model.json"), or model.ubj',
        mend="Save the model again, and compare the size of the upload with the file's.",
    )
