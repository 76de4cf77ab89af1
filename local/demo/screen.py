"""What the demo shows: steps, one line per day, and where everything is."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

_DAY = "%Y-%m-%d %a"


@dataclass(frozen=True, slots=True)
class InputVerdict:
    """What data quality says of one day."""

    rows: int
    violations: int
    worst_drift: float | None
    worst_feature: str | None


@dataclass(frozen=True, slots=True)
class QualityVerdict:
    """What model quality says of one day, by the labels that are known so far.

    Attributes:
        error: Mean absolute error in minutes, with its 95 % interval; None without labels.
    """

    revision: int
    coverage: float
    error: float | None
    interval: tuple[float, float] | None
    violated: bool


@dataclass(frozen=True, slots=True)
class DayVerdict:
    """One day as both monitors judged it on the next morning."""

    day: date
    inputs: InputVerdict
    quality: QualityVerdict


class Screen:
    """Colours and a progress bar on a terminal; plain lines without control codes everywhere else."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._step = 0

    def title(self, text: str) -> None:
        self._print(f"[bold]{escape(text)}[/bold]\n")

    def step(self, name: str, text: str) -> None:
        self._step += 1
        self._print(f"[bold cyan]{self._step}[/bold cyan] [bold]{name:<9}[/bold] {escape(text)}")

    def note(self, text: str) -> None:
        self._print(f"{'':<11} {escape(text)}")

    def quote(self, title: str, text: str) -> None:
        """A message as somebody sees it, in a frame of its own."""
        self._print(f"\n  [bold]{escape(title)}[/bold]")
        for line in text.rstrip().splitlines():
            self._print(f"  [dim]│[/dim] {escape(_unsigned(line))}")
        self._print("")

    @contextmanager
    def days(self, number: int, baseline_error: float) -> Iterator["Days"]:
        """The table of days, with a progress bar under it while it grows."""
        error = f"mean error (baseline {baseline_error:.1f})"
        drift = f"{'rows':>6}{'violations':>12}{'worst drift':>13} {'feature':<16}"
        self._print(f"\n  [bold]{'day':<14}{drift}inputs  {error:<26}{'labels':>7}  predictions[/bold]")
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        # A bar that is redrawn would fill a log file with copies of itself.
        disabled = not self._console.is_terminal
        with Progress(*columns, console=self._console, transient=True, disable=disabled) as progress:
            yield Days(self, progress, progress.add_task("replaying", total=number))
        self._print("")

    def verdict(self, verdict: DayVerdict) -> None:
        inputs, quality = verdict.inputs, verdict.quality
        drift = "-" if inputs.worst_drift is None else f"{inputs.worst_drift:.3f}"
        self._print(
            f"  {verdict.day:{_DAY}}{inputs.rows:>6,}{inputs.violations:>12}{drift:>13}"
            f" {escape(f'{inputs.worst_feature or "-":<16}')}{_alarm(alarm=inputs.violations > 0)}"
            f"   {_error(quality):<26}{quality.coverage:>6.0%}  {_alarm(alarm=quality.violated)}"
        )

    def revisions(self, verdicts: Sequence[DayVerdict], newest: Mapping[date, QualityVerdict]) -> None:
        """What the late labels changed, day by day."""
        self._print(f"\n  [bold]{'day':<14}  revision  {'labels':<12}  {'mean error':<33}  predictions[/bold]")
        for verdict in verdicts:
            before, after = verdict.quality, newest[verdict.day]
            coverage = f"{before.coverage:.0%} → {after.coverage:.0%}"
            changed = "" if before.violated == after.violated else f", was {_word(alarm=before.violated)}"
            self._print(
                f"  {verdict.day:{_DAY}}{after.revision:>10}  {coverage:<12}  {_minutes(before):>4} → "
                f"{_error(after):<26}  {_alarm(alarm=after.violated)}{changed}"
            )
        self._print("")

    def finish(
        self,
        verdicts: Sequence[DayVerdict],
        newest: Mapping[date, QualityVerdict],
        folder: Path,
        commands: Sequence[tuple[str, str]],
        seconds: float,
    ) -> None:
        """The sum of it all, where the files are, and what to try next."""
        inputs = {verdict.day for verdict in verdicts if verdict.inputs.violations}
        quality = {day for day, each in newest.items() if each.violated}
        self._print(
            f"\n{_days(len(verdicts))}: the inputs alarm on {len(inputs)}, the predictions on {len(quality)}, "
            f"both on {len(inputs & quality)}; {seconds:.0f} s."
        )
        self._print(f"\nThe bucket is now the folder [bold]{escape(str(folder))}[/bold]. Try on it:")
        for command, meaning in commands:
            self._print(f"  [cyan]{escape(command)}[/cyan]\n      {escape(meaning)}")

    def _print(self, markup: str) -> None:
        # Lines are never wrapped: a table that is piped into a file keeps one line per day.
        self._console.print(markup, soft_wrap=True, highlight=False)


class Days:
    """The rows of the table."""

    def __init__(self, screen: Screen, progress: Progress, task: TaskID) -> None:
        self._screen = screen
        self._progress = progress
        self._task = task

    def doing(self, text: str) -> None:
        """What is being done now, beside the bar."""
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
    """`24.3 min (22.3 to 26.4)`, the 95 % interval in brackets."""
    interval = "" if quality.interval is None else f" ({quality.interval[0]:.1f} to {quality.interval[1]:.1f})"
    return f"{_minutes(quality):>4} min{interval}"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _unsigned(line: str) -> str:
    """A link with its signature fills a screen, and its bucket is gone with the cloud."""
    return re.sub(r"(https?://\S+)\?X-Amz-\S+", r"\1?X-Amz-… (signed)", line)
