"""A data set's statistics and constraints for the model-quality monitor: one with predictions and labels."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Self

from pydantic import JsonValue

from driftline.domain.datasets import RowBatch
from driftline.domain.errors import InvalidInputError
from driftline.domain.listing import first_of
from driftline.domain.monitors.comparison import Compared
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.prediction_fields import plain_attribute
from driftline.domain.predictions.attributes import Attributes
from driftline.domain.predictions.picking import pick_data_set
from driftline.kinds.data import DataSet
from driftline.kinds.engine import Suggestion
from driftline.kinds.model_quality.attributes import attributes_of
from driftline.kinds.model_quality.rules.check import TOLERANCE
from driftline.kinds.model_quality.rules.constraints import QualityConstraints, suggest_constraints
from driftline.kinds.model_quality.rules.predictions import BaselinePredictions
from driftline.kinds.model_quality.rules.quality import Quality
from driftline.kinds.model_quality.rules.quiet_rate import quiet_rate
from driftline.kinds.model_quality.rules.reference import BaselineEstimates, Reference
from driftline.kinds.model_quality.rules.samples import row_hashes
from driftline.kinds.model_quality.rules.sensitivity import sensitivity
from driftline.kinds.model_quality.rules.spelling import unusable_as_baseline
from driftline.kinds.model_quality.rules.state import State, merge_states, quality_of
from driftline.kinds.model_quality.rules.statistics import statistics_json
from driftline.kinds.model_quality.rules.usable import state_of, usable_rows
from driftline.kinds.model_quality.settings import ModelQualityMonitor
from driftline.presentation.limits import quiet_rates_said

PREDICTIONS = "predictions.json"
ESTIMATES = "estimates.json"
_SHOWN = 20
_NEEDED = (
    "monitors: {model_quality: {problem_type: …, inference_attribute: … or probability_attribute: …, "
    "ground_truth_attribute: …}}"
)


@dataclass(frozen=True, slots=True)
class UsableDataSet:
    """The state of a data set's rows, and the number of rows that were left out, by reason."""

    state: State
    unusable: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ModelQualityBaseline:
    """How the data sets of one endpoint are read.

    Attributes:
        attributes: Where prediction, probability and label are.
        output, input: Names of the endpoint's columns, if the monitor document has them.
        tolerance: The smallest loss that matters.
        as_sagemaker: The limits will be judged by SageMaker's rule.
    """

    attributes: Attributes
    output: tuple[str, ...] = ()
    input: tuple[str, ...] = ()
    tolerance: float = TOLERANCE
    as_sagemaker: bool = False

    @classmethod
    def of(cls, document: MonitorDocument | None, where: str) -> Self:
        """From the monitor document.

        Args:
            where: The document, for errors.

        Raises:
            InvalidInputError: no document, or it does not say where prediction and label are.
        """
        settings = settings_of(document, where)
        columns = document.columns if document else None
        names = (columns.output, columns.input) if columns else ((), ())
        return cls(attributes_of(settings), *names, settings.tolerance, settings.as_sagemaker)

    @property
    def settings(self) -> dict[str, JsonValue]:
        attributes = self.attributes
        return {
            "problem_type": attributes.problem.value,
            "inference_attribute": attributes.inference,
            "probability_attribute": attributes.probability,
            "probability_threshold_attribute": attributes.threshold,
            "positive_label": attributes.positive_label,
            "ground_truth_attribute": attributes.ground_truth,
            "output": list(self.output),
            "input": list(self.input),
        }

    def suggest(self, data: DataSet) -> Suggestion:
        rows = self.read(data)
        quality = quality_of(rows.state)
        statistics = statistics_json(quality).encode()
        constraints = suggest_constraints(quality).that_can_ring()
        files = {"statistics.json": statistics, "constraints.json": constraints.to_json().encode()}
        drawn = BaselinePredictions.of(rows.state, quality, statistics)
        derived = {ESTIMATES: BaselineEstimates.of(quality, statistics).to_json()}
        derived |= {PREDICTIONS: drawn.to_json().encode()} if drawn else {}
        return Suggestion(
            rows.state.rows,
            files,
            rows.unusable,
            derived=derived,
            sensitivity=self._sensitivity(quality, constraints),
        )

    def _sensitivity(self, quality: Quality, constraints: QualityConstraints) -> tuple[str, ...]:
        """Of windows as large as the data set, how often they ring; of smaller ones, what is found in them."""
        reference = Reference.of(quality)
        comparison: Compared = "sagemaker" if self.as_sagemaker else "driftline"
        rate = quiet_rate(reference.estimates, constraints, comparison, reference)
        rates = {quality.rows: rate} if rate is not None else {}
        found = () if self.as_sagemaker else sensitivity(constraints, reference, self.tolerance)
        return (*quiet_rates_said(rates), *found)

    def read(self, data: DataSet) -> UsableDataSet:
        """The state of the usable rows.

        Raises:
            InvalidInputError: there is none, or its labels and predictions are spelled in different ways.
        """
        resolved: Attributes | None = None
        state: State | None = None
        unusable = Counter[str]()
        rows, where = 0, data.where
        for named, batch in data.batches():
            if not batch.rows:
                continue
            names = self._names(batch, named=named)
            resolved = resolved or self._resolved(names, where)
            attributes = replace(resolved, columns=names)
            _check_columns(attributes, batch, where)
            # Rows of a data set have no inferenceId: their number in it decides which samples they are in.
            ids = row_hashes(repeat("", len(batch.rows)), range(rows, rows + len(batch.rows)))
            usable = usable_rows(pick_data_set(batch.rows, attributes), ids, attributes)
            found = state_of(usable.rows, attributes)
            state = found if state is None else merge_states(state, [found])
            unusable.update(usable.unusable)
            rows += len(batch.rows)
        if state is None or not state.rows:
            raise _nothing_usable(rows, unusable, where)
        if reason := unusable_as_baseline(state):
            raise InvalidInputError(
                reason,
                where=where,
                expected="labels and predictions that are spelled alike, and as positive_label says",
                mend="Correct positive_label in the monitor document, or the data set.",
            )
        return UsableDataSet(state, dict(sorted(unusable.items())))

    def _names(self, batch: RowBatch, *, named: bool) -> tuple[str, ...]:
        """Columns without names of their own take the document's, if they are as many."""
        ours = (*self.output, *self.input)
        return ours if not named and len(ours) == len(batch.names) else tuple(map(plain_attribute, batch.names))

    def _resolved(self, names: tuple[str, ...], where: str) -> Attributes:
        """The attributes as names where they are indexes.

        An index is of the endpoint's output. If the document names that column and the data set has it, it is meant;
        if not, the data set's own column at this place.
        """

        def name_of(attribute: str | None) -> str | None:
            if attribute is None or attribute in names or not attribute.isdecimal():
                return attribute
            index = int(attribute)
            if self.output[index : index + 1] and self.output[index] in names:
                return self.output[index]
            return names[index] if index < len(names) else attribute

        given = self.attributes
        inference, probability, truth = map(name_of, (given.inference, given.probability, given.ground_truth))
        if truth in {inference, probability}:
            raise InvalidInputError(
                f"{truth} is both the label and the prediction",
                where=where,
                expected=f"the label in a column of its own; the data set has {first_of(names, _SHOWN)}",
                mend="Correct ground_truth_attribute, or name the endpoint's columns under columns.output.",
            )
        return replace(given, inference=inference, probability=probability, ground_truth=truth)


