"""Kernel SHAP: contributions of features to a model's answers, from nothing but answers.

For each coalition of features the model answers rows that have the explained row's values in the coalition and a
baseline row's elsewhere; the mean over the baseline rows is the coalition's worth. A weighted linear regression of the
worths on the coalitions, forced through the answers to the baseline and to the row itself, has the Shapley values as
its coefficients (Lundberg and Lee, "A Unified Approach to Interpreting Model Predictions", NeurIPS 2017, theorem 2).
They are exact where all coalitions fit into the budget, otherwise an estimate.

All rows share one set of coalitions and one factorisation of the regression: a row costs its questions and one product
of matrices, and equal rows have equal values. No feature is selected (no L1), and a feature that equals the baseline
takes part like any other. Baseline rows count alike, so that a file of them says all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.asking import ROWS_AT_ONCE, Cells, Floats, Model, ask, ask_in_batches, matrix
from driftline.domain.explanations.coalitions import Coalitions, coalitions, number_of_coalitions
from driftline.domain.explanations.links import Link

type Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ExplainedRow:
    """One row. On the scale of the link, `expected + attributions.sum(axis=0)` is the link of the prediction.

    Attributes:
        attributions: Shape (explained features, outputs).
        expected: What the contributions start from, shape (outputs,), on the scale of the link: the same for all rows
            if all features are explained; otherwise the answer to the baseline with the row's other values.
        prediction: The model's answer to the row, shape (outputs,).
    """

    attributions: Floats
    expected: Floats
    prediction: Floats


def most_rows_for_each(explained: int, baseline_rows: int, num_samples: int | None = None, *, partial: bool) -> int:
    """How many rows the model is asked about at most for each explained row, known without the rows: fewer only where
    drawn coalitions repeat.

    Args:
        explained: Number of features to explain.
        partial: There are other features, too.
    """
    return 1 + (number_of_coalitions(explained, num_samples) + (1 if partial else 0)) * baseline_rows


class KernelShap:
    """Explains rows, one after the other: the values of a row do not depend on the others, so a caller can stop and
    go on later with the rows that are left.

    Args:
        model: See `asking.Model`.
        baseline: The baseline rows, shape (baseline rows, features).
        num_samples: Coalitions for each row; None for the default, see `coalitions.number_of_coalitions`.
        features: Places of the features to explain, None for all; the others keep the row's values.
        seed: Of the coalitions that are drawn.
        rows_at_once: Maximum number of rows that the model is handed at once.

    Raises:
        InvalidInputError: no baseline row, or a feature that is not there.
    """

    def __init__(
        self,
        model: Model,
        baseline: Sequence[Sequence[object]] | Cells,
        *,
        num_samples: int | None = None,
        link: Link = Link.IDENTITY,
        features: Sequence[int] | None = None,
        seed: int = 0,
        rows_at_once: int = ROWS_AT_ONCE,
    ) -> None:
        self._model = model
        self._baseline = matrix(baseline)
        if not self._baseline.size:
            raise InvalidInputError(
                "no baseline row",
                where="baseline",
                expected="at least one row with a cell for each feature",
                mend="Give one, or leave it out to have rows chosen from the data.",
            )
        self._link = link
        self._width = self._baseline.shape[1]
        self.features = tuple(range(self._width)) if features is None else tuple(features)
        _check_places(self.features, self._width)
        self._partial = len(self.features) < self._width
        self._rows_at_once = rows_at_once
        self.coalitions: Coalitions = coalitions(len(self.features), num_samples, seed)
        self._masks = _masks(self.coalitions, self.features, self._width)
        self._mask_of, self._baseline_of = self._questions()

    @property
    def rows_for_each(self) -> int:
        """How many rows the model is asked about for each explained row."""
        return len(self._mask_of)

    def rows_to_ask(self, rows: int) -> int:
        """How many rows the model is asked about in all to explain so many, the baseline rows included."""
        return rows * self.rows_for_each + len(self._baseline)

    @property
    def determined(self) -> bool:
        """Whether the coalitions are enough to tell the features apart; if not, the values are those of the smallest
        sum of squares among all that fit, and num_samples should be raised."""
        return len(self.features) < 2 or self._rank == len(self.features) - 1  # noqa: PLR2004

    @cached_property
    def baseline_answer(self) -> Floats:
        """The model's mean answer to the baseline rows, shape (outputs,). Asks the model at the first use."""
        found: Floats = ask_in_batches(self._model, self._baseline, self._rows_at_once).mean(axis=0)
        return found

    @property
    def expected_value(self) -> Floats:
        """Clarify's `expected_value`: the link of the mean answer to the baseline rows, shape (outputs,)."""
        return self._link.of(self.baseline_answer)

    def explain(self, rows: Sequence[Sequence[object]] | Cells) -> Iterator[ExplainedRow]:
        """Explains row by row, in their order. The model is asked about several rows together where they are small.

        Raises:
            InvalidInputError: rows of another width than the baseline, or answers that cannot be used.
        """
        cells = matrix(rows)
        if len(cells) and cells.shape[1] != self._width:
            raise InvalidInputError(
                f"rows of {cells.shape[1]} features with baseline rows of {self._width}",
                expected="the same features in the same order",
                mend="Leave label and excluded columns out of both.",
            )
        outputs = len(self.baseline_answer)
        together = max(1, self._rows_at_once // self.rows_for_each)
        for first in range(0, len(cells), together):
            block = cells[first : first + together]
            answers = self._answers(block, outputs)
            for each in answers.reshape(len(block), self.rows_for_each, outputs):
                yield self._explained(each)

    def _questions(self) -> tuple[Places, Places]:
        """For each question about a row: its mask and its baseline row.

        The row itself comes first (mask 0), then, if some features are not explained, the baseline rows with the row's
        other values (mask 1), then each coalition with each baseline row.
        """
        baseline = np.arange(len(self._baseline))
        of_coalitions = np.arange(len(self.coalitions)) + 2
        empty = baseline if self._partial else baseline[:0]
        masks = np.concatenate([[0], np.ones_like(empty), np.repeat(of_coalitions, len(baseline))])
        return masks, np.concatenate([[0], empty, np.tile(baseline, len(of_coalitions))])

    def _answers(self, block: Cells, outputs: int) -> Floats:
        """The answers to all questions about the rows of the block, shape (rows x questions, outputs)."""
        total = len(block) * self.rows_for_each
        answers = np.empty((total, outputs))
        for first in range(0, total, self._rows_at_once):
            row, question = np.divmod(np.arange(first, min(first + self._rows_at_once, total)), self.rows_for_each)
            kept = self._masks[self._mask_of[question]]
            asked = np.where(kept, block[row], self._baseline[self._baseline_of[question]])
            answers[first : first + len(row)] = ask(self._model, asked, outputs)
        return answers

    def _explained(self, answers: Floats) -> ExplainedRow:
        prediction, empty = answers[0], self.baseline_answer
        first = 1
        if self._partial:
            first += len(self._baseline)
            empty = answers[1:first].mean(axis=0)
        expected = self._link.of(empty)
        total = self._link.of(prediction) - expected
        if len(self.features) < 2:  # noqa: PLR2004 - one feature has the whole effect, none has none
            return ExplainedRow(total[np.newaxis, :][: len(self.features)], expected, prediction)
        worths = answers[first:].reshape(len(self.coalitions), len(self._baseline), -1).mean(axis=1)
        effects = self._link.of(worths) - expected
        last = self.coalitions.masks[:, -1:]
        values = self._projection @ (effects - last * total)
        return ExplainedRow(np.vstack([values, total - values.sum(axis=0)]), expected, prediction)

    @cached_property
    def _weighted(self) -> Floats:
        """The matrix of the regression, weighted: the last feature is what is left of the sum."""
        masks = self.coalitions.masks.astype(np.float64)
        found: Floats = np.sqrt(self.coalitions.weights)[:, np.newaxis] * (masks[:, :-1] - masks[:, -1:])
        return found

    @cached_property
    def _projection(self) -> Floats:
        """Shape (M - 1, coalitions): effects of the coalitions to values of all features but the last.

        The pseudo-inverse has an answer also where there are too few coalitions.
        """
        smallest = max(self._weighted.shape) * float(np.finfo(np.float64).eps)
        found: Floats = np.linalg.pinv(self._weighted, smallest) * np.sqrt(self.coalitions.weights)
        return found

    @cached_property
    def _rank(self) -> int:
        return int(np.linalg.matrix_rank(self._weighted))


def _masks(found: Coalitions, features: tuple[int, ...], width: int) -> NDArray[np.bool_]:
    """Over all features: the row itself, the empty coalition, the coalitions. Features that are not explained are in
    all of them."""
    masks = np.ones((len(found) + 2, width), dtype=np.bool_)
    places = list(features)
    masks[1, places] = False
    masks[2:, places] = found.masks
    return masks


def _check_places(features: tuple[int, ...], width: int) -> None:
    wrong = [each for each in features if not 0 <= each < width]
    if wrong or len(set(features)) < len(features):
        what = f"there is no feature {wrong[0]}" if wrong else "a feature is there twice"
        raise InvalidInputError(
            what,
            where="features_to_explain",
            expected=f"places from 0 to {width - 1}, each once",
            mend="Leave features_to_explain out to explain all features.",
        )
