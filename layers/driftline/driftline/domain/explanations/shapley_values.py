"""Exact Shapley values of a small game: what each player adds on average over all orders in which they can come.

The value of player i is the mean of `worth(those before i, with i) - worth(those before i)` over all orders (Shapley,
"A Value for n-Person Games", 1953). Coalitions are counted instead of orders: one of size k before i stands for
k! (n - k - 1)! of n! orders.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import factorial

from driftline.domain.errors import InvalidInputError

MOST_PLAYERS = 16
"""2^16 coalitions; with more, use Kernel SHAP."""


def shapley_values[P](players: Sequence[P], worth: Callable[[frozenset[P]], float]) -> dict[P, float]:
    """The value of each player; their sum is `worth(all) - worth(none)`.

    Args:
        players: Distinct; none have no values.
        worth: What a coalition achieves; called once for each of the 2^n coalitions.

    Raises:
        InvalidInputError: more than MOST_PLAYERS.
    """
    count = len(players)
    if count > MOST_PLAYERS:
        raise InvalidInputError(
            f"{count} players have {2**count:,} coalitions",
            expected=f"at most {MOST_PLAYERS} players",
            mend="Estimate the values with Kernel SHAP.",
        )
    worths = {frozenset(each): worth(frozenset(each)) for k in range(count + 1) for each in combinations(players, k)}
    values = dict.fromkeys(players, 0.0)
    for before, without in worths.items():
        if len(before) == count:
            continue
        orders = factorial(len(before)) * factorial(count - len(before) - 1)
        for player in players:
            if player not in before:
                values[player] += orders * (worths[before | {player}] - without)
    return {player: value / factorial(count) for player, value in values.items()}
