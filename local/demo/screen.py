"""What the demo shows: steps, one line per day, and where everything is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

_HEADER = f"{'day':<14}{'rows':>6}{'violations':>12}{'worst drift':>13}  {'feature':<17}{'error':>9}   verdict"


@dataclass(frozen=True, slots=True)
class DayVerdict:
    """One day as the monitor judged it.

    Attributes:
        checks: Which checks failed on which features, for example `dep_delay completeness`.
        error: The model's mean absolute error in minutes, which only the landings tell.
    """

    day: date
    rows: int
    violations: int
    worst_drift: float | None
    worst_feature: str | None
    checks: Sequence[str]
    error: float


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

    @contextmanager
    def days(self, number: int) -> Iterator["Days"]:
        """The table of days, with a progress bar under it while it grows."""
        self._print(f"\n  [bold]{_HEADER}[/bold]")
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        # A bar that is redrawn would fill a log file with copies of itself.
        disabled = not self._console.is_terminal
        with Progress(*columns, console=self._console, transient=True, disable=disabled) as progress:
            yield Days(self, progress, progress.add_task("replaying", total=number))
        self._print("")

    def finish(
        self, verdicts: Sequence[DayVerdict], folder: Path, commands: Sequence[tuple[str, str]], seconds: float
    ) -> None:
        """The sum of it all, where the files are, and what to try next."""
        alarms = [verdict for verdict in verdicts if verdict.violations]
        quiet = [verdict for verdict in verdicts if not verdict.violations]
        counts = f"{_number(quiet, 'quiet day')}{_mean_error(quiet)}, {_number(alarms, 'alarm')}{_mean_error(alarms)}"
        self._print(f"\n{counts}; {seconds:.0f} s.")
        self._print(f"\nThe bucket is now the folder [bold]{escape(str(folder))}[/bold]. Try on it:")
        for command, meaning in commands:
            self._print(f"  [cyan]{escape(command)}[/cyan]\n      {escape(meaning)}")

    def verdict(self, verdict: DayVerdict) -> None:
        drift = "-" if verdict.worst_drift is None else f"{verdict.worst_drift:.3f}"
        feature = escape(f"{verdict.worst_feature or '-':<17}")
        line = (
            f"  {verdict.day:%Y-%m-%d %a}{verdict.rows:>6,}{verdict.violations:>12}{drift:>13}  {feature}"
            f"{verdict.error:>5.0f} min   "
        )
        if verdict.violations:
            self._print(f"{line}[bold red]ALARM[/bold red]  {escape(', '.join(verdict.checks))}")
        else:
            self._print(f"{line}[green]quiet[/green]")

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


def _number(verdicts: Sequence[DayVerdict], what: str) -> str:
    return f"{len(verdicts)} {what}" if len(verdicts) == 1 else f"{len(verdicts)} {what}s"


def _mean_error(verdicts: Sequence[DayVerdict]) -> str:
    if not verdicts:
        return ""
    minutes = sum(verdict.error for verdict in verdicts) / len(verdicts)
    return f" (the model was wrong by {minutes:.0f} minutes)"
