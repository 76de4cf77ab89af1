"""A report that no kind of monitor made: a canteen's sandwiches, with everything that a report may have."""

from datetime import UTC, datetime, timedelta

from driftline.domain.executions.finding import Finding, Move
from driftline.domain.executions.outcome import Outcome
from driftline.domain.executions.past import PastExecution, Point
from driftline.domain.executions.place import Place
from driftline.presentation.attribution_charts import Amounts, DependenceCurve, Step, Swarm, SwarmPoint, Waterfall
from driftline.presentation.chart_parts import Behind
from driftline.presentation.charts import (
    Categories,
    Chart,
    Cumulative,
    Histogram,
    Lines,
    OverTime,
    Reference,
    Scatter,
    Series,
    points_of,
)
from driftline.presentation.distributions import bins_of, of_categories, of_numbers, retained
from driftline.presentation.findings import Fact
from driftline.presentation.report import Charts, Report, Section, Subject, Worst
from driftline.presentation.reporting import report_of_outcome
from driftline.presentation.shapes import shape_of
from driftline.presentation.since import Compared
from driftline.presentation.tables import (
    Cell,
    Column,
    Detail,
    Filter,
    Gauge,
    Holds,
    Limit,
    Marks,
    Matrix,
    MatrixCell,
    Medium,
    Named,
    Row,
    Table,
    Tagged,
    Uncompared,
    Words,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STALE = "staleness_check"
WORST = ("", "worst age")
_MINUTES = tuple(float(i * i % 97) for i in range(200))
_BEFORE = tuple(float(i * i % 61) for i in range(200))


def place_of(scheduled: datetime) -> Place:
    folder = f"reports/canteen/sandwiches/{scheduled:%Y/%m/%d/%H}/"
    return Place(folder, "canteen", "sandwiches", scheduled)


def toy_past(hours: int) -> list[PastExecution]:
    """Of the hours before noon; one in the middle failed, if there are three."""
    found = []
    for i in range(hours, 0, -1):
        place = place_of(NOON - timedelta(hours=i))
        age = Point(10.0 - i)
        past = PastExecution(
            place=place,
            rows=90 + i,
            violations=frozenset({("cheese", STALE)}),
            figures={("cheese", "age"): age, ("tofu", "age"): Point(3.0), WORST: Point((10.0 - i) / 12)},
        )
        found.append(PastExecution.without_verdict(place) if hours > 2 and i == 2 else past)
    return found


def age_series(name: str, age: float, past: list[PastExecution], *, violated: bool) -> Series:
    return Series(
        subject=name,
        name="age",
        title="Age",
        points=points_of((name, "age"), past, Point(age, age - 1, age + 1)),
        limit=12.0,
        side="at_most",
        baseline=4.0,
        violated=violated,
    )


def toy_report(hours: int = 3) -> Report:
    past = toy_past(hours)
    outcome = Outcome(place=place_of(NOON), rows=100, findings=_findings(), revision=1, notes=("Two trays fell.",))
    cheese = age_series("cheese", 30.0, past, violated=True)
    main = Series(
        subject="", name=WORST[1], title="Oldest, in limits", points=points_of(WORST, past, Point(2.5)), limit=1.0
    )
    gauge = Gauge(value=30.0, limit=12.0, side="at_most", measure="metric", excess=2.5, beyond=True)
    return report_of_outcome(
        outcome,
        past,
        None,
        kind="sandwiches",
        title="Sandwiches",
        noun="sandwich",
        headline="1 sandwich is stale: cheese.",
        facts=(Fact("Sandwiches", "3"),),
        main=main,
        worst=Worst("cheese", gauge),
        compared=Compared("Oldest", WORST, 2.5, "times its limit"),
        sections=(
            Section(
                name="sandwiches", title="Sandwiches", parts=(_table(cheese, gauge),), count="3", note="All fresh."
            ),
            Section(name="trays", title="Trays", parts=(_plain(), _matrix(), *_charts())),
        ),
        subjects=[
            Subject(name="cheese", note="vegetarian", shape=shape_of(retained(_MINUTES), None)),
            Subject(name="tofu", note="vegan", shape=shape_of(None, {"small": 3, "large": 1})),
        ],
        series=[cheese, age_series("tofu", 3.0, past, violated=False)],
        files=(("trays.json", "the trays"),),
        method=("Age is counted in `minutes`.",),
    )


def _findings() -> tuple[Finding, ...]:
    return (
        Finding(
            subject="cheese",
            check=STALE,
            figure="age",
            description="Age was 30.000000000000004 minutes.",
            observed=30.0,
            required=12.0,
            side="at_most",
            interval=(29.0, 31.0),
            n=100,
            direction="higher",
            certain=True,
            measure="distance",
            moves=(Move(lower=10.0, baseline=0.2, current=0.7),),
            inference_ids=("tray-1", "tray-2"),
        ),
        Finding(
            subject="tofu", check="price_check", description="Cheaper than before.", violation=False, measure="count"
        ),
    )


def _table(cheese: Series, gauge: Gauge) -> Table:
    numbers, words = of_numbers(retained(_MINUTES), retained(_BEFORE)), of_categories({"a": 3, "b": 1}, {"a": 1})
    assert numbers.bins is not None
    assert numbers.quantiles is not None
    assert words.bars is not None
    histogram = Histogram(title="Ages", subject="cheese", bins=numbers.bins, medians=(20.0, 40.0))
    course = OverTime(cheese, "Over the hours")
    detail = Detail(
        charts=(
            histogram,
            Cumulative(title="Ages up to", subject="cheese", quantiles=numbers.quantiles, mark=40.0),
            Categories(title="Sizes", subject="cheese", bars=words.bars),
            course,
        ),
        tables=(_plain(),),
        words=(Words("Guests", ("ann", "bob"), 3),),
    )
    columns = (
        Column(name="sandwich", title="Sandwich", holds=Holds.TEXT, sort="up"),
        Column(name="sort", title="Sort", holds=Holds.TEXT, sort="up"),
        Column(name="picture", title="", holds=Holds.PICTURE, on=Medium.PAGE),
        Column(name="age", title="Age", holds=Holds.GAUGE, sort="down"),
        Column(name="course", title="Over time", holds=Holds.PICTURE, on=Medium.PAGE),
        Column(name="eaten", title="Eaten", holds=Holds.SHARE, sort="up"),
        Column(name="calories", title="Calories", holds=Holds.NUMBER, on=Medium.NOTEBOOK),
        Column(name="state", title="State", holds=Holds.MARKS, sort="down"),
    )
    cells: tuple[tuple[Cell, ...], ...] = (
        ("tofu", "vegan", None, Uncompared("nobody looked"), None, 0.25, 300.0, Marks(otherwise="–")),
        ("cheese", Tagged("vegetarian", "new"), histogram, gauge, course, 0.0004, 450.5, Marks(("stale",))),
        ("jam", "vegan", None, Uncompared("it is a doughnut"), None, None, None, Marks(otherwise="fine", plain=True)),
    )
    tags = (("vegan",), ("vegetarian", "stale"), ("vegan",))
    return Table(
        name="sandwiches",
        title="All sandwiches, the oldest first",
        noun="sandwich",
        nouns="sandwiches",
        columns=columns,
        rows=tuple(
            Row(
                subject=str(row[0]),
                cells=row,
                tags=frozenset(tagged),
                bad=frozenset({"eaten"} if row[0] == "cheese" else ()),
                detail=detail if row[0] == "cheese" else Detail(),
            )
            for row, tagged in zip(cells, tags, strict=True)
        ),
        order=(1, 0, 2),
        sorted_by="age",
        filters=(Filter("Show", (("stale", "stale"),)), Filter("Sort", (("vegan", "vegan"),))),
    )


def _plain() -> Table:
    return Table(
        name="trays",
        title="All trays",
        noun="tray",
        note="From the left.",
        columns=(
            Column(name="tray", title="Tray", holds=Holds.TEXT),
            Column(name="weight", title="Weight", holds=Holds.INTERVAL),
            Column(name="limit", title="Limit", holds=Holds.LIMIT),
            Column(name="washed", title="Washed", holds=Holds.FLAG),
            Column(name="since", title="Since", holds=Holds.TIME),
            Column(name="guests", title="Guests", holds=Holds.LIST),
        ),
        rows=(
            Row(cells=(Named("Left one", "tray-1"), (1.5, 2.0), Limit(3.0, "at_most"), True, NOON, ("ann", "bob"))),
            Row(cells=("Right one", None, None, False, None, ()), violated=True),
        ),
    )


def _matrix() -> Matrix:
    cell = MatrixCell(rows=3, share=0.75, baseline=0.5)
    none = MatrixCell(rows=0, share=0.0, baseline=None)
    return Matrix(
        title="Ordered and got", note="Down and across.", across=("tea", "milk"), rows=(("tea", (cell, none)),)
    )


def _attributed() -> tuple[Chart, ...]:
    behind = Behind(("Part", "Taste"), (("bread", "0.4"), ("butter", "0.1")))
    points = (SwarmPoint(x=0.4, offset=0.0, level=1.0), SwarmPoint(x=-0.1, offset=0.5, level=None))
    return (
        Amounts(title="Parts", about="Taste of two parts; bread has the most.", x="Taste", names=("bread", "butter"), current=(0.4, None),
                baseline=(0.3, 0.1), behind=behind),
        Swarm(title="Bites", about="Taste of two bites, by their warmth.", x="Taste", level="warmth", lines=(("bread", points),), behind=behind),
        Waterfall(title="One sandwich", about="Taste of one sandwich, from 0.5 to 0.8.", x="Taste", start=("Plain", 0.5),
                  steps=(Step("bread", " = rye", 0.5, 0.9), Step("butter", "", 0.9, 0.8)), end=("Taste", 0.8),
                  behind=behind),
        DependenceCurve(title="Warmth", about="Taste by warmth: warmer is better.", x="Warmth", y="Taste", places=(10.0, 20.0, 30.0),
                        curve=(0.1, 0.5, 0.6), shares=(0.2, 0.5, 0.3), behind=behind),
    )  # fmt: skip


def _charts() -> tuple[Charts, ...]:
    line = Lines(
        title="Hunger",
        about="Hunger by the hour; the table has points of it.",
        x="Hour",
        y="Hunger",
        current=((0.0, 0.1), (1.0, 0.9)),
        baseline=((0.0, 0.2), (1.0, 0.8)),
        reference=Reference(label="Even", start=(0.0, 0.0), end=(1.0, 1.0)),
        band=(((0.0, 0.0), (1.0, 0.8)), ((0.0, 0.2), (1.0, 1.0))),
        dots=True,
    )
    dots = Scatter(
        title="Weight and price",
        about="Price against weight of two trays; the table has them.",
        x="Weight",
        y="Price",
        current=((1.0, 2.0), (3.0, 4.0)),
        reference=Reference(label="Fair", start=(1.0, 1.0), end=(3.0, 3.0)),
        behind=Behind(("Tray", "Weight"), (("left", "1"), ("right", "3"))),
    )
    bins = Histogram(title="Crumbs", subject="crumbs", bins=bins_of(_MINUTES), values="Crumb")
    return (
        Charts(name="hunger", title="Hunger", charts=(line, dots), large=True),
        Charts(name="crumbs", title="What nobody looks at", charts=(bins,), folded=True),
        Charts(name="taste", title="What makes it good", charts=_attributed()),
        Charts(name="later", title="Later", charts=(), otherwise="Nothing yet."),
    )
