"""Tables of typed cells: what a row is about, what it says, what it opens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, Flag, auto
from typing import Literal

from driftline.domain.executions.finding import Measure, Side
from driftline.presentation.charts import Chart


class Medium(Flag):
    """Where a column is shown. Notebooks get the values; pages and terminals what people read."""

    PAGE = auto()
    TERMINAL = auto()
    NOTEBOOK = auto()
    PEOPLE = PAGE | TERMINAL
    ALL = PAGE | TERMINAL | NOTEBOOK


class Holds(Enum):
    """What the cells of a column are; each of them may be None."""

    TEXT = auto()  # str, Tagged or Named
    FIGURE = auto()  # str, a figure that is a text already
    NUMBER = auto()
    SHARE = auto()
    COUNT = auto()
    FLAG = auto()
    TIME = auto()
    LIST = auto()  # tuple[str, ...]
    INTERVAL = auto()  # tuple[float, float]
    LIMIT = auto()  # Limit
    GAUGE = auto()  # Gauge, or Uncompared
    MARKS = auto()  # Marks
    PICTURE = auto()  # Chart, drawn small


@dataclass(frozen=True, slots=True)
class Tagged:
    """A text with a word about it."""

    text: str
    tag: str


@dataclass(frozen=True, slots=True)
class Named:
    """A name for people, and what the files call it."""

    text: str
    name: str

    @property
    def differs(self) -> bool:
        """Whether the file's name cannot be guessed."""
        return self.text.lower().replace(" ", "_") != self.name


@dataclass(frozen=True, slots=True)
class Limit:
    """What is required of a figure."""

    value: float
    side: Side | None = None
    measure: Measure = "metric"


MOST_DRAWN = 100.0
"""Multiples of a limit; larger ones are drawn as this, so that the others remain visible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A figure against its limit.

    Attributes:
        excess: The figure in multiples of its limit, of a p-value the limit in multiples of it; -1 if it is not known.
        beyond: It breaks its constraint.
    """

    value: float | None
    limit: float | None
    side: Side
    measure: Measure
    excess: float
    beyond: bool


@dataclass(frozen=True, slots=True)
class Uncompared:
    """Why there is no figure."""

    why: str


@dataclass(frozen=True, slots=True)
class Marks:
    """What is wrong, in a word each; or what is to be said if nothing is.

    Attributes:
        plain: What is said instead matters.
    """

    wrong: tuple[str, ...] = ()
    otherwise: str = ""
    plain: bool = False


type Cell = (
    str | float | bool | datetime | tuple[str, ...] | tuple[float, float]
    | Tagged | Named | Limit | Gauge | Uncompared | Marks | Chart | None
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Attributes: name: In data frames and links; sort: Where a first sort begins, None if it cannot be sorted by."""

    name: str
    title: str
    holds: Holds
    on: Medium = Medium.ALL
    sort: Literal["up", "down"] | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A list of short texts, and how many more there are."""

    title: str
    texts: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What a row opens."""

    charts: tuple[Chart, ...] = ()
    tables: tuple["Table", ...] = ()
    words: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Attributes: subject: What it is about; bad: Columns whose cells are wrong; tags: What filters look for."""

    cells: tuple[Cell, ...]
    subject: str = ""
    violated: bool = False
    bad: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    detail: Detail | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Attributes: choices: (what people choose, the tag that rows then have)."""

    title: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of typed cells.

    Attributes:
        name: In data frames and links.
        title: Its caption.
        noun: What a row is about: `feature`; `nouns`, if several are not called `features`.
        order: Indices of the rows in the order in which people read them; as they are, by default.
        sorted_by: The column that this order is by.
        filters: If there are any, or rows open, people can search, sort and filter.
        note: A sentence above it.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    noun: str = "row"
    nouns: str = ""
    order: tuple[int, ...] = ()
    sorted_by: str = ""
    filters: tuple[Filter, ...] = ()
    note: str = ""

    @property
    def ordered(self) -> Sequence[Row]:
        return [self.rows[i] for i in self.order] if self.order else self.rows

    @property
    def many(self) -> str:
        return self.nouns or f"{self.noun}s"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """Attributes: share: Of its row; baseline: That share in the baseline."""

    rows: int
    share: float | None
    baseline: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Counts by two labels, one down and one across."""

    title: str
    note: str
    across: tuple[str, ...]
    rows: tuple[tuple[str, tuple[MatrixCell, ...]], ...]
