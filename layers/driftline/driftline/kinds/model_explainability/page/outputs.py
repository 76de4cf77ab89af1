"""A row for each output: how far its attributions are from the baseline's, and what SageMaker would have said."""

from driftline.kinds.model_explainability.facts import Explainability
from driftline.kinds.model_explainability.rules.summary import OutputSummary
from driftline.presentation.tables import Column, Holds, Medium, Row, Table
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
_NOTE = (
    "AUC is how well a classifier tells the window’s attributions from the baseline’s: 0.5 is not at all. NDCG "
    "compares the ranking of the features only, and is all that SageMaker looks at."
)


def outputs_table(execution: Explainability) -> Table:
    left = execution.outputs_left_out
    more = f" {count(left, 'more output')} not shown; analysis.json has all." if left else ""
    return Table(
        name="outputs",
        title="Each output of the model: window against baseline",
        noun="output",
        note=f"{_NOTE}{more}",
        columns=_COLUMNS,
        rows=tuple(map(_row, execution.outputs)),
    )


def _row(output: OutputSummary) -> Row:
    lower, upper = output.auc_interval or (None, None)
    return Row(
        subject=output.label,
        cells=(
            output.label,
            output.auc,
            interval(output.auc_interval),
            lower,
            upper,
            output.p_value,
            output.ndcg,
            output.expected_value,
            output.baseline_expected_value,
            output.sagemaker or ("no violation" if output.ndcg is not None else ""),
        ),
        violated=any(each.named for each in output.features),
    )