def settings_of(document: MonitorDocument | None, where: str) -> ModelQualityMonitor:
    """Raises InvalidInputError: the document does not say where prediction and label are."""
    if document is None:
        raise InvalidInputError(
            "no monitor document, which says where prediction and label are in the data set",
            where=where,
            expected=_NEEDED,
            mend="Upload it; the data set is read then.",
        )
    settings = document.monitors.by_name().get("model_quality")
    if not isinstance(settings, ModelQualityMonitor):
        raise InvalidInputError(
            "the monitor document has no monitor model_quality, which says where prediction and label are",
            where=where,
            expected=_NEEDED,
            mend="Add it and upload the document; the data set is read then.",
        )
    if settings.ground_truth_attribute is None:
        raise InvalidInputError(
            "model_quality has no ground_truth_attribute",
            where=where,
            expected="the name or the index of the data set's column with the label",
            mend="Add it and upload the document; the data set is read then.",
        )
    return settings


def _check_columns(attributes: Attributes, batch: RowBatch, where: str) -> None:
    """In JSON Lines each object may have other keys; the columns of a table are fixed."""
    if isinstance(batch.rows[0], Mapping):
        return
    names = attributes.columns
    given = {
        "inference_attribute": attributes.inference,
        "probability_attribute": attributes.probability,
        "ground_truth_attribute": attributes.ground_truth,
    }
    for setting, attribute in given.items():
        if attribute is not None and attribute not in names:
            raise InvalidInputError(
                f"no column {attribute}, the {setting}",
                where=where,
                expected=f"one of {first_of(names, _SHOWN)}",
                mend=f"Correct {setting} in the monitor document, or the data set's header.",
            )


def _nothing_usable(rows: int, unusable: Mapping[str, int], where: str) -> InvalidInputError:
    reasons = ", ".join(f"{reason} ({count:,})" for reason, count in sorted(unusable.items()))
    return InvalidInputError(
        f"none of the {rows:,} rows can be used: {reasons}" if rows else "the data set has no rows",
        where=where,
        expected="rows with a label and a prediction",
        mend="Correct problem_type and the attributes of the monitor document, or the data set." if rows else "",
    )
