"""The features of a monitor over its last executions: a row for each, and the heat map of its distribution."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from driftline.presentation.pages.execution.chart_data import Json, short
from driftline.presentation.pages.overview.heat import encoded, heat_of
from driftline.presentation.pages.overview.quartiles import Course, course_of
from driftline.presentation.pages.overview.record import BaselineRecord, FeatureRecord, Record
from driftline.presentation.shapes import Shape
from driftline.presentation.text import number, percent, shown

MOST_FEATURES = 150
"""So many features have a row, those that moved most; the pages of the executions have all."""

_MOST_CHARACTERS = 600_000
"""Of all heat maps together: the page stays below 1.5 MB."""

_FULL = 20
"""Twice the threshold fills the bar: 20 steps of 5 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRow:
    """Attributes: drifts: how many windows drifted; fill: of the bar, in percent, the threshold in its middle."""

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
    newest = next((record for record in reversed(records) if record.features), None)
    if newest is None:
        return FeaturesView((), [], 0)
    found = [{each.name: each for each in record.features} for record in records]
    pasts = {each.name: [by_name.get(each.name) for by_name in found] for each in newest.features}
    ordered = sorted(
        newest.features, key=lambda each: (-_excess(each), -max(map(_excess, pasts[each.name])), each.name)
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


def _excess(feature: FeatureRecord | None) -> float:
    return feature.drift.excess if feature and feature.drift else -1.0


def _row(index: int, feature: FeatureRecord, past: Sequence[FeatureRecord | None], *, drawn: bool) -> FeatureRow:
    drift = feature.drift
    excess = drift.excess if drift else -1.0
    return FeatureRow(
        index=index,
        name=shown(feature.name),
        type=feature.type,
        drift=f"{'p = ' if drift.p_value else ''}{number(drift.value)}" if drift else "–",
        threshold=f"{'at least' if drift.p_value else 'of'} {number(drift.threshold)}"
        if drift and drift.threshold
        else "–",
        drifted=bool(drift and drift.drifted),
        fill=5 * min(_FULL, max(0, round(excess * _FULL / 2))),
        drifts=sum(bool(each and each.drift and each.drift.drifted) for each in past),
        compared=sum(each is not None for each in past),
        completeness=percent(feature.completeness),
        sort_drift=excess,
        sort_completeness=-1.0 if feature.completeness is None else feature.completeness,
        drawn=drawn,
    )


def _data(
    feature: FeatureRecord, past: Sequence[FeatureRecord | None], heat: dict[str, Json] | None, course: Course | None
) -> Json:
    return {
        "name": shown(feature.name),
        "drift": [short(each.drift.value) if each and each.drift else None for each in past],
        "drifted": [index for index, each in enumerate(past) if each and each.drift and each.drift.drifted],
        "threshold": short(feature.drift.threshold) if feature.drift else None,
        "pValue": bool(feature.drift and feature.drift.p_value),
        "completeness": [short(each.completeness) if each else None for each in past],
        "heat": heat,
        "values": asdict(course) if course else None,
    }


def _heat(past: Sequence[FeatureRecord | None], baseline: Shape | None) -> tuple[dict[str, Json], int] | None:
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
