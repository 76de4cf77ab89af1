"""Metrics that state one fact: they are judged once, and reported under the name that most people know.

Recall, the true positive rate and one minus the false negative rate are one number, and so are accuracy and weighted
recall of a multiclass problem; rmse is the root of mse; the three F scores weigh the same recall and precision.
"""

from collections.abc import Iterable

from driftline.domain.predictions.problem import ProblemType

_GROUPS = {
    ProblemType.REGRESSION: (("rmse", "mse"),),
    ProblemType.BINARY: (
        ("recall", "true_positive_rate", "false_negative_rate"),
        ("true_negative_rate", "false_positive_rate"),
        ("f1", "f2", "f0_5"),
    ),
    ProblemType.MULTICLASS: (
        ("accuracy", "weighted_recall"),
        ("weighted_f1", "weighted_f2", "weighted_f0_5"),
    ),
}


def groups_of(problem: ProblemType, names: Iterable[str]) -> list[tuple[str, ...]]:
    """The names, each group with the one in front that stands for it; in the order of the first of each group."""
    given = list(names)
    known = {name: group for group in _GROUPS[problem] for name in group}
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for name in given:
        group = known.get(name, (name,))
        found[group] = tuple(each for each in group if each in given)
    return list(found.values())
