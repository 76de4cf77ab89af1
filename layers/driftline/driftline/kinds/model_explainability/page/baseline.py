"""The table of a baseline's attributions."""

from collections.abc import Mapping

from driftline.kinds.model_explainability.page.clarify import parse_explained
from driftline.presentation.findings import row_name
from driftline.presentation.tables import Column, Holds, Medium, Row, Table
from driftline.presentation.text import joined, number

_COLUMNS = (
    Column(name="subject", title="Subject", holds=Holds.TEXT, on=Medium.NOTEBOOK),
    Column(name="feature", title="Feature", holds=Holds.TEXT),
    Column(name="output", title="Output", holds=Holds.TEXT),
    Column(name="rank", title="Rank", holds=Holds.COUNT),
    Column(name="value", title="Global attribution", holds=Holds.NUMBER),
    Column(name="share", title="Share", holds=Holds.SHARE),
)


def baseline_attributions(files: Mapping[str, bytes], where: str) -> Table:
    """See `Reporter.baseline`. What contributes most comes first."""
    found = parse_explained(files["analysis.json"], where)
    expected = [each.expected_value for each in found.outputs if each.expected_value is not None]
    rows = tuple(
        Row(
            subject=row_name(output.label, each.name),
            cells=(row_name(output.label, each.name), each.name, output.label, each.rank, each.value, each.share),
        )
        for output in found.outputs
        for each in output.features
    )
    return Table(
        name="attributions",
        title="What each feature contributes in the baseline",
        noun="feature",
        note=_expected(expected),
        columns=_COLUMNS,
        rows=rows,
    )


def _expected(values: list[float]) -> str:
    return f"Expected value: {joined([number(each) for each in values])}." if values else ""
