"""LightGBM's text (versions v2 to v4 of its format) → a forest.

Source: Tree::ToString, Tree::NumericalDecision and Tree::CategoricalDecision of LightGBM (src/io/tree.cpp,
include/LightGBM/tree.h); what was not clear was compared with the predictions of version 4.7.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.trees.forest import LEAF, MAX_FEATURES, MAX_OUTPUTS, Forest
from driftline.domain.explanations.trees.links import Link
from driftline.domain.explanations.trees.planting import MAX_MEMBERS, Ensemble, Tree, planted
from driftline.domain.explanations.trees.splits import LIGHTGBM

VERSIONS: Final = ("v2", "v3", "v4")
FIRST_LINE: Final = b"tree"

LINKS: Final = {
    "binary": Link.LOGIT,
    "multiclass": Link.SOFTMAX,
    "multiclassova": Link.LOGIT,
    "cross_entropy": Link.LOGIT,
    "cross_entropy_lambda": Link.SOFTPLUS,
    "poisson": Link.LOG,
    "gamma": Link.LOG,
    "tweedie": Link.LOG,
    **dict.fromkeys(
        (
            "regression", "regression_l1", "huber", "fair", "quantile", "mape", "lambdarank", "rank_xendcg", "custom",
        ),
        Link.IDENTITY,
    ),
}  # fmt: skip

MAX_TREES: Final = 200_000
MAX_LINES: Final = 1_000
"""Maximum number of lines of a tree or the head, which have about 20."""

_TREE: Final = "\nTree="
_END: Final = "end of trees"
_CATEGORICAL, _DEFAULT_LEFT, _MISSING_SHIFT, _MISSING_MASK = 1, 2, 2, 3
_MOST_WORDS: Final = 2**19
"""32-bit words of the bit set of one split: categories up to 2^24."""


def forest_of(body: bytes) -> Forest:
    """The forest of a model's text.

    Raises:
        InvalidInputError: damaged or cut off, of another version, with linear trees, or an objective that is not known.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise _damaged("it is not UTF-8") from error
    if text.count(_TREE) > MAX_TREES:
        raise InvalidInputError(f"the model has {text.count(_TREE):,} trees", expected=f"at most {MAX_TREES:,}")
    head, *blocks = text.split(_TREE)
    fields = _fields(head)
    if fields.get("version") not in VERSIONS:
        raise InvalidInputError(
            f"a model in LightGBM's format {fields.get('version', 'without a version')[:20]}",
            expected=", ".join(VERSIONS),
            mend='Load the model with LightGBM 2 to 4, and save it there with booster.save_model("model.txt").',
        )
    if not blocks or f"\n{_END}" not in blocks[-1]:
        raise _damaged(f"no line {_END!r}: it is cut off, or has no trees")
    blocks[-1] = blocks[-1].partition(f"\n{_END}")[0]
    if len(blocks) != len(fields.get("tree_sizes", "").split()):
        raise _damaged(f"{len(blocks)} trees where tree_sizes has {len(fields.get('tree_sizes', '').split())}")
    outputs = _integer(fields, "num_tree_per_iteration")
    if not 0 < outputs <= MAX_OUTPUTS or len(blocks) % outputs:
        raise _damaged(f"{len(blocks)} trees for {outputs} outputs")
    # A random forest predicts the mean of its trees; everything else adds them up.
    share = outputs / len(blocks) if "average_output" in head.split("\n") else 1.0
    link, scale = _link(fields.get("objective", "custom"))
    ensemble = Ensemble(np.zeros(outputs), LIGHTGBM, link, scale, _names(fields))
    return planted(ensemble, [_tree(number, number % outputs, block, share) for number, block in enumerate(blocks)])


def _names(fields: Mapping[str, str]) -> tuple[str, ...]:
    features = _integer(fields, "max_feature_idx") + 1
    names = tuple(fields.get("feature_names", "").split())
    if not 0 < features <= MAX_FEATURES or len(names) != features:
        raise _damaged(f"{len(names)} feature names for {features} features")
    return names


def _link(objective: str) -> tuple[Link, float]:
    name, *parameters = objective.split() or [""]
    if name not in LINKS:
        raise InvalidInputError(
            f"the objective {name[:40]!r} is not known",
            expected=", ".join(sorted(LINKS)),
            mend="Train with one of these.",
        )
    if name == "regression" and "sqrt" in parameters:
        return Link.SQUARE_ROOT, 1.0
    given = [each.removeprefix("sigmoid:") for each in parameters if each.startswith("sigmoid:")]
    return LINKS[name], _float(given[0], "sigmoid") if given else 1.0


def _tree(number: int, output: int, block: str, share: float) -> Tree:
    try:
        return _read(_fields(block.partition("\n")[2]), output, share)
    except InvalidInputError as error:
        where = f"tree {number}"
        raise InvalidInputError(error.what, where=where, expected=error.expected, mend=error.mend) from error


