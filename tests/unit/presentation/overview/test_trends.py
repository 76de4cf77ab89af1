"""Which figures are drawn over time, and which are named beside one that moves with them."""

from driftline.presentation.pages.overview.record import FigureRecord, Record
from driftline.presentation.pages.overview.trends import trends_of
from tests.overviews import record

RECALL = (0.81, 0.78, 0.84, 0.8, 0.79)


def executions(**figures: tuple[float, ...]) -> list[Record]:
    def of(day: int) -> list[FigureRecord]:
        return [
            FigureRecord(name=name, title=name, value=values[day], limit=0.5, side="at_least")
            for name, values in figures.items()
        ]

    days = range(len(next(iter(figures.values()))))
    return [record("good", day, monitor="model_quality", metrics=of(day)) for day in days]


def test_a_figure_is_drawn_once_and_names_those_that_move_with_it() -> None:
    trends = trends_of(
        executions(
            recall=RECALL,
            true_positive_rate=RECALL,
            false_negative_rate=tuple(round(1.0 - value, 6) for value in RECALL),
            f1=tuple(value / 2 for value in RECALL),
            precision=(0.9, 0.9, 0.7, 0.9, 0.8),
        )
    )
    drawn = [(chart["name"], chart["alike"]) for chart in trends.drawn]  # type: ignore[index, call-overload]
    assert drawn == [("recall", ["true_positive_rate", "false_negative_rate", "f1"]), ("precision", [])]
    folded = [chart["name"] for chart in trends.folded]  # type: ignore[index, call-overload]
    assert folded == ["true_positive_rate", "false_negative_rate", "f1"]
