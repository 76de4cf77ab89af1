"""The table of features: what each contributes in the window and in the baseline, and what has changed."""

from collections.abc import Iterator, Mapping, Sequence

from driftline.domain.executions.outcome import OURS
from driftline.kinds.model_explainability.facts import Explainability
from driftline.kinds.model_explainability.page.curves import curve_chart
from driftline.kinds.model_explainability.page.dependence import dependence_chart
from driftline.kinds.model_explainability.page.names import AMOUNTS, CHANGES, feature_subject
from driftline.kinds.model_explainability.rules.sentences import feature_clause, times
from driftline.kinds.model_explainability.rules.summary import FeatureSummary, OutputSummary
from driftline.presentation.charts import Chart, OverTime, Series
from driftline.presentation.tables import Cell, Column, Detail, Filter, Holds, Marks, Medium, Row, Table, Words
from driftline.presentation.text import IN_A_SENTENCE, number, percent, shown

_DATA, _PEOPLE = Medium.NOTEBOOK, Medium.PEOPLE
_CHANGED, _STEADY = "changed", "unchanged"
_MOST_DRAWN = 20
"""Features whose rows open to what they contribute by value: more would make the page heavy."""

_VALUE, _OUTPUT = "value", "output"

_COLUMNS = (
    Column(name="subject", title="Subject", holds=Holds.TEXT, on=_DATA),
    Column(name="feature", title="Feature", holds=Holds.TEXT, sort="up"),
    Column(name=_OUTPUT, title="Output", holds=Holds.TEXT, sort="up"),
    Column(name="course", title="Share over time", holds=Holds.PICTURE, on=Medium.PAGE),
    Column(name=_VALUE, title="Window", holds=Holds.NUMBER, sort="down"),
    Column(name="baseline", title="Baseline", holds=Holds.NUMBER),
    Column(name="share", title="Share", holds=Holds.SHARE, on=_DATA),
    Column(name="baseline_share", title="Baseline’s share", holds=Holds.SHARE, on=_DATA),
    Column(name="shares", title="Share", holds=Holds.FIGURE, on=_PEOPLE),
    Column(name="rank", title="Rank", holds=Holds.COUNT, on=_DATA),
    Column(name="baseline_rank", title="Baseline: rank", holds=Holds.COUNT, on=_DATA),
    Column(name="ranks", title="Rank", holds=Holds.FIGURE, on=_PEOPLE),
    Column(name="ratio", title="Ratio", holds=Holds.NUMBER, on=_DATA),
    Column(name="ratio_lower", title="Ratio: lower", holds=Holds.NUMBER, on=_DATA),
    Column(name="ratio_upper", title="Ratio: upper", holds=Holds.NUMBER, on=_DATA),
    Column(name="multiple", title="Ratio", holds=Holds.FIGURE, on=_PEOPLE),
    Column(name="distance", title="Distance", holds=Holds.NUMBER, sort="down"),
    Column(name="p_value", title="p-value", holds=Holds.NUMBER, on=_DATA),
    Column(name="change", title="Change", holds=Holds.TEXT, on=_DATA),
    Column(name="named", title="Named by a finding", holds=Holds.FLAG, on=_DATA),
    # Where there is little room, the last one is next to the name.
    Column(name="state", title="Change", holds=Holds.MARKS, on=_PEOPLE, sort="down"),
)
_OURS = frozenset({"distance"})
"""People's columns that SageMaker's files have nothing for."""


def features_table(execution: Explainability, series: Sequence[Series]) -> Table:
    """Rows in the order of the files; people read first what findings name, then what contributes most.

    Args:
        series: Shares over time.
    """
    every = [(i, output, feature) for i, output in enumerate(execution.outputs) for feature in output.features]
    courses = {each.subject: OverTime(each, "Share of all attribution") for each in series if each.known > 1}
    absent = {
        *(set() if courses else {"course"}),
        *({_OUTPUT} if execution.alone else set()),
        *(set() if execution.outcome.source == OURS else _OURS),
    }
    columns = [each for each in _COLUMNS if each.name not in absent or each.on == _DATA]
    order = sorted(range(len(every)), key=lambda place: (not every[place][2].named, every[place][2].rank))
    drawn = {(every[place][0], every[place][2].name) for place in order[:_MOST_DRAWN]}
    return Table(
        name="features",
        title=f"What each feature contributes: {_amount(execution)}, next to the baseline’s",
        noun="feature",
        columns=tuple(columns),
        rows=tuple(
            _row(execution, output, feature, courses, columns, place=i if (i, feature.name) in drawn else None)
            for i, output, feature in every
        ),
        order=tuple(order),
        filters=tuple(_filters(execution)),
    )


def _amount(execution: Explainability) -> str:
    amount = AMOUNTS[execution.body.aggregation if execution.body else None]
    return amount[:1].lower() + amount[1:]


