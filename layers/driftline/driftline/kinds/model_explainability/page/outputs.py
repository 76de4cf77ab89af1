"""A row for each output: how far its attributions are from the baseline's, and what SageMaker would have said."""

from collections.abc import Sequence

from driftline.domain.executions.outcome import OURS
from driftline.kinds.model_explainability.facts import Explainability
from driftline.kinds.model_explainability.rules.summary import OutputSummary
from driftline.presentation.tables import Cell, Column, Holds, Medium, Row, Table
from driftline.presentation.text import count, interval

_DATA, _PEOPLE = Medium.NOTEBOOK, Medium.PEOPLE
_COLUMNS = (
    Column(name="output", title="Output", holds=Holds.TEXT),
    Column(name="auc", title="AUC", holds=Holds.NUMBER),
    Column(name="interval", title="95 % interval", holds=Holds.FIGURE, on=_PEOPLE),
    Column(name="auc_lower", title="AUC: lower", holds=Holds.NUMBER, on=_DATA),
    Column(name="auc_upper", title="AUC: upper", holds=Holds.NUMBER, on=_DATA),
    Column(name="p_value", title="p-value", holds=Holds.NUMBER),
    Column(name="ndcg", title="NDCG", holds=Holds.NUMBER),
    Column(name="expected_value", title="Expected value", holds=Holds.NUMBER),
    Column(name="baseline_expected_value", title="Its baseline", holds=Holds.NUMBER),
    Column(name="sagemaker", title="SageMaker would have said", holds=Holds.TEXT),
)
_OURS = frozenset({"auc", "interval", "auc_lower", "auc_upper", "p_value"})
"""Columns that SageMaker's files have nothing for."""

_AUC = "AUC is how well a classifier tells the window’s attributions from the baseline’s: 0.5 is not at all."
_NDCG = "NDCG compares the ranking of the features only, and is all that SageMaker looks at."


def outputs_table(execution: Explainability) -> Table:
    left = execution.outputs_left_out
    more = f"{count(left, 'more output')} not shown; analysis.json has all." if left else ""
    ours = execution.outcome.source == OURS
    columns = [each for each in _COLUMNS if ours or each.name not in _OURS]
    return Table(
        name="outputs",
        title="Each output of the model: window against baseline",
        noun="output",
        note=" ".join(filter(None, (_AUC if ours else "", _NDCG, more))),
        columns=tuple(columns),
        rows=tuple(_row(each, columns) for each in execution.outputs),
    )


def _row(output: OutputSummary, columns: Sequence[Column]) -> Row:
    lower, upper = output.auc_interval or (None, None)
    by_name: dict[str, Cell] = {
        "output": output.label,
        "auc": output.auc,
        "interval": interval(output.auc_interval),
        "auc_lower": lower,
        "auc_upper": upper,
        "p_value": output.p_value,
        "ndcg": output.ndcg,
        "expected_value": output.expected_value,
        "baseline_expected_value": output.baseline_expected_value,
        "sagemaker": output.sagemaker or ("no violation" if output.ndcg is not None else ""),
    }
    return Row(
        subject=output.label,
        cells=tuple(by_name[column.name] for column in columns),
        violated=any(each.named for each in output.features),
    )
