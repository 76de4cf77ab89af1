"""`BiasConfig`: which groups are compared, and which outcome is positive."""

from collections.abc import Sequence
from copy import deepcopy

from driftline.domain.errors import InvalidInputError
from driftline.sagemaker.fields import Config, stated


class BiasConfig:
    """The groups of a data set.

    Args:
        label_values_or_threshold: The labels of the outcome that people want, or the one number that it lies above.
        facet_name: A column by name or place, or a list of columns.
        facet_values_or_threshold: The values of the group, or the one number that it lies above; of several columns, a
            list with such a list for each. None: each value is a group against all others.
        group_name: The column by whose values CDDL and CDDPL are averaged.

    Raises:
        InvalidInputError: there is no facet, or not as many lists of values.
    """

    def __init__(
        self,
        label_values_or_threshold: Sequence[int | float | str],
        facet_name: str | int | Sequence[str | int],
        facet_values_or_threshold: object = None,
        group_name: str | None = None,
    ) -> None:
        columns = [facet_name] if isinstance(facet_name, str | int) else list(facet_name)
        one = isinstance(facet_name, str | int)
        values = [facet_values_or_threshold] if one else _of_each(columns, facet_values_or_threshold)
        self.analysis_config: Config = {
            "label_values_or_threshold": label_values_or_threshold,
            "facet": [
                {"name_or_index": column, **stated(value_or_threshold=value)}
                for column, value in zip(columns, values, strict=True)
            ],
            **stated(group_variable=group_name),
        }

    def get_config(self) -> Config:
        """The fields of analysis_config.json."""
        return deepcopy(self.analysis_config)


def _of_each(columns: Sequence[object], values: object) -> Sequence[object]:
    if not columns:
        raise InvalidInputError("no facet", where="facet_name", expected="at least one column")
    if values is None:
        return [None] * len(columns)
    if not isinstance(values, Sequence) or isinstance(values, str) or len(values) != len(columns):
        raise InvalidInputError(
            f"{values!r} for {len(columns)} facets",
            where="facet_values_or_threshold",
            expected="a list with the values of each facet, such as [[0], ['F']]",
        )
    return values
