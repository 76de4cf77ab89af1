"""Which groups have a place on a page that stays readable: an execution may have a thousand."""

from collections.abc import Sequence

from driftline.kinds.model_bias.facts import Bias, Group

MOST_GROUPS = 25
"""With their rates and metrics; the files have all."""

MOST_DRAWN = 6
"""With a confusion matrix and charts over time."""


def by_importance(execution: Bias, most: int = MOST_GROUPS) -> list[Group]:
    """Groups that are shown by value: violated ones first, then those with the most rows."""
    visible = [each for each in execution.groups if not each.hidden]
    return sorted(visible, key=lambda each: (not each.violated, -each.summary.rows))[:most]


def left_out(execution: Bias, shown: Sequence[Group]) -> str:
    """A sentence on the groups that are not there, by value or at all; empty if all are."""
    hidden = [each for each in execution.groups if each.hidden]
    more = execution.amount - len(hidden) - len(shown)
    said = []
    if more:
        said.append(f"{len(shown)} of {execution.amount:,} groups are shown; analysis.json has all.")
    if hidden:
        few = f"fewer than {execution.smallest:,} rows"
        named = "1 group is" if len(hidden) == 1 else f"{len(hidden):,} groups are"
        said.append(f"{named} not shown by value: there are {few} in the group, or among the others.")
    return " ".join(said)
