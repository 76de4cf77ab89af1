"""Whether two histograms come from one distribution, at a level that holds for any counts.

Values that are frequent enough are tested together, by chi-square; each rare one is tested by itself, exactly. The
groups depend on the counts of both samples together, which say nothing about a difference between them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from driftline.domain.inference.distributions import chi_square_tail
from driftline.domain.inference.proportions import more_often

FREQUENT = 10.0
"""Rows to expect in the smaller sample. With 5, chi-square's tail at 1 in 50,000 is up to seven times too light."""

type Counts = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Group:
    """Values that are counted as one, with their rows in both samples."""

    values: tuple[str, ...]
    first: float
    second: float


@dataclass(frozen=True, slots=True)
class Homogeneity:
    """The result for two histograms.

    Attributes:
        p_value: How probable so large a difference is if both come from one distribution.
        groups: What was tested together.
        rarest: The rare value that rose most significantly, and everything else; empty if there are no rare ones.
    """

    p_value: float
    groups: tuple[Group, ...]
    rarest: tuple[Group, ...] = ()


def compare_histograms(first: Counts, second: Counts, size: float, other_size: float) -> Homogeneity:
    """Tests `first` against `second`; both have rows.

    The p-value is twice the smaller one of both tests, where there are both (Bonferroni); that of the rare values is
    the smallest one times their number.

    Args:
        size: The effective number of rows of `first`: counts from a sketch are less certain than they look.
        other_size: The same of `second`.
    """
    n, m = sum(first.values()), sum(second.values())
    smaller = min(n, m) / (n + m)
    single = [Group((key,), first.get(key, 0.0), second.get(key, 0.0)) for key in {**second, **first}]
    single = [group for group in single if group.first + group.second]
    frequent = [group for group in single if (group.first + group.second) * smaller >= FREQUENT]
    rare = [group for group in single if (group.first + group.second) * smaller < FREQUENT]
    groups = _together(frequent, rare, smaller)
    p_value = _p_value_of_groups(groups, n, m, size, other_size)
    if not rare:
        return Homogeneity(p_value, groups)
    chances = [more_often(round(group.first), round(n), round(group.second), round(m)) for group in rare]
    least = min(chances)
    riser = rare[chances.index(least)]
    rest = Group((), n - riser.first, m - riser.second)
    return Homogeneity(min(1.0, 2.0 * min(p_value, least * len(rare))), groups, (riser, rest))


def stability_index(groups: Sequence[Group]) -> float:
    """The population stability index of two samples, without what chance adds to it; 0 with fewer than two groups.

    PSI = sum of (p - q) ln(p / q) over the groups' shares p and q, with half a row more in each group so that an empty
    one has a share. If nothing has changed, the expectation is (groups - 1) (1/n + 1/m), which is subtracted
    (Yurdakul 2018, "Statistical Properties of Population Stability Index").
    """
    n, m = sum(group.first for group in groups), sum(group.second for group in groups)
    if len(groups) <= 1 or not n or not m:
        return 0.0
    return max(0.0, raw_stability_index(groups) - (len(groups) - 1) * (1.0 / n + 1.0 / m))


def raw_stability_index(groups: Sequence[Group]) -> float:
    """PSI as it is usually computed, chance included."""
    half = len(groups) / 2.0
    n, m = (sum(group.first for group in groups) + half, sum(group.second for group in groups) + half)
    shares = [((group.first + 0.5) / n, (group.second + 0.5) / m) for group in groups]
    return sum((p - q) * log(p / q) for p, q in shares)


def _together(frequent: Sequence[Group], rare: Sequence[Group], smaller: float) -> tuple[Group, ...]:
    """The frequent values, and all rare ones as one; if they are still rare, they join the smallest frequent one."""
    if not rare:
        return tuple(frequent)
    rest = _joined(rare)
    if (rest.first + rest.second) * smaller >= FREQUENT or not frequent:
        return (*frequent, rest)
    least = min(frequent, key=lambda group: group.first + group.second)
    return (*(group for group in frequent if group is not least), _joined((least, rest)))


def _joined(groups: Sequence[Group]) -> Group:
    return Group(
        tuple(value for group in groups for value in group.values),
        sum(group.first for group in groups),
        sum(group.second for group in groups),
    )


def _p_value_of_groups(groups: Sequence[Group], n: float, m: float, size: float, other_size: float) -> float:
    """The larger one of Pearson's chi-square test and of the likelihood ratio's (G).

    Each exceeds its level where the other one does not: Pearson's with few rows above what is expected, G with empty
    groups. Both statistics grow with n m / (n + m), which is taken at the effective sizes.
    """
    if len(groups) <= 1:
        return 1.0
    pearson = likelihood = 0.0
    for group in groups:
        for observed, rows in ((group.first, n), (group.second, m)):
            expected = (group.first + group.second) * rows / (n + m)
            pearson += (observed - expected) ** 2 / expected
            likelihood += 2.0 * observed * log(observed / expected) if observed else 0.0
    shrunk = (1.0 / n + 1.0 / m) / (1.0 / size + 1.0 / other_size)
    return chi_square_tail(len(groups) - 1, min(pearson, likelihood) * shrunk)
