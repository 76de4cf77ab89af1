"""The demo's output: steps, one line per day, and where everything is."""

import re
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

_DAY = "%Y-%m-%d"
_INDENT = 13
"""Characters before the text of a step: number and name."""
_MOST_NAMED = 4
_SAID = 90
"""Characters of a headline that are shown."""


@dataclass(frozen=True, slots=True)
class InputVerdict:
    """The verdict of data quality on one day."""

    rows: int
    violations: int
    worst_drift: float | None
    worst_feature: str | None


@dataclass(frozen=True, slots=True)
class QualityVerdict:
    """The verdict of model quality on one day, with the labels known so far.

    Attributes:
        error: Mean absolute error in minutes, with its 95 % interval; None without labels.
    """

    revision: int
    coverage: float
    error: float | None
    interval: tuple[float, float] | None
    violated: bool


@dataclass(frozen=True, slots=True)
class GroupsVerdict:
    """The verdict on how an airport and a carrier fare, compared with all others.

    Attributes:
        judged: There were enough rows.
        said: The headline.
    """

    judged: bool
    said: str
    violated: bool


@dataclass(frozen=True, slots=True)
class DayVerdict:
    """The verdicts of the monitors with alarms on one day, on the next morning."""

    day: date
    inputs: InputVerdict
    quality: QualityVerdict


