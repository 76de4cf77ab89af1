"""What an execution says to people, before anything shows it: a page, a message, a terminal or a notebook.

A kind of monitor makes it; what shows it knows no kind. Nothing here is HTML, Slack or a terminal's, and texts that
come from data are unescaped: renderers escape them.
"""

from dataclasses import dataclass
from datetime import datetime

from driftline.domain.executions.finding import Finding
from driftline.domain.executions.outcome import Outcome
from driftline.presentation.charts import Chart, Series
from driftline.presentation.findings import Fact
from driftline.presentation.shapes import Shape
from driftline.presentation.since import Comparison
from driftline.presentation.tables import Gauge, Matrix, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Charts:
    """Charts side by side.

    Attributes:
        folded: They are out of sight until somebody wants them.
        otherwise: What is said where there are none.
    """

    name: str
    charts: tuple[Chart, ...]
    title: str = ""
    folded: bool = False
    otherwise: str = ""
    large: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the page.

    Attributes:
        name: In links.
        count: Behind the title: how many, or of what kind.
        note: Above everything.
        leads: It comes before the violations.
    """

    name: str
    title: str
    parts: tuple[Table | Matrix | Charts, ...]
    count: str = ""
    note: str = ""
    leads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A finding for people.

    Attributes:
        subject: What people call what it is about.
        standing: Since when there is it: `new`, `since …`, or empty where nobody knows.
        facts: Its figures and what stands beside them.
        charts: What shows it, for example its distribution next to the baseline's.
    """

    finding: Finding
    subject: str
    standing: str
    facts: tuple[Fact, ...]
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What has a distribution, as pages over time show it.

    Attributes:
        note: For example its type.
        completeness: Share of the rows that have a value; `required`: the share that is required.
        gauge: How far it is from the baseline; None where it was not compared.
        shape: Its distribution in the window; `reference`: in the baseline.
    """

    name: str
    note: str = ""
    completeness: float | None = None
    required: float | None = None
    gauge: Gauge | None = None
    shape: Shape | None = None
    reference: Shape | None = None


@dataclass(frozen=True, slots=True)
class Worst:
    """The subject that is furthest beyond its limit, or nearest to it."""

    subject: str
    gauge: Gauge


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One execution.

    Attributes:
        kind: Of the monitor, by its name; `title` for people: `Data quality`.
        noun: What its figures are about: `feature`, `metric`.
        headline: The verdict in one sentence.
        facts: The lines under it.
        evidence: Its findings, the worst first.
        beside: What the window is drawn beside: the baseline, or the window before.
        comparisons: With what came before; none for what has no before, such as two data sets.
        times, failed: Beginnings of the windows in its series, oldest first, and which of them have no verdict.
        ends, labels: Their ends, and what people call them; empty where the windows are not known, and `times` are
            scheduled times.
        trend: Figures of the execution as a whole, over time.
        main: The figure that stands for the execution where there is room for one.
        subjects: What has a distribution that pages over time show.
        series: Figures of subjects; those of other subjects are metrics on pages over time.
        files: (relative link, what it is).
        limits: How often they ring when nothing has changed, and what they find, a sentence each.
        method: Paragraphs on how the numbers are computed; code is between backticks.
        once: It is no execution of a monitor: there is no verdict, and nothing before it.
    """

    kind: str
    title: str
    noun: str
    outcome: Outcome
    headline: str
    facts: tuple[Fact, ...]
    comparisons: tuple[Comparison, ...]
    evidence: tuple[Evidence, ...]
    notes: tuple[str, ...]
    sections: tuple[Section, ...]
    times: tuple[datetime, ...]
    failed: tuple[bool, ...]
    trend: tuple[Series, ...]
    ends: tuple[datetime, ...] = ()
    labels: tuple[str, ...] = ()
    main: Series | None = None
    worst: Worst | None = None
    subjects: tuple[Subject, ...] = ()
    series: tuple[Series, ...] = ()
    beside: str = "Baseline"
    files: tuple[tuple[str, str], ...] = ()
    method: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    once: bool = False

    @property
    def tables(self) -> list[Table]:
        """All tables of its sections."""
        return [part for section in self.sections for part in section.parts if isinstance(part, Table)]