def _filters(execution: Explainability) -> Iterator[Filter]:
    if execution.outcome.source == OURS:
        yield Filter("Features", (("Changed", _CHANGED), ("Unchanged", _STEADY)))
    if not execution.alone:
        yield Filter("Output", tuple((shown(each.label, IN_A_SENTENCE), each.label) for each in execution.outputs))


def _row(
    execution: Explainability,
    output: OutputSummary,
    feature: FeatureSummary,
    courses: Mapping[str, Chart],
    columns: Sequence[Column],
    *,
    place: int | None,
) -> Row:
    """Args: place: of the output, if the row opens to what the feature contributes by value."""
    subject = feature_subject(output.label, feature.name, alone=execution.alone)
    lower, upper = feature.ratio_interval or (None, None)
    course = courses.get(subject)
    by_name: dict[str, Cell] = {
        "subject": subject,
        "feature": feature.name,
        _OUTPUT: output.label,
        "course": course,
        _VALUE: feature.value,
        "baseline": feature.baseline,
        "share": feature.share,
        "baseline_share": feature.baseline_share,
        "shares": _shares(feature),
        "rank": feature.rank,
        "baseline_rank": feature.baseline_rank,
        "ranks": _ranks(feature),
        "ratio": feature.ratio,
        "ratio_lower": lower,
        "ratio_upper": upper,
        "multiple": _multiple(feature),
        "distance": feature.distance,
        "p_value": feature.p_value,
        "change": feature.change,
        "named": feature.named,
        "state": _state(execution, feature),
    }
    return Row(
        subject=subject,
        cells=tuple(by_name[column.name] for column in columns),
        violated=feature.named,
        tags=frozenset({output.label, _STEADY if feature.change == "none" else _CHANGED}),
        detail=Detail(
            charts=tuple(_charts(execution, feature, course, place)), words=tuple(_words(execution, output, feature))
        ),
    )


def _ranks(feature: FeatureSummary) -> str:
    before = feature.baseline_rank
    return f"{feature.rank}" if before in {None, feature.rank} else f"{feature.rank}, was {before}"


def _shares(feature: FeatureSummary) -> str | None:
    """`26.4 %, was 21.4 %`."""
    if feature.share is None:
        return None
    was = f", was {percent(feature.baseline_share)}" if feature.baseline_share is not None else ""
    return f"{percent(feature.share)}{was}"


def _multiple(feature: FeatureSummary) -> str | None:
    """`0.484 (0.45 to 0.518)`, with the 95 % interval."""
    if feature.ratio is None:
        return None
    bounds = feature.ratio_interval
    return times(feature.ratio) + (f" ({times(bounds[0])} to {times(bounds[1])})" if bounds else "")


def _state(execution: Explainability, feature: FeatureSummary) -> Marks:
    said = CHANGES[feature.change]
    if feature.named:
        return Marks((said if feature.change != "none" else "has moved",))
    if execution.outcome.source != OURS or (feature.baseline is None and feature.change == "none"):
        return Marks(otherwise="not compared")
    return Marks(otherwise=said, plain=feature.change != "none")


def _charts(
    execution: Explainability, feature: FeatureSummary, course: Chart | None, place: int | None
) -> Iterator[Chart]:
    if place is not None and (chart := dependence_chart(execution, feature.name, place)) is not None:
        yield chart
    if course is not None:
        yield course


def _words(execution: Explainability, output: OutputSummary, feature: FeatureSummary) -> Iterator[Words]:
    clause = feature_clause(feature)
    yield Words("In words", (f"{clause}.",))
    if feature.change != "none" and feature.share is not None:
        was = f", {percent(feature.baseline_share)} in the baseline" if feature.baseline_share is not None else ""
        yield Words("Share of all attribution", (f"{percent(feature.share)}{was}.",))
    if feature.p_value is not None:
        chance = f"In {percent(feature.p_value)} of windows at most (p = {number(feature.p_value)})."
        yield Words("By chance", (chance,))
    floor = execution.body.smallest_share if execution.body else 0.0
    largest = max(feature.share or 0.0, feature.baseline_share or 0.0)
    if feature.change != "none" and not feature.named and largest < floor:
        yield Words("Why it is no violation", (f"Alone, it holds less than {percent(floor)} of all attribution.",))
    if not execution.alone:
        yield Words("Output", (shown(output.label),))


def dependence_charts(execution: Explainability, features: Sequence[FeatureSummary]) -> Iterator[Chart]:
    """Of the main output's features, as the page shows them without opening a row."""
    curves = {each.feature: each for each in execution.curves}
    for each in features:
        if (chart := dependence_chart(execution, each.name, execution.main)) is not None:
            yield chart
        elif each.name in curves and (curve := curve_chart(execution, curves[each.name])) is not None:
            yield curve