class Screen:
    """Colours and a progress bar on a terminal; plain lines without control codes everywhere else."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._step = 0

    def title(self, title: str, *story: str) -> None:
        """A title, and a few lines on what is going to happen."""
        self._print(f"[bold]{escape(title)}[/bold]")
        for line in story:
            self._print(escape(line))
        self._print("")

    def step(self, name: str, text: str) -> None:
        self._step += 1
        first, *more = self._wrapped(text)
        self._print(f"[bold cyan]{self._step:>2}[/bold cyan] [bold]{name:<9}[/bold] {escape(first)}")
        for line in more:
            self._print(f"{'':<{_INDENT}}{escape(line)}")

    def note(self, text: str) -> None:
        """A line below a step."""
        for line in self._wrapped(text):
            self._print(f"{'':<{_INDENT}}{escape(line)}")

    def quote(self, title: str, text: str) -> None:
        """A message as its reader sees it, in a frame."""
        self._print(f"\n  [bold]{escape(title)}[/bold]")
        for line in text.rstrip().splitlines():
            self._print(f"  [dim]│[/dim] {escape(_unsigned(line))}")
        self._print("")

    @contextmanager
    def days(self, number: int) -> Iterator["Days"]:
        """The table of days, with a progress bar under it while it grows."""
        inputs = f"{'inputs':<7}  {'worst drift':<21}"
        self._print(f"\n[bold]{'day':<10}  {'rows':>5}  {inputs}  {'predictions wrong by':<22}{'labels':>6}[/bold]")
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        # Redrawing the bar would fill a log file with copies of it.
        disabled = not self._console.is_terminal
        with Progress(*columns, console=self._console, transient=True, disable=disabled) as progress:
            yield Days(self, progress, progress.add_task("replaying", total=number))
        self._print("")

    def verdict(self, verdict: DayVerdict) -> None:
        """One day on a line of 79 characters."""
        inputs, quality = verdict.inputs, verdict.quality
        verdicts = _alarm(alarm=inputs.violations > 0), _alarm(alarm=quality.violated)
        count = f" {inputs.violations}" if inputs.violations else ""
        drift = f"{inputs.worst_feature:<15} {inputs.worst_drift:.3f}" if inputs.worst_drift is not None else "-"
        self._print(
            f"{verdict.day:{_DAY}}  {inputs.rows:>5,}  {verdicts[0]}{count:<2}  {escape(f'{drift:<21}')}  "
            f"{verdicts[1]} {_error(quality):<16}{quality.coverage:>6.0%}"
        )

    def revisions(self, verdicts: Sequence[DayVerdict], newest: Mapping[date, QualityVerdict]) -> None:
        """What the late labels changed, day by day."""
        self._print(f"\n[bold]{'day':<10}  revision  {'labels':<11}  {'wrong by':<23}  predictions[/bold]")
        for verdict in verdicts:
            before, after = verdict.quality, newest[verdict.day]
            coverage = f"{before.coverage:.0%} → {after.coverage:.0%}"
            changed = "" if before.violated == after.violated else f", was {_word(alarm=before.violated)}"
            self._print(
                f"{verdict.day:{_DAY}}{after.revision:>10}  {coverage:<11}  {_minutes(before):>4} → "
                f"{_error(after):<16}  {_alarm(alarm=after.violated)}{changed}"
            )
        self._print("")

    def groups(self, verdicts: Mapping[date, GroupsVerdict]) -> None:
        """On which days a group fared worse than before, and how."""
        worse = {day: each.said for day, each in verdicts.items() if each.violated}
        judged = sum(each.judged for each in verdicts.values())
        self.note(f"judged on {judged} of {_days(len(verdicts))}, worse than in the baseline on {len(worse)}")
        for day, said in sorted(worse.items())[:_MOST_NAMED]:
            self.note(f"{day:{_DAY}}  {textwrap.shorten(said, _SAID, placeholder=' …')}")

    def finish(
        self,
        verdicts: Sequence[DayVerdict],
        newest: Mapping[date, QualityVerdict],
        folder: Path,
        commands: Sequence[tuple[str, str]],
        seconds: float,
    ) -> None:
        """The summary, where the files are, and what to try next."""
        inputs = {verdict.day for verdict in verdicts if verdict.inputs.violations}
        quality = {day for day, each in newest.items() if each.violated}
        self._print(
            f"\n{_days(len(verdicts))} in {seconds:.0f} s: the inputs alarm on {len(inputs)}, "
            f"the predictions on {len(quality)}, both on {len(inputs & quality)}."
        )
        overturned = {verdict.day for verdict in verdicts if verdict.quality.violated} - quality
        for lesson, days in (
            ("Visible in the labels only", quality - inputs),
            ("Unusual inputs, but good predictions", inputs - quality),
            ("Alarm on the first labels, quiet with all of them", overturned),
        ):
            if days:
                self._print(f"  {lesson}: {_named(days)}")
        self._print("docs/guide/demo.md explains why.")
        self._print(f"\nThe bucket was saved to the folder [bold]{escape(str(folder))}[/bold]. Try this next:")
        for command, meaning in commands:
            self._print(f"  [cyan]{escape(command)}[/cyan]\n      {escape(meaning)}")

    def _wrapped(self, text: str) -> Sequence[str]:
        """The lines of a step: as wide as the terminal, or one line if there is no terminal."""
        if not self._console.is_terminal:
            return [text]
        width = max(self._console.width - _INDENT, _INDENT)
        return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)

    def _print(self, markup: str) -> None:
        # Lines are never wrapped, so a table in a file has one line per day.
        self._console.print(markup, soft_wrap=True, highlight=False)


class Days:
    """The rows of the table."""

    def __init__(self, screen: Screen, progress: Progress, task: TaskID) -> None:
        self._screen = screen
        self._progress = progress
        self._task = task

    def doing(self, text: str) -> None:
        """What is being done now, next to the bar."""
        self._progress.update(self._task, description=text)

    def add(self, verdict: DayVerdict) -> None:
        self._screen.verdict(verdict)
        self._progress.advance(self._task)


def _word(*, alarm: bool) -> str:
    return "ALARM" if alarm else "quiet"


def _alarm(*, alarm: bool) -> str:
    word = _word(alarm=alarm)
    return f"[bold red]{word}[/bold red]" if alarm else f"[green]{word}[/green]"


def _minutes(quality: QualityVerdict) -> str:
    return "-" if quality.error is None else f"{quality.error:.1f}"


def _error(quality: QualityVerdict) -> str:
    """Minutes: `24.3 (22.3–26.4)`, the 95 % interval in brackets."""
    interval = "" if quality.interval is None else f" ({quality.interval[0]:.1f}–{quality.interval[1]:.1f})"
    return f"{_minutes(quality):>4}{interval}"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _named(days: Collection[date]) -> str:
    """The first days by date, and how many more there are."""
    names = ", ".join(f"{day:{_DAY}}" for day in sorted(days)[:_MOST_NAMED])
    return names if len(days) <= _MOST_NAMED else f"{names} and {len(days) - _MOST_NAMED} more"


def _unsigned(line: str) -> str:
    """A signed link fills a screen, and its bucket ends with the cloud."""
    return re.sub(r"(https?://\S+)\?X-Amz-\S+", r"\1?X-Amz-… (signed)", line)
