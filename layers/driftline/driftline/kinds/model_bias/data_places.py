"""Where label, prediction and the other columns of a plan are in a data set."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from driftline.domain.datasets import RowBatch
from driftline.domain.errors import InvalidInputError
from driftline.domain.listing import first_of
from driftline.domain.monitors.prediction_fields import plain_attribute
from driftline.domain.predictions.attributes import Attributes
from driftline.kinds.model_bias.plan import BiasPlan

SHOWN = 20
"""Names in an error."""


@dataclass(frozen=True, slots=True)
class DataColumns:
    """The names by which the monitor document knows the endpoint's columns."""

    output: tuple[str, ...] = ()
    input: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The columns of label and prediction.

    Attributes:
        predicted: Whether the data set has predictions.
        note: Why it has none, if it should.
    """

    attributes: Attributes
    predicted: bool
    note: str = ""


def outcomes_in(
    plan: BiasPlan, names: tuple[str, ...], columns: DataColumns, where: str, *, table: bool, predicted: bool
) -> Outcomes:
    """Where label and prediction are.

    An index is of the endpoint's output. If the document names that column and the data set has it, it is meant; if
    not, the data set's own column at this place.

    Args:
        table: All rows have the same columns.
        predicted: Something says that the data set has predictions, and where.

    Raises:
        InvalidInputError: there is no label, or it is the prediction.
    """
    given = plan.attributes

    def name_of(attribute: str | None) -> str | None:
        if attribute is None or attribute in names:
            return attribute
        if not attribute.isdecimal():
            return None if table else attribute
        index = int(attribute)
        if columns.output[index : index + 1] and columns.output[index] in names:
            return columns.output[index]
        return names[index] if predicted and index < len(names) else None

    truth = _label(plan, names, where, table=table)
    inference, probability = name_of(given.inference), name_of(given.probability)
    if inference is None and probability is None:
        asked = given.inference or given.probability
        without = f"There is no column {asked}, the prediction" if predicted else "The data set has no predictions"
        note = f"{without}: only the metrics of labels can be computed."
        return Outcomes(replace(given, ground_truth=truth), predicted=False, note=note)
    if truth in {inference, probability}:
        raise InvalidInputError(
            f"{truth} is both the label and the prediction",
            where=where,
            expected=f"the label in a column of its own; the data set has {first_of(names, SHOWN)}",
            mend="Correct where the label is, or name the endpoint's columns under columns.output.",
        )
    resolved = replace(given, inference=inference, probability=probability, ground_truth=truth)
    return Outcomes(resolved, predicted=True)


def _label(plan: BiasPlan, names: tuple[str, ...], where: str, *, table: bool) -> str:
    given = plan.attributes.ground_truth
    for attribute in (given, plan.positive.column):
        place = None if attribute is None else place_of(attribute, names)
        if place is not None:
            return place
    if given is not None and not table:
        return given
    raise InvalidInputError(
        f"no column {given or plan.positive.column}, the label",
        where=where,
        expected=f"one of {first_of(names, SHOWN)}",
        mend="Correct where the label is (ground_truth_attribute, or label of analysis_config.json), or the header.",
    )


def names_of(plan: BiasPlan, batch: RowBatch, columns: DataColumns, *, named: bool) -> tuple[str, ...]:
    """The names of a batch's columns.

    Columns without names of their own take those of analysis_config.json or the document, if they are as many. The
    file's headers also replace names that have no facet among them.
    """
    own = tuple(map(plain_attribute, batch.names))
    if len(plan.headers) == len(own) and (not named or not set(plan.columns) & set(own)):
        return plan.headers
    ours = (*columns.output, *columns.input)
    return ours if not named and len(ours) == len(own) else own


def place_of(name: str, names: Sequence[str]) -> str | None:
    """A column by name, or by its place where no column has that name."""
    if name in names:
        return name
    return names[int(name)] if name.isdecimal() and int(name) < len(names) else None
