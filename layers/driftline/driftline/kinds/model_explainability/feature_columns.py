"""Which captured columns are the model's features, and which its answer.

Features are in the endpoint's input. A transform job that joined the input to its output has no input of its own: each
row of its files is the features, and then the answer.
"""

from collections.abc import Mapping, Sequence

from driftline.domain.capture.columns import ColumnKey
from driftline.domain.errors import InvalidInputError
from driftline.domain.listing import first_of
from driftline.domain.predictions.outputs import output_columns
from driftline.domain.profiles.resolve import ResolvedTable
from driftline.domain.profiles.window import WindowProfile
from driftline.kinds.model_explainability.data_rows import SHOWN

_COLUMNS = 3
"""Names of missing features in an error."""


def feature_columns(features: Sequence[str], table: ResolvedTable, where: str) -> dict[str, ColumnKey]:
    """The column of each feature; all inputs where nothing names them.

    Args:
        where: The endpoint, for errors.

    Raises:
        InvalidInputError: captures lack a feature, or nothing tells features and answers of a transform job apart.
    """
    inputs = table.inputs
    if inputs and not features:
        return inputs
    keys = {name: key for name in features if (key := _column(name, table.keys, inputs or table.keys)) is not None}
    if missing := [name for name in features if name not in keys]:
        captured = first_of(list(inputs or table.keys), SHOWN) or "none"
        raise InvalidInputError(
            f"no captured column {first_of(missing, _COLUMNS)}, which the model needs",
            where=where,
            expected=f"the {len(features)} features of the model; captured are {captured}",
            mend="Name the endpoint's inputs in their order under columns.input, as the model's baseline has them."
            if inputs
            else "Capture the endpoint's input; or have the transform job join its input to its output.",
        )
    if not inputs and len(keys) in {0, len(table.keys)}:
        raise InvalidInputError(
            "no input was captured, and nothing says which columns of the output are the model's features",
            where=where,
            expected=f"features and then the answer in each row, as a transform job joins them; captured are "
            f"{first_of(list(table.keys), SHOWN) or 'none'}",
            mend="Capture the endpoint's input; or name the features of a transform job under features of the monitor.",
        )
    return keys


def answer_columns(
    profile: WindowProfile, features: Mapping[str, ColumnKey], *, stated: bool = False
) -> list[ColumnKey]:
    """The columns of the answer, in a stable order.

    Args:
        stated: The document says where in the output the answer is, by its place or name among all columns.
    """
    captured = sorted({key for layout in profile.layouts.values() for key in layout.columns})
    columns = output_columns(captured)
    return columns if stated else [key for key in columns if key not in features.values()]


def _column(name: str, table: Mapping[str, ColumnKey], among: Mapping[str, ColumnKey]) -> ColumnKey | None:
    """By its name, or by the last step of its path."""
    if name in table:
        return table[name]
    ends = [key for key in among.values() if key.rpartition(".")[2] == name]
    return ends[0] if len(ends) == 1 else None