def _read(fields: Mapping[str, str], output: int, share: float) -> Tree:
    if fields.get("is_linear", "0") not in {"0", ""}:
        raise InvalidInputError(
            "its leaves are linear models", expected="leaves with one value each", mend="Train with linear_tree=false."
        )
    leaves = _integer(fields, "num_leaves")
    splits = leaves - 1
    if leaves < 1 or splits > fields.get("left_child", "").count(" ") + 1:
        raise _damaged("num_leaves does not fit")
    values = _numbers(fields, "leaf_value", leaves)
    flags = _integers(fields, "decision_type", splits)
    thresholds = _numbers(fields, "threshold", splits)
    # Children below 0 are leaves: ~child is the number of the leaf.
    left, right = (
        np.where(child >= 0, child, splits + ~child)
        for child in (_integers(fields, name, splits) for name in ("left_child", "right_child"))
    )
    categories, sets = _categories(fields, (flags & _CATEGORICAL) != 0, thresholds)
    none, zeros = np.full(leaves, LEAF), np.zeros(leaves)
    return Tree(
        output=output,
        left=np.concatenate((left, none)),
        right=np.concatenate((right, none)),
        feature=np.concatenate((_integers(fields, "split_feature", splits), zeros.astype(np.int64))),
        threshold=np.concatenate((thresholds, zeros)),
        default_left=np.concatenate(((flags & _DEFAULT_LEFT) != 0, zeros != 0)),
        missing=np.concatenate(((flags >> _MISSING_SHIFT) & _MISSING_MASK, none * 0)).astype(np.uint8),
        # A tree of one leaf has no counts, and needs none.
        cover=np.concatenate(
            (_numbers(fields, "internal_count", splits), _numbers(fields, "leaf_count", leaves) if splits else zeros)
        ),
        value=np.concatenate((np.zeros(splits), values * share)),
        categories=np.concatenate((categories, none)),
        sets=sets,
    )


def _categories(
    fields: Mapping[str, str], categorical: NDArray[np.bool_], thresholds: NDArray[np.float64]
) -> tuple[NDArray[np.int64], Sequence[NDArray[np.int64]]]:
    """(index of the set of each split, the sets): the threshold of a split by category is the number of its bit set."""
    of_splits = np.full(categorical.size, LEAF, np.int64)
    count = _integer(fields, "num_cat") if "num_cat" in fields else 0
    if not categorical.any() or count < 1:
        if categorical.any():
            raise _damaged("a split by category without categories")
        return of_splits, ()
    if count > fields.get("cat_boundaries", "").count(" "):
        raise _damaged("num_cat does not fit")
    bounds = _integers(fields, "cat_boundaries", count + 1)
    words = _integers(fields, "cat_threshold", fields.get("cat_threshold", "").count(" ") + 1)
    numbers = thresholds[categorical]
    sound = (
        bool((np.diff(bounds) >= 0).all() and (np.diff(bounds) <= _MOST_WORDS).all())
        and int(bounds[0]) == 0
        and int(bounds[-1]) == words.size
        and bool(((words >= 0) & (words < 2**32)).all())
        and bool(((numbers >= 0) & (numbers < count) & (numbers == np.trunc(numbers))).all())
        and int(np.bitwise_count(words).sum()) <= MAX_MEMBERS
    )
    if not sound:
        raise _damaged("categories that do not fit together")
    of_splits[categorical] = numbers.astype(np.int64)
    bits = words.astype("<u4").view(np.uint8)
    return of_splits, [
        np.flatnonzero(np.unpackbits(bits[4 * start : 4 * end], bitorder="little"))
        for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
    ]


def _fields(block: str) -> dict[str, str]:
    if block.count("\n") > MAX_LINES:
        raise _damaged(f"more than {MAX_LINES:,} lines where a tree has about 20")
    lines = (line.partition("=") for line in block.split("\n"))
    return {name: value.strip() for name, equals, value in lines if equals}


def _numbers(fields: Mapping[str, str], name: str, count: int) -> NDArray[np.float64]:
    texts = fields.get(name, "").split()
    if len(texts) != count:
        raise _damaged(f"{name} has {len(texts)} numbers instead of {count}")
    try:
        return np.array(texts, np.float64) if texts else np.empty(0)
    except ValueError as error:
        raise _damaged(f"{name} is not a list of numbers") from error


def _integers(fields: Mapping[str, str], name: str, count: int) -> NDArray[np.int64]:
    numbers = _numbers(fields, name, count)
    if not (np.abs(numbers) < 2.0**53).all() or not np.array_equal(numbers, np.trunc(numbers)):
        raise _damaged(f"{name} is not a list of integers")
    return numbers.astype(np.int64)


def _integer(fields: Mapping[str, str], name: str) -> int:
    text = fields.get(name, "")
    try:
        return int(text)
    except ValueError as error:
        raise _damaged(f"{name} is {text[:20]!r}") from error


def _float(text: str, name: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise _damaged(f"{name} is {text[:20]!r}") from error
    if not 0 < value < float("inf"):
        raise _damaged(f"{name} is {text[:20]!r}")
    return value


def _damaged(what: str) -> InvalidInputError:
    return InvalidInputError(
        f"the model's file is damaged: {what}",
        expected='a file as LightGBM 2 to 4 writes it: booster.save_model("model.txt")',
        mend="Save the model again, and compare the size of the upload with the file's.",
    )
