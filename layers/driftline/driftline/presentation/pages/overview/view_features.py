"""The subjects of a monitor over its last executions, features as a rule: a row for each, and its heat map."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from driftline.presentation.cells import gauge_texts
from driftline.presentation.pages.execution.chart_data import Json, short
from driftline.presentation.pages.execution.table_view import bar_fill
from driftline.presentation.pages.overview.heat import encoded, heat_of
from driftline.presentation.pages.overview.quartiles import Course, course_of
from driftline.presentation.pages.overview.record import BaselineRecord, Record, SubjectRecord
from driftline.presentation.shapes import Shape
from driftline.presentation.text import NOTHING, percent, shown

MOST_FEATURES = 150
"""So many features have a row, those that moved most; the pages of the executions have all."""

_MOST_CHARACTERS = 600_000
"""Of all heat maps together: the page stays below 1.5 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRow:
    """Attributes: threshold: empty if there is none; drifts: how many windows drifted; fill: of the bar, in percent,
    the threshold in its middle; required: the completeness, where there is less.
    """

    index: int
    name: str
    type: str
    drift: str
    threshold: str
    drifted: bool
    fill: int
    drifts: int
    compared: int
    completeness: str
    required: str
    sort_drift: float
    sort_completeness: float
    drawn: bool


@dataclass(frozen=True, slots=True)
class FeaturesView:
    """`total`: features of the newest execution, shown or not."""

    rows: tuple[FeatureRow, ...]
    data: list[Json]
    total: int


def features_view(records: Sequence[Record], baseline: BaselineRecord | None) -> FeaturesView:
    """The features of the newest execution that has any, the worst first: now, then at its worst."""
    newest = next((record for record in reversed(records) if record.subjects), None)
    if newest is None:
        return FeaturesView((), [], 0)
    found = [{each.name: each for each in record.subjects} for record in records]
    pasts = {each.name: [by_name.get(each.name) for by_name in found] for each in newest.subjects}
    ordered = sorted(
        newest.subjects, key=lambda each: (-_excess(each), -max(map(_excess, pasts[each.name])), each.name)
    )
    rows: list[FeatureRow] = []
    data: list[Json] = []
    room = _MOST_CHARACTERS
    for index, feature in enumerate(ordered[:MOST_FEATURES]):
        past = pasts[feature.name]
        then = baseline.shapes.get(feature.name) if baseline else None
        heat, size = _heat(past, then) or (None, 0)
        if size > room:
            heat, size = None, 0
        room -= size
        rows.append(_row(index, feature, past, drawn=heat is not None))
        data.append(
            _data(
                feature, past, heat, course_of([each.shape if each else None for each in past], then) if heat else None
            )
        )
    return FeaturesView(tuple(rows), data, len(ordered))


def _excess(feature: SubjectRecord | None) -> float:
    return feature.gauge.excess if feature and feature.gauge else -1.0


def _row(index: int, feature: SubjectRecord, past: Sequence[SubjectRecord | None], *, drawn: bool) -> FeatureRow:
    gauge = feature.gauge
    excess = gauge.excess if gauge else -1.0
    now, required = gauge_texts(gauge) if gauge else (NOTHING, "")
    missing = feature.completeness is not None and feature.completeness < (feature.required or 0.0)
    return FeatureRow(
        index=index,
        name=shown(feature.name),
        type=feature.note,
        drift=now,
        threshold=required,
        drifted=bool(gauge and gauge.beyond),
        fill=bar_fill(excess),
        drifts=sum(bool(each and each.gauge and each.gauge.beyond) for each in past),
        compared=sum(bool(each and each.gauge) for each in past),
        completeness=percent(feature.completeness),
        required=f"{percent(feature.required)} required" if missing else "",
        sort_drift=excess,
        sort_completeness=-1.0 if feature.completeness is None else feature.completeness,
        drawn=drawn,
    )


def _data(
    feature: SubjectRecord, past: Sequence[SubjectRecord | None], heat: dict[str, Json] | None, course: Course | None
) -> Json:
    gauges = [each.gauge if each else None for each in past]
    return {
        "name": shown(feature.name),
        "drift": [short(each.value) if each else None for each in gauges],
        "drifted": [index for index, each in enumerate(gauges) if each and each.beyond],
        "threshold": short(feature.gauge.limit) if feature.gauge else None,
        "pValue": bool(feature.gauge and feature.gauge.measure == "p_value"),
        "completeness": [short(each.completeness) if each else None for each in past],
        "required": short(feature.required),
        "heat": heat,
        "values": asdict(course) if course else None,
    }


def _heat(past: Sequence[SubjectRecord | None], baseline: Shape | None) -> tuple[dict[str, Json], int] | None:
    """For the page's script, and how many characters its cells are."""
    heat = heat_of([each.shape if each else None for each in past], baseline)
    if heat is None:
        return None
    columns = [encoded(each) for each in heat.windows]
    drawn: dict[str, Json] = {
        "rows": list(heat.rows),
        "numeric": heat.numeric,
        "columns": columns,
        "baseline": encoded(heat.baseline),
    }
    return drawn, sum(len(each or "") for each in columns)
