"""One inference at a time: from the expected value by contributions to the prediction."""

from collections.abc import Iterator, Sequence
from math import isfinite, log

from driftline.kinds.model_explainability.facts import Explainability
from driftline.kinds.model_explainability.page.names import unit, whose
from driftline.kinds.model_explainability.rules.summary import ExplainedRow
from driftline.presentation.attribution_charts import Step, Waterfall
from driftline.presentation.chart_parts import Behind
from driftline.presentation.report import Charts, Section
from driftline.presentation.tables import Column, Detail, Holds, Medium, Row, Table
from driftline.presentation.text import IN_A_SENTENCE, MINUS, count, number, shown

_STEPS = 9
"""Features with a step of their own."""

_LISTED = 20
"""Inferences in the table; the file has more of them."""

_SPOKEN = 3
_VALUE = 24
_SMALL = 1e-9

_COLUMNS = (
    Column(name="id", title="Inference", holds=Holds.TEXT),
    Column(name="most", title="What contributes most", holds=Holds.LIST, on=Medium.NOTEBOOK),
    Column(name="said", title="What contributes most", holds=Holds.TEXT, on=Medium.PEOPLE),
    # Where there is little room, the last one is next to the name.
    Column(name="prediction", title="Prediction", holds=Holds.NUMBER, sort="down"),
)


def inferences_section(execution: Explainability) -> list[Section]:
    """The highest and the lowest prediction, or those that findings name, and a table of more; empty without rows."""
    rows = _by_prediction(execution)
    if not rows:
        return []
    listed = rows if len(rows) <= _LISTED else [rows[i * (len(rows) - 1) // (_LISTED - 1)] for i in range(_LISTED)]
    named = {each for finding in execution.outcome.violations for each in finding.inference_ids}
    first = [row for row in rows if row.id in named][:2]
    titles = ("An inference behind the violation", "Another one") if first else ("Highest prediction", "Lowest one")
    drawn = [
        chart
        for row, title in zip(first or [rows[0], *rows[1:][-1:]], titles, strict=False)
        if (chart := waterfall(execution, row, title)) is not None
    ]
    listed = list({row.id: row for row in (*first, *listed)}.values())
    table = Table(
        name="inferences",
        title="Inferences of the window, and what contributes most to their predictions",
        noun="inference",
        columns=_COLUMNS,
        rows=tuple(_row(execution, row) for row in listed),
    )
    kept = f"{count(len(listed), 'inference')} of the {count(len(rows), 'row')} that the file keeps"
    note = f"{kept}, from the highest prediction to the lowest." if len(listed) < len(rows) else ""
    parts = (Charts(name="waterfalls", charts=tuple(drawn), large=True), table) if drawn else (table,)
    return [
        Section(name="inferences", title="Single inferences", count=f"{len(listed)}", note=note, parts=parts)
    ]  # fmt: skip


def _by_prediction(execution: Explainability) -> list[ExplainedRow]:
    place = execution.main
    known = [
        row
        for row in execution.rows
        if place < min(len(row.prediction), len(row.attributions)) and isfinite(row.prediction[place])
    ]
    return sorted(known, key=lambda row: (-row.prediction[place], row.id))


def _contributions(execution: Explainability, row: ExplainedRow) -> list[tuple[str, str | None, float]]:
    """(feature, value, what it contributes), the largest first."""
    found = zip(execution.shown, row.values, row.attributions[execution.main], strict=False)
    known = [each for each in found if isfinite(each[2])]
    return sorted(known, key=lambda each: (-abs(each[2]), each[0]))


def _row(execution: Explainability, row: ExplainedRow) -> Row:
    most = tuple(f"{_name(name, value)} {signed(x)}" for name, value, x in _contributions(execution, row)[:_SPOKEN])
    chart = waterfall(execution, row)
    return Row(
        subject=row.id,
        cells=(row.id, most, "; ".join(most), row.prediction[execution.main]),
        detail=Detail(charts=(chart,) if chart else ()),
    )


def signed(value: float) -> str:
    """`+0.21`, with a minus as wide as the plus."""
    text = number(value, 3)
    return text if text.startswith(MINUS) or value == 0 else f"+{text}"


def _name(feature: str, value: str | None) -> str:
    """`age = 45`, `balance (missing)`."""
    return f"{shown(feature, IN_A_SENTENCE)}{_note(value)}"


def _note(value: str | None) -> str:
    return " (missing)" if value is None else f" = {_short(value)}"


def _short(value: str) -> str:
    try:
        # 0.1234567 is cut, 1.50 stays; a minus is the same everywhere.
        return number(float(value)) if len(value) > 6 or value.startswith("-") else shown(value, _VALUE)  # noqa: PLR2004
    except ValueError:
        return shown(value, _VALUE)


def waterfall(execution: Explainability, row: ExplainedRow, title: str = "") -> Waterfall | None:
    """None where the prediction has no place on the axis of the contributions.

    Where the expected value is unknown, it begins at what expected value and other features are together.
    """
    output = execution.outputs[execution.main]
    total = _linked(row.prediction[execution.main], logit=execution.logit)
    if total is None:
        return None
    every = _contributions(execution, row)
    drawn = every[:_STEPS]
    rest = total - sum(x for *_, x in drawn)
    start = ("Expected value and other features", rest)
    others = len(output.features) + output.left_out - len(drawn)
    steps = list(_steps(drawn, rest))
    if output.expected_value is not None:
        start = ("Expected value", output.expected_value)
        steps = list(_steps(drawn, start[1]))
        left = total - (steps[-1].end if steps else start[1])
        if others > 0 or abs(left) > _SMALL * max(1.0, abs(total)):
            name = f"{count(others, 'other feature')}" if others > 0 else "What features do not explain"
            steps.append(Step(name, "", total - left, total))
    name = shown(row.id, IN_A_SENTENCE)
    end = ("Prediction (log-odds)" if execution.logit else "Prediction", total)
    said = title or "From the expected value to the prediction"
    return Waterfall(
        title=f"{said}: {name}{whose(output.label, alone=execution.alone)}",
        about=(
            f"{start[0]} {number(start[1])}, prediction {number(total)} of inference {name}; "
            "the table has what each feature contributes."
        ),
        x=unit(execution).capitalize(),
        start=start,
        steps=tuple(steps),
        end=end,
        behind=Behind(
            ("Feature", "Contributes", "Sum"),
            (
                (start[0], "", number(start[1])),
                *((f"{each.name}{each.note}", signed(each.end - each.begin), number(each.end)) for each in steps),
                (end[0], "", number(total)),
            ),
        ),
    )


def _steps(contributions: Sequence[tuple[str, str | None, float]], start: float) -> Iterator[Step]:
    at = start
    for feature, value, x in contributions:
        yield Step(shown(feature, IN_A_SENTENCE), _note(value), at, at + x)
        at += x


def _linked(prediction: float, *, logit: bool) -> float | None:
    """On the axis of the contributions: log-odds of a probability; None where those are infinite."""
    if not logit:
        return prediction
    return log(prediction / (1.0 - prediction)) if 0.0 < prediction < 1.0 else None
