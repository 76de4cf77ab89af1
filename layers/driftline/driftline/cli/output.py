"""Output for people and for machines: results on stdout, progress and errors on stderr."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from driftline.cli.exits import ExitCode
from driftline.cli.text import safe
from driftline.domain.errors import DriftlineError

if TYPE_CHECKING:
    from rich.progress import Progress

_WIDTH_OF_PIPES = 160
"""Characters: a table that is piped into a file must not be cut at a default of 80."""

type Step = Callable[[str], None]
type Following = Callable[[str, int, int], None]


class Output:
    """One command's output.

    Args:
        as_json: Print one JSON document instead of tables.
    """

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._out = _console(stderr=False)
        self._err = _console(stderr=True)
        self._live: Progress | None = None

    def result(self, document: Mapping[str, object], show: Callable[[Console], None]) -> None:
        """The document for machines, or what `show` prints for people."""
        if self._as_json:
            sys.stdout.write(json.dumps(document, indent=2) + "\n")
        else:
            show(self._out)

    def errors(self, document: Mapping[str, object], show: Callable[[Console], None]) -> None:
        """A result that consists of errors: people see it on standard error, machines have the document, too."""
        if self._as_json:
            sys.stdout.write(json.dumps(document, indent=2) + "\n")
        show(self._err)

    @staticmethod
    def parts(error: DriftlineError) -> dict[str, str]:
        """An error for machines."""
        return {"what": error.what, "where": error.where, "expected": error.expected, "mend": error.mend}

    def failure(self, error: DriftlineError) -> None:
        """What is wrong, where, what was expected and how to fix it."""
        if self._as_json:
            sys.stdout.write(json.dumps({"error": self.parts(error)}, indent=2) + "\n")
        self.trouble(error)

    def trouble(self, error: DriftlineError, *, about: str = "") -> None:
        """Like `failure`, for people only: one of several errors next to a result.

        Args:
            about: Which part of the result it is about, unless the error says so itself.
        """
        places = dict.fromkeys(safe(each) for each in (about, error.where) if each)
        where = f"[bold]{', '.join(places)}[/bold]: " if places else ""
        self._say(f"[bold red]Error[/bold red] {where}{safe(error.what)}")
        if error.expected:
            self._say(f"  Expected: {safe(error.expected)}")
        if error.mend:
            self._say(f"  {safe(error.mend)}")

    def note(self, text: str) -> None:
        """A line for people, not a result."""
        self._say(safe(text))

    @contextmanager
    def progress(self, doing: str, total: int) -> Iterator[Step]:
        """A progress bar, on a terminal only. Call the step with the name of the next item."""
        if not self._err.file.isatty():
            yield lambda _: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415, for terminals

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=self._err, transient=True) as progress:
            task = progress.add_task(doing, total=total)

            def step(text: str) -> None:
                progress.update(task, description=f"{doing} {text}", advance=1)

            yield step

    @contextmanager
    def following(self) -> "Iterator[Following]":
        """One bar for work of several parts, on a terminal only. Call it with what is done, how much, and of how much:
        0 where that is not known."""
        if not self._err.file.isatty():
            yield lambda _text, _done, _total: None
            return
        from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415, for terminals

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[of]}"))
        with Progress(*columns, console=self._err, transient=True) as progress:
            task = progress.add_task("", total=None, of="")
            self._live = progress

            def follow(text: str, done: int, total: int) -> None:
                of = f"{done:,} of {total:,}" if total else f"{done:,}"
                progress.update(task, description=text, completed=done, total=total or None, of=of)

            yield follow
        self._live = None

    @property
    def is_terminal(self) -> bool:
        """Whether somebody can be asked."""
        return self._err.file.isatty() and sys.stdin.isatty()

    def confirm(self, question: str) -> bool:
        """Asks somebody on a terminal; a bar does not write over the question."""
        if self._live is not None:
            self._live.stop()
        agreed = typer.confirm(question, err=True)
        if self._live is not None:
            self._live.start()
        return agreed

    def _say(self, markup: str) -> None:
        self._err.print(markup, highlight=False, soft_wrap=True)


@contextmanager
def reporting(*, as_json: bool) -> Iterator[Output]:
    """Turns errors that a user can fix, and errors of AWS, into a message and exit code 1.

    Anything else is a defect and keeps its traceback.
    """
    output = Output(as_json=as_json)
    try:
        yield output
    except DriftlineError as error:
        output.failure(error)
        raise typer.Exit(ExitCode.FAILED) from None
    except _aws_errors() as error:
        output.failure(DriftlineError(str(error), where="AWS", mend="Check the credentials, region and permissions."))
        raise typer.Exit(ExitCode.FAILED) from None
    except BrokenPipeError:
        raise  # The reader of the output has gone; typer exits without a message.
    except OSError as error:
        mend = "Check permissions and disk space."
        output.failure(DriftlineError(error.strerror or str(error), where=str(error.filename or ""), mend=mend))
        raise typer.Exit(ExitCode.FAILED) from None
    except KeyboardInterrupt:
        output.note("Interrupted. Finished work is kept; run the same command again to continue.")
        raise typer.Exit(ExitCode.INTERRUPTED) from None


def _console(*, stderr: bool) -> Console:
    """Notebooks set FORCE_COLOR, which asks for colours: a pipe does not become a terminal, with a width and bars."""
    console = Console(stderr=stderr, highlight=False)
    return console if console.file.isatty() else Console(stderr=stderr, highlight=False, width=_WIDTH_OF_PIPES)


def _aws_errors() -> tuple[type[Exception], ...]:
    """botocore's errors, if it was imported: a folder needs no boto3."""
    module = sys.modules.get("botocore.exceptions")
    return (module.BotoCoreError, module.ClientError) if module else ()
