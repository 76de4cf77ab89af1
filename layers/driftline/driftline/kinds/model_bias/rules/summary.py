"""summary.json of bias: its body, which has every metric of every group with its interval and its evidence."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from driftline.domain.executions.envelope import Envelope, WindowSpan, parse_envelope
from driftline.domain.monitors.comparison import Compared
from driftline.kinds.model_bias.rules.analysis import infinite_or_number
from driftline.kinds.model_bias.rules.comparison import Result
from driftline.kinds.model_bias.rules.limits import Standing

type Number = Annotated[float, BeforeValidator(infinite_or_number), PlainSerializer(float, return_type=float)]
"""Infinities are the strings "Infinity" and "-Infinity" in the file."""

type RateName = Literal["positive_labels", "acceptance", "recall", "precision", "specificity", "accuracy"]
"""Shares of a group: of positive labels, of positive predictions, and how right the predictions are."""


class _Ours(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BiasMetricSummary(_Ours):
    """One metric of one group.

    Attributes:
        value: None if it has none; `reason` says why.
        rows: Rows that it was computed from.
        result: By the default rule, whatever `comparison` says.
        violated: By the rule of `comparison`, or by a limit.
        reason: Why there is no value, or which rows are too few.
        needed: About how many rows of the window a comparison takes; None if there are enough, or it is unknown.
        p_value: Adjusted for all tests of the run; None if it was not tested.
        sagemaker: Whether SageMaker's rule flags it.
        limit: The absolute limits; None where there are none.
        standing: Where the interval lies towards them.
    """

    name: str
    value: Number | None
    interval: tuple[Number, Number] | None = None
    baseline: Number | None = None
    baseline_interval: tuple[Number, Number] | None = None
    rows: int = 0
    result: Result
    violated: bool = False
    reason: str = ""
    needed: int | None = None
    p_value: float | None = None
    sagemaker: bool = False
    limit: tuple[float | None, float | None] | None = None
    standing: Standing | None = None


class RateSummary(_Ours):
    """A share of the group, and of all other rows, with 95 % intervals; None without rows."""

    name: RateName
    group: float | None
    others: float | None
    group_interval: tuple[float, float] | None = None
    others_interval: tuple[float, float] | None = None
    baseline_group: float | None = None
    baseline_others: float | None = None


class OutcomesSummary(_Ours):
    """Rows that have label and prediction, by outcome."""

    tp: int
    fp: int
    fn: int
    tn: int


class GroupSummary(_Ours):
    """An entry of a facet: a group against all other rows.

    Attributes:
        group: `value_or_threshold` of analysis.json.
        title: For people: "Sex = Female", or the name that the document gives it.
        rows, labelled, predicted: Of the group.
        other_rows, other_labelled, other_predicted: Of all others.
        small: It, or what it is compared with, has fewer rows than may be shown by value.
        statistics: Clarify's statistics of the group by their names (report only, not in analysis.json).
    """

    group: str
    title: str
    rows: int
    labelled: int
    predicted: int
    other_rows: int
    other_labelled: int
    other_predicted: int
    small: bool
    outcomes: OutcomesSummary
    other_outcomes: OutcomesSummary
    rates: tuple[RateSummary, ...] = ()
    statistics: dict[str, Number] = {}
    other_statistics: dict[str, Number] = {}
    metrics: tuple[BiasMetricSummary, ...] = ()


class ValueCoverage(_Ours):
    """Coverage of one value of a facet; None: rows without a value."""

    value: str | None
    rows: int
    labelled: int
    predicted: int


class FacetSummary(_Ours):
    """A facet.

    Attributes:
        name: As in analysis.json.
        coverage: By value, most frequent first, at most some dozens.
        left_out: Number of groups that are in analysis.json alone: those with fewer rows, where there are very many.
        problem: Why it could not be analysed; empty if it was.
    """

    name: str
    coverage: tuple[ValueCoverage, ...] = ()
    groups: tuple[GroupSummary, ...] = ()
    left_out: int = 0
    problem: str = ""


class BiasBody(_Ours):
    """The body of bias.

    Attributes:
        label: Name of the label, and `label_value_or_threshold`.
        judged: The rows' time range, if it begins before the window (accumulate).
        labelled_rows, predicted_rows: Of all rows.
        unusable_rows: By reason.
        smallest_group: Groups with fewer rows are not shown by value.
        compared_metrics: Those that are watched.
        sampled: The flip test looked at a sample.
    """

    label: str
    positive: str
    group_variable: str | None = None
    comparison: Compared
    tolerance: float
    judged: WindowSpan | None = None
    labelled_rows: int
    predicted_rows: int
    unusable_rows: dict[str, int] = {}
    smallest_group: int
    compared_metrics: tuple[str, ...]
    facets: tuple[FacetSummary, ...] = ()
    sampled: bool = False


class BiasSummary(Envelope):
    """One execution of bias."""

    body: BiasBody


def parse_bias_summary(body: bytes | str, where: str = "summary.json") -> BiasSummary:
    """Raises InvalidInputError: not a summary of bias."""
    return parse_envelope(body, where, BiasSummary, [])
